"""What a team was shown when it answered, and what of it changed since (5.1.1 d).

Coordinated are the module version, the dates and how many are on target: an answer holds for these as they were then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _

from planning.completeness.items import Snapshot
from planning.difference import Content
from planning.models import Consultation, ModuleVersion, PlannedMeeting, PlanRevision

#: The number of a revision and what of it is coordinated, as plain data.
About = dict[str, Any]


def about_content(content: Content, *, number: int) -> About:
    """Of a frozen content."""
    module = content.get("module")
    return {
        "revision": number,
        "module": f"{module['code']} v{module['version']}" if module else "",
        "meetings": sorted(
            [meeting["starts_at"], meeting["ends_at"]]
            for planned in content.get("sessions", ())
            for meeting in planned["meetings"]
        ),
        "people": len(content.get("targets", ())),
    }


def about_revision(revision: PlanRevision) -> About:
    """Of a revision as its rows say now; two queries, and one for the module where it was not loaded."""
    meetings = PlannedMeeting.objects.filter(planned_session__revision=revision)
    return _about(revision, meetings, revision.targets.count())


def about_snapshot(snapshot: Snapshot) -> About:
    """Of a draft whose page has loaded it."""
    return _about(snapshot.revision, snapshot.meetings, len(snapshot.batches_of_targets))


def _about(revision: PlanRevision, meetings: Iterable[PlannedMeeting], people: int) -> About:
    version: ModuleVersion | None = revision.module_version
    return {
        "revision": revision.number,
        "module": f"{version.module.code} v{version.number}" if version else "",
        "meetings": sorted(
            [moment.astimezone(UTC).isoformat() for moment in (meeting.starts_at, meeting.ends_at)]
            for meeting in meetings
        ),
        "people": people,
    }


def answered_words(asked: Consultation) -> str:
    """Which revision an answer is about; empty where it is not known."""
    number = asked.answered_about.get("revision")
    return _("Answered for revision %(number)d") % {"number": number} if number else ""


def differences(then: About, now: About) -> str:
    """What is coordinated differently now, in words; empty where nothing, or what it was then is not known."""
    names = {"module": _("module version"), "meetings": _("dates"), "people": _("number of targets")}
    return ", ".join(str(name) for key, name in names.items() if key in then and then[key] != now[key])


def changed_words(asked: Consultation, now: About) -> str:
    """What changed since the answer, in words; empty where it holds, is missing, or what it was about is not known."""
    changed = differences(asked.answered_about, now)
    return _("Changed since: %(what)s") % {"what": changed} if asked.answer and changed else ""
