"""A scope is a filter that combines with others (DESIGN.md §1, "Who may")."""

from __future__ import annotations

import pytest
from django.db.models import Q

from trainingops.people.models import Team
from trainingops.people.tests.factories import SiteFactory, TeamFactory, make_user

pytestmark = pytest.mark.django_db


def test_a_role_everywhere_or_anything_is_still_everywhere():
    TeamFactory.create_batch(2)
    scope = make_user("manager").authority.scope("manager", site="site")
    assert Team.objects.filter(scope | Q(code="none")).count() == 2
    assert Team.objects.filter(scope).count() == 2


def test_a_role_at_a_site_or_ones_own_adds_up():
    inside, own, _foreign = TeamFactory.create_batch(3)
    scope = make_user("manager", site=inside.site).authority.scope("manager", site="site")
    assert set(Team.objects.filter(scope | Q(pk=own.pk))) == {inside, own}


def test_without_the_role_nothing_is_inside():
    TeamFactory()
    scope = make_user("qc", site=SiteFactory()).authority.scope("manager", site="site")
    assert not Team.objects.filter(scope).exists()
