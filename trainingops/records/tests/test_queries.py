"""Who sees which records, how long they stay, what answers a clause (clause 6, UX.md EVD-1, EVD-6)."""

import dataclasses
import uuid
from datetime import date

import pytest
from django.db.models import Value

from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user
from trainingops.records import registry
from trainingops.records.filters import EvidenceFilter
from trainingops.records.models import Clause, EvidenceRecord, EvidenceRequest, RecordHold
from trainingops.records.queries import clause_facets, count_by_kind, missing_evidence, retention_end, with_standing
from trainingops.records.retention import retain_until
from trainingops.records.tests.kinds import NOW, ROLL, TODAY, made, order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roll_kind", "places")]


def _seen(user):
    return set(EvidenceRecord.objects.visible_to(user).values_list("number", flat=True))


def test_readers_see_records_of_their_scope_and_those_of_no_place():
    site, line = SiteFactory(), ServiceLineFactory()
    here, elsewhere, nowhere = made(site=site, line=line), made(site=SiteFactory(), line=line), made()
    both = {here.number, nowhere.number}
    assert _seen(make_user("auditor")) == both | {elsewhere.number}
    assert _seen(make_user("trainer", site=site)) == both
    assert _seen(make_user("qc", line=line)) == both | {elsewhere.number}
    assert _seen(make_user("manager", site=site, line=ServiceLineFactory())) == {nowhere.number}
    for role in ("agent", "client", "team_leader", "sso_training"):
        assert _seen(make_user(role)) == set()


def test_a_form_about_a_person_opens_for_its_own_readers_only():

    def sessions(start, end, user):
        return (
            Clause.objects.filter(source=Clause.Source.PROCEDURE, number="5.4")
            .annotate(what=Value("sesi 2"))
            .values_list("what")
        )

    registry._kinds[ROLL.name] = dataclasses.replace(ROLL, readers=("manager", "team_leader"))
    record = made()
    assert _seen(make_user("manager")) == _seen(make_user("team_leader")) == {record.number}
    assert _seen(make_user("qc")) == set()
    assert set(EvidenceRequest.objects.visible_to(make_user("qc"))) == set()


@pytest.mark.parametrize(
    ("basis", "years", "until"),
    [
        (date(2026, 11, 24), 2, date(2028, 11, 24)),
        (date(2024, 2, 29), 2, date(2026, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2028, 12, 31)),
    ],
)
def test_retention_counts_calendar_years_and_ends_29_february_on_28(basis, years, until):
    assert retain_until(basis, years) == until


def test_retention_counts_from_the_end_of_what_the_record_supports_and_a_training_falls_due_together():
    training = SiteFactory(uuid=uuid.uuid4())
    first = made(training=training)
    made(training=training, evidence_date=date(2026, 11, 30), supports_until=date(2027, 3, 31))
    alone = made(supports_until=date(2026, 11, 20))
    ends = {record.pk: retention_end(record) for record in with_standing(EvidenceRecord.objects.all())}
    assert ends[first.pk] == date(2029, 3, 31)
    assert ends[alone.pk] == date(2028, 11, 24)


def test_a_hold_shows_until_it_is_released():
    record = made()
    hold = RecordHold.objects.create(record=record, reason="audit", placed_by=make_user("manager"), placed_at=NOW)
    assert with_standing(EvidenceRecord.objects.all()).get().held
    hold.released_at = NOW
    hold.save()
    assert not with_standing(EvidenceRecord.objects.all()).get().held


def test_the_filter_is_exact_and_survives_being_stored():
    site, line = SiteFactory(), ServiceLineFactory()
    made(title="KCA sesi 1", site=site, line=line)
    made(title="Cicil Emas", evidence_date=date(2026, 10, 1), site=SiteFactory(), line=ServiceLineFactory())

    def titles(**chosen):
        kept = EvidenceFilter.from_json(EvidenceFilter(**chosen).to_json())
        assert kept == EvidenceFilter(**chosen)
        return sorted(kept.apply(EvidenceRecord.objects.all()).values_list("title", flat=True))

    assert titles() == ["Cicil Emas", "KCA sesi 1"]
    for chosen in ({"iso": "7.2"}, {"clause": "5.3.1"}, {"kind": ROLL.name}):
        assert titles(**chosen) == ["Cicil Emas", "KCA sesi 1"]
    for chosen in ({"iso": "6.2"}, {"clause": "5.4"}, {"kind": "none"}, {"iso": "7.2", "clause": "5.4"}):
        assert titles(**chosen) == []
    assert titles(start=date(2026, 11, 24), end=date(2026, 11, 24)) == ["KCA sesi 1"]
    assert titles(end=date(2026, 11, 23)) == ["Cicil Emas"]
    assert titles(site=site.code) == titles(line=line.code) == titles(q="kca") == ["KCA sesi 1"]
    assert titles(q="DH-2026-00002") == ["Cicil Emas"]


def test_each_clause_counts_what_is_there_and_what_is_missing():
    made()
    order(title="menunggu")

    def sessions(start, end, user):
        return (
            Clause.objects.filter(source=Clause.Source.PROCEDURE, number="5.4")
            .annotate(what=Value("sesi 2"))
            .values_list("what")
        )

    registry._kinds[ROLL.name] = dataclasses.replace(ROLL, expected=sessions, expected_title="Daftar Hadir, %(what)s")
    user = make_user("auditor")
    found = missing_evidence(
        user, start=TODAY, end=TODAY, requests=EvidenceRequest.objects.all(), kinds=registry.all_kinds()
    )
    assert sorted(each.title for each in found if each.kind.name == ROLL.name) == ["Daftar Hadir, sesi 2", "menunggu"]
    counts = count_by_kind(EvidenceRecord.objects.all())
    mine = [each for each in found if each.kind.name == ROLL.name]
    facets = {
        facet.number: facet for facet in clause_facets(Clause.Source.PROCEDURE, Clause.objects.all(), counts, mine)
    }
    assert (facets["5.3.1"].count, facets["5.3.1"].missing) == (1, 2)
    assert (facets["5.4"].count, facets["5.4"].missing) == (0, 0)
