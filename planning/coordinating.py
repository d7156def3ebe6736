"""What a team was shown when it answered, and what of it changed since (5.1.1 d).

Coordinated is what the page of the answer shows: an answer holds for this as it was then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.content import CHOICES, current_content, hash_of, load
from planning.difference import Content
from planning.lists import with_lists
from planning.models import Consultation, PlanRevision, TrainingPlan
from trainingops.audit.journal import canonical
from trainingops.ui.shown import Shown, differences

#: What is coordinated, and the word for it; ``order`` is which batch meets when, ``people`` how many are on target.
COORDINATED: Mapping[str, Any] = {
    "purpose": gettext_lazy("the need"),
    "module": gettext_lazy("module version"),
    "trainers": gettext_lazy("trainers"),
    "meetings": gettext_lazy("dates"),
    "order": gettext_lazy("dates"),
    "method": gettext_lazy("method"),
    "application": gettext_lazy("application"),
    "papers": gettext_lazy("tests"),
    "scoring": gettext_lazy("scoring"),
    "people": gettext_lazy("who is on target"),
    "targets": gettext_lazy("who is on target"),
}


def about_content(content: Content, *, number: int) -> Shown:
    """The number of a revision and what of its content is coordinated; older answers know some of it only."""
    module, sessions, targets = (content.get(key) or () for key in ("module", "sessions", "targets"))
    meetings = sorted(
        [meeting["starts_at"], meeting["ends_at"], planned["uuid"]]
        for planned in sessions
        for meeting in planned["meetings"]
    )
    # Submission puts everybody into the only batch: nobody is anywhere else by it.
    places = sorted([each["person"], (len(sessions) > 1 and each["session"]) or ""] for each in targets)
    return {
        "revision": number,
        "purpose": hash_of(content.get("purpose", "")),
        "module": f"{module['code']} v{module['version']}" if module else "",
        "trainers": sorted({uuid for planned in sessions for uuid in planned["trainers"]}),
        "meetings": [[starts_at, ends_at] for starts_at, ends_at, _planned in meetings],
        "order": hash_of(canonical([planned for _starts_at, _ends_at, planned in meetings])),
        "method": content.get("method") or "",
        "application": content.get("application") or "",
        "papers": [(content.get(paper) or {}).get("code", "") for paper in ("pre_paper", "post_paper")],
        "scoring": hash_of(canonical(content.get("scheme") or {})),
        "people": len(targets),
        "targets": hash_of(canonical(places)),
    }


def newest_content(plan: TrainingPlan, *, now: datetime) -> tuple[PlanRevision, Content]:
    """The newest revision of a plan and what it says: as it was frozen, of a draft as its rows say; at most 3 queries.

    The page of an answer and the service that notes it both read this, so that they mean the same.
    """
    revision = with_lists(plan.revisions.select_related(*CHOICES), now=now).order_by("-number")[0]
    revision.plan = plan
    if not revision.content:
        load(revision)
    return revision, current_content(revision)


def about_plan(plan: TrainingPlan, *, now: datetime) -> Shown:
    """What is coordinated of a plan as it stands."""
    revision, content = newest_content(plan, now=now)
    return about_content(content, number=revision.number)


def answered_words(asked: Consultation) -> str:
    """Which revision an answer is about; empty where it is not known."""
    number = asked.answered_about.get("revision")
    return _("Answered for revision %(number)d") % {"number": number} if number else ""


def changed_words(asked: Consultation, now: Shown) -> str:
    """What changed since the answer, in words; empty where it holds, is missing, or what it was about is not known."""
    changed = differences(asked.answered_about, now, COORDINATED)
    return _("Changed since: %(what)s") % {"what": changed} if asked.answer and changed else ""
