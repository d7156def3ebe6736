"""A detail of the journal may be missing where an approved disposal or erasure named its subject."""

from django.db import migrations

WAS_DISPOSED = """
CREATE OR REPLACE FUNCTION audit_detail_was_disposed(entry_key bigint) RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (
        SELECT 1 FROM audit_entry e
        JOIN records_evidencerecord r ON e.subject IN (r.uuid, r.subject, r.training)
        JOIN records_disposal_records dr ON dr.evidencerecord_id = r.id
        JOIN records_disposal d ON d.id = dr.disposal_id
        WHERE e.id = entry_key AND d.state IN ('approved', 'carried_out')
    ) OR EXISTS (
        SELECT 1 FROM audit_entry e
        JOIN people_person p ON p.uuid = e.subject
        JOIN records_erasure x ON x.person_id = p.id
        WHERE e.id = entry_key AND x.approved_by_id IS NOT NULL
    )
$$;
"""
NEVER = """
CREATE OR REPLACE FUNCTION audit_detail_was_disposed(entry_key bigint) RETURNS boolean LANGUAGE sql AS $$
    SELECT false
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0002_guards"), ("audit", "0004_details_disposed_of")]

    operations = [migrations.RunSQL(WAS_DISPOSED, NEVER)]
