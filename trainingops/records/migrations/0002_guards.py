"""Evidence never changes. Its data may go while an approved disposal names its record (DESIGN.md §5.7)."""

from django.db import migrations

from trainingops.audit.guards import guard_table

# An entry's personal detail may go with the record it is about, or with the person whose erasure was approved.
DETAIL_MAY_GO = """
CREATE OR REPLACE FUNCTION audit_detail_may_go(entry_key bigint) RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (
        SELECT 1 FROM audit_entry e
        JOIN records_evidencerecord r ON e.subject IN (r.uuid, r.subject, r.training)
        JOIN records_disposal_records dr ON dr.evidencerecord_id = r.id
        JOIN records_disposal d ON d.id = dr.disposal_id
        WHERE e.id = entry_key AND d.state = 'approved'
    ) OR EXISTS (
        SELECT 1 FROM audit_entry e
        JOIN people_person p ON p.uuid = e.subject
        JOIN records_erasure x ON x.person_id = p.id
        WHERE e.id = entry_key AND x.approved_by_id IS NOT NULL AND x.carried_out_at IS NULL
    )
$$;
"""
DETAIL_STAYS = """
CREATE OR REPLACE FUNCTION audit_detail_may_go(entry_key bigint) RETURNS boolean LANGUAGE sql AS $$
    SELECT entry_key IS NULL
$$;
"""
PAYLOAD_MAY_GO = """EXISTS (
    SELECT 1 FROM records_evidencerecord r
    JOIN records_disposal_records dr ON dr.evidencerecord_id = r.id
    JOIN records_disposal d ON d.id = dr.disposal_id
    WHERE r.payload_id = OLD.id AND d.state = 'approved'
)"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("audit", "0002_guards"), ("people", "0001_initial")]

    operations = [
        *guard_table("records_evidencerecord"),
        *guard_table("records_storedfile", updatable=["removed_at"]),
        *guard_table("records_evidencepayload", delete_when=PAYLOAD_MAY_GO),
        migrations.RunSQL(DETAIL_MAY_GO, DETAIL_STAYS),
    ]
