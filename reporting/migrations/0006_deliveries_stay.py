"""Which parties a version must reach, deliveries and decisions are append-only."""

from django.db import migrations

from trainingops.audit.guards import guard_table


class Migration(migrations.Migration):
    dependencies = [("reporting", "0005_parties_copies_and_deliveries")]

    operations = [
        *guard_table("reporting_reportparty"),
        *guard_table("reporting_reportdelivery"),
        *guard_table("reporting_clientnames"),
    ]
