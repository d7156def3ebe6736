"""Scales of the measures, and room for a whole contact ID; nobody answered is written as unknown from here on."""

from django.db import migrations, models

#: Lowest and highest figure of the measures that the product brings along.
SCALES = {"csat": (0, 100), "fcr": (0, 100), "aht": (0, None), "complaints": (0, None)}


def fill(apps, _editor):
    measures = apps.get_model("planning", "ServiceMeasure").objects
    for code, (lowest, highest) in SCALES.items():
        measures.filter(code=code).update(lowest=lowest, highest=highest)
    apps.get_model("planning", "ServiceIndicator").objects.filter(responses=0).update(responses=None)


def scale_end(words):
    return models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name=words)


def reference():
    return models.CharField(max_length=120, verbose_name="reference in the source")


class Migration(migrations.Migration):
    dependencies = [("people", "0004_shift_hours"), ("planning", "0017_meetings_within_a_day")]

    operations = [
        migrations.AddField("servicemeasure", "highest", scale_end("highest figure")),
        migrations.AddField("servicemeasure", "lowest", scale_end("lowest figure")),
        migrations.AlterField("defect", "source_reference", reference()),
        migrations.AlterField("monitoringsample", "source_reference", reference()),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
