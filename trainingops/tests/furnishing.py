"""What the demo does not leave behind and the pages of the house are about."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from planning.enums import PlanState
from planning.models import PlanRevision, TrainingPlan
from planning.services import amend_plan
from planning.services.remarks import comment_on_revision
from reporting.enums import DeliveryChannel
from reporting.evidence import COPY
from reporting.models import ReportVersion, TrainingRecap
from reporting.recap import recap_of
from reporting.services import add_recipient, record_delivery
from sessions.enums import DeviationKind, TestPhase
from sessions.models import Enrolment
from sessions.services import add_photos, report_deviation, start_attempt
from sessions.services.photos import takes_photos
from trainingops.imports.models import ImportRun
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.records.models import EvidenceRequest
from trainingops.records.services import produce_record
from trainingops.tests.house import account


def furnish(now: datetime) -> None:
    """What the demo does not leave behind."""
    plan = TrainingPlan.objects.filter(state=PlanState.UNDER_WAY).latest("pk")
    amend_plan(plan=plan, actor=plan.pic, now=now)
    waiting = PlanRevision.objects.filter(state="submitted").latest("pk")
    comment_on_revision(
        revision=waiting, text="Mengapa ruang ini?", actor=User.objects.get(login="MGR01"), now=now, field="room"
    )
    client = Client()
    client.force_login(User.objects.get(login="ADM01"))
    lines = ["No. Karyawan;Nama;Line;Site", *(f"CX{n:04d};Orang {n};Inbound;Jakarta" for n in range(40))]
    for name in ("satu.csv", "dua.csv"):
        client.post("/imports/new/people/", {"file": SimpleUploadedFile(name, "\n".join(lines).encode())})
    run = ImportRun.objects.earliest("pk")
    client.post(f"/imports/{run.uuid}/columns/", {field: str(place) for field, place in run.mapping.items()})
    enrolment = Enrolment.objects.filter(training_session__plan=plan, person=account("agent").person).get()
    report_deviation(
        training_session=plan.training_sessions.exclude(state="concluded").earliest("pk"),
        kind=DeviationKind.APPLICATION,
        planned="Simulator SBG",
        actual="Salindia",
        reason="Simulator tidak dapat dibuka.",
        actor=plan.pic,
        now=now,
    )
    begun = next(each for each in plan.training_sessions.order_by("pk") if takes_photos(each))
    photo = BytesIO()
    Image.new("RGB", (320, 240), (214, 210, 200)).save(photo, "JPEG")
    add_photos(
        training_session=begun,
        photos=[SimpleUploadedFile("kelas.jpg", photo.getvalue())],
        actor=plan.pic,
        now=now,
    )
    start_attempt(enrolment=enrolment, phase=TestPhase.PRE, actor=enrolment.person.user, now=now)
    hand_over(ReportVersion.objects.latest("pk"), now)
    over = TrainingPlan.objects.filter(training_sessions__obligation__state="submitted").earliest("pk")
    TrainingRecap.objects.create(plan=over, number=1, figures=recap_of(over).as_json(), closed_at=now)


def hand_over(version: ReportVersion, now: datetime) -> None:
    """The client has no account: their sealed copy is handed over, by two ways, once with a proof (5.3.2)."""
    sender = version.report.obligation.owner
    outside = add_recipient(version=version, party=Role.CLIENT, name="Ibu Tari", actor=sender, now=now)
    produce_record(request=EvidenceRequest.objects.get(kind=COPY, subject=version.uuid), now=now)
    proof = SimpleUploadedFile("tanda-terima.pdf", b"%PDF-1.7 tanda terima")
    for channel, file in ((DeliveryChannel.HAND, proof), (DeliveryChannel.MESSENGER, None)):
        record_delivery(
            distribution=outside,
            channel=channel,
            delivered_at=now,
            received_by="Ibu Tari",
            file=file,
            actor=sender,
            now=now,
        )
