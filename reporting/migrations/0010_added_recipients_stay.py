"""Who was added to a report by hand stays on record; only whether later versions go there changes."""

from django.db import migrations

from trainingops.audit.guards import guard_table


class Migration(migrations.Migration):
    dependencies = [("reporting", "0009_recipients_added_by_hand")]

    operations = [
        *guard_table("reporting_addedrecipient", updatable=("added_by_id", "added_at", "taken_out_at")),
    ]
