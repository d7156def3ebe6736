"""What a version says of the reaction survey is what was signed; what came later stands apart (clauses 5.3.2, 9.1)."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.urls import reverse

from reporting.content import Frozen
from reporting.evidence import report_payload
from reporting.reading import read
from reporting.sight import EVERYTHING
from reporting.tests.writing import HOUR, hash_of, send, submitted, written
from sessions.models import ReactionSurvey
from trainingops.audit.journal import canonical
from trainingops.people.tests.factories import sign_in
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


def answers(held, count):
    """Let so many participants have answered, each agreeing fully."""
    survey = ReactionSurvey.objects.select_related("form").get(training_session=held.training_session)
    survey.tallies = {each["code"]: [0, 0, 0, 0, count] for each in survey.form.statements}
    survey.save()
    return survey


def test_page_sealed_record_and_copies_of_a_version_say_the_survey_as_it_was_signed_and_today_apart(client, held):
    answers(held, 1)
    version = submitted(held)
    closes_at = answers(held, 5).closes_at
    with time_machine.travel(closes_at + HOUR, tick=False):
        sign_in(client, held.manager)
        page = client.get(reverse("report_detail", args=[version.report.uuid])).context
    reading = read(Frozen(version.content), held.training_session, sight=EVERYTHING)
    copy = report_payload(version, reading, sight=EVERYTHING, sent=[])
    sealed = json.loads(EvidenceRequest.objects.get(kind="report", subject=version.uuid).payload.text)["data"]
    assert page["reaction"] == copy["reaction"] == sealed["reaction"]
    assert page["reaction"][0] == "1 dari 2 yang hadir mengisi."
    assert "5 dari 2" in page["reaction_today"][0] and "5,00" in page["reaction_today"][0]


def test_who_signs_what_they_read_is_not_sent_back_by_an_answer_that_comes_meanwhile(held):
    answers(held, 1)
    report = written(held)
    shown = hash_of(report)
    answers(held, 3)
    version = send(report, held.pic, now=held.training_session.ends_at + 2 * HOUR, content_hash=shown)
    assert version.content_hash == shown and json.loads(version.content)["reaction"]["answered"] == 1


def test_a_version_of_an_earlier_form_without_survey_stays_readable(held):
    version = submitted(held)
    version.content = canonical({k: v for k, v in Frozen(version.content).data.items() if k != "reaction"})
    reading = read(Frozen(version.content), held.training_session, sight=EVERYTHING)
    assert report_payload(version, reading, sight=EVERYTHING, sent=[])["reaction"] == []
