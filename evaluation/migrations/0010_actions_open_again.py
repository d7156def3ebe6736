"""What an action may still become after its minutes were approved: told of, checked, opened again with a new due time."""

from django.db import migrations, models

from trainingops.audit.guards import guard_table

TABLE = "evaluation_improvementaction"
OPEN = "NOT EXISTS (SELECT 1 FROM evaluation_minutes m WHERE m.review_id = %s AND m.approved_at IS NOT NULL)"
REVIEW_OF_FINDING = "(SELECT f.review_id FROM evaluation_finding f WHERE f.id = OLD.finding_id)"
REVIEW_OF_ACTION = (
    "(SELECT f.review_id FROM evaluation_finding f JOIN evaluation_improvementaction a ON a.finding_id = f.id"
    " WHERE a.id = OLD.improvementaction_id)"
)
BEFORE = ["state", "done_at", "evidence_note"]
NOW = [*BEFORE, "due_at", "decided_due_at", "check_from", "reminded_at", "escalated_at"]


def guard(updatable: list[str]) -> migrations.RunSQL:
    return guard_table(TABLE, updatable=updatable, open_when=OPEN % REVIEW_OF_FINDING)[0]


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0009_duties_and_decisions")]

    operations = [
        migrations.AddField(
            model_name="improvementaction",
            name="decided_due_at",
            field=models.DateTimeField(
                help_text="what the minutes say, where it opened again with another due time", null=True
            ),
        ),
        migrations.RunSQL(guard(BEFORE).reverse_sql, guard(BEFORE).sql),
        guard(NOW),
        *guard_table("evaluation_improvementaction_training_defects", open_when=OPEN % REVIEW_OF_ACTION),
    ]
