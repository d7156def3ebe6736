"""A class held without approval and filed afterwards, for the tests of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from planning.services.filing import HeldClass
from sessions.frozen import read_scheme
from sessions.models import TrainingSession
from sessions.services import Came, ScoreCell, file_class, record_scores
from sessions.tests.factories import START

HELD = START
NOW = START + timedelta(days=3)


def paper(name="daftar-hadir.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.7 paper")


def held_class(world, **changes):
    values = {
        "kind": "refreshment",
        "title": "Penyegaran mendadak",
        "site": world.site,
        "line": world.line,
        "starts_at": HELD,
        "ends_at": HELD + timedelta(hours=2),
        "module_version": world.module_version,
        "method": "offline",
        "application": world.application,
        "scheme": world.scheme,
        "pass_mark": Decimal(80),
        "trainers": [world.trainer],
    }
    return HeldClass(**{**values, **changes})


def filed(world, *, people=None, now=NOW, reason="Gangguan mendadak pada aplikasi.", **changes) -> TrainingSession:
    came = [Came(each) for each in world.people] if people is None else people
    return file_class(
        held=held_class(world, **changes), people=came, reason=reason, paper=paper(), actor=world.pic, now=now
    )


def typed(world, value: str):
    """A filed class whose first participant has this score in everything."""
    training_session = filed(world)
    enrolment = training_session.enrolments.order_by("pk")[0]
    parameters = read_scheme(training_session.scheme).parameters
    cells = [ScoreCell(enrolment.pk, each.uuid, Decimal(value)) for each in parameters]
    record_scores(training_session=training_session, cells=cells, actor=world.pic, now=NOW)
    return training_session, enrolment


def said_of(world, **changes):
    """The form of a filed class as the PIC sends it; times in WIB."""
    place = world.pic.appointments.get()
    return {
        "place": str(place.pk),
        "kind": "refreshment",
        "title": "Penyegaran mendadak",
        "reason": "Gangguan aplikasi.",
        "starts_at_day": "2026-11-24",
        "starts_at_time": "09:00",
        "ends_at_day": "2026-11-24",
        "ends_at_time": "11:00",
        "module_version": str(world.module_version.uuid),
        "method": "offline",
        "application": str(world.application.uuid),
        "trainers": [str(world.trainer.pk)],
        "scheme": str(world.scheme.uuid),
        "pass_mark": "80",
        "people": f"{world.people[0].employee_no}\n{world.people[1].employee_no.lower()}; 12\n",
        "paper": paper(),
        **changes,
    }
