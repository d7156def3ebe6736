"""From the grid through the preview to the grid, with source and file shown (IMP, SCR-5)."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reporting.models import ReportObligation
from sessions.frozen import read_scheme
from sessions.models import SessionResult
from sessions.queries.pages import untaken_tests
from sessions.services import RollCell, record_roll, record_scores
from sessions.services.reported import report_is_in
from sessions.services.results import ScoreCell, ScoreSource
from sessions.tests.reports import SAMPLES, WIB, class_at
from trainingops.audit.models import Entry
from trainingops.domain import WrongState
from trainingops.imports.models import ImportRun
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.2")]
NINE = datetime(2026, 11, 5, 9, tzinfo=WIB)
FORM = SAMPLES / "google_forms" / "KCA post-test.csv"


@pytest.fixture
def klass(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return class_at(NINE, "CC0021", "CC0023", "CC0036")


def new(klass):
    return reverse("import_new", args=["scores"]) + f"?for={klass.held.training_session.uuid}"


def upload(client, klass):
    answer = client.post(new(klass), {"file": SimpleUploadedFile(FORM.name, FORM.read_bytes())})
    assert answer.status_code == 302, answer.content.decode()
    run = ImportRun.objects.order_by("-pk")[0]
    client.post(reverse("import_columns", args=[run.uuid]), {name: str(place) for name, place in run.mapping.items()})
    run.refresh_from_db()
    return run


def applied(client, klass):
    run = upload(client, klass)
    (post,) = [
        each for each in read_scheme(klass.held.training_session.scheme).parameters if each.source == "post_test"
    ]
    answers = {"question_fills": str(post.uuid), "question_attempts": "best"}
    client.post(reverse("import_answers", args=[run.uuid]), answers)
    assert client.post(reverse("import_apply", args=[run.uuid]), {"how": "valid"}).status_code == 302
    run.refresh_from_db()
    return run


def test_a_form_goes_from_the_grid_to_the_grid_and_the_explanation_names_its_file(client, klass):
    client.force_login(klass.held.pic)
    with time_machine.travel(klass.over, tick=False):
        grid = reverse("session_scores", args=[klass.held.training_session.uuid])
        assert new(klass) in client.get(grid).content.decode()
        run = applied(client, klass)
        page = client.get(grid).content.decode()
        assert reverse("session_file", args=[klass.held.training_session.uuid, run.uuid]) in page
        assert page.count("Google Forms") >= 4 and "kertas" not in page
        results = client.get(reverse("session_results", args=[klass.held.training_session.uuid])).content.decode()
        assert "dari Google Forms, berkas KCA post-test.csv" in results
    result = SessionResult.objects.get(enrolment__person__employee_no="CC0036", current=True)
    assert result.explanation["from_files"] == [["Post-test", "Google Forms", "KCA post-test.csv"]]
    (entry,) = Entry.objects.filter(verb="scores.recorded")
    assert str(run.uuid) in entry.text


def test_a_test_held_elsewhere_is_not_asked_for_when_the_session_ends(client, klass):
    record_roll(
        meeting=klass.held.meeting,
        cells=[RollCell(each.pk, "present") for each in klass.held.enrolments],
        actor=klass.held.pic,
        now=klass.over,
    )
    assert [phase for phase, _here in untaken_tests(klass.held.fresh())] == ["post"]
    client.force_login(klass.held.pic)
    with time_machine.travel(klass.over, tick=False):
        applied(client, klass)
    assert untaken_tests(klass.held.fresh()) == []


def test_typing_over_a_score_of_a_file_makes_it_the_trainers(client, klass):
    client.force_login(klass.held.pic)
    training_session = klass.held.training_session
    (typed,) = [each for each in read_scheme(training_session.scheme).parameters if each.source == "trainer"]
    enrolment = klass.held.enrolments[0]
    with time_machine.travel(klass.over, tick=False):
        run = upload(client, klass)
    cell = ScoreCell(enrolment.pk, typed.uuid, 80)
    save = {"training_session": training_session, "actor": klass.held.pic, "now": klass.over}
    record_scores(cells=[cell], source=ScoreSource(run), **save)
    assert enrolment.scores.get().imported == run
    record_scores(cells=[ScoreCell(enrolment.pk, typed.uuid, 81, 1)], **save)
    assert enrolment.scores.get().imported is None


def test_after_the_report_was_submitted_a_file_changes_nothing(klass):
    training_session = klass.held.training_session
    assert not report_is_in(training_session)
    ReportObligation.objects.filter(training_session=training_session).update(
        submitted_at=klass.over, submitted_by=klass.held.pic, state="submitted", due_at=klass.over.replace(year=2027)
    )
    (post,) = [each for each in read_scheme(training_session.scheme).parameters if each.source == "post_test"]
    with pytest.raises(WrongState):
        record_scores(
            training_session=training_session,
            cells=[ScoreCell(klass.held.enrolments[0].pk, post.uuid, 80)],
            source=ScoreSource(None),
            actor=klass.held.pic,
            now=klass.over,
        )


def test_only_pic_and_trainers_of_the_session_may_import_and_foreign_sessions_are_404(client, klass):
    assert client.get(new(klass)).status_code == 302
    client.force_login(klass.held.world.qc)
    assert client.get(new(klass)).status_code == 403
    client.force_login(make_user("trainer", site=SiteFactory(), line=ServiceLineFactory()))
    assert client.get(new(klass)).status_code == 404
    client.force_login(make_user("trainer", site=klass.held.world.site, line=klass.held.world.line))
    assert client.get(new(klass)).status_code == 403


def test_pages_take_at_most_twelve_queries(client, klass, django_assert_max_num_queries):
    client.force_login(klass.held.pic)
    with time_machine.travel(klass.over, tick=False):
        run = upload(client, klass)
        for address in (new(klass), reverse("import_detail", args=[run.uuid])):
            with django_assert_max_num_queries(12):
                assert client.get(address).status_code == 200
        applied(client, klass)
        with django_assert_max_num_queries(12):
            client.get(reverse("session_scores", args=[klass.held.training_session.uuid]))
