"""Planned against actual (clause 4.2): found by comparing, explained by the trainer, acknowledged by the manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from planning.enums import Method
from planning.models import ModuleVersion, TrainingApplication
from planning.models.resources import untranslated
from planning.queries.plans import holders
from sessions.enums import DeviationKind, MeetingState, SessionState
from sessions.models import Deviation, SessionMeeting, TrainingSession
from sessions.models.held import actual_of, planned_of
from sessions.notices import about
from sessions.policies import can_decide, can_run_session
from sessions.queries.pages import untaken_tests
from sessions.services.common import lock_session, stands_for
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.services import notify
from trainingops.people.models import User
from trainingops.ui.stored import Stored, stored_day, stored_moment, stored_share, stored_span, stored_word

#: A start or a length that differs by less is as planned.
SLACK = timedelta(minutes=15)
#: What the times of the meetings tell by themselves.
MEASURED = (DeviationKind.DATE, DeviationKind.TIME, DeviationKind.DURATION)


@dataclass(frozen=True)
class Difference:
    """A difference that needs a reason: pairs of what was planned and what was, as stored values."""

    kind: str
    measured: list[tuple[Stored, Stored]]

    @property
    def planned(self) -> str:
        return planned_of(self.measured)

    @property
    def actual(self) -> str:
        return actual_of(self.measured)


def differences(training_session: TrainingSession, meetings: Iterable[SessionMeeting]) -> list[Difference]:
    """What differs between the plan and what was: times of the concluded meetings, and tests; one line a kind.

    A start or a duration counts from 15 minutes on; a start on another local date always; a test that the scheme counts
    and none of those present took always. A class that began as planned and ended past midnight lasted longer, no more.
    """
    zone = training_session.site.zone
    found: dict[str, list[tuple[Stored, Stored]]] = {}
    for meeting in meetings:
        start, end = meeting.actual_starts_at, meeting.actual_ends_at
        if meeting.state != MeetingState.CONCLUDED or start is None or end is None:
            continue
        planned, actual = (at.astimezone(zone).date() for at in (meeting.starts_at, start))
        if planned != actual:
            found.setdefault(DeviationKind.DATE, []).append((stored_day(planned), stored_day(actual)))
        elif abs(start - meeting.starts_at) >= SLACK:
            found.setdefault(DeviationKind.TIME, []).append(
                (stored_moment(meeting.starts_at, zone, "short"), stored_moment(start, zone, "short"))
            )
        planned_length, actual_length = meeting.ends_at - meeting.starts_at, end - start
        if abs(actual_length - planned_length) >= SLACK:
            found.setdefault(DeviationKind.DURATION, []).append(
                (stored_span(planned_length), stored_span(actual_length))
            )
    if tests := untaken_tests(training_session):
        found[DeviationKind.TEST] = [(str(phase.label), stored_share(0, here)) for phase, here in tests]
    return [Difference(kind, pairs) for kind, pairs in found.items()]


@dataclass(frozen=True, kw_only=True)
class Used:
    """What was really used, as its trainer says when the session ends; None where nobody asked."""

    method: str | None = None
    application: TrainingApplication | None = None
    module_version: ModuleVersion | None = None


def differences_of(training_session: TrainingSession, used: Used) -> list[Difference]:
    """What was used otherwise than approved (4.2): method, application, module version.

    A kind that was reported on the day is not asked for again.
    """
    revision = training_session.revision
    pairs: dict[str, tuple[Stored, Stored]] = {}
    if revision is not None and used.method and used.method != revision.method:
        pairs[DeviationKind.METHOD] = (method_word(revision.method), method_word(used.method))
    if revision is not None and used.application and used.application != revision.application:
        pairs[DeviationKind.APPLICATION] = (str(revision.application or ""), str(used.application))
    if used.module_version and used.module_version != training_session.module_version:
        pairs[DeviationKind.MODULE] = (str(training_session.module_version), str(used.module_version))
    if not pairs:
        return []
    reported = set(training_session.deviations.values_list("kind", flat=True))
    return [Difference(kind, [pair]) for kind, pair in pairs.items() if kind not in reported]


def method_word(method: str) -> Stored:
    """A method as it is kept, to be read in the reader's language."""
    return stored_word(untranslated(Method(method).label)) if method else ""


def write_differences(
    training_session: TrainingSession,
    found: list[Difference],
    reasons: Mapping[str, str],
    *,
    actor: User,
    now: datetime,
) -> list[Deviation]:
    """Keep the differences of a session that ends, each with its reason, and tell the manager.

    Raises:
        Refused: a reason is missing; the message names the kind and both values, its field is ``reason_<kind>``.
    """
    for each in found:
        if not reasons.get(each.kind, "").strip():
            raise Refused(
                _("%(kind)s: planned %(planned)s, actual %(actual)s. Write the reason.")
                % {"kind": DeviationKind(each.kind).label, "planned": each.planned, "actual": each.actual},
                field=f"reason_{each.kind}",
            )
    rows = [
        _write(training_session, each.kind, reasons[each.kind].strip(), actor, now, measured=each.measured)
        for each in found
    ]
    _tell_managers(training_session, rows, now)
    return rows


@service
def report_deviation(
    *,
    training_session: TrainingSession,
    kind: str,
    planned: str,
    actual: str,
    reason: str,
    actor: User,
    now: datetime,
) -> Deviation:
    """On the day itself something differs from the plan (APR-3): application down, other module, a late start.

    Another trainer is not only told but booked: :func:`~sessions.services.substituting.substitute_trainer`.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the session has ended, or was cancelled.
        Refused: something is blank.
    """
    training_session = lock_to_deviate(training_session, actor)
    for name, value in (("planned", planned), ("actual", actual), ("reason", reason)):
        if not value.strip():
            raise Refused(_("This is blank. Write what was planned, what happened, and why."), field=name)
    return note_deviation(
        training_session, kind, reason.strip(), planned=planned.strip(), actual=actual.strip(), actor=actor, now=now
    )


def lock_to_deviate(training_session: TrainingSession, actor: User) -> TrainingSession:
    """The session, locked, for who runs it: it differs from its plan until it is concluded.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the session has ended, or was cancelled.
    """
    training_session = lock_session(training_session)
    require(can_run_session(actor, training_session))
    if training_session.state not in (SessionState.SCHEDULED, SessionState.OPEN):
        raise WrongState(
            _("The session is “%(state)s”; a deviation is reported before it is concluded.")
            % {"state": training_session.get_state_display()}
        )
    return training_session


def note_deviation(
    training_session: TrainingSession,
    kind: str,
    reason: str,
    *,
    planned: str,
    actual: str,
    measured: Sequence[tuple[Stored, Stored]] = (),
    actor: User,
    now: datetime,
) -> Deviation:
    """Keep a deviation that another step causes, inside that service, and tell the manager."""
    row = _write(training_session, kind, reason, actor, now, planned=planned, actual=actual, measured=measured)
    _tell_managers(training_session, [row], now)
    return row


@service
def acknowledge_deviation(*, deviation: Deviation, actor: User, now: datetime) -> Deviation:
    """The manager has seen a deviation and its reason.

    Raises:
        NotAllowed: not the manager of site and line, or the one who reported it.
        WrongState: acknowledged already.
    """
    deviation = (
        Deviation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("training_session__plan")
        .get(pk=deviation.pk)
    )
    require(can_decide(actor, deviation.training_session.plan) and deviation.reported_by_id != actor.pk)
    if deviation.acknowledged_at is not None:
        raise WrongState(_("This deviation was acknowledged already."), code="wrong_state")
    deviation.acknowledged_by, deviation.acknowledged_at = actor, now
    deviation.save(update_fields=["acknowledged_by", "acknowledged_at"])
    record("deviation.acknowledged", subject=deviation, actor=actor, now=now)
    return deviation


def _write(
    training_session: TrainingSession,
    kind: str,
    reason: str,
    actor: User,
    now: datetime,
    *,
    planned: str = "",
    actual: str = "",
    measured: Sequence[tuple[Stored, Stored]] = (),
) -> Deviation:
    row = Deviation.objects.create(
        training_session=training_session,
        kind=kind,
        planned=planned[:200],
        actual=actual[:200],
        measured=list(measured),
        reason=reason,
        reported_by=actor,
        reported_at=now,
    )
    record(
        "deviation.reported",
        subject=row,
        actor=actor,
        now=now,
        data={"session": training_session.uuid, "kind": kind, **stands_for(actor, training_session)},
        detail={"planned": planned, "actual": actual, "measured": list(measured), "reason": reason},
    )
    return row


def _tell_managers(training_session: TrainingSession, rows: list[Deviation], now: datetime) -> None:
    if not rows:
        return
    day = now.astimezone(training_session.site.zone).date()
    notify(
        kind="deviation_reported",
        recipients=holders("manager", site=training_session.plan.site, line=training_session.plan.line, day=day),
        subject=training_session,
        step=str(rows[0].uuid),
        url=reverse("deviation_list"),
        params=about(training_session, count=len(rows)),
        now=now,
    )
