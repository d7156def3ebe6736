"""One more recipient of a version that was sent: in the place of one who was lost, or besides (4.3, 5.3.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.queries.plans import local_day
from reporting.content import Frozen
from reporting.delivery import unreached_parties
from reporting.models import AddedRecipient, Distribution, ReportParty, ReportVersion
from reporting.offices import Offices, Place, can_be_reached
from reporting.policies import can_send
from reporting.services.copies import order_copies
from reporting.services.drafts import locked_report
from reporting.services.sending import tell_readers
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.enums import Role

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def add_recipient(
    *,
    version: ReportVersion,
    party: str,
    actor: User,
    now: datetime,
    user: User | None = None,
    name: str = "",
    address: str = "",
) -> Distribution:
    """Send the present version to one more recipient of a party, who from then on stands for it and gets later ones.

    Who has it for the party already stands for it, too: an account wherever else it holds the party's role, somebody
    without one wherever the party is missing now.

    Args:
        user: somebody with an account; else ``name``, and ``address`` where the PDF goes. Without address the sender
            hands the report over and notes it (:func:`record_delivery`).

    Raises:
        NotAllowed: neither PIC or trainer of the session nor manager in scope.
        Refused: they stand for this party already, or it was sent to this address and nobody misses it; the account
            is closed or does not hold the party's role where it is missing; or nobody is named.
    """
    report = locked_report(version.report)
    require(can_send(actor, report))
    parties = list(version.parties.filter(party=party).select_related("site", "line"))
    if user is not None:
        parties = _covered(user, party, parties, version, now)
    elif not name.strip():
        raise Refused(_("Name the recipient, or choose somebody with an account."), field="name")
    else:
        parties = list(unreached_parties(now).filter(version=version, party=party))
    address = user.email if user else address.strip().lower()
    who = {"user": user} if user else {"user": None, "name": name.strip(), "address": address}
    known = version.distributions.filter(party=party, user=None, address__iexact=address).first() if not user else None
    if known is not None and address:
        made, is_new = known, False  # one address is one recipient of a party, whoever is named with it
    else:
        made, is_new = Distribution.objects.get_or_create(
            version=version, party=party, **who, defaults={"address": address, "sent_at": now}
        )
    fresh = set(parties) - set(made.stands_for.all())
    if not is_new and not fresh:
        raise _has_it(made, address)
    made.stands_for.add(*fresh)
    if is_new and user is not None:
        tell_readers(version, Frozen(version.content), [user], kind="report.submitted", now=now)
    if is_new:
        _keep_for_later_versions(made, actor, now)
        order_copies(version, [made], actor=actor, now=now)
    record("report.recipient_added", subject=made, actor=actor, now=now, data={"version": version.uuid, "party": party})
    return made


def _keep_for_later_versions(made: Distribution, actor: User, now: datetime) -> None:
    AddedRecipient.objects.update_or_create(
        report=made.version.report,
        party=made.party,
        user=made.user,
        name=made.name,
        address=made.address,
        defaults={"added_by": actor, "added_at": now, "taken_out_at": None},
    )


@service
def choose_later_versions(*, distribution: Distribution, receives: bool, actor: User, now: datetime) -> None:
    """Take somebody who was added by hand out of the recipients of later versions, or put them back (5.3.2).

    What was sent to them stays theirs.

    Raises:
        NotAllowed: neither PIC or trainer of the session nor manager in scope.
        WrongState: the plan or an office names them, so that every version goes there.
    """
    version = distribution.version
    report = locked_report(version.report)
    require(can_send(actor, report))
    who = {"user": distribution.user, "name": distribution.name, "address": distribution.address}
    added = AddedRecipient.objects.filter(report=report, party=distribution.party, **who)
    if not added.update(taken_out_at=None if receives else now):
        raise WrongState(
            _("%(name)s was not added on this page: the plan or their role makes them a recipient of every version.")
            % {"name": distribution.words}
        )
    verb = "report.recipient_put_back" if receives else "report.recipient_taken_out"
    record(verb, subject=distribution, actor=actor, now=now, data={"version": version.uuid})


def _covered(
    user: User, party: str, parties: list[ReportParty], version: ReportVersion, now: datetime
) -> list[ReportParty]:
    """Those of ``parties`` for which an account can stand; of a party that 5.3.2 names, one at least.

    Of any other party who holds its role somewhere: nobody else could open the report.
    """
    if not can_be_reached(user):
        raise Refused(
            _("The account of %(name)s is closed. Choose somebody with an open one.") % {"name": user.name},
            field="user",
        )
    offices = Offices([party], local_day(now, version.report.obligation.training_session.site))
    if not parties:
        _require_role(user, party, offices)
        return []
    found = [each for each in parties if offices.holds(user, party, Place(each.site, each.line))]
    if not found:
        raise Refused(
            _("%(name)s does not hold the role %(party)s at %(places)s. Choose somebody who does.")
            % {
                "name": user.name,
                "party": Role(party).label,
                "places": ", ".join(str(Place(each.site, each.line)) for each in parties),
            },
            field="user",
        )
    return found


def _require_role(user: User, party: str, offices: Offices) -> None:
    if all(each.user != user for each in offices.holdings):
        raise Refused(
            _("%(name)s does not hold the role %(party)s. Choose somebody who does, or another party.")
            % {"name": user.name, "party": Role(party).label},
            field="user",
        )


def _has_it(made: Distribution, address: str) -> Refused:
    """The refusal of somebody who has the report for the party and is needed nowhere else."""
    if made.user is None and address:
        return Refused(
            _("%(address)s received the report for this party already, as %(name)s. Write another address.")
            % {"address": address, "name": made.words},
            field="address",
        )
    return Refused(
        _("%(name)s has it already. Choose somebody else.") % {"name": made.words},
        field="user" if made.user else "name",
    )
