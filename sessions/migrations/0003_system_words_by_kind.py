"""Differences that the system found are values; so far they were kept as Indonesian words."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import migrations, models

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("Januari", "Jan"),
            ("Februari", "Feb"),
            ("Maret", "Mar"),
            ("April", "Apr"),
            ("Mei",),
            ("Juni", "Jun"),
            ("Juli", "Jul"),
            ("Agustus", "Agu", "Agt"),
            ("September", "Sep", "Sept"),
            ("Oktober", "Okt"),
            ("November", "Nov"),
            ("Desember", "Des"),
        ),
        start=1,
    )
    for name in names
}
SPAN = re.compile(r"(-?\d+) menit")
DAY = re.compile(r"(\d{1,2}) (\w+) (\d{4})")
MOMENT = re.compile(r"(\d{1,2}) (\w+) (\d{1,2})\.(\d{2}) \S+")


def value(kind, text, zone, year):
    """The value behind one text of the system; None where it is none of its texts."""
    if kind == "duration" and (found := SPAN.fullmatch(text)):
        return {"minutes": int(found[1])}
    if kind == "date" and (found := DAY.fullmatch(text)) and found[2] in MONTHS:
        return {"day": date(int(found[3]), MONTHS[found[2]], int(found[1])).isoformat()}
    if kind == "time" and (found := MOMENT.fullmatch(text)) and found[2] in MONTHS:
        moment = datetime(year, MONTHS[found[2]], int(found[1]), int(found[3]), int(found[4]), tzinfo=ZoneInfo(zone))
        return {"moment": moment.isoformat(), "zone": zone, "style": "short"}
    return None


def words_to_values(apps, _schema_editor):
    deviations = apps.get_model("training_sessions", "Deviation").objects
    for each in deviations.filter(kind__in=("date", "time", "duration")).select_related("training_session__site"):
        zone, year = each.training_session.site.timezone, each.training_session.ends_at.year
        sides = [
            [value(each.kind, text, zone, year) for text in side.split("; ")] for side in (each.planned, each.actual)
        ]
        if None in sides[0] + sides[1] or len(sides[0]) != len(sides[1]):
            continue  # typed by a person
        each.measured, each.planned, each.actual = [list(pair) for pair in zip(*sides, strict=True)], "", ""
        each.save(update_fields=["measured", "planned", "actual"])


class Migration(migrations.Migration):
    dependencies = [("training_sessions", "0002_tell_planning_who_was_trained")]

    operations = [
        migrations.AddField(
            model_name="deviation",
            name="measured",
            field=models.JSONField(
                blank=True, default=list, help_text="what the system found instead: pairs of stored values"
            ),
        ),
        migrations.AlterField(model_name="deviation", name="actual", field=models.CharField(blank=True, max_length=200)),
        migrations.AlterField(
            model_name="deviation", name="planned", field=models.CharField(blank=True, max_length=200)
        ),
        migrations.RunPython(words_to_values, migrations.RunPython.noop),
    ]
