"""What somebody may see of a report (5.3.2): decided in one place, and taken away by one function.

Page, PDF with its data, preview and difference all read a content that went through :func:`redact`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery

from reporting.models import ClientNames
from sessions.models import Enrolment
from sessions.queries.visibility import own_people, reads_whole
from trainingops.people.enums import Role

if TYPE_CHECKING:
    from reporting.models import Distribution, TrainingReport
    from sessions.models import TrainingSession
    from trainingops.people.models import User


@dataclass(frozen=True)
class Sight:
    """Whom of the participants somebody sees by name, reason and score; the others are counted.

    Attributes:
        named: enrolments by uuid; None for everybody, and the photos of the class besides.
    """

    named: frozenset[str] | None = None

    @property
    def is_whole(self) -> bool:
        return self.named is None

    def shows(self, person: Mapping[str, Any]) -> bool:
        """Whether one of the people of a content is shown."""
        return self.named is None or person["enrolment"] in self.named


EVERYTHING = Sight()
COUNTS = Sight(frozenset())


def sight_of(user: User, report: TrainingReport, *, teaches: bool | None = None) -> Sight:
    """What an account sees of a report.

    Writers and the offices that read a class whole see all; Operation, team leaders and every other office the people
    of their own scope; the client those of lines whose manager allows it.

    Args:
        teaches: whether they teach the class, where that is known already.
    """
    training_session = report.obligation.training_session
    if training_session.plan.pic_id == user.pk or reads_whole(user, training_session, teaches=teaches):
        return EVERYTHING
    own = own_people(user)
    if user.authority.has(Role.CLIENT):
        own |= user.authority.scope(Role.CLIENT, site="site", line="line", team="team") & _open_to_clients()
    return _people(own, training_session)


def sight_of_party(party: str, training_session: TrainingSession) -> Sight:
    """What a recipient without account gets to see: counts, and the client the lines whose manager allows it."""
    if party != Role.CLIENT:
        return COUNTS
    return _people(_open_to_clients(), training_session)


class ClientLines:
    """The lines of a class of which the client was allowed to read names, and when; one query.

    A sealed copy shows those that were open when it was ordered. A recipient without account is due those that were
    open when the version was sent to them and were never closed since: nothing that is decided later adds a name.
    """

    def __init__(self, training_session: TrainingSession) -> None:
        here = Enrolment.objects.filter(training_session=training_session)
        people = ArraySubquery(here.filter(line=OuterRef("line")).values("uuid"))
        decisions = ClientNames.objects.filter(line__in=here.values("line")).annotate(people=people)
        self.decisions: list[Any] = list(decisions.order_by("decided_at", "pk"))

    def open_at(self, at: datetime) -> frozenset[int]:
        """Those that were open then, by key."""
        latest = {each.line_id: each.shown for each in self.decisions if each.decided_at <= at}
        return frozenset(line for line, shown in latest.items() if shown)

    def due_to(self, recipient: Distribution) -> frozenset[int]:
        """Those whose names somebody without account gets."""
        if recipient.party != Role.CLIENT:
            return frozenset()
        closed = {each.line_id for each in self.decisions if not each.shown and each.decided_at > recipient.sent_at}
        return self.open_at(recipient.sent_at) - closed

    def sight(self, lines: frozenset[int]) -> Sight:
        """The people of these lines."""
        return Sight(frozenset(str(uuid) for each in self.decisions if each.line_id in lines for uuid in each.people))


def _people(inside: Q, training_session: TrainingSession) -> Sight:
    seen = Enrolment.objects.filter(inside, training_session=training_session)
    return Sight(frozenset(str(each) for each in seen.values_list("uuid", flat=True)))


def _open_to_clients() -> Q:
    """People of the lines of which the client reads names and scores; none unless a manager allowed it."""
    latest = ClientNames.objects.filter(line=OuterRef("line")).order_by("-decided_at", "-pk").values("pk")[:1]
    return Q(line__in=ClientNames.objects.filter(pk=Subquery(latest), shown=True).values("line"))


def redact(data: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """A content without the people whom ``sight`` leaves out, and without what would tell of them.

    Counts and means stay: they are the report's own figures (RPT-5).
    """
    if sight.is_whole:
        return dict(data)
    people = [each for each in data["people"] if sight.shows(each)]
    persons = {each["person"] for each in people}
    return {
        **data,
        "people": people,
        "recovery": [each for each in data["recovery"] if each["person"] in persons],
        "photos": [],
    }
