"""Whether a detail that is gone went by a disposal or an erasure: asked by the check of the journal."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_content_of_what_was_sent")]

    operations = [
        # Replaced by the records room, which knows disposals and erasures; until then nothing went rightly.
        migrations.RunSQL(
            "CREATE FUNCTION audit_detail_was_disposed(entry_key bigint) RETURNS boolean LANGUAGE sql"
            " AS $$ SELECT false $$;",
            "DROP FUNCTION audit_detail_was_disposed(bigint);",
        ),
    ]
