"""A revision is final once it was submitted, a decision and an appointment at once (DESIGN.md §5.7)."""

from django.db import migrations

from trainingops.audit.guards import guard_table


class Migration(migrations.Migration):
    dependencies = [("planning", "0019_figures_that_can_be"), ("people", "0005_guards")]

    operations = [
        *guard_table("planning_planrevision", updatable=["state"], open_when="OLD.state = 'draft'"),
        *guard_table("planning_approvaldecision"),
        *guard_table("planning_appointment", updatable=["revoked_at", "revoked_by_id", "revocation_reason"]),
    ]
