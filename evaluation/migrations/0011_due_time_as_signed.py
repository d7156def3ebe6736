"""The due time of an action may move after the minutes were approved; what these say of it stays (5.4)."""

from django.db import migrations

CREATE = """
    CREATE FUNCTION keep_due_as_signed() RETURNS trigger LANGUAGE plpgsql AS $guard$
    BEGIN
        IF COALESCE(NEW.decided_due_at, NEW.due_at) <> COALESCE(OLD.decided_due_at, OLD.due_at) AND EXISTS (
            SELECT 1 FROM evaluation_finding f JOIN evaluation_minutes m ON m.review_id = f.review_id
            WHERE f.id = OLD.finding_id AND m.approved_at IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'UPDATE is refused on evaluation_improvementaction: what was recorded stays'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $guard$;
    CREATE TRIGGER guard_due_as_signed BEFORE UPDATE ON evaluation_improvementaction
        FOR EACH ROW EXECUTE FUNCTION keep_due_as_signed();
"""
DROP = """
    DROP TRIGGER guard_due_as_signed ON evaluation_improvementaction;
    DROP FUNCTION keep_due_as_signed();
"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0010_actions_open_again")]

    operations = [migrations.RunSQL(CREATE, DROP)]
