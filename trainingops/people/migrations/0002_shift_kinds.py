"""What a code of the roster means: shift, day off, leave, sick, excused, duty travel."""

from django.db import migrations, models
from django.db.models import Q


def mark_days_off(apps, schema_editor):
    """Codes without working time were days off until their meaning is said by the next roster."""
    apps.get_model("people", "ShiftCode").objects.filter(is_working=False).update(kind="off")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="shiftcode",
            name="kind",
            field=models.CharField(
                choices=[
                    ("work", "Shift"),
                    ("off", "Day off"),
                    ("leave", "Leave"),
                    ("sick", "Sick"),
                    ("permit", "Excused"),
                    ("duty", "Duty travel"),
                ],
                default="work",
                max_length=6,
                verbose_name="meaning",
            ),
        ),
        migrations.RunPython(mark_days_off, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="shiftcode",
            constraint=models.CheckConstraint(
                condition=Q(is_working=True, kind="work") | (Q(is_working=False) & ~Q(kind="work")),
                name="shift_kind_says_whether_it_works",
            ),
        ),
    ]
