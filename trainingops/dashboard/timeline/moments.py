"""What happened in a training, in the order of time (2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.enums import ActionState
from planning.enums import ConsultationAnswer, RevisionState
from reporting.enums import ObligationState
from sessions.enums import SessionState
from sessions.models import TrainingSession
from trainingops.dashboard.timeline.story import Story
from trainingops.people.enums import Role
from trainingops.ui.moments import day_words


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happened, or that is still to come; ``kind`` is a status kind."""

    at: datetime
    title: str
    clause: str
    icon: str
    kind: str = "ok"
    detail: str = ""
    url: str = ""


def moments(story: Story, now: datetime) -> list[Moment]:
    """Everything in the order of time; what is still to come stands at the time for which it is planned."""
    told = [
        *_prepared(story),
        *_decided(story),
        *_held(story),
        *_reported(story, now),
        *_reviewed(story),
        *_acted(story),
    ]
    return sorted(told, key=lambda moment: moment.at)


def _prepared(story: Story) -> Iterator[Moment]:
    plan = story.plan
    for need in story.rows["needs"]:
        yield Moment(
            at=datetime.combine(need["dated_on"], time(), plan.site.zone),
            title=_("Need: %(name)s") % {"name": need["asked_by"]},
            detail=need["request"],
            clause="5.1.1 d",
            icon="flag",
        )
    yield Moment(at=plan.created_at, title=_("Plan begun by %(name)s") % {"name": plan.pic}, clause="5.1", icon="plan")
    for row in story.rows["consultations"]:
        party = Role(row["party"]).label
        due = _("Answer asked for by %(day)s.") % {"day": day_words(row["due_on"])}
        yield Moment(
            at=row["asked_at"],
            title=_("Coordination asked of %(party)s") % {"party": party},
            detail="" if row["answer"] else due,
            kind="ok" if row["answer"] else "info",
            clause="5.1.1 d",
            icon="talk",
        )
        if row["answered_at"]:
            yield Moment(
                at=row["answered_at"],
                title=_("%(party)s answered: %(answer)s")
                % {"party": party, "answer": ConsultationAnswer(row["answer"]).label},
                detail=row["answered_by"] or "",
                clause="5.1.1 d",
                icon="talk",
            )


def _decided(story: Story) -> Iterator[Moment]:
    for revision in story.revisions:
        if revision.submitted_at is None:
            continue
        url = reverse("plan_revision", args=[story.plan.uuid, revision.number])
        yield Moment(
            at=revision.submitted_at,
            title=_("Revision %(number)d submitted") % {"number": revision.number},
            detail=str(revision.submitted_by),
            clause="4.1",
            icon="doc",
            url=url,
        )
        decision = getattr(revision, "decision", None)
        if decision is not None:
            approved = revision.state in (RevisionState.APPROVED, RevisionState.SUPERSEDED)
            yield Moment(
                at=decision.decided_at,
                title=_("Revision %(number)d: %(decision)s")
                % {"number": revision.number, "decision": decision.get_decision_display()},
                detail=f"{decision.decided_by}. {decision.comment}".strip(),
                kind="ok" if approved else "warn",
                clause="4.1",
                icon="ok" if approved else "undo",
                url=url,
            )


def _held(story: Story) -> Iterator[Moment]:
    for each in story.sessions:
        url = reverse("session_detail", args=[each.uuid])
        where = f"{each.number}, {each.site}"
        if each.state == SessionState.CANCELLED:
            title = _("Session cancelled: %(label)s") % {"label": each.label}
            yield Moment(
                at=each.starts_at, title=title, detail=each.cancel_reason, clause="5.2", icon="x", kind="idle", url=url
            )
            continue
        if each.opened_at:
            title = _("Session opened: %(label)s") % {"label": each.label}
            kind = "ok" if each.concluded_at else "info"
            yield Moment(at=each.opened_at, title=title, detail=where, clause="5.2", icon="people", kind=kind, url=url)
        elif not each.concluded_at:
            title = _("Session planned: %(label)s") % {"label": each.label}
            yield Moment(
                at=each.starts_at, title=title, detail=where, clause="5.2", icon="calendar", kind="idle", url=url
            )
        if each.concluded_at:
            title = _("Session concluded: %(label)s") % {"label": each.label}
            yield Moment(at=each.concluded_at, title=title, detail=_roll(each), clause="5.2", icon="people", url=url)
        yield from _recovered(each)


def _roll(training_session: TrainingSession) -> str:
    summary = training_session.summary
    return _("%(present)d present, %(late)d late, %(absent)d absent, %(passed)d passed.") % {
        "present": summary.present,
        "late": summary.late,
        "absent": summary.absent,
        "passed": summary.passed,
    }


def _recovered(training_session: Any) -> Iterator[Moment]:
    if not training_session.cases:
        return
    n = training_session.cases
    url = reverse("session_detail", args=[training_session.uuid])
    done = not training_session.cases_open
    yield Moment(
        at=training_session.cases_since,
        title=ngettext("%(n)d recovery case opened: %(label)s", "%(n)d recovery cases opened: %(label)s", n)
        % {"n": n, "label": training_session.label},
        detail=""
        if done
        else ngettext("%(n)d is not settled.", "%(n)d are not settled.", training_session.cases_open)
        % {"n": training_session.cases_open},
        clause="5.3.1",
        icon="recover",
        kind="ok" if done else "warn",
        url=url,
    )
    if done and training_session.cases_until:
        yield Moment(
            at=training_session.cases_until,
            title=_("Every recovery case settled: %(label)s") % {"label": training_session.label},
            clause="5.3.1",
            icon="recover",
            url=url,
        )


def _reported(story: Story, now: datetime) -> Iterator[Moment]:
    for each in story.sessions:
        obligation = getattr(each, "obligation", None)
        if obligation is None or obligation.state == ObligationState.VOID:
            continue
        url = reverse("obligation_detail", args=[obligation.uuid]) if each.obligation_opens else ""
        if obligation.breached_at or (obligation.submitted_at is None and now >= obligation.due_at):
            title = _("H+1 passed without a report: %(label)s") % {"label": each.label}
            yield Moment(at=obligation.last_minute, title=title, clause="5.3.2", icon="late", kind="late", url=url)
        elif obligation.submitted_at is None:
            title = _("H+1 report due: %(label)s") % {"label": each.label}
            yield Moment(at=obligation.last_minute, title=title, clause="5.3.2", icon="clock", kind="idle", url=url)
    for version in story.versions:
        label = version.report.obligation.training_session.label
        first = version.number == 1
        yield Moment(
            at=version.submitted_at,
            title=_("Report submitted: %(label)s") % {"label": label}
            if first
            else _("Report amended, version %(number)d: %(label)s") % {"number": version.number, "label": label},
            detail=f"{version.report.number}, {version.submitted_by}",
            clause="5.3.2",
            icon="doc",
            url=reverse("report_detail", args=[version.report.uuid]) if version.opens else "",
        )

    for recap in story.rows["recaps"]:
        url = reverse("recap_detail", args=[recap["uuid"]])
        yield Moment(at=recap["closed_at"], title=_("Recap of the training"), clause="4.3", icon="doc", url=url)


def _reviewed(story: Story) -> Iterator[Moment]:
    for row in story.rows["reviews"]:
        number = {"number": row["number"]}
        if row["held_at"] is None:
            yield Moment(
                at=row["scheduled_at"],
                title=_("Review %(number)s planned") % number,
                clause="5.4",
                icon="talk",
                kind="idle",
            )
            continue
        yield Moment(at=row["held_at"], title=_("Review %(number)s held") % number, clause="5.4", icon="talk")
        if row["approved_at"]:
            title = _("Minutes of %(number)s approved") % number
            yield Moment(at=row["approved_at"], title=title, clause="5.4", icon="ok")
        if row["closed_at"]:
            title = _("Review %(number)s closed") % number
            yield Moment(at=row["closed_at"], title=title, clause="5.4", icon="ok")
    if story.plan.closed_at:
        yield Moment(at=story.plan.closed_at, title=_("Training closed"), clause="5.4", icon="lock")


def _acted(story: Story) -> Iterator[Moment]:
    for row in story.rows["actions"]:
        effective = row["state"] == ActionState.EFFECTIVE
        if row["done_at"] is None:
            yield Moment(
                at=row["due_at"],
                title=_("Action due: %(number)s") % {"number": row["number"]},
                detail=f"{row['text']} ({row['owner']})",
                clause="4.4",
                icon="action",
                kind="idle",
            )
        else:
            yield Moment(
                at=row["done_at"],
                title=_("Action %(number)s: %(state)s")
                % {"number": row["number"], "state": ActionState(row["state"]).label},
                detail=f"{row['text']} ({row['owner']})",
                clause="4.4",
                icon="action",
                kind="ok" if effective else "info",
            )
