"""Put a group on target by a rule, each person with the reason (5.1.1 b)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from planning.enums import TargetReason
from planning.models import NeedSource
from planning.queries.groups import GroupRule, members
from planning.queries.plans import local_day
from planning.reasons import facts_of_rule
from planning.services.drafting import open_draft
from planning.services.targets import Chosen, put_on_target
from trainingops.audit.journal import record, service
from trainingops.domain import Refused
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from planning.models import PlannedSession, PlanRevision
    from trainingops.people.models import User


@service
def choose_group(
    *,
    revision: PlanRevision,
    rule: GroupRule,
    actor: User,
    now: datetime,
    planned: PlannedSession | None = None,
) -> Chosen:
    """Put on target everybody who matches the rule today; choosing again adds who is new.

    A product change becomes a source of the plan's need. Who is on target already keeps the reason of then.

    Raises:
        NotAllowed, WrongState: not the PIC, or no draft any more.
        Refused: the rule names another line, contradicts itself, or nobody matches.
    """
    revision = open_draft(revision, actor=actor)
    if rule.line.pk != revision.plan.line_id:
        raise Refused(_("The plan is for %(line)s. Choose agents of this line.") % {"line": revision.plan.line})
    check_rule(rule, day=local_day(now, revision.plan.site))
    people = list(members(rule, user=actor, day=local_day(now, revision.plan.site)))
    if not people:
        raise Refused(_("No agent matches. Leave a part of the rule out."))
    reason = reason_of(rule)
    made, standing = put_on_target(
        revision,
        people,
        planned=planned,
        reason=reason,
        why=lambda person: facts_of_rule(rule, getattr(person, "last_trained", None)),
    )
    if rule.change:
        revision.needs.add(NeedSource.objects.get(product_change=rule.change))
    record(
        "revision.targets_added",
        subject=revision,
        actor=actor,
        now=now,
        data={"added": [str(each.person.uuid) for each in made], "reason": reason, "rule": _facts(rule)},
    )
    return Chosen(added=len(made), already=len(standing))


def reason_of(rule: GroupRule) -> str:
    """The kind of reason: the change before the missing training before the group itself."""
    if rule.change:
        return TargetReason.PRODUCT_CHANGE
    return TargetReason.NOT_TRAINED_SINCE if rule.module else TargetReason.SEGMENT


def check_rule(rule: GroupRule, *, day: date) -> None:
    """Refuse a rule that contradicts itself, or asks about days after ``day``; the form asks it, too.

    Raises:
        Refused: with the field and the remedy.
    """
    if rule.joined_months is not None and rule.joined_at_most is not None and rule.joined_at_most <= rule.joined_months:
        raise Refused(
            _("Up to %(most)d months is not above from %(least)d months. Write a higher upper limit.")
            % {"most": rule.joined_at_most, "least": rule.joined_months},
            field="joined_at_most",
        )
    if rule.since and not rule.module:
        raise Refused(_("Choose the module that was not trained since then."), field="module")
    if rule.since and rule.since > day:
        raise Refused(
            _("%(day)s lies ahead. Write the day since which nobody of them had the module.")
            % {"day": day_words(rule.since)},
            field="since",
        )
    if rule.change and not rule.change.lines.filter(pk=rule.line.pk).exists():
        raise Refused(
            _("%(change)s does not touch %(line)s. Choose another change.")
            % {"change": rule.change.number, "line": rule.line},
            field="change",
        )


def _facts(rule: GroupRule) -> dict[str, Any]:
    """The rule for the journal: codes and days only."""
    return {
        "site": rule.site.code if rule.site else None,
        "team": rule.team.code if rule.team else None,
        "segment": rule.segment.code if rule.segment else None,
        "joined_months": rule.joined_months,
        "joined_at_most": rule.joined_at_most,
        "module": rule.module.code if rule.module else None,
        "since": rule.since,
        "change": rule.change.uuid if rule.change else None,
    }
