"""Everything a report, an effect study or a record needs of one session, in three queries; persons by uuid only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Subquery, TextField, prefetch_related_objects
from django.db.models.functions import Cast, Coalesce, JSONObject, Lower

from planning.models import PaperQuestion
from sessions.enums import AttemptState, MeetingState, TestPhase, Verdict
from sessions.frozen import TESTED_BY, read_scheme
from sessions.models import (
    Attendance,
    Deviation,
    Enrolment,
    MeetingTrainer,
    ParameterScore,
    RecoveryCase,
    SessionMeeting,
    SessionResult,
    SessionSummary,
    TestAnswer,
    TestAttempt,
    TrainingSession,
)
from sessions.queries.ledger import is_trained
from sessions.verdicts import stayed_away, verdict_of

#: A question that fewer people answered right is worth a remark in the report.
HARD_QUESTION = Decimal("0.5")
_TIMES = ("starts_at", "ends_at", "actual_starts_at", "actual_ends_at")


def session_facts(training_session: TrainingSession) -> dict[str, Any]:
    """What happened in a session.

    Keys: ``counts``, ``scheme``, ``meetings`` (planned and actual, trainers), ``people`` (attendance with reasons,
    tests, result with its explanation), ``gain`` (matched pairs in percent), ``items`` (post-test questions, the hard
    ones marked), ``deviations``, ``recovery``. Who came without being targeted is among the people by ``origin`` and
    in no figure but ``counts.beyond_target``. Names are in none of these; who needs them has ``enrolments`` (rows with
    person, site and line) and ``trainers`` (those of the meetings: uuid, name, user) beside them.
    """
    enrolments = list(
        Enrolment.objects.filter(training_session=training_session, removed_at=None)
        .select_related("person", "site", "line", "training_session__summary")
        .annotate(attended=_attended(), tests_taken=_tests(), tests_typed=_typed_tests())
        .annotate(results_now=_results(), cases_now=_cases(), trained=is_trained())
        .order_by(Lower("person__name"), "pk")
    )
    tested = [each for each in enrolments if _took_part(each)]
    said = (
        TrainingSession.objects.annotate(meetings_now=_meetings(), questions=_questions(tested))
        .values("meetings_now", "questions")
        .get(pk=training_session.pk)
    )
    meetings = [each | {name: _moment(each[name]) for name in _TIMES} for each in said["meetings_now"]]
    scales = {str(each.uuid): each.parameter.maximum_score for each in read_scheme(training_session.scheme).parameters}
    rows = {each["uuid"]: SessionMeeting(**{name: each[name] for name in _TIMES}) for each in meetings}
    people = {
        each.pk: _person(each)
        | (_achieved(each, scales) if _took_part(each) else {})
        | {"attendance": _cells(each, rows, training_session)}
        for each in enrolments
    }
    targeted = {each.pk: people[each.pk] for each in enrolments if not each.is_beyond_target}
    trainers = {trainer["uuid"]: trainer for each in meetings for trainer in each["trainers"]}
    return {
        "counts": _counts(enrolments, targeted),
        "scheme": _scheme(training_session),
        "meetings": [each | {"trainers": [_taught(trainer) for trainer in each["trainers"]]} for each in meetings],
        "people": list(people.values()),
        "gain": _gain(targeted),
        "items": _items(said["questions"], tested),
        "deviations": _deviations(training_session),
        "recovery": _recovery(enrolments),
        "enrolments": enrolments,
        "trainers": list(trainers.values()),
    }


def _person(enrolment: Any) -> dict[str, Any]:
    return {
        "person": str(enrolment.person.uuid),
        "enrolment": str(enrolment.uuid),
        "origin": enrolment.origin,
        "trained": enrolment.trained,
        "pre": None,
        "post": None,
        "remedial": None,
        "status": None,
        "final": None,
        "passed": None,
        "below_minimum": [],
        "explanation": None,
    }


def _took_part(enrolment: Any) -> bool:
    """Whether tests and scores of an enrolment count: not of who stayed away and has not made up for it."""
    return enrolment.trained or not stayed_away(row["status"] for row in enrolment.attended)


def _taught(trainer: Mapping[str, Any]) -> dict[str, Any]:
    return {key: trainer[key] for key in ("uuid", "substitute")}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _meetings() -> ArraySubquery:
    """The meetings of a session that were not cancelled, with who taught them."""
    trainers = MeetingTrainer.objects.filter(meeting=OuterRef("pk")).order_by("pk")
    taught = JSONObject(
        uuid="trainer__uuid", substitute="is_substitute", name="trainer__name", user="trainer__user__uuid"
    )
    meetings = SessionMeeting.objects.filter(training_session=OuterRef("pk")).exclude(state=MeetingState.CANCELLED)
    kept = {name: name for name in ("uuid", "state", *_TIMES)}
    return ArraySubquery(meetings.values(row=JSONObject(**kept, trainers=ArraySubquery(trainers.values(row=taught)))))


def _attended() -> ArraySubquery:
    """The attendance of an enrolment, meeting by meeting."""
    rows = Attendance.objects.filter(
        enrolment=OuterRef("pk"), meeting__training_session=OuterRef("training_session")
    ).exclude(meeting__state=MeetingState.CANCELLED)
    kept = {name: name for name in ("status", "minutes_late", "minutes_left_early", "source", "recorded_at")}
    return ArraySubquery(
        rows.order_by("meeting__starts_at").values(
            row=JSONObject(
                **kept,
                meeting="meeting__uuid",
                reason="reason__code",
                charged_to_operation=Coalesce("reason__charged_to_operation", False),
                note="reason_note",
            )
        )
    )


def _cells(
    enrolment: Any, meetings: Mapping[str, SessionMeeting], training_session: TrainingSession
) -> list[dict[str, Any]]:
    """The attendance of an enrolment with what of it needs recovery."""
    # Here, because the services make records from these facts.
    from sessions.services.cases import shortfall

    cells = []
    for row in enrolment.attended:
        counted = Attendance(**{name: row[name] for name in ("status", "minutes_late", "minutes_left_early")})
        why = shortfall(counted, meetings[row["meeting"]], training_session.tolerance_minutes)
        cells.append(row | {"recorded_at": _moment(row["recorded_at"]), "shortfall": why[0] if why else None})
    return cells


def _tests() -> ArraySubquery:
    """The tests of an enrolment in their order."""
    taken = TestAttempt.objects.filter(enrolment=OuterRef("pk"), state=AttemptState.SUBMITTED).order_by("number", "pk")
    figures = {name: Cast(name, TextField()) for name in ("points", "maximum")}
    return ArraySubquery(taken.values(row=JSONObject(phase="phase", submitted_at="submitted_at", **figures)))


def _typed_tests() -> ArraySubquery:
    """The scores of tests that came from paper or a file, as their scale has them."""
    given = ParameterScore.objects.filter(enrolment=OuterRef("pk"), attempt=1, value__isnull=False)
    given = given.filter(parameter__source__in=TESTED_BY).order_by("pk")
    row = JSONObject(source="parameter__source", parameter="parameter__uuid", value=Cast("value", TextField()))
    return ArraySubquery(given.values(row=row))


def _results() -> ArraySubquery:
    """The result of an enrolment that stands."""
    standing = SessionResult.objects.filter(enrolment=OuterRef("pk"), current=True)
    kept = {name: name for name in ("status", "attempt", "passed", "explanation")}
    return ArraySubquery(standing.values(row=JSONObject(**kept, final=Cast("final", TextField()))))


def _cases() -> ArraySubquery:
    """The recovery cases of an enrolment."""
    kept = {name: name for name in ("uuid", "kind", "cause", "minutes", "state", "due_at")}
    cases = RecoveryCase.objects.filter(enrolment=OuterRef("pk")).order_by()
    return ArraySubquery(
        cases.values(row=JSONObject(**kept, meeting="meeting__uuid", scheduled_in="scheduled_in__number"))
    )


def _figure(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _achieved(enrolment: Any, scales: Mapping[str, Decimal]) -> dict[str, Any]:
    """Tests by phase, and the result with its explanation; a test handed in here counts before one on paper.

    A test with a short answer that waits for its mark has neither points nor percentage: it is no zero (5.1.2).
    """
    found: dict[str, Any] = {}
    for row in enrolment.tests_typed:
        value, scale = Decimal(row["value"]), scales[row["parameter"]]
        test = {"points": value, "maximum": scale, "percentage": value * 100 / scale, "submitted_at": None}
        found.setdefault(TESTED_BY[row["source"]].value, test)
    for row in enrolment.tests_taken:
        points, maximum = _figure(row["points"]), _figure(row["maximum"])
        found[row["phase"]] = {
            "points": points,
            "maximum": maximum,
            "percentage": points * 100 / maximum if points is not None and maximum else None,
            "submitted_at": datetime.fromisoformat(row["submitted_at"]) if row["submitted_at"] else None,
        }
    for row in enrolment.results_now:
        below = row["explanation"].get("below_minimum", [])
        found |= {**row, "final": _figure(row["final"]), "below_minimum": below}
    return found


def _counts(enrolments: Sequence[Enrolment], people: dict[int, dict[str, Any]]) -> dict[str, Any]:
    summary = enrolments[0].training_session.summary if enrolments else SessionSummary()
    words = Counter(verdict_of(person) for person in people.values())
    not_released = sum(any(cell["charged_to_operation"] for cell in person["attendance"]) for person in people.values())
    return {
        "enrolled": summary.enrolled,
        "beyond_target": summary.beyond_target,
        "recorded": summary.recorded,
        "present": summary.present,
        "late": summary.late,
        "absent": summary.absent,
        "not_recorded": summary.enrolled - summary.recorded,
        "charged_to_operation": not_released,
        "scored": summary.scored,
        "trained": sum(person["trained"] for person in people.values()),
        "passed": words[Verdict.PASSED],
        "passed_not_trained": words[Verdict.NOT_TRAINED],
        "not_passed": words[Verdict.NOT_PASSED],
        "not_scored": words[Verdict.NOT_SCORED] + words[Verdict.INCOMPLETE],
        "did_not_take_part": words[Verdict.ABSENT],
        "cases_open": summary.cases_open,
        "mean_pre": summary.mean_pre,
        "mean_post": summary.mean_post,
        "mean_final": summary.mean_final,
    }


def _scheme(training_session: TrainingSession) -> dict[str, Any]:
    frozen = read_scheme(training_session.scheme)
    return {
        "name": frozen.name,
        "hash": training_session.scheme_hash,
        "pass_mark": frozen.scheme.pass_mark,
        "decimals": frozen.scheme.decimals,
        "parameters": [
            {
                "name": each.name,
                "weight": each.parameter.weight,
                "minimum": each.parameter.minimum,
                "maximum": each.parameter.maximum_score,
                "source": each.source,
            }
            for each in frozen.parameters
        ],
    }


def _gain(people: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Pairs of pre- and post-test of the same person, in percent; one that waits for marking makes no pair."""
    both = [
        tuple(person[phase] and person[phase]["percentage"] for phase in ("pre", "post")) for person in people.values()
    ]
    pairs = [(pre, post) for pre, post in both if pre is not None and post is not None]
    count = len(pairs)
    return {
        "pairs": pairs,
        "n": count,
        "mean_pre": sum((pre for pre, _post in pairs), Decimal(0)) / count if count else None,
        "mean_post": sum((post for _pre, post in pairs), Decimal(0)) / count if count else None,
    }


def _questions(enrolments: Sequence[Enrolment]) -> ArraySubquery:
    """The questions of a session's post-test in their order, with how many answered each, right, or unmarked yet."""
    attempts = TestAttempt.objects.filter(enrolment__in=enrolments, state=AttemptState.SUBMITTED, phase=TestPhase.POST)
    answers = (
        TestAnswer.objects.filter(attempt__in=attempts, question_version=OuterRef("question_version"))
        .exclude(choice=[])
        .order_by()
        .values("question_version")
    )
    right, unmarked = Count("pk", filter=Q(points__gt=0)), Count("pk", filter=Q(points=None))
    rows = PaperQuestion.objects.filter(paper=OuterRef("post_paper")).order_by("order")
    return ArraySubquery(
        rows.values(
            row=JSONObject(
                question="question_version__uuid",
                code="question_version__question__code",
                order="order",
                answered=Coalesce(Subquery(answers.annotate(n=Count("pk")).values("n")), 0),
                right=Coalesce(Subquery(answers.annotate(n=right).values("n")), 0),
                unmarked=Coalesce(Subquery(answers.annotate(n=unmarked).values("n")), 0),
            )
        )
    )


def _items(questions: Sequence[Mapping[str, Any]], people: Sequence[Any]) -> list[dict[str, Any]]:
    """Each question of the post-test with how many answered it right; a blank counts as wrong, and is counted.

    Of a test on paper only its score is known, and an answer that waits for its mark is neither right nor wrong.
    """
    handed_in = sum(any(row["phase"] == TestPhase.POST for row in each.tests_taken) for each in people)
    items = []
    for question in questions:
        row = {key: value for key, value in question.items() if key != "unmarked"}
        taken = handed_in - question["unmarked"]
        share = Decimal(row["right"]) / taken if taken else None
        items.append(
            {
                **row,
                "taken": taken,
                "blank": handed_in - row["answered"],
                "share": share,
                "hard": share is not None and share < HARD_QUESTION,
            }
        )
    return items


def _deviations(training_session: TrainingSession) -> list[dict[str, Any]]:
    return [
        {
            "uuid": str(each.uuid),
            "kind": each.kind,
            "planned": each.planned,
            "actual": each.actual,
            "measured": each.measured,
            "reason": each.reason,
            "acknowledged_at": each.acknowledged_at,
        }
        for each in deviations_of(training_session)
    ]


def deviations_of(training_session: TrainingSession) -> list[Deviation]:
    """The deviations of a session in their order, read once for this instance."""
    prefetch_related_objects([training_session], "deviations")
    return list(training_session.deviations.all())


def _recovery(enrolments: Sequence[Any]) -> list[dict[str, Any]]:
    """The cases of all, the earliest due first."""
    cases = [
        {**row, "person": str(each.person.uuid), "due_at": datetime.fromisoformat(row["due_at"])}
        for each in enrolments
        for row in each.cases_now
    ]
    return sorted(cases, key=lambda case: (case["due_at"], case["uuid"]))
