"""An older improvement of the demo whose window has ended: agents trained beside agents who met the same rule (5.4).

Eighteen agents had two findings of K3 each; six were trained, the others are still to be. Their sheets are drawn with a
fixed seed: all alike before, and those trained with a quarter of the others' rate after.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from evaluation.models import EffectStudy
from evaluation.services import measure_due
from planning.enums import ErrorClass, ReleaseState, SampleKind
from planning.models import MonitoringSample, QualityParameter, Room, TrainerProfile, TrainingPlan
from planning.queries.effect import proposal
from planning.queries.needs import DefectFilter
from planning.services import plan_improvement, save_part, save_session, sign_and_approve, submit_revision
from planning.services.drafting import MeetingTimes
from planning.services.releases import answer_release
from planning.services.samples import SampleEntry, sample_reference, save_samples
from planning.services.sources import QC_SOURCE
from sessions.enums import AttendanceStatus
from sessions.models import ReactionSurvey, TrainingSession
from sessions.services import RollCell, record_roll
from sessions.services.running import open_session
from trainingops.local.demo import school
from trainingops.local.demo.cycle import Cycle, fill, report, teach
from trainingops.local.demo.reactions import answer
from trainingops.people.models import Person, PersonAssignment

TITLE = "Perpanjangan SBG: pengungkapan biaya"
#: Days ago: the findings that chose the participants, the class (before the roster), the end of the window after.
_SELECTED, _CLASS, _ENDED = (109, 80), 66, 10
_MET, _TRAINED = 18, 6
#: The rate of CoACE on a sheet: before, and after for those trained.
_RATE, _LOWERED, _PER_SHEET = 0.14, 0.035, 10


def load_effect(cycle: Cycle) -> str:
    """Make it by the services; one line on what it says."""
    agents = _agents(cycle)
    _inspect(cycle, agents)
    plan = _approved(cycle, agents[:_TRAINED])
    training_session = plan.training_sessions.get()
    _hold(training_session)
    report(cycle, training_session, days=_CLASS - 1)
    answer(ReactionSurvey.objects.get(training_session=training_session), cycle.now)
    measure_due(now=cycle.days_ago(_ENDED - 1, 1))
    study = EffectStudy.objects.select_related("latest").get(plan=plan)
    assert study.latest is not None  # its window has ended
    return f"{plan.number} has its effect measured: {study.latest.verdict}"


def _agents(cycle: Cycle) -> list[Person]:
    """Agents of Inbound Jakarta, the last of the list, who play no part elsewhere in the demo."""
    places = PersonAssignment.objects.filter(
        site=cycle.cast.jakarta, line=cycle.cast.inbound, person__user__role_assignments__role="agent"
    )
    return list(Person.objects.working().filter(assignments__in=places).order_by("-employee_no").distinct()[:_MET])


def _inspect(cycle: Cycle, agents: Sequence[Person]) -> None:
    """A sheet of ten contacts each week, and the findings that chose the participants; read in by Quality Control."""
    dice = random.Random(20260102)  # noqa: S311 (a demo, no secret)
    places = {row.person_id: row for row in PersonAssignment.objects.filter(person__in=agents)}
    fee, check = (QualityParameter.objects.get(code=code) for code in ("K3", "K1"))
    entries = []
    for index, agent in enumerate(agents):
        is_trained = index < _TRAINED
        for weeks_ago in range(2, 24):
            day = cycle.days_ago(7 * weeks_ago + dice.randrange(5), 0).date()
            rate = _LOWERED if is_trained and day > cycle.days_ago(_CLASS, 0).date() else _RATE
            rates = {ErrorClass.COACE: rate, ErrorClass.CACE: 0.05, ErrorClass.BACE: 0.04}
            found = {
                each.value: sum(dice.random() < part for _contact in range(_PER_SHEET)) for each, part in rates.items()
            }
            defective = {name: count for name, count in found.items() if count}
            entries.append(SampleEntry(_sample(places[agent.pk], agent, day, _PER_SHEET), defective=defective))
        for number in (0, 1):
            day = cycle.days_ago(_SELECTED[0] - 3 - 9 * number - index % 5, 0).date()
            entries.append(
                SampleEntry(_contact(places[agent.pk], agent, day, number), wrong=(fee,), root_cause="knowledge")
            )
        if is_trained:
            for number, parameter in enumerate((fee, fee, check)):
                day = cycle.days_ago(_SELECTED[0] + 8 + 9 * number, 0).date()
                entries.append(SampleEntry(_contact(places[agent.pk], agent, day, 2 + number), wrong=(parameter,)))
    for number, agent in enumerate(agents[:2]):
        day = cycle.days_ago(_ENDED + 5 + number, 0).date()
        entries.append(SampleEntry(_contact(places[agent.pk], agent, day, 8), wrong=((fee, check)[number],)))
    save_samples(entries=entries, actor=cycle.cast.qc, now=cycle.days_ago(_ENDED - 1, 0))


def _sample(place: PersonAssignment, agent: Person, day: date, inspected: int, contact: str = "") -> MonitoringSample:
    kind = SampleKind.RANDOM
    return MonitoringSample(
        source=QC_SOURCE,
        source_reference=sample_reference(contact=contact, employee_no=agent.employee_no, day=day, kind=kind)
        + ("" if contact else "/EFEK"),
        person=agent,
        site_id=place.site_id,
        line_id=place.line_id,
        team_id=place.team_id,
        contacted_on=day,
        contact_reference=contact,
        kind=kind,
        inspected=inspected,
    )


def _contact(place: PersonAssignment, agent: Person, day: date, number: int) -> MonitoringSample:
    """One contact with its own reference, on which a finding stands."""
    return _sample(place, agent, day, 1, contact=f"88{agent.employee_no[-4:]}{number:02d}")


def _approved(cycle: Cycle, people: Sequence[Person]) -> TrainingPlan:
    """Chosen by their findings, with the windows that the form proposes, approved by the manager."""
    cast, at = cycle.cast, cycle.days_ago(73, 9)
    since, until = (cycle.days_ago(days, 0).date() for days in _SELECTED)
    plan = plan_improvement(
        title=TITLE,
        site=cast.jakarta,
        line=cast.inbound,
        filters=DefectFilter(since=since, until=until, parameter=QualityParameter.objects.get(code="K3")),
        minimum_count=2,
        people=people,
        module_version=school.module("PNM-HS-04"),
        actor=cast.pic,
        now=at,
    )
    revision = plan.revisions.get()
    fill(revision, at)
    starts_at = cycle.days_ago(_CLASS, 9)
    planned = save_session(
        revision=revision,
        label="Batch 1",
        host_site=cast.jakarta,
        trainers=[TrainerProfile.objects.get(user=cast.pic)],
        room=Room.objects.get(name="Ruang Melati"),
        meetings=[MeetingTimes(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))],
        actor=cast.pic,
        now=at,
    )
    revision.targets.update(planned_session=planned)
    save_part(revision=revision, part="effect", values=proposal(revision), actor=cast.pic, now=at)
    submit_revision(revision=revision, actor=cast.pic, now=cycle.days_ago(71, 9))
    revision.refresh_from_db()
    approved_at = cycle.days_ago(70, 9)
    sign_and_approve(
        revision=revision,
        content_hash=revision.content_hash,
        authenticated_at=approved_at - timedelta(minutes=1),
        actor=cast.manager,
        now=approved_at,
    )
    for release in plan.releases.all():
        answer_release(release=release, to=ReleaseState.CONFIRMED, actor=cast.user("CC0011"), now=cycle.days_ago(69, 9))
    plan.refresh_from_db()
    return plan


def _hold(training_session: TrainingSession) -> None:
    """Everybody is there in time and passes."""
    trainer, starts_at = training_session.plan.pic, training_session.starts_at
    open_session(training_session=training_session, actor=trainer, now=starts_at)
    present = list(training_session.enrolments.select_related("person__user").order_by("person__employee_no"))
    cells = [RollCell(enrolment=each.pk, status=AttendanceStatus.PRESENT) for each in present]
    meeting = training_session.meetings.get()
    record_roll(meeting=meeting, cells=cells, actor=trainer, now=starts_at + timedelta(minutes=10))
    teach(training_session, present, trainer, weak=None)
