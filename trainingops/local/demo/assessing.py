"""A role play that more than one judges (5.1.2): the session under way has several assessors and a second opinion."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from planning.enums import ParameterSource, SettledBy
from planning.models import TrainingPlan
from planning.services import save_part
from planning.services.schemes import ParameterText, add_scheme
from sessions.enums import AttendanceStatus
from sessions.models import TrainingSession
from sessions.services import ScoreCell, ask_assessor, record_scores
from sessions.services.assessors import assessed_together
from trainingops.local.demo.cycle import Cycle

_VERIFYING, _COMPLAINTS = "Verifikasi data nasabah", "Penanganan keluhan"


def choose_scheme(cycle: Cycle, plan: TrainingPlan) -> None:
    """The draft takes a scheme whose role plays are settled among assessors."""
    at = cycle.now - timedelta(days=20)
    scheme = add_scheme(
        name="Roleplay: dua penilai dan pendapat kedua",
        decimals=2,
        pass_mark=Decimal(80),
        remedial_cap=Decimal(80),
        parameters=[
            ParameterText("Post-test", Decimal(40), Decimal(100), None, ParameterSource.POST_TEST),
            ParameterText(
                _VERIFYING, Decimal(20), Decimal(100), Decimal(70), ParameterSource.TRAINER, SettledBy.SECOND
            ),
            ParameterText(
                _COMPLAINTS, Decimal(40), Decimal(100), None, ParameterSource.TRAINER, SettledBy.AVERAGE, assessors=2
            ),
        ],
        actor=plan.pic,
        now=at,
    )
    save_part(revision=plan.revisions.get(), part="scoring", values={"scheme": scheme}, actor=plan.pic, now=at)


def score_together(cycle: Cycle, training_session: TrainingSession) -> None:
    """The PIC scores whoever is there; Quality Control is asked for one second opinion, and for the average."""
    verifying, complaints = (each.uuid for each in assessed_together(training_session))
    here = training_session.enrolments.filter(
        attendances__status__in=[AttendanceStatus.PRESENT, AttendanceStatus.LATE]
    ).order_by("pk")
    first, *rest = [each.pk for each in here][:2]
    cells = [ScoreCell(first, verifying, Decimal(65)), ScoreCell(first, complaints, Decimal("82.5"))]
    cells += [ScoreCell(each, verifying, Decimal(90)) for each in rest]
    pic, at = training_session.plan.pic, cycle.now - timedelta(minutes=5)
    record_scores(training_session=training_session, cells=cells, actor=pic, now=at)
    about: dict[str, Any] = {"training_session": training_session, "assessor": cycle.cast.qc, "actor": pic, "now": at}
    ask_assessor(parameter=complaints, **about)
    ask_assessor(parameter=verifying, enrolment=first, reason="Salam verifikasi terlewat di menit awal.", **about)
