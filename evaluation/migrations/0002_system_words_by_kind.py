"""What the system registered by itself is said by its kind; so far it was kept as Indonesian words."""

from django.db import migrations, models


def words_to_kinds(apps, _schema_editor):
    defects = apps.get_model("evaluation", "TrainingDefect").objects
    defects.filter(kind__in=("report_breach", "absence", "lateness")).update(description="")
    deviations = apps.get_model("training_sessions", "Deviation").objects
    for defect in defects.filter(kind="deviation"):
        deviation = deviations.filter(uuid=defect.source).first()
        if deviation is not None:
            defect.description = ""
            defect.found = {
                "kind": deviation.kind,
                "planned": deviation.planned[:80],
                "actual": deviation.actual[:80],
                "measured": deviation.measured,
            }
            defect.save(update_fields=["description", "found"])


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial"), ("training_sessions", "0003_system_words_by_kind")]

    operations = [
        migrations.AddField(
            model_name="trainingdefect",
            name="found",
            field=models.JSONField(
                blank=True, default=dict, help_text="the deviation behind it: kind and stored values"
            ),
        ),
        migrations.AlterField(
            model_name="trainingdefect",
            name="description",
            field=models.CharField(blank=True, help_text="typed; blank where the system saw it", max_length=300),
        ),
        migrations.RunPython(words_to_kinds, migrations.RunPython.noop),
    ]
