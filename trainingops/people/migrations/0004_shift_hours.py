import uuid

import django.db.models.deletion
from django.db import migrations, models


def name_codes(apps, schema_editor):
    """The journal names what it is about by uuid."""
    codes = apps.get_model("people", "ShiftCode").objects
    for code in codes.filter(uuid=None):
        code.uuid = uuid.uuid4()
        code.save(update_fields=["uuid"])


class Migration(migrations.Migration):
    dependencies = [("people", "0003_shared_counters")]

    operations = [
        migrations.AddField("shiftcode", "uuid", models.UUIDField(default=None, null=True, editable=False)),
        migrations.RunPython(name_codes, migrations.RunPython.noop),
        migrations.AlterField(
            "shiftcode", "uuid", models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
        ),
        migrations.CreateModel(
            name="ShiftHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.TimeField()),
                ("ends_at", models.TimeField()),
                (
                    "code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hours", to="people.shiftcode"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.site"
                    ),
                ),
            ],
            options={
                "ordering": ["site__name"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "site"), name="shift_hours_once_a_site")
                ],
            },
        ),
    ]
