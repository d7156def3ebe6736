"""What a line must hold, and days that are no reference (5.1.1 f)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from planning.enums import LoadMethod
from planning.models import LineTarget, MarkedDay
from planning.policies.catalogue import can_import_traffic, can_set_target
from planning.queries.traffic import METHODS_OF_CHANNEL
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.enums import ChannelKind
from trainingops.people.models import ServiceLine, Site, User
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words


@service
def set_line_target(
    *,
    line: ServiceLine,
    method: LoadMethod,
    goal_percent: Decimal,
    answer_seconds: int,
    concurrency: int,
    actor: User,
    now: datetime,
) -> LineTarget:
    """Say by which figure the load of a line is judged and what it must hold.

    Raises:
        NotAllowed: no manager of the line.
        Refused: a method that does not describe the line's channel (5.1.1 f), or a figure out of its range.
    """
    require(can_set_target(actor, line))
    fitting = METHODS_OF_CHANNEL[ChannelKind(line.channel)]
    if method not in fitting:
        raise Refused(
            _("“%(method)s” does not describe %(line)s, which is %(channel)s. Choose %(fitting)s.")
            % {
                "method": method.label,
                "line": line,
                "channel": line.get_channel_display(),
                "fitting": ", ".join(f"“{each.label}”" for each in fitting),
            },
            field="method",
        )
    if not 0 < goal_percent <= 100:
        raise Refused(
            _("%(value)s%% is no target. Write a percentage above 0 and up to 100.")
            % {"value": format_figure(goal_percent)},
            field="goal_percent",
        )
    if method == LoadMethod.ERLANG_C and goal_percent == 100:
        raise Refused(
            _("No number of agents answers every call in time. Write a target below 100."), field="goal_percent"
        )
    target, _made = LineTarget.objects.update_or_create(
        line=line,
        defaults={
            "method": method,
            "goal_percent": goal_percent,
            "answer_seconds": answer_seconds,
            "concurrency": concurrency,
            "set_by": actor,
            "set_at": now,
        },
    )
    record(
        "line.target_set",
        subject=line,
        actor=actor,
        now=now,
        data={"method": method, "goal_percent": goal_percent, "seconds": answer_seconds, "concurrency": concurrency},
    )
    return target


@service
def mark_day(*, site: Site, line: ServiceLine, day: date, reason: str, actor: User, now: datetime) -> MarkedDay:
    """Leave a day out of the reference: a campaign, an outage.

    Raises:
        NotAllowed: outside the scope.
        Refused: no reason, or marked already.
    """
    require(can_import_traffic(actor, site_id=site.pk, line_id=line.pk))
    if not reason.strip():
        raise Refused(_("Write why this day is no reference."), field="reason")
    try:
        with transaction.atomic():
            marked = MarkedDay.objects.create(
                site=site, line=line, day=day, reason=reason.strip(), marked_by=actor, marked_at=now
            )
    except IntegrityError:
        raise Refused(
            _("%(day)s is marked already. Choose another day.") % {"day": day_words(day)}, field="day"
        ) from None
    record("day.marked", subject=marked, actor=actor, now=now, data={"day": day, "line": line.uuid, "site": site.uuid})
    return marked


@service
def unmark_day(*, marked: MarkedDay, actor: User, now: datetime) -> None:
    """Let a day count again.

    Raises:
        NotAllowed: outside the scope.
    """
    require(can_import_traffic(actor, site_id=marked.site_id, line_id=marked.line_id))
    record("day.unmarked", subject=marked, actor=actor, now=now, data={"day": marked.day})
    marked.delete()
