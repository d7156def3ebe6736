"""A training through all its stages, each with its clause and its time (2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Value
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.enums import ActionState, ReviewState
from evaluation.models import ImprovementAction, Review
from planning.enums import ConsultationAnswer, PlanState, RevisionState
from planning.models import Consultation, NeedSource, PlanRevision, TrainingPlan
from reporting.enums import ObligationState
from reporting.models import ReportObligation, ReportVersion, TrainingReport
from sessions.enums import OutcomeState, SessionState
from sessions.models import TargetOutcome, TrainingSession
from trainingops.dashboard.plain import Row, plain_rows
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.ui.moments import day_words
from trainingops.ui.navigation import may_open


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


@dataclass(frozen=True)
class Stage:
    """One of the six stages of clause 2.2: done, going on, or not begun; ``note`` says how far."""

    name: str
    clause: str
    done: bool
    now: bool
    note: str


@dataclass
class Story:
    """Everything that a timeline is told from."""

    plan: TrainingPlan
    revisions: list[PlanRevision]
    #: Annotated: what of them the reader may open.
    sessions: list[Any]
    versions: list[Any]
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def outcomes(self) -> Row:
        return self.rows["outcomes"][0] if self.rows["outcomes"] else {"targeted": 0, "trained": 0, "outstanding": 0}


def tell(plan: TrainingPlan, reader: User) -> Story:
    """Read a plan's story: four queries, whatever happened in it. Only what ``reader`` may open is linked."""
    obligations = ReportObligation.objects.visible_to(reader).filter(training_session=OuterRef("pk"))
    on_board = may_open(reader.authority.role_names, "obligation_detail")
    return Story(
        plan=plan,
        revisions=list(
            plan.revisions.select_related("submitted_by", "decision__decided_by", "created_by").order_by("number")
        ),
        sessions=list(
            plan.training_sessions.select_related("site", "obligation", "obligation__report", "summary")
            .annotate(
                cases=Count("enrolments__cases", filter=~Q(enrolments__cases__state="voided")),
                cases_since=Min("enrolments__cases__opened_at", filter=~Q(enrolments__cases__state="voided")),
                cases_open=Count("enrolments__cases", filter=Q(enrolments__cases__state__in=["open", "scheduled"])),
                cases_until=Max("enrolments__cases__settled_at"),
                obligation_opens=Exists(obligations) if on_board else Value(False),
            )
            .order_by("starts_at", "pk")
        ),
        versions=list(
            ReportVersion.objects.filter(report__obligation__training_session__plan=plan)
            .select_related("report", "submitted_by", "report__obligation__training_session")
            .annotate(opens=Exists(TrainingReport.objects.visible_to(reader).filter(pk=OuterRef("report"))))
            .defer("content")
            .order_by("submitted_at")
        ),
        rows=plain_rows(TrainingPlan.objects.filter(pk=plan.pk), _kinds()),
    )


def _kinds() -> dict[str, Any]:
    plan = OuterRef("pk")
    return {
        "needs": NeedSource.objects.filter(revisions__plan=plan)
        .distinct()
        .order_by()
        .values(data=JSONObject(kind="kind", dated_on="dated_on", asked_by="asked_by", request="request")),
        "consultations": Consultation.objects.filter(plan=plan)
        .order_by("asked_at")
        .values(
            data=JSONObject(
                party="party",
                asked_at="asked_at",
                due_on="due_on",
                answer="answer",
                answered_at="answered_at",
                answered_by="answered_by__name",
            )
        ),
        "outcomes": TargetOutcome.objects.filter(plan=plan)
        .order_by()
        .values("plan")
        .annotate(
            n_all=Count("pk"),
            n_trained=Count("pk", filter=Q(state=OutcomeState.TRAINED)),
            n_outstanding=Count("pk", filter=Q(state=OutcomeState.OUTSTANDING)),
        )
        .values(data=JSONObject(targeted="n_all", trained="n_trained", outstanding="n_outstanding")),
        "reviews": Review.objects.filter(plans=plan)
        .order_by("scheduled_at")
        .values(
            data=JSONObject(
                number="number",
                state="state",
                created_at="created_at",
                scheduled_at="scheduled_at",
                held_at="held_at",
                approved_at="minutes__approved_at",
                closed_at="closed_at",
            )
        ),
        "actions": ImprovementAction.objects.filter(finding__review__plans=plan)
        .order_by("created_at")
        .values(
            data=JSONObject(
                number="number",
                text="text",
                state="state",
                owner="owner__name",
                created_at="created_at",
                due_at="due_at",
                done_at="done_at",
            )
        ),
    }


# --- The six stages ----------------------------------------------------------------------------------------


def stages(story: Story) -> list[Stage]:
    """The stages that clause 2.2 names, in order; the first that is not done is the present one."""
    parts = [
        _preparation(story),
        _execution(story),
        _monitoring(story),
        _reporting(story),
        _evaluation(story),
        _improvement(story),
    ]
    present = next((index for index, (_n, _c, done, _w) in enumerate(parts) if not done), None)
    return [
        Stage(name, clause, done, index == present and story.plan.state != PlanState.CANCELLED, note)
        for index, (name, clause, done, note) in enumerate(parts)
    ]


_Part = tuple[str, str, bool, str]


def _preparation(story: Story) -> _Part:
    approved = next((each for each in story.revisions if each.pk == story.plan.approved_revision_id), None)
    if approved is None:
        return _("Preparation"), "5.1", False, story.plan.get_state_display()
    return _("Preparation"), "5.1", True, _("revision %(number)d approved") % {"number": approved.number}


def _execution(story: Story) -> _Part:
    due = [each for each in story.sessions if each.state != SessionState.CANCELLED]
    held = [each for each in due if each.state in (SessionState.CONCLUDED, SessionState.FILED)]
    note = _("%(done)d of %(total)d sessions") % {"done": len(held), "total": len(due)}
    return _("Execution"), "5.2", bool(due) and len(held) == len(due), note


def _monitoring(story: Story) -> _Part:
    counts = story.outcomes
    note = _("%(done)d of %(total)d trained") % {"done": counts["trained"], "total": counts["targeted"]}
    return _("Monitoring"), "5.3.1", bool(counts["targeted"]) and not counts["outstanding"], note


def _reporting(story: Story) -> _Part:
    owed = [each.obligation for each in story.sessions if hasattr(each, "obligation")]
    owed = [each for each in owed if each.state != ObligationState.VOID]
    sent = [each for each in owed if each.state == ObligationState.SUBMITTED]
    note = _("%(done)d of %(total)d reports") % {"done": len(sent), "total": len(owed)}
    return _("Reporting"), "5.3.2", bool(owed) and len(sent) == len(owed), note


def _evaluation(story: Story) -> _Part:
    reviews = story.rows["reviews"]
    if not reviews:
        return _("Evaluation"), "5.4", False, _("no review yet")
    last = reviews[-1]
    done = last["state"] in (ReviewState.APPROVED, ReviewState.CLOSED)
    return _("Evaluation"), "5.4", done, str(ReviewState(last["state"]).label)


def _improvement(story: Story) -> _Part:
    actions = story.rows["actions"]
    effective = [each for each in actions if each["state"] == ActionState.EFFECTIVE]
    closed = story.plan.state == PlanState.CLOSED
    note = _("%(done)d of %(total)d actions effective") % {"done": len(effective), "total": len(actions)}
    return _("Improvement"), "4.4", closed and len(effective) == len(actions), note


# --- What happened -----------------------------------------------------------------------------------------


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
