"""An average handling time is at least a second and at most a day, where the house has not set another scale (2.3)."""

from django.db import migrations


def fill(apps, _editor):
    measures = apps.get_model("planning", "ServiceMeasure").objects
    measures.filter(code="aht", lowest=0, highest=None).update(lowest=1, highest=86_400)


class Migration(migrations.Migration):
    dependencies = [("planning", "0032_reason_of_a_batch_that_became_busy")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
