"""The journal is append-only. Only details may go, and only when the records room says so."""

from django.db import migrations

from trainingops.audit.guards import guard_table


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        # Replaced by the records room, which knows disposals and erasures; until then nothing may go.
        migrations.RunSQL(
            "CREATE FUNCTION audit_detail_may_go(entry_key bigint) RETURNS boolean LANGUAGE sql"
            " AS $$ SELECT entry_key IS NULL $$;",
            "DROP FUNCTION audit_detail_may_go(bigint);",
        ),
        *guard_table("audit_entry"),
        *guard_table("audit_entryseal"),
        *guard_table("audit_entrydetail", delete_when="audit_detail_may_go(OLD.entry_id)"),
        *guard_table("audit_accessevent"),
    ]
