"""Who else teaches in the demo, what shows it, and what SSO Training was asked (5.1.1 a)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from planning.enums import Qualification, RequestAnswer
from planning.models import TrainerProfile
from planning.services.places import add_trainer
from planning.services.standard import record_standard_modules
from planning.services.trainers import add_qualification, answer_request, permit_module, request_trainer
from trainingops.local.demo.cycle import Cycle
from trainingops.local.demo.school import module, one_page
from trainingops.people.models import Unit


def load_teachers(cycle: Cycle) -> str:
    """A trainer of SSO Training without account, certificates, a request that is answered and one that waits."""
    cast, today = cycle.cast, timezone.localdate(cycle.now)
    at = cycle.now - timedelta(days=15)
    unit, _made = Unit.objects.get_or_create(code="sso-training", defaults={"name": "SSO Training"})
    angry = module("PNM-SS-02").module
    coach = add_trainer(
        name="Dimas Ardiansyah",
        kind=Qualification.SSO_TRAINING,
        unit=unit,
        modules=[angry],
        valid_until=today + timedelta(days=400),
        actor=cast.manager,
        now=at,
    )
    permit_module(
        trainer=coach, module=angry, valid_until=today + timedelta(days=21), actor=cast.manager, now=cycle.now
    )
    pic = TrainerProfile.objects.get(user=cast.pic)
    _certify(cycle, pic, "Training of Trainers", "SSO Training", days=180, at=at)
    _certify(cycle, coach, "Service Excellence Coach", "Lembaga Sertifikasi Profesi", days=25, at=at)
    answered, waiting = (
        request_trainer(
            site=cast.jakarta,
            line=cast.inbound,
            module=angry,
            wanted_on=today + timedelta(days=days),
            asked="Mohon satu trainer untuk 20 agent, 2 jam.\nNarahubung: Rika Winarsih.",
            actor=cast.pic,
            now=at,
        )
        for days in (10, 24)
    )
    answer_request(
        request=answered,
        answer=RequestAnswer.ACCEPTED,
        note="Hadir sesuai jadwal.",
        trainer=coach,
        actor=cast.user("SSO01"),
        now=at + timedelta(days=1),
    )
    record_standard_modules(line=cast.inbound, actor=cast.manager, now=at)
    return f"{coach.name} of SSO Training comes on request; {waiting.number} waits for its answer"


def _certify(cycle: Cycle, trainer: TrainerProfile, title: str, issuer: str, *, days: int, at: datetime) -> None:
    """A certificate with its file, valid for so many days more."""
    today = timezone.localdate(cycle.now)
    add_qualification(
        trainer=trainer,
        title=title,
        issuer=issuer,
        valid_from=today - timedelta(days=500),
        valid_until=today + timedelta(days=days),
        file=SimpleUploadedFile("sertifikat.pdf", one_page(f"{title} - {trainer.name}")),
        actor=cycle.cast.manager,
        now=at,
    )
