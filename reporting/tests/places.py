"""A class that gathers people of two places, for the tests of who receives and who sees what."""

from __future__ import annotations

from dataclasses import dataclass

from sessions.models import Enrolment
from sessions.tests.factories import Held
from trainingops.people.models import ServiceLine, Site, Team, User
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, TeamFactory, make_user


@dataclass
class Elsewhere:
    """The other place, with the parties of it and the one participant who belongs there."""

    site: Site
    line: ServiceLine
    team: Team
    enrolment: Enrolment
    operations: User
    leader: User


def with_somebody_elsewhere(held: Held) -> Elsewhere:
    """Let the last participant of a class belong to another site, line and team."""
    site, line = SiteFactory(), ServiceLineFactory()
    team = TeamFactory(site=site, line=line)
    enrolment = held.enrolments[-1]
    Enrolment.objects.filter(pk=enrolment.pk).update(site=site, line=line, team=team)
    return Elsewhere(
        site,
        line,
        team,
        enrolment,
        operations=make_user("operations", site=site, line=line, email="ops.lain@contoh.id"),
        leader=make_user("team_leader", teams=[team], email="tl.lain@contoh.id"),
    )
