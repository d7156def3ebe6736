"""What every service of the stage needs: locks in the house's order, the summary, who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _

from planning.models import TrainerProfile, TrainingPlan
from sessions.enums import CaseState, MeetingState
from sessions.models import Enrolment, MeetingTrainer, RecoveryCase, SessionMeeting, TrainingSession
from sessions.notices import about
from sessions.queries.ledger import TRAINED
from trainingops.domain import Refused, StaleVersion
from trainingops.notifications.services import notify
from trainingops.people.models import User

#: A class that begins within this time is told of at once.
SOON = timedelta(days=1)


@dataclass(frozen=True)
class Clash:
    """Two values for one cell: mine was typed over a version that somebody has changed since (SCR-4)."""

    enrolment: Enrolment
    mine: Any
    theirs: Any
    by: str
    at: datetime | None
    version: int
    parameter: str = ""


class GridConflict(StaleVersion):
    """Nothing was written: ``clashes`` holds both values of each cell, who and when."""

    def __init__(self, clashes: list[Clash]) -> None:
        self.clashes = clashes
        names = ", ".join(sorted({clash.enrolment.person.name for clash in clashes}))
        super().__init__(
            _("%(names)s changed since this page was opened. Nothing of this save was kept; choose which value holds.")
            % {"names": names},
            code="conflict",
        )


def lock_plans(plan_ids: Iterable[int]) -> list[TrainingPlan]:
    """The plans, locked in the order of their keys: always the first lock."""
    return list(
        TrainingPlan.objects.select_for_update(no_key=True, of=("self",))
        .select_related("site", "line", "pic", "approved_revision")
        .filter(pk__in=set(plan_ids))
        .order_by("pk")
    )


def plans_recovering_in(training_session: TrainingSession) -> list[int]:
    """Keys of the plans whose cases wait for a session: locked with its own before the session."""
    cases = training_session.recovers.filter(state=CaseState.SCHEDULED)
    return list(cases.values_list("enrolment__training_session__plan", flat=True))


def lock_plans_touched_by(training_session: TrainingSession) -> list[TrainingPlan]:
    """Its own plan, and those whose cases were or should have been recovered in it: a correction there moves them."""
    here = RecoveryCase.objects.filter(Q(scheduled_in=training_session) | Q(missed_in=training_session))
    others = here.values_list("enrolment__training_session__plan", flat=True)
    own = TrainingSession.objects.filter(pk=training_session.pk).values_list("plan", flat=True)
    return lock_plans({*own, *others})


def lock_session(training_session: TrainingSession) -> TrainingSession:
    """The session as it is now, locked until the transaction ends: whoever writes its rows holds this lock.

    It brings its ``teachers``, for :func:`stands_for`, without a query more.
    """
    return (
        TrainingSession.objects.select_for_update(no_key=True, of=("self",))
        .annotate(teachers=_teachers("pk"))
        .select_related("plan__pic", "site", "line", "module_version")
        .get(pk=training_session.pk)
    )


def lock_session_of_plan(training_session: TrainingSession) -> TrainingSession:
    """As :func:`lock_session`, the plan locked before it, by one statement: for what may settle targets of the plan.

    Whoever waives, recovers or ends the last of a plan's cases holds its plan first; so must who writes the scores or
    the test that settles one, or each waits for the other.
    """
    return (
        TrainingSession.objects.select_for_update(no_key=True, of=("plan", "self"))
        .annotate(teachers=_teachers("pk"))
        .select_related("plan__pic", "site", "line", "module_version")
        .get(pk=training_session.pk)
    )


def lock_meeting(meeting: SessionMeeting) -> SessionMeeting:
    """The meeting as it is now, its session locked first, then itself: whoever changes a meeting holds its session."""
    locked = (
        SessionMeeting.objects.select_for_update(no_key=True, of=("training_session", "self"))
        .annotate(teachers=_teachers("training_session"))
        .select_related("training_session__plan__pic", "training_session__site", "training_session__line")
        .get(pk=meeting.pk)
    )
    locked.training_session.teachers = locked.teachers
    return locked


def _teachers(session: str) -> ArraySubquery:
    """Who teaches a session, with ``session`` the path to its key: the uuid of each and the key of the account."""
    taught = MeetingTrainer.objects.filter(meeting__training_session=OuterRef(OuterRef(session))).values("trainer")
    rows = TrainerProfile.objects.filter(pk__in=taught).order_by()
    return ArraySubquery(rows.values(row=JSONObject(uuid="uuid", user="user_id")))


def users_of(enrolments: Iterable[Enrolment]) -> list[User]:
    """The accounts of those enrolled who have one."""
    return list(User.objects.filter(is_active=True, person__in=[each.person_id for each in enrolments]))


def tell_participants(
    kind: str,
    training_session: TrainingSession,
    enrolments: Iterable[Enrolment] | None = None,
    *,
    now: datetime,
    step: str = "",
    subject: RecoveryCase | None = None,
    more: Mapping[str, object] | None = None,
) -> None:
    """Notify those enrolled, with their trainings page: everybody of the session unless ``enrolments`` says who.

    The mails about a class that begins soon do not wait for anybody's working hours.

    Args:
        subject: what it is about, if not the session.
        more: params beside those of :func:`sessions.notices.about`.
    """
    if enrolments is None:
        enrolments = training_session.enrolments.filter(removed_at=None)
    notify(
        kind=kind,
        recipients=users_of(enrolments),
        subject=subject or training_session,
        step=step,
        url=reverse("my_trainings"),
        params=about(training_session, **(more or {})),
        urgent=now < training_session.starts_at < now + SOON or None,
        now=now,
    )


def tell_trainers(
    kind: str,
    training_session: TrainingSession,
    *,
    actor: Any,
    now: datetime,
    step: str = "",
    more: Mapping[str, object] | None = None,
) -> None:
    """Notify who teaches what is left of the session, with its page; not who did it themselves."""
    left = MeetingTrainer.objects.filter(
        meeting__training_session=training_session, meeting__state__in=[MeetingState.PLANNED, MeetingState.OPEN]
    )
    users = User.objects.filter(is_active=True, trainer_profile__in=left.values("trainer"))
    notify(
        kind=kind,
        recipients=[user for user in users if user != actor],
        subject=training_session,
        step=step,
        url=reverse("session_detail", args=[training_session.uuid]),
        params=about(training_session, **(more or {})),
        now=now,
    )


def require_reason(reason: str) -> None:
    """Raise ``Refused`` unless something is written."""
    if not reason.strip():
        raise Refused(_("The reason is blank. Write why."), field="reason")


_SUMMARY = f"""
WITH people AS (
    SELECT id FROM training_sessions_enrolment WHERE training_session_id = %(key)s AND removed_at IS NULL
        AND origin NOT IN ('substitute', 'extra')
), met AS (
    SELECT id FROM training_sessions_sessionmeeting WHERE training_session_id = %(key)s AND state <> 'cancelled'
), roll AS (
    SELECT a.enrolment_id, count(*) AS recorded,
        bool_or(a.status = 'absent') AS absent, bool_or(a.status = 'late') AS late,
        bool_and(a.status = 'absent') AS away
    FROM training_sessions_attendance a JOIN people ON people.id = a.enrolment_id JOIN met ON met.id = a.meeting_id
    WHERE a.status <> '' GROUP BY a.enrolment_id
), trained AS (SELECT enrolment_id FROM ({TRAINED} JOIN people ON people.id = e.id) t WHERE trained
), took_part AS (
    SELECT id FROM people WHERE id NOT IN (SELECT enrolment_id FROM roll WHERE away)
        OR id IN (SELECT enrolment_id FROM trained)
), result AS (
    SELECT r.enrolment_id, r.status, r.final, r.passed
    FROM training_sessions_sessionresult r JOIN took_part ON took_part.id = r.enrolment_id
    WHERE r.current
), test AS (
    SELECT DISTINCT ON (t.enrolment_id, t.phase) t.phase, t.percentage FROM (
        SELECT a.enrolment_id, a.phase, a.number, a.id, a.points * 100 / a.maximum AS percentage
        FROM training_sessions_testattempt a JOIN took_part ON took_part.id = a.enrolment_id
        WHERE a.state = 'submitted' AND a.maximum > 0
        UNION ALL
        SELECT s.enrolment_id, split_part(p.source, '_', 1), 0, -s.id, s.value * 100 / p.maximum_score
        FROM training_sessions_parameterscore s JOIN took_part ON took_part.id = s.enrolment_id
        JOIN planning_scoringparameter p ON p.id = s.parameter_id
        WHERE p.source IN ('pre_test', 'post_test') AND s.attempt = 1 AND s.value IS NOT NULL
    ) t ORDER BY t.enrolment_id, t.phase, t.number DESC, t.id DESC
)
UPDATE training_sessions_sessionsummary SET
    enrolled = (SELECT count(*) FROM people),
    beyond_target = (
        SELECT count(*) FROM training_sessions_enrolment WHERE training_session_id = %(key)s AND removed_at IS NULL
            AND origin IN ('substitute', 'extra')
    ),
    recorded = (SELECT count(*) FROM roll WHERE recorded >= (SELECT count(*) FROM met)),
    present = (SELECT count(*) FROM roll WHERE NOT absent AND NOT late),
    late = (SELECT count(*) FROM roll WHERE late AND NOT absent),
    absent = (SELECT count(*) FROM roll WHERE absent),
    scored = (SELECT count(*) FROM result WHERE status = 'scored'),
    passed = (SELECT count(*) FROM result JOIN trained USING (enrolment_id) WHERE passed),
    cases_open = (
        SELECT count(*) FROM training_sessions_recoverycase c JOIN people ON people.id = c.enrolment_id
        WHERE c.state IN ('open', 'scheduled')
    ),
    mean_pre = (SELECT avg(percentage) FROM test WHERE phase = 'pre'),
    mean_post = (SELECT avg(percentage) FROM test WHERE phase = 'post'),
    mean_final = (SELECT avg(final) FROM result WHERE status = 'scored')
WHERE training_session_id = %(key)s
"""  # noqa: S608


def refresh_summary(training_session: TrainingSession) -> None:
    """Recompute the counts of a session from its rows, by one statement; its lock is held.

    Somebody counts once, by the worst of their meetings: absent before late before present. Who came without being
    targeted counts apart. Scores count of who took part, or made up for it. A test counts as in
    :func:`sessions.queries.facts.session_facts`: the one handed in here before the one from paper or a file, and none
    while it waits for marking.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, {"key": training_session.pk})


def refresh_origins(cases: Iterable[RecoveryCase]) -> None:
    """Recount the sessions in which settled cases arose; their plans are locked, so that nobody else waits for two."""
    keys = {case.enrolment.training_session_id for case in cases}
    for each in TrainingSession.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"):
        refresh_summary(each)


def stands_for(actor: User, locked: TrainingSession) -> dict[str, list[str]]:
    """For the journal: the trainers without account for whom ``actor`` acts, as ``{"for": uuids}`` (5.1.1 a).

    Nothing when the actor teaches, or when every trainer of the session has an account and acts alone.

    Args:
        locked: as :func:`lock_session` or :func:`lock_meeting` brought it.
    """
    teachers: list[dict[str, Any]] = locked.teachers  # type: ignore[attr-defined]
    if any(each["user"] == actor.pk for each in teachers):
        return {}
    without = sorted(each["uuid"] for each in teachers if each["user"] is None)
    return {"for": without} if without else {}
