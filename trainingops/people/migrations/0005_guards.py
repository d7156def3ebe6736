"""What somebody signed, and that they signed it, never changes (DESIGN.md §5.7)."""

from django.db import migrations

from trainingops.audit.guards import guard_table


class Migration(migrations.Migration):
    dependencies = [("people", "0004_shift_hours")]

    operations = [
        *guard_table("people_signature"),
    ]
