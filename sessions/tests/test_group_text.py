"""What the PIC copies into a group: a reminder, and who is not here yet (NTF-6)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sessions.services import RollCell, record_attendance
from sessions.tests.factories import START, opened, scheduled
from trainingops.people.tests.factories import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.point("NTF-6")]


def text_for(client, user, held):
    sign_in(client, user)
    return client.get(reverse("meeting_roll", args=[held.meeting.uuid])).context["group_text"]


def test_before_the_class_it_is_a_reminder_without_names(client):
    held = scheduled()
    text = text_for(client, held.pic, held)
    assert text.splitlines()[0].startswith("Pengingat: ") and "WIB" in text and reverse("my_trainings") in text
    assert held.enrolments[0].person.name not in text


def test_under_way_it_names_who_is_not_recorded_yet(client):
    held = opened()
    here, *rest = held.enrolments
    record_attendance(meeting=held.meeting, cell=RollCell(here.pk, "present"), actor=held.pic, now=START)
    text = text_for(client, held.pic, held)
    assert text.startswith("Belum hadir: ") and here.person.name not in text
    assert all(f"- {each.person.name}" in text for each in rest)
    page = client.get(reverse("meeting_roll", args=[held.meeting.uuid])).content.decode()
    assert page.count("data-copy=") == 1, "one text for the group, not two of the same"


def test_who_does_not_run_the_class_gets_no_text(client):
    held = opened()
    assert text_for(client, make_user("auditor"), held) == ""
