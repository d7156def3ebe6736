"""A role granted several times with one scope and touching periods becomes one, of the whole time."""

from datetime import timedelta

from django.db import migrations


def join_doubles(apps, schema_editor):
    """The first of them stays, from the first day to the last; the journal keeps every grant."""
    held = {}
    rows = apps.get_model("people", "RoleAssignment").objects.prefetch_related("sites", "lines", "teams")
    for row in rows.order_by("starts_on", "pk"):
        scope = tuple(frozenset(each.pk for each in places.all()) for places in (row.sites, row.lines, row.teams))
        kept = held.get((row.user_id, row.role, scope))
        if kept is None or (kept.ends_on is not None and row.starts_on > kept.ends_on + timedelta(days=1)):
            held[row.user_id, row.role, scope] = row
            continue
        kept.ends_on = None if None in (kept.ends_on, row.ends_on) else max(kept.ends_on, row.ends_on)
        kept.save(update_fields=["ends_on"])
        row.delete()


class Migration(migrations.Migration):
    dependencies = [("people", "0005_guards")]

    operations = [migrations.RunPython(join_doubles, migrations.RunPython.noop)]
