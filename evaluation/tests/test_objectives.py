"""Objectives of a year: target, means, who, by when, how judged; approved by the manager (ISO 9001 6.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation.enums import ObjectiveState
from evaluation.indicators import Place
from evaluation.models import Objective
from evaluation.objectives import targets_of
from evaluation.services.objectives import (
    Aim,
    begin_objective,
    return_objective,
    save_objective,
    sign_and_approve_objective,
    submit_objective,
)
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.tests.factories import SiteFactory, make_user, sign_in

pytestmark = pytest.mark.django_db


def year() -> int:
    return timezone.localdate().year


def aim(owner, target="95", **changes) -> Aim:
    given = {"means": "Recovery cepat.", "due_on": date(year(), 12, 31), "judged_by": "Angka sejak Januari."}
    return Aim(target=Decimal(target), owner=owner, **{**given, **changes})


@pytest.fixture
def people():
    return make_user("trainer"), make_user("manager")


def begun(writer, **place) -> Objective:
    where = {"site": None, "line": None, **place}
    return begin_objective(year=year(), indicator="trained", aim=aim(writer), actor=writer, now=timezone.now(), **where)


def approved(objective, writer, manager) -> None:
    now = timezone.now()
    revision = submit_objective(objective=objective, actor=writer, now=now)
    sign_and_approve_objective(
        objective=objective, content_hash=revision.content_hash, authenticated_at=now, actor=manager, now=now
    )


def states(objective) -> list[str]:
    return [each.state for each in objective.revisions.all()]


def test_what_is_approved_holds_until_the_next_revision_is_approved_and_every_revision_stays(people):
    writer, manager = people
    objective, now = begun(writer), timezone.now()
    assert targets_of(year(), Place()) == {}
    approved(objective, writer, manager)
    save_objective(objective=objective, aim=aim(writer, "97"), actor=writer, now=now)
    assert states(objective) == [ObjectiveState.DRAFT, ObjectiveState.APPROVED]
    assert targets_of(year(), Place())["trained"].target == 95
    approved(objective, writer, manager)
    assert states(objective) == [ObjectiveState.APPROVED, ObjectiveState.SUPERSEDED]
    assert targets_of(year(), Place())["trained"].target == 97


def test_nobody_approves_what_they_wrote_and_a_manager_of_one_site_not_for_the_whole_house(people):
    """DESIGN.md §2, separation of duties."""
    _writer, manager = people
    objective, now = begun(manager), timezone.now()
    revision = submit_objective(objective=objective, actor=manager, now=now)
    for actor in (manager, make_user("manager", site=SiteFactory()), make_user("qc")):
        with pytest.raises(NotAllowed):
            sign_and_approve_objective(
                objective=objective, content_hash=revision.content_hash, authenticated_at=now, actor=actor, now=now
            )


def test_a_returned_one_needs_a_note_and_is_written_anew(people):
    writer, manager = people
    objective, now = begun(writer), timezone.now()
    revision = submit_objective(objective=objective, actor=writer, now=now)
    given = {"objective": objective, "content_hash": revision.content_hash, "actor": manager, "now": now}
    with pytest.raises(WrongState):
        save_objective(objective=objective, aim=aim(writer), actor=writer, now=now)
    with pytest.raises(Refused):
        return_objective(**given, note=" ")
    return_objective(**given, note="Terlalu rendah.")
    for refused in (
        lambda: return_objective(**given, note="x"),
        lambda: submit_objective(objective=objective, actor=writer, now=now),
    ):
        with pytest.raises(WrongState):
            refused()
    save_objective(objective=objective, aim=aim(writer, "98"), actor=writer, now=now)
    assert states(objective) == [ObjectiveState.DRAFT, ObjectiveState.RETURNED]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"target": "101"}, "target"), ({"means": " "}, "means"), ({"due_on": date(2020, 1, 1)}, "due_on")],
)
def test_an_incomplete_aim_is_refused_at_its_field(people, changes, field):
    writer, _manager = people
    objective = begun(writer)
    with pytest.raises(Refused) as refused:
        save_objective(objective=objective, aim=aim(writer, **changes), actor=writer, now=timezone.now())
    assert refused.value.field == field
    with pytest.raises(Refused):
        begun(writer)


def test_the_narrowest_objective_holds_for_a_place(people):
    writer, manager = people
    site = SiteFactory()
    for place in ({}, {"site": site}):
        approved(begun(writer, **place), writer, manager)
    assert targets_of(year(), Place(site=site))["trained"].objective.site == site
    assert targets_of(year(), Place(site=SiteFactory()))["trained"].objective.site is None


def test_the_pages_write_submit_and_decide(client, people):
    writer, manager = people
    sign_in(client, writer)
    sent = {"year": year(), "indicator": "trained", "target": "95", "means": "x", "owner": writer.pk, "judged_by": "y"}
    assert client.post(reverse("objective_new"), {**sent, "due_on": f"{year()}-12-31"}).status_code == 302
    objective = Objective.objects.get()
    address = {
        name: reverse(f"objective_{name}", args=[objective.uuid]) for name in ("detail", "edit", "submit", "decide")
    }
    assert client.get(address["edit"]).status_code == 200
    assert client.post(address["submit"]).status_code == 302
    assert client.get(address["decide"]).status_code == 403
    sign_in(client, manager)
    content_hash = objective.revisions.get().content_hash
    assert client.get(address["detail"]).context["may_decide"]
    assert [each.objective for each in client.get(reverse("objective_list")).context["table"].data] == [objective]
    assert client.get(address["submit"]).status_code == 405
    sign_in(client, make_user("agent"))
    assert client.get(address["detail"]).status_code == 403
    elsewhere = begun(writer, site=SiteFactory())
    sign_in(client, make_user("qc", site=SiteFactory()))
    assert client.get(reverse("objective_detail", args=[elsewhere.uuid])).status_code == 404
    assert len(content_hash) == 64
