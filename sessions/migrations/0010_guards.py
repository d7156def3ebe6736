"""A waiver that the manager signed stays as it was signed (DESIGN.md §5.7)."""

from django.db import migrations

from trainingops.audit.guards import guard_table


class Migration(migrations.Migration):
    dependencies = [("training_sessions", "0009_file_that_says_so"), ("people", "0005_guards")]

    operations = [
        *guard_table(
            "training_sessions_targetoutcome",
            updatable=["enrolment_id", "result", "on_schedule"],
            open_when="OLD.state <> 'waived'",
        ),
        *guard_table("training_sessions_recoverycase", open_when="OLD.state <> 'waived'"),
    ]
