"""Versions and changes are append-only; a breach and its due time stay, and no obligation goes away."""

from django.db import migrations

from trainingops.audit.guards import guard_table

OBLIGATION = """
    CREATE FUNCTION guard_breach() RETURNS trigger LANGUAGE plpgsql AS $guard$
    BEGIN
        IF OLD.breached_at IS NOT NULL
            AND (NEW.breached_at IS DISTINCT FROM OLD.breached_at OR NEW.due_at IS DISTINCT FROM OLD.due_at) THEN
            RAISE EXCEPTION 'the breach of % stays', OLD.uuid USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.submitted_at IS NOT NULL
            AND (NEW.submitted_at IS DISTINCT FROM OLD.submitted_at OR NEW.due_at IS DISTINCT FROM OLD.due_at) THEN
            RAISE EXCEPTION 'the first submission of % stopped its clock', OLD.uuid
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $guard$;
    CREATE TRIGGER guard_breach BEFORE UPDATE ON reporting_reportobligation
        FOR EACH ROW EXECUTE FUNCTION guard_breach();
"""


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]

    operations = [
        *guard_table("reporting_reportversion"),
        *guard_table("reporting_obligationchange"),
        *guard_table("reporting_reportshare"),
        *guard_table("reporting_distribution", updatable=("opened_at", "acknowledged_at")),
        migrations.RunSQL(
            OBLIGATION,
            "DROP TRIGGER guard_breach ON reporting_reportobligation; DROP FUNCTION guard_breach();",
        ),
    ]
