"""The factories that the other rooms build on."""

import pytest

from trainingops.people.tests.factories import (
    PASSWORD,
    ServiceLineFactory,
    SiteFactory,
    TeamFactory,
    make_agent,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_make_user_holds_its_roles_within_the_scope_given():
    site, line = SiteFactory(), ServiceLineFactory()
    user = make_user("manager", "qc", site=site, line=line, password=PASSWORD)
    assert user.authority.role_names == {"manager", "qc"}
    assert user.authority.covers("qc", site_id=site.pk, line_id=line.pk)
    assert not user.authority.covers("qc", site_id=SiteFactory().pk)
    assert user.check_password(PASSWORD)


def test_make_agent_works_in_the_team_and_may_have_an_account():
    team = TeamFactory()
    person = make_agent(team=team, with_user=True)
    assert person.assignments.get().site == team.site
    assert person.user.login == person.employee_no
    assert person.user.authority.role_names == {"agent"}
