"""What waits in execution: sessions, deviations, recovery, tests (4.2, 5.2, 5.3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sessions.enums import HELD, AttemptState, CaseKind, CaseState, LapseCause, SessionState, TestPhase
from sessions.models import Enrolment, RecoveryCase, TrainingSession
from sessions.policies import can_decide
from sessions.services.assessors import ASSESSORS
from sessions.verdicts import stayed_away
from trainingops.dashboard.desk.items import AWAITED, EVENTS, ITEMS, Awaited, Event, Item, first_names, provides
from trainingops.dashboard.desk.reading import Desk
from trainingops.dashboard.desk.roles import OFFICES, TEACHERS
from trainingops.people.enums import Role


def _is_own(desk: Desk, training_session: TrainingSession) -> bool:
    return training_session.plan.pic_id == desk.user.pk or training_session.teaches  # type: ignore[attr-defined]


def _name(training_session: TrainingSession) -> str:
    return f"{training_session.plan.title}, {training_session.label}"


# --- Sessions ----------------------------------------------------------------------------------------------


@provides(ITEMS, *TEACHERS)
def sessions_to_run(desk: Desk) -> Iterable[Item]:
    """The reader's own sessions that start today, or whose end has passed without a conclusion (5.2)."""
    for each in desk.sessions:
        if not _is_own(desk, each):
            continue
        if each.state == SessionState.SCHEDULED:
            title, action, due_at = _("Open the session: %(name)s"), pgettext("verb", "Open"), each.starts_at
        elif each.state == SessionState.OPEN:
            title, action, due_at = _("Conclude the session: %(name)s"), _("Go on"), each.ends_at
        else:
            continue
        yield Item(
            title=title % {"name": _name(each)},
            why=_("%(number)s, %(site)s, attendance %(recorded)d of %(enrolled)d.")
            % {
                "number": each.number,
                "site": each.site,
                "recorded": each.summary.recorded,
                "enrolled": each.summary.enrolled,
            },
            url=reverse("session_detail", args=[each.uuid]),
            action=action,
            icon="people",
            primary=True,
            due_at=due_at,
            zone=each.site.zone,
        )


@provides(ITEMS, *TEACHERS)
def scores_missing(desk: Desk) -> Iterable[Item]:
    """Held sessions whose report is not submitted and where somebody present has no complete score (5.1.2)."""
    for each in desk.sessions:
        missing: int = each.unscored  # type: ignore[attr-defined]
        report_due_at: datetime | None = each.report_due_at  # type: ignore[attr-defined]
        if each.state in HELD and missing and report_due_at and _is_own(desk, each):
            yield Item(
                title=_("Complete the scores: %(name)s") % {"name": _name(each)},
                why=ngettext(
                    "%(n)d participant has no complete score.", "%(n)d participants have no complete score.", missing
                )
                % {"n": missing},
                url=reverse("session_scores", args=[each.uuid]),
                action=_("Fill in"),
                icon="grid",
                due_at=report_due_at - timedelta(minutes=1),  # as ReportObligation.last_minute says it
                zone=each.site.zone,
            )


@provides(ITEMS, *ASSESSORS)
def assessments_asked(desk: Desk) -> Iterable[Item]:
    """Scores that the reader was asked to give: a second opinion, or one of several that are averaged (5.1.2)."""
    for row in desk.small["assessments"]:
        address = reverse("session_scores", args=[row["session"]])
        title = _("Second opinion: %(parameter)s, %(person)s") if row["person"] else _("Assess: %(parameter)s")
        yield Item(
            title=title % row,
            why=_("%(title)s, %(batch)s.") % row,
            url=address if row["attempt"] == 1 else f"{address}?attempt={row['attempt']}",
            action=_("Fill in"),
            icon="grid",
            since=row["asked_at"],
        )


@provides(ITEMS, *TEACHERS)
def corrections_to_decide(desk: Desk) -> Iterable[Item]:
    """Attendance that somebody says was recorded wrongly (ATT-5)."""
    for row in desk.small["corrections"]:
        if row["requested_by_id"] != desk.user.pk:
            yield Item(
                title=_("Decide on a correction of attendance: %(person)s") % row,
                why=_("%(title)s, %(batch)s.") % row,
                url=reverse("correction_detail", args=[row["uuid"]]),
                action=_("Decide"),
                icon="undo",
                since=row["requested_at"],
            )


@provides(AWAITED, *TEACHERS, Role.AGENT)
def corrections_awaited(desk: Desk) -> Iterable[Awaited]:
    """Corrections that the reader asked for."""
    for row in desk.small["corrections"]:
        if row["requested_by_id"] == desk.user.pk:
            own = row["person_id"] == desk.user.person_id
            yield Awaited(
                who=row["pic"],
                title=_("Correction of attendance: %(title)s, %(batch)s") % row,
                url=reverse("check_in_done", args=[row["meeting"]])
                if own
                else reverse("correction_detail", args=[row["uuid"]]),
                since=row["requested_at"],
            )


@provides(ITEMS, *TEACHERS)
def answers_that_wait(desk: Desk) -> Iterable[Item]:
    """Short answers of the reader's sessions that nobody has marked: results wait for them (5.1.2)."""
    if found := desk.queues.get("answers"):
        yield Item(
            title=ngettext("Mark %(n)d short answer", "Mark %(n)d short answers", found.count) % {"n": found.count},
            why=_("Results stay incomplete until the last answer is marked."),
            url=reverse("marking_queue"),
            action=pgettext("verb", "Mark"),
            icon="edit",
            since=found.since,
        )


@provides(ITEMS, *TEACHERS)
def scans_that_wait(desk: Desk) -> Iterable[Item]:
    """Pages of the reader's scans that no code has filed (6); other offices find them in the menu's count."""
    if found := desk.queues.get("scans"):
        yield Item(
            title=ngettext("File %(n)d scanned page", "File %(n)d scanned pages", found.count) % {"n": found.count},
            why=_("No code on them says where they belong."),
            url=reverse("scan_list"),
            action=pgettext("verb", "File"),
            icon="archive",
            since=found.since,
        )


@provides(ITEMS, Role.MANAGER)
def deviations_to_acknowledge(desk: Desk) -> Iterable[Item]:
    """What was done otherwise than planned, with its reason (4.2)."""
    for each in desk.sessions:
        count: int = each.unacknowledged  # type: ignore[attr-defined]
        if count and can_decide(desk.user, each.plan):
            yield Item(
                title=ngettext("Acknowledge a deviation: %(name)s", "Acknowledge %(n)d deviations: %(name)s", count)
                % {"n": count, "name": _name(each)},
                why=_("%(number)s was not held exactly as approved.") % {"number": each.number},
                url=reverse("deviation_list"),
                action=_("Acknowledge"),
                icon="flag",
                since=each.told_at,  # type: ignore[attr-defined]
            )


@provides(AWAITED, *TEACHERS)
def deviations_awaiting(desk: Desk) -> Iterable[Awaited]:
    """Deviations that the reader reported."""
    for each in desk.sessions:
        if each.own_unacknowledged:  # type: ignore[attr-defined]
            yield Awaited(
                who=str(Role.MANAGER.label),
                title=_("Acknowledgement of the deviation: %(name)s") % {"name": _name(each)},
                url=reverse("session_detail", args=[each.uuid]),
                since=each.told_at,  # type: ignore[attr-defined]
            )


@provides(EVENTS, *OFFICES)
def sessions_of_today(desk: Desk) -> Iterable[Event]:
    """Sessions with a meeting today in the reader's sight: the list that ``session_list?tab=today`` shows."""
    for each in desk.sessions:
        at = each.today_at  # type: ignore[attr-defined]
        if at is None:
            continue
        yield Event(
            due_at=at,
            zone=each.site.zone,
            title=_name(each),
            url=reverse("session_detail", args=[each.uuid]),
            where=", ".join(str(part) for part in (each.site, each.planned.room) if part),
            status=_standing(each),
        )


def _standing(training_session: TrainingSession) -> tuple[str, str] | None:
    if training_session.unacknowledged or training_session.own_unacknowledged:  # type: ignore[attr-defined]
        return ("warn", _("Deviation to acknowledge"))
    if training_session.state == SessionState.OPEN:
        summary = training_session.summary
        return (
            "info",
            _("Under way, %(recorded)d/%(enrolled)d recorded")
            % {"recorded": summary.recorded, "enrolled": summary.enrolled},
        )
    if training_session.state == SessionState.SCHEDULED:
        return None
    return ("ok", training_session.get_state_display())


# --- Recovery ----------------------------------------------------------------------------------------------


@provides(ITEMS, Role.MANAGER, *TEACHERS)
def recovery_to_arrange(desk: Desk) -> Iterable[Item]:
    """Open cases that the reader owns, by session and kind: one click gathers the absences in one class (5.3.1)."""
    own = [case for case in desk.cases if case.owner_id == desk.user.pk and case.state == CaseState.OPEN]
    missed = [case for case in own if case.kind == CaseKind.RECOVERY]
    failed = [case for case in own if case.kind == CaseKind.REMEDIAL]
    yield from _gathered(missed, _("Arrange recovery: %(name)s"), _("Arrange"), reverse("recovery_schedule"))
    yield from _gathered(failed, _("Open the remedial test: %(name)s"), _("Arrange"))


@provides(ITEMS, Role.MANAGER, *TEACHERS)
def lapses_to_decide(desk: Desk) -> Iterable[Item]:
    """Who on target left or moved: nobody lapses unconfirmed (4.3)."""
    for row in desk.small["lapses"]:
        yield Item(
            title=_("Confirm or keep: %(name)s, %(title)s") % {"name": row["person"], "title": row["title"]},
            why=f"{LapseCause(row['lapse_cause']).label}.",
            url=reverse("target_lapse", args=[row["uuid"]]),
            action=_("Decide"),
            icon="user",
            since=row["lapse_proposed_at"],
        )


@provides(ITEMS, Role.TEAM_LEADER, Role.MANAGER)
def recovery_of_my_agents(desk: Desk) -> Iterable[Item]:
    """Cases of agents whom the reader leads: release them from the floor (5.3.1)."""
    led = [case for case in desk.cases if case.owner_id != desk.user.pk]
    yield from _gathered(led, _("Release for recovery: %(name)s"), _("See"))


def _gathered(cases: list[RecoveryCase], title: str, action: str, together: str = "") -> Iterable[Item]:
    """One item a session; ``together`` is the page that takes several cases at once, else the list does."""

    def session_key(case: RecoveryCase) -> int:
        return case.enrolment.training_session_id

    for _key, group in groupby(sorted(cases, key=session_key), key=session_key):
        rows = sorted(group, key=lambda case: case.due_at)
        training_session = rows[0].enrolment.training_session
        yield Item(
            title=title % {"name": _name(training_session)},
            why=first_names([case.enrolment.person.name for case in rows]) + ".",
            url=_cases_page(rows, together),
            action=action,
            icon="recover",
            due_at=rows[0].due_at,
            zone=training_session.site.zone,
            since=rows[0].opened_at,
        )


def _cases_page(cases: list[RecoveryCase], together: str) -> str:
    if together:
        return f"{together}?{urlencode([('case', case.uuid) for case in cases])}"
    return reverse("case_detail", args=[cases[0].uuid]) if len(cases) == 1 else reverse("recovery_list")


# --- Participants ------------------------------------------------------------------------------------------


@provides(ITEMS, Role.AGENT)
def tests_to_take(desk: Desk) -> Iterable[Item]:
    """Tests that are open to the reader now: with the session, or by a case (5.1.1 e, 5.3.1)."""
    for enrolment in desk.enrolments:
        phase = _open_phase(enrolment)
        if phase:
            training_session = enrolment.training_session
            word = {"pre": _("Pre-test"), "post": _("Post-test"), "remedial": _("Remedial test")}[phase]
            yield Item(
                title=f"{word}: {training_session.plan.title}",
                why=_("%(label)s, %(site)s.") % {"label": training_session.label, "site": training_session.site},
                url=reverse("test_start", args=[enrolment.uuid, phase]),
                action=_("Take the test"),
                icon="doc",
                primary=True,
                due_at=enrolment.case_due_at or training_session.ends_at,  # type: ignore[attr-defined]
                zone=training_session.site.zone,
            )


def _open_phase(enrolment: Enrolment) -> str:
    """The test that the participant may take now, or none; :func:`sessions.services.attempts.why_closed` decides."""
    training_session = enrolment.training_session
    submitted = [each for each in enrolment.attempts.all() if each.state == AttemptState.SUBMITTED]
    if case_kind := enrolment.case_kind:  # type: ignore[attr-defined]
        phase = TestPhase.REMEDIAL if case_kind == CaseKind.REMEDIAL else TestPhase.POST
        opened_at = enrolment.case_opened_at  # type: ignore[attr-defined]
        return "" if any(each.phase == phase and each.started_at >= opened_at for each in submitted) else phase
    if training_session.state != SessionState.OPEN or stayed_away(enrolment.attended):  # type: ignore[attr-defined]
        return ""
    phase = TestPhase.POST if training_session.post_opened_at else TestPhase.PRE
    paper = training_session.post_paper_id if phase == TestPhase.POST else training_session.pre_paper_id
    return "" if paper is None or any(each.phase == phase for each in submitted) else phase


@provides(EVENTS, Role.AGENT)
def own_sessions(desk: Desk) -> Iterable[Event]:
    """The reader's own sessions of the next thirty days."""
    for enrolment in desk.enrolments:
        each = enrolment.training_session
        if each.state not in (SessionState.SCHEDULED, SessionState.OPEN):
            continue
        yield Event(
            due_at=each.starts_at,
            zone=each.site.zone,
            title=_name(each),
            url=reverse("my_trainings"),
            where=", ".join(str(part) for part in (each.site, each.planned.room) if part),
            status=("info", each.get_state_display()) if each.state == SessionState.OPEN else None,
        )
