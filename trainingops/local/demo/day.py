"""The day of a session in the demo: a note, a photo, and a class that was held without approval (4.2, 5.2)."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from planning.enums import Method, ModuleState, TrainingKind
from planning.models import ModuleVersion, ScoringScheme, TrainerProfile, TrainingApplication
from planning.services.filing import HeldClass
from sessions.models import TrainingSession
from sessions.services import Came, add_photos, file_class, save_notes
from trainingops.local.demo.cycle import Cycle
from trainingops.people.models import Person


def file_a_class(cycle: Cycle) -> TrainingSession:
    """A briefing this morning that nobody had approved, filed from its attendance list."""
    pic = cycle.cast.user("CC0001")
    assert pic.person is not None
    line = pic.person.assignments.select_related("line").get().line
    people = Person.objects.filter(
        assignments__line=line, assignments__site=cycle.cast.jakarta, user__role_assignments__role="agent"
    )
    numbers = list(people.order_by("-employee_no").distinct()[8:12])
    ended = cycle.now - timedelta(hours=4)
    return file_class(
        held=HeldClass(
            kind=TrainingKind.REFRESHMENT,
            title="Perpanjangan SBG saat aplikasi terganggu",
            site=cycle.cast.jakarta,
            line=line,
            starts_at=ended - timedelta(hours=1),
            ends_at=ended,
            module_version=ModuleVersion.objects.get(module__code="PNM-HS-04", state=ModuleState.APPROVED),
            method=Method.OFFLINE,
            application=TrainingApplication.objects.order_by("name")[0],
            scheme=ScoringScheme.objects.order_by("pk")[0],
            pass_mark=Decimal(80),
            trainers=[TrainerProfile.objects.get(user=pic)],
        ),
        people=[Came(each, 12 if place == 0 else 0) for place, each in enumerate(numbers)],
        reason="Gangguan aplikasi pagi ini; agent perlu tahu cara melayani nasabah sebelum loket dibuka.",
        paper=ContentFile(_drawn((620, 877), "Daftar hadir"), name="daftar-hadir.jpg"),
        actor=pic,
        now=cycle.now - timedelta(hours=3),
    )


def keep_the_day(training_session: TrainingSession, cycle: Cycle) -> None:
    """What the trainer of the session under way has kept of it so far."""
    actor = training_session.plan.pic
    given: dict[str, Any] = {"training_session": training_session, "actor": actor, "now": cycle.now}
    save_notes(notes="Dua peserta meminta contoh tambahan tentang perpanjangan lewat telepon.", version=0, **given)
    add_photos(photos=[ContentFile(_drawn((1280, 960), "Kelas"), name="kelas.jpg")], **given)


def _drawn(size: tuple[int, int], words: str) -> bytes:
    """A picture of nobody: a board with words, and places before it."""
    picture = Image.new("RGB", size, "#f3f2ec")
    pen, (width, height) = ImageDraw.Draw(picture), size
    pen.rectangle((width // 8, height // 10, width * 7 // 8, height // 2), fill="#0f5d45")
    pen.text((width // 6, height // 6), words, fill="white", font_size=height // 12)
    for place in range(6):
        left = width // 8 + place * width // 8
        pen.ellipse((left, height * 6 // 10, left + width // 10, height * 6 // 10 + width // 10), fill="#b07a10")
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=80)
    return drawn.getvalue()
