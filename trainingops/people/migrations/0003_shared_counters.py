"""The table behind ``CACHES``: counters of log-ins that hold for all web processes together."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0002_shift_kinds")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE trainingops_counters (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX trainingops_counters_expires ON trainingops_counters (expires);
            """,
            "DROP TABLE trainingops_counters;",
        )
    ]
