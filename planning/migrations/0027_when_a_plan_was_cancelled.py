"""Since when a plan is cancelled: indicator 4.1 leaves out only what was cancelled before its start."""

from django.db import migrations, models

#: The journal knows it of the plans that were cancelled before.
FROM_THE_JOURNAL = """
UPDATE planning_trainingplan plan
SET cancelled_at = entry.at
FROM (
    SELECT subject, min(occurred_at) AS at FROM audit_entry WHERE verb = 'plan.cancelled' GROUP BY subject
) entry
WHERE entry.subject = plan.uuid AND plan.state = 'cancelled'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0026_reasons_as_facts"),
        ("audit", "0004_details_disposed_of"),
    ]

    operations = [
        migrations.AddField(
            model_name="trainingplan",
            name="cancelled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(FROM_THE_JOURNAL, migrations.RunSQL.noop),
    ]
