"""Page, record and report say the same word of a person (SCR-5, DESIGN.md §2 "score")."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from planning.models import QuestionVersion
from planning.tests.factories import make_world
from reporting.content import freeze
from reporting.evidence import _groups, _result
from reporting.figures import Figures, figures_of, session_ledger
from reporting.models import ReportObligation
from reporting.reading import read
from reporting.sharing import whatsapp_text
from reporting.sight import EVERYTHING
from sessions.enums import Verdict
from sessions.evidence import _results
from sessions.models import TargetOutcome, TestAnswer, TestAttempt
from sessions.queries.facts import session_facts
from sessions.queries.ledger import identity
from sessions.services import RollCell, open_post_test
from sessions.services.gain import paired_scores
from sessions.tests.factories import absent, attend, concluded, end_session, opened, take_test


@pytest.mark.django_db
@pytest.mark.point("SCR-5")
@pytest.mark.clause("5.1.2")
def test_page_record_and_report_say_the_same_of_everybody(client):
    """One absent, one below the pass mark, one passed: the words agree and the sums add up to the participants."""
    held = concluded(lambda people: absent(people[0]), right=(None, 0, 5), roleplay="90")
    expected = {
        str(held.enrolments[0].uuid): Verdict.ABSENT,
        str(held.enrolments[1].uuid): Verdict.NOT_PASSED,
        str(held.enrolments[2].uuid): Verdict.PASSED,
    }
    counts = session_facts(held.training_session)["counts"]
    named = ("passed", "passed_not_trained", "not_passed", "not_scored", "did_not_take_part")
    assert {name: counts[name] for name in named} == dict(zip(named, (1, 0, 1, 0, 1), strict=True))
    assert sum(counts[name] for name in named) == counts["enrolled"]

    numbers = {each.person.employee_no: expected[str(each.uuid)] for each in held.enrolments}
    paper = {row["employee_no"]: row["verdict"] for row in _results(held.training_session)["rows"]}
    assert paper == {number: str(word.label) for number, word in numbers.items()}

    obligation = ReportObligation.objects.get(training_session=held.training_session)
    report = read(
        freeze(obligation.report, number=1, now=held.training_session.ends_at), held.training_session, sight=EVERYTHING
    )
    assert {each["enrolment"]: each["verdict"] for each in report.results} == expected

    client.force_login(held.pic)
    grid = client.get(reverse("session_scores", args=[held.training_session.uuid])).context["rows"]
    assert {str(row.enrolment.uuid): row.verdict for row in grid} == expected
    listed = client.get(reverse("session_results", args=[held.training_session.uuid])).context["rows"]
    assert {str(enrolment.uuid): word for enrolment, _result, word in listed} == expected


@pytest.mark.django_db
@pytest.mark.point("RPT-5")
@pytest.mark.clause("4.3")
def test_every_figure_follows_the_ledger_where_somebody_passed_the_test_but_waits_for_recovery(client):
    """Two wait for recovery, one of them with the test passed: page, paper, mail and WhatsApp all say 1 of 3 passed."""

    def late(people):
        return RollCell(people[1].pk, "late", minutes_late=40)

    held = concluded(lambda people: absent(people[0]), late, right=(None, 5, 5), roleplay="90")
    plan_says = identity(TargetOutcome.objects.filter(plan=held.plan))
    assert plan_says.holds and (plan_says.targeted, plan_says.trained, plan_says.passed) == (3, 1, 1)

    obligation = ReportObligation.objects.get(training_session=held.training_session)
    frozen = freeze(obligation.report, number=1, now=held.training_session.ends_at)
    ledger = session_ledger(frozen.data)
    assert (ledger.targeted, ledger.trained, ledger.waiting, ledger.given_up) == (3, 1, 2, 0)
    assert (ledger.passed, ledger.in_remedial, ledger.not_passed, ledger.not_scored) == (1, 0, 0, 0)
    assert (figures_of(frozen.data).passed, held.fresh().summary.passed) == (1, 1)
    address = "https://t.example/"
    words = whatsapp_text(frozen.data, submitted_at=held.training_session.ends_at, address=address)
    assert figures_of(frozen.data).pass_words in words

    reading = read(frozen, held.training_session, sight=EVERYTHING)
    *teams, total = _groups(frozen.data, held.training_session)
    guest = {**frozen.data["people"][0], "enrolment": str(uuid4()), "origin": "extra"}
    beside = frozen.data | {"people": [*frozen.data["people"], guest]}
    assert _groups(beside, held.training_session) == [*teams, total], "no row of zeros for who came beyond target"
    assert [total[name] for name in ("target", "done", "open", "given_up", "passed")] == ["3", "1", "2", "0", "1"]
    words_of = {each["enrolment"]: each["verdict"] for each in reading.results}
    assert words_of[str(held.enrolments[1].uuid)] == Verdict.NOT_TRAINED
    apart = [each["apart"] for each in reading.results]
    assert sorted(apart) == ["", "menunggu recovery", "menunggu recovery"], "the list says where the table counts them"
    paper = dict(_results(held.training_session)["sums"])
    assert paper[str(Verdict.PASSED.label)] == 1 and paper[str(Verdict.NOT_TRAINED.label)] == 1

    client.force_login(held.pic)
    shown = client.get(reverse("session_scores", args=[held.training_session.uuid])).context["rows"]
    assert {str(row.enrolment.uuid): row.verdict for row in shown} == words_of


@pytest.mark.django_db
@pytest.mark.point("SCR-5")
@pytest.mark.clause("5.1.2")
def test_a_test_that_waits_for_marking_has_no_figure_anywhere(client):
    """All right but for one short answer nobody marked: neither 0 nor a gain, and no mean counts it as wrong."""
    world = make_world(people=2)
    for paper in (world.pre_paper, world.post_paper):
        first = paper.paper_questions.order_by("order")[0].question_version_id
        QuestionVersion.objects.filter(pk=first).update(kind="short", options=[], correct=["A"])
    held = opened(world=world)
    attend(held)
    now = held.meeting.starts_at + timedelta(minutes=30)
    for enrolment, right in zip(held.enrolments, (5, 0), strict=True):
        take_test(enrolment, phase="pre", right=right, now=now)
    open_post_test(training_session=held.training_session, actor=held.pic, now=now)
    for enrolment in held.enrolments:
        take_test(enrolment, phase="post", right=5, now=now)
    assert TestAttempt.objects.filter(points=None).count() == 1, "the second one's pre-test waits: B is not A"

    facts = session_facts(held.training_session)
    assert (facts["gain"]["n"], facts["gain"]["mean_pre"]) == (1, 100)
    assert (held.fresh().summary.mean_pre, held.training_session.summary.mean_post) == (100, 100)
    assert sorted(paired_scores(held.training_session)[0], key=bool) == [None, 100]
    paper = {row["employee_no"]: row["pre"] for row in _results(held.training_session)["rows"]}
    first, second = (each.person.employee_no for each in held.enrolments)
    assert paper == {first: "100,00", second: "menunggu penilaian"}

    TestAnswer.objects.filter(attempt__phase="post", attempt__enrolment=held.enrolments[1]).update(points=None)
    TestAttempt.objects.filter(phase="post", enrolment=held.enrolments[1]).update(points=None)
    (asked, *_more) = session_facts(held.training_session)["items"]
    assert (asked["right"], asked["taken"], asked["share"]) == (1, 1, 1), "unmarked is not wrong"
    end_session(held)
    obligation = ReportObligation.objects.get(training_session=held.training_session)
    frozen = freeze(obligation.report, number=1, now=held.training_session.ends_at)
    reading = read(frozen, held.training_session, sight=EVERYTHING)
    rows = {row["number"]: row for row in (_result(each, reading.figures.decimals) for each in reading.results)}
    assert (rows[second]["pre"], rows[second]["post"], reading.figures.gain) == (*["menunggu penilaian"] * 2, 0)
    client.force_login(held.pic)
    shown = client.get(reverse("report_preview", args=[obligation.report.uuid])).content.decode()
    assert "menunggu penilaian" in shown


@pytest.mark.django_db
@pytest.mark.point("SCR-5")
def test_record_and_report_print_the_decimals_of_the_scheme(client):
    held = concluded(right=(5, 4, 3))
    held.training_session.scheme = json.dumps({**json.loads(held.training_session.scheme), "decimals": 1})
    held.training_session.save(update_fields=["scheme"])
    report = ReportObligation.objects.get(training_session=held.training_session).report
    frozen = freeze(report, number=1, now=held.training_session.ends_at)
    reading = read(frozen, held.training_session, sight=EVERYTHING)
    mine = {row["employee_no"]: row["post"] for row in _results(held.training_session)["rows"]}
    theirs = {
        row["number"]: row["post"] for row in (_result(each, reading.figures.decimals) for each in reading.results)
    }
    assert mine == theirs
    assert {len(text.partition(",")[2] or text.partition(".")[2]) for text in mine.values()} == {1}


@pytest.mark.clause("4.3")
def test_an_empty_score_sheet_is_said_to_be_unscored_and_not_failed():
    """Nobody has a result: no share anywhere, neither on the page nor in what is shared (RPT-5, RPT-6)."""
    figures = replace(_FIGURES, passed=0, with_result=0, not_scored=5, verdicts={Verdict.NOT_SCORED: 5})
    assert figures.share is None
    assert figures.pass_words == "belum ada hasil (belum dinilai: 5)"


@pytest.mark.clause("4.3")
@pytest.mark.point("RPT-5")
def test_who_has_no_result_is_counted_in_the_words_of_the_reports_own_table():
    """Three not scored, one incomplete, one absent: no figure calls all five "belum dinilai"."""
    words = {Verdict.NOT_SCORED: 3, Verdict.INCOMPLETE: 1, Verdict.ABSENT: 1}
    figures = replace(_FIGURES, passed=0, with_result=0, not_scored=4, verdicts=words)
    assert figures.pass_words == "belum ada hasil (belum dinilai: 3, belum lengkap: 1, tidak ikut: 1)"
    assert replace(figures, mean_final=None).mean_words == "belum ada"
    figures = replace(_FIGURES, passed=1, with_result=1, not_scored=3, verdicts={Verdict.PASSED: 1, **words})
    assert figures.unscored_words == "belum dinilai: 3, belum lengkap: 1, tidak ikut: 1"


@pytest.mark.django_db
@pytest.mark.point("RPT-5")
def test_the_figures_of_a_report_count_its_own_rows():
    held = concluded(lambda people: absent(people[0]), right=(None, 5, 0), roleplay="90")
    obligation = ReportObligation.objects.get(training_session=held.training_session)
    reading = read(
        freeze(obligation.report, number=1, now=held.training_session.ends_at), held.training_session, sight=EVERYTHING
    )
    rows = [each["verdict"] for each in reading.results]
    assert reading.figures.verdicts == {word: rows.count(word) for word in set(rows)}
    assert reading.figures.unscored_words == "tidak ikut: 1"


@pytest.mark.clause("4.3")
def test_the_share_counts_only_who_has_a_result():
    figures = replace(_FIGURES, passed=3, with_result=4, not_scored=1, verdicts={Verdict.NOT_SCORED: 1})
    assert figures.share == Decimal("0.75")
    assert figures.pass_words == "3 dari 5 (75,0% dari 4 yang sudah punya hasil)"
    assert figures.unscored_words == "belum dinilai: 1"
    assert replace(figures, with_result=5, not_scored=0).pass_words == "3 dari 5 (60,0%)"


_FIGURES = Figures(
    participants=5,
    passed=0,
    with_result=5,
    not_scored=0,
    trained=5,
    absent=0,
    not_recorded=0,
    recovery=0,
    remedial=0,
    actions=0,
    mean_final=None,
    gain=None,
    decimals=2,
    verdicts={},
)
