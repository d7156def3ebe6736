"""The approved plan as a record: complete, with who submitted and who approved (4.1, 5.1.1, clause 6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from planning.evidence.plans import _answers, expected_plans
from planning.models import Consultation
from planning.tests.factories import approved_plan, draft_plan, make_world, submitted_plan
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import get_kind
from trainingops.records.rendering import render_html, render_pdf
from trainingops.ui.moments import day_words

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.1")]


def rendered(renderer, request):
    return renderer(
        kind=get_kind("training_plan"),
        number="RT-2026-00001",
        verify_code="9q3m-7tkd",
        payload_text=request.payload.text,
        payload_sha256=request.payload.sha256,
    )


def test_the_record_says_all_that_was_approved_and_by_whom():
    """One record for each approval, from the plan to its targets, with both signatures and the approved hash."""
    world = make_world()
    plan = approved_plan(world=world, meetings=2)
    request = EvidenceRequest.objects.get(kind="training_plan", subject=plan.approved_revision.uuid)

    page = rendered(render_html, request)

    for words in [
        plan.number,
        plan.title,
        world.pic.name,
        world.manager.name,
        world.trainer.name,
        world.room.name,
        plan.approved_revision.content_hash,
        *(person.name for person in world.people),
        *(person.employee_no for person in world.people),
        "Roleplay",
        world.scheme.name,
        "1 percobaan remedial",
        "80,00",
        "WIB",
        "Durasi",
        "hari, ",
        "menit per peserta",
        "tidak dimintai tanggapan",
    ]:
        assert words in page, words
    assert request.evidence_date == timezone.now().astimezone(world.site.zone).date()


def test_the_record_is_a_pdf_of_our_own_parts():
    """No part of the page is fetched from elsewhere; the same request gives the same bytes."""
    approved_plan(world=make_world(people=1))
    request = EvidenceRequest.objects.get(kind="training_plan")
    pdf = rendered(render_pdf, request)
    assert pdf.startswith(b"%PDF")
    assert rendered(render_pdf, request) == pdf


def test_what_is_missing_names_the_plans_nobody_approved():
    """4.1: a plan whose first meeting lies in the period and that was never approved is named."""
    world = make_world()
    approved_plan(world=world)
    draft = draft_plan(world=world, starts_at=timezone.now() + timedelta(days=5))
    far = date.today() + timedelta(days=30)
    assert list(expected_plans(date.today(), far, world.manager)) == [(draft.number,)]
    assert not expected_plans(far, far, world.manager)


@pytest.mark.clause("5.1.1 d")
def test_the_record_says_who_answered_who_still_may_and_who_let_the_day_pass():
    """5.1.1 d: silence is not agreement, and not yet silence before its day."""
    world, now = make_world(), timezone.now()
    revision = submitted_plan(world=world).revisions.get()
    today = now.astimezone(world.site.zone).date()
    asked = {"plan": revision.plan, "asked_by": world.pic, "asked_at": now - timedelta(days=3)}
    answered = {"answer": "no_remarks", "answered_by": world.qc, "answered_at": now}
    Consultation.objects.create(party="qc", due_on=today, **asked, **answered)
    Consultation.objects.create(party="operations", due_on=today - timedelta(days=1), **asked)
    Consultation.objects.create(party="operation_support", due_on=today + timedelta(days=2), **asked)
    with translation.override("id"):
        told = {each["party"]: (each["answer"], each["by"]) for each in _answers(revision.plan, today)}
    assert sorted(told.values()) == sorted(
        [
            ("Tidak ada catatan", world.qc.name),
            (f"Tanpa jawaban sampai {day_words(today - timedelta(days=1))}", ""),
            ("Belum dijawab", ""),
        ]
    )
