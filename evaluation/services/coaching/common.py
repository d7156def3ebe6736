"""What every step of a coaching shares: the lock, the dates, the record, who is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.evidence import coaching_payload
from evaluation.models import CoachingForm
from trainingops.domain import Refused
from trainingops.notifications.services import notify
from trainingops.people.models import User
from trainingops.records.services import request_evidence
from trainingops.ui.moments import day_words

#: What was agreed is looked at again within half a year.
LATEST_FOLLOW_UP = timedelta(days=180)


def locked_form(form: CoachingForm) -> CoachingForm:
    """The form as it is now, locked until the transaction ends."""
    rows = CoachingForm.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("person", "site", "line", "coach", "plan").get(pk=form.pk)


def check_days(days: Sequence[date], today: date, *, field: str = "follow_up_on") -> None:
    """Refuse follow-up dates in the past, too far ahead, or twice the same.

    Raises:
        Refused: names the day and what to choose instead.
    """
    latest = today + LATEST_FOLLOW_UP
    for day in days:
        said = {"day": day_words(day), "latest": day_words(latest)}
        if day < today:
            raise Refused(
                _("%(day)s has passed: the follow-up is still to come. Choose today or later.") % said, field=field
            )
        if day > latest:
            raise Refused(
                _("%(day)s is more than 180 days ahead. Choose %(latest)s or earlier.") % said,
                field=field,
                code="too_far_ahead",
            )
        if days.count(day) > 1:
            raise Refused(_("%(day)s stands here twice. Choose another day, or leave it out.") % said, field=field)


def today_of(form: CoachingForm, now: datetime) -> date:
    """The day at the site of the form."""
    return timezone.localdate(now, form.site.zone)


def order_record(form: CoachingForm, now: datetime) -> None:
    """The form as it stands is the next version of its record; the versions before stay (clause 6)."""
    form.record_version += 1
    form.save(update_fields=["record_version"])
    assert form.coached_at is not None
    last = form.follow_ups.order_by("-due_on").values_list("due_on", flat=True).first()
    request_evidence(
        kind="coaching",
        subject=form,
        title=form.number,
        payload=coaching_payload(form),
        evidence_date=timezone.localdate(form.coached_at, form.site.zone),
        supports_until=last or form.follow_up_on,
        actor=form.coach,
        now=now,
        training=form.plan,
        site=form.site,
        line=form.line,
    )


def tell(kind: str, users: Iterable[User], form: CoachingForm, now: datetime, step: str = "") -> None:
    """Tell of a step, with the way to the form; ``step`` tells several of one kind apart."""
    notify(
        kind=kind,
        recipients=list(users),
        subject=form,
        url=reverse("coaching_detail", args=[form.uuid]),
        step=step,
        params={"number": form.number},
        now=now,
    )
