"""A class of the demo that was held online: its roll comes from a Zoom report, whose file is kept (ATT-8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sessions.imports.attendance import ATTENDANCE
from sessions.models import SessionMeeting
from trainingops.imports.services import answer_import, apply_import, confirm_columns, take_upload
from trainingops.people.models import User

_HEAD = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"


def record_from_zoom(meeting: SessionMeeting, trainer: User) -> None:
    """Everybody enrolled joined in time and stayed, and so did somebody whom nobody knows."""
    zone = meeting.training_session.site.zone
    joined, left = meeting.starts_at.astimezone(zone) - timedelta(minutes=2), meeting.ends_at.astimezone(zone)
    stay = f"{joined:%m/%d/%Y %I:%M:%S %p},{left:%m/%d/%Y %I:%M:%S %p},{(left - joined) // timedelta(minutes=1)}"
    people = meeting.training_session.enrolments.filter(removed_at=None).select_related("person")
    rows = [f'"{each.person.employee_no} {each.person.name}",,{stay},Yes' for each in people]
    content = "\n".join([_HEAD, *rows, f"iPhone,,{stay},Yes"]).encode("utf-8-sig")
    said: dict[str, Any] = {"actor": trainer, "now": meeting.ends_at}
    name = f"participants_{left:%Y-%m-%d}.csv"
    run = take_upload(importer=ATTENDANCE, name=name, content=content, subject=meeting.uuid, **said)
    confirm_columns(run=run, mapping=run.mapping, **said)
    answer_import(run=run, answers={f"zone_{trainer.pk}": zone.key, "share": "75"}, people={}, **said)
    apply_import(run=run, only_valid_rows=False, **said)
