"""Who is appointed trainer, by whom, with what signature, and what is refused (5.1.1 a)."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest

from planning.enums import Qualification
from planning.models import Appointment, TrainerProfile
from planning.services import appointments
from planning.tests.factories import make_world
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.services import sign
from trainingops.people.tests.factories import make_user
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def world():
    return make_world(people=1)


def terms(world, **changes):
    return {
        "user": make_user(Role.TRAINER, site=world.site, line=world.line),
        "site": world.site,
        "line": world.line,
        "duties": "Menyusun rencana\nMenyampaikan laporan",
        "starts_on": date(2026, 12, 1),
        "ends_on": date(2027, 11, 30),
        **changes,
    }


def appoint(world, *, actor=None, authenticated_at=NOW - timedelta(minutes=2), **changes):
    return appointments.sign_and_appoint(
        **terms(world, **changes), authenticated_at=authenticated_at, actor=actor or world.manager, now=NOW
    )


@pytest.mark.clause("5.1.1 a")
def test_the_manager_appoints_with_signature_letter_profile_and_notice(world):
    appointment = appoint(world)
    assert appointment.number == "PIC-2026-00001" and appointment.signature.user == world.manager
    request = EvidenceRequest.objects.get(subject=appointment.uuid)
    assert request.kind == "appointment" and request.supports_until == appointment.ends_on
    assert appointment.user.name in request.payload.text and appointment.user.name not in request.title
    assert TrainerProfile.objects.get(user=appointment.user).kind == Qualification.INTERNAL
    assert Notice.objects.get(recipient=appointment.user).kind == "appointed"
    assert list(Appointment.objects.in_force(date(2026, 12, 1)).filter(user=appointment.user)) == [appointment]
    assert not Appointment.objects.in_force(date(2026, 11, 30)).filter(user=appointment.user).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": date(2026, 11, 30)}, "ends_on"),
        ({"starts_on": date(2025, 1, 1), "ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"starts_on": date(2001, 1, 1), "ends_on": date(2027, 1, 1)}, "starts_on"),
        ({"ends_on": date(2031, 12, 31)}, "ends_on"),
        ({"duties": "  "}, "duties"),
    ],
)
def test_an_appointment_that_could_not_take_effect_is_refused(world, changes, field):
    with pytest.raises(Refused) as refused:
        appoint(world, **changes)
    assert refused.value.field == field and not Appointment.objects.exclude(user=world.pic).exists()


def test_the_appointed_is_a_trainer_there_without_another_appointment(world):
    with pytest.raises(Refused, match="role trainer"):
        appoint(world, user=make_user(Role.QC))
    with pytest.raises(Refused, match="appointed already"):
        appoint(world, user=world.pic)


def test_separation_scope_and_freshness(world):
    both = make_user(Role.MANAGER, Role.TRAINER)
    with pytest.raises(NotAllowed, match="themselves"):
        appoint(world, actor=both, user=both)
    with pytest.raises(NotAllowed):
        appoint(world, actor=make_user(Role.MANAGER, site=make_world(people=0).site))
    for moment in (None, NOW - timedelta(minutes=16)):
        with pytest.raises(Refused) as refused:
            appoint(world, authenticated_at=moment)
        assert refused.value.code == "stale_log_in"


def test_a_signature_over_other_content_is_refused(world):
    chosen = terms(world)
    signature = sign(
        user=world.manager,
        role=Role.MANAGER,
        meaning=SignatureMeaning.APPOINTED,
        content_hash=hashlib.sha256(b"other").hexdigest(),
        authenticated_at=NOW,
        now=NOW,
    )
    with pytest.raises(Refused) as refused:
        appointments.appoint_pic(**chosen, signature=signature, actor=world.manager, now=NOW)
    assert refused.value.code == "signature_mismatch"


def test_an_appointment_is_revoked_once_with_a_reason(world):
    appointment = appoint(world)
    with pytest.raises(Refused, match="reason"):
        appointments.revoke_appointment(appointment=appointment, reason="", actor=world.manager, now=NOW)
    with pytest.raises(NotAllowed):
        appointments.revoke_appointment(appointment=appointment, reason="x", actor=world.pic, now=NOW)
    appointments.revoke_appointment(appointment=appointment, reason="Pindah.", actor=world.manager, now=NOW)
    with pytest.raises(WrongState):
        appointments.revoke_appointment(appointment=appointment, reason="x", actor=world.manager, now=NOW)
    assert not Appointment.objects.in_force(date(2026, 12, 2)).filter(user=appointment.user).exists()
    again = appoint(world, user=appointment.user)
    assert again.number == "PIC-2026-00002"
