"""Triggers that refuse what must never happen to a row (DESIGN.md §5.7), as migration operations."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import migrations


def guard_table(
    table: str, *, updatable: Sequence[str] = (), delete_when: str = "false", open_when: str = "false"
) -> list[migrations.RunSQL]:
    """Operations that put the guard of one table up.

    UPDATE may change ``updatable`` columns only, DELETE needs ``delete_when`` (an SQL condition over ``OLD``), and
    TRUNCATE is refused unless the table is empty already. A violation is an integrity error that names the table.

    Args:
        open_when: an SQL condition over ``OLD``: the row is not final yet, so everything may change and it may go.
            A row that is final never becomes open again.
    """
    columns = ", ".join(f"'{column}'" for column in updatable)
    kept = f" - ARRAY[{columns}]::text[]" if columns else ""
    reopened = open_when.replace("OLD.", "NEW.")
    create = f"""
        CREATE FUNCTION guard_{table}() RETURNS trigger LANGUAGE plpgsql AS $guard$
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                IF NOT EXISTS (SELECT 1 FROM {table}) THEN RETURN NULL; END IF;
            ELSIF TG_OP = 'UPDATE' THEN
                IF {open_when} THEN RETURN NEW; END IF;
                IF (to_jsonb(NEW){kept}) = (to_jsonb(OLD){kept}) AND NOT ({reopened}) THEN RETURN NEW; END IF;
            ELSIF ({delete_when}) OR ({open_when}) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION '% is refused on {table}: what was recorded stays', TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END $guard$;
        CREATE TRIGGER guard_rows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION guard_{table}();
        CREATE TRIGGER guard_all BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION guard_{table}();
    """  # noqa: S608 (names come from migrations, never from input)
    return [
        migrations.RunSQL(
            create,
            f"DROP TRIGGER guard_rows ON {table}; DROP TRIGGER guard_all ON {table}; DROP FUNCTION guard_{table}();",
        )
    ]
