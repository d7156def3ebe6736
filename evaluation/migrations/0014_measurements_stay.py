"""A measurement of an effect is never changed: a later one stands beside it (DESIGN.md §5.7)."""

from django.db import migrations

from trainingops.audit.guards import guard_table


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0013_measured_effects")]

    operations = [*guard_table("evaluation_effectmeasurement")]
