"""The recap of a training, drafted when its last case closes (4.3, 5.3.1)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from planning.tests.factories import signature
from reporting import services
from reporting.models import TrainingRecap
from reporting.recap import Recap
from reporting.tests.factories import make_session
from reporting.tests.places import with_somebody_elsewhere
from sessions.enums import CaseKind, CaseState, OutcomeState
from sessions.models import Enrolment, RecoveryCase, TargetOutcome
from sessions.services import case_waiver_hash, waive_case
from sessions.signals import targets_settled
from trainingops.audit.models import Entry
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.1")]


def settle(held, *, on_schedule=False):
    """As the sessions stage does it: the case is settled, the target trained, and the stages above are told."""
    plan = held.training_session.plan
    now = held.training_session.ends_at
    RecoveryCase.objects.filter(enrolment__training_session__plan=plan).update(state=CaseState.RESOLVED, settled_at=now)
    TargetOutcome.objects.filter(plan=plan, state=OutcomeState.OUTSTANDING).update(
        state=OutcomeState.TRAINED, on_schedule=on_schedule, settled_at=now
    )
    targets_settled.send(sender=TargetOutcome, plan=plan, actor=held.pic, now=now)


def test_it_is_drafted_once_when_the_last_case_closes_and_told_to_the_parties(held):
    plan, now = held.training_session.plan, held.training_session.ends_at
    assert services.draft_recap(plan=plan, actor=None, now=now) is None
    for _again in range(2):
        settle(held)
    recap = TrainingRecap.objects.get()
    figures = Recap(**recap.figures)
    assert (figures.targeted, figures.on_schedule, figures.recovered) == (3, 2, 1)
    assert figures.share == 1
    told = Notice.objects.filter(kind="report.recap")
    assert held.pic.pk in told.values_list("recipient", flat=True)
    assert told.count() == told.values("recipient").distinct().count()
    assert Entry.objects.filter(verb="recap.drafted", subject=recap.uuid).count() == 1


def test_it_is_told_to_the_parties_of_every_class_of_the_training(held):
    other = with_somebody_elsewhere(held)
    first, second = held.enrolments[-1], make_session(held.plan)
    Enrolment.objects.create(
        training_session=second, person=first.person, site=other.site, line=other.line, team=other.team
    )
    Enrolment.objects.filter(pk=first.pk).update(site=held.plan.site, line=held.plan.line, team=None)
    settle(held)
    told = set(Notice.objects.filter(kind="report.recap").values_list("recipient", flat=True))
    assert {other.operations.pk, other.leader.pk, held.world.qc.pk} <= told


def test_numbers_that_a_correction_changed_make_the_next_one(held):
    settle(held)
    TargetOutcome.objects.filter(on_schedule=False).update(on_schedule=True)
    settle(held)
    first, second = TrainingRecap.objects.order_by("number")
    assert (first.number, second.number) == (1, 2)
    assert Recap(**first.figures).recovered == 1
    assert Recap(**second.figures).recovered == 0


def test_a_remedial_waived_is_counted_told_and_named_with_its_reason_and_who_decided(client, held):
    recoveries = RecoveryCase.objects.filter(kind=CaseKind.RECOVERY)
    recoveries.update(state=CaseState.RESOLVED, settled_at=held.training_session.ends_at)
    TargetOutcome.objects.filter(state=OutcomeState.OUTSTANDING).update(state=OutcomeState.TRAINED, on_schedule=False)
    case, reason, now = RecoveryCase.objects.get(kind=CaseKind.REMEDIAL), "Pindah tugas", held.training_session.ends_at
    signed = signature(held.manager, case_waiver_hash(case, reason), now=now, meaning="waived")
    waive_case(case=case, reason=reason, signature=signed, actor=held.manager, now=now)
    recap = TrainingRecap.objects.get()
    assert (recap.figures["waived"], recap.figures["remedial_waived"]) == (0, 1)
    assert Notice.objects.filter(kind="report.recap").first().params["waived"] == "0, dispensasi remedial: 1"
    client.force_login(held.pic)
    page = client.get(reverse("recap_detail", args=[recap.uuid])).content.decode()
    assert f"Dispensasi remedial: Pindah tugas ({held.manager})" in page
    assert "dan 1 remedial" in page
    timeline = client.get(reverse("plan_timeline", args=[held.plan.uuid])).content.decode()
    assert reverse("recap_detail", args=[recap.uuid]) in timeline


def test_its_page_names_people_to_who_may_know_them_and_counts_to_the_others(client, held):
    settle(held)
    url = reverse("recap_detail", args=[TrainingRecap.objects.get().uuid])
    names = [each.person.name for each in held.enrolments]
    assert client.get(url).status_code == 302
    client.force_login(held.pic)
    page = client.get(url).content.decode()
    assert all(name in page for name in names)
    assert "100,0%" in page
    leader = make_user("team_leader", site=held.training_session.site)
    client.force_login(leader)
    assert client.get(url).status_code == 200
    client.force_login(make_user("manager", site=SiteFactory()))
    assert client.get(url).status_code == 404
    client.force_login(make_user("agent"))
    assert client.get(url).status_code == 403
    client.force_login(held.pic)
    assert client.post(url).status_code == 405
    assert (
        reverse("recap_detail", args=[TrainingRecap.objects.get().uuid])
        in client.get(reverse("plan_detail", args=[held.training_session.plan.uuid])).content.decode()
    )
