"""The draft of a report: filled from the session, saved by version (clause 5.3.2, RPT)."""

from __future__ import annotations

import json

import pytest

from reporting import services
from reporting.content import freeze
from reporting.reading import figures_of
from reporting.tests.writing import HOUR, TEXTS, report_of, send, written
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, StaleVersion
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


def test_the_draft_is_filled_from_the_session_with_persons_by_uuid_only(held):
    frozen = freeze(report_of(held), number=1, now=held.training_session.ends_at)
    figures = figures_of(frozen.data)
    assert (figures.participants, figures.absent, figures.recovery) == (3, 1, 1)
    assert figures.passed + figures.remedial == 2
    assert frozen.data["narrative"] == {"course": "", "obstacles": "", "follow_up": ""}
    for enrolment in held.enrolments:
        assert str(enrolment.person.uuid) in frozen.text
        assert enrolment.person.name not in frozen.text
        assert enrolment.person.employee_no not in frozen.text


def test_the_same_facts_give_the_same_hash(held):
    assert (
        freeze(report_of(held), number=1, now=held.training_session.ends_at).hash
        == freeze(report_of(held), number=1, now=held.training_session.ends_at).hash
    )


def test_saving_counts_the_row_version_and_keeps_the_words_out_of_the_journal(held):
    report = written(held)
    assert (report.version, report.updated_by, report.course) == (2, held.pic, TEXTS["course"])
    entry = Entry.objects.get(verb="report.saved")
    assert TEXTS["course"] not in entry.text
    assert "course" in json.loads(entry.text)["data"]["fields"]
    now = held.training_session.ends_at + 2 * HOUR
    services.save_draft(report=report, version=2, **TEXTS, actor=held.pic, now=now)
    assert report_of(held).version == 2  # nothing changed, nothing written


def test_a_second_writer_with_an_old_version_overwrites_nothing(held):
    report = written(held)
    now = held.training_session.ends_at + 2 * HOUR
    with pytest.raises(StaleVersion, match=held.pic.name):
        services.save_draft(report=report, version=1, **{**TEXTS, "course": "lain"}, actor=held.pic, now=now)
    assert report_of(held).course == TEXTS["course"]


@pytest.mark.parametrize("role", ["manager", "qc", "trainer", "operations"])
def test_only_pic_and_trainers_of_the_session_write(held, role):
    user = make_user(role, site=held.plan.site, line=held.plan.line)
    with pytest.raises(NotAllowed):
        services.save_draft(report=report_of(held), version=1, **TEXTS, actor=user, now=held.training_session.ends_at)
    with pytest.raises(NotAllowed):
        send(report_of(held), user, now=held.training_session.ends_at)
