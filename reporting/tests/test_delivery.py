"""Whether a report reached every mandatory party of every place of its class (clauses 4.3, 5.3.2; indicator 4.3b)."""

from __future__ import annotations

import pytest

from reporting import services
from reporting.delivery import delivery_of
from reporting.tests.places import with_somebody_elsewhere
from reporting.tests.writing import HOUR, submitted
from reporting.wording import unreached_words
from trainingops.people.models import RoleAssignment
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


def delivery(held, *, hours=3):
    return delivery_of(held.training_session.obligation, now=held.training_session.ends_at + hours * HOUR)


def test_a_class_of_two_places_goes_to_the_parties_of_each_and_to_the_leaders_of_its_teams(held):
    other = with_somebody_elsewhere(held)
    version = submitted(held)
    sent = {(each.party, each.user) for each in version.distributions.select_related("user")}
    assert {("operations", other.operations), ("team_leader", other.leader), ("qc", held.world.qc)} <= sent
    state = delivery(held)
    assert not state.delivered, "nobody holds Quality Control, Operation Support and manager there"
    place = f"({other.line} {other.site})"
    words = unreached_words(state)
    assert f"Operation Support {place}" in words and f"Quality Control {place}" in words
    assert "Operation (" not in words and "Quality Control," not in words


@pytest.mark.parametrize("lost", ["account closed", "left", "role ended"])
def test_a_party_that_loses_its_last_recipient_after_sending_is_not_reached_until_it_is_replaced(held, lost):
    version = submitted(held)
    assert delivery(held).delivered
    qc = held.world.qc
    if lost == "account closed":
        qc.is_active = False
        qc.save()
    elif lost == "left":
        qc.person = held.enrolments[0].person
        qc.person.employment = "left"
        qc.person.save()
        qc.save()
    else:
        RoleAssignment.objects.filter(user=qc).update(ends_on="2026-11-23")
    state = delivery(held)
    assert not state.delivered
    assert unreached_words(state) == "Quality Control"
    other = make_user("qc", site=held.plan.site, line=held.plan.line)
    now = held.training_session.ends_at + 4 * HOUR
    services.add_recipient(version=version, party="qc", user=other, actor=held.manager, now=now)
    assert delivery(held).delivered


def test_what_was_read_stays_delivered_when_its_reader_leaves(held):
    version = submitted(held)
    now = held.training_session.ends_at + 3 * HOUR
    services.acknowledge_report(version=version, actor=held.world.qc, now=now)
    held.world.qc.is_active = False
    held.world.qc.save()
    assert delivery(held, hours=4).delivered


def test_what_is_not_submitted_is_not_delivered(held):
    state = delivery(held)
    assert (state.delivered, state.unreached) == (False, [])
