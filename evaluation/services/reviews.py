"""The review of manager and PICs: invitation, meeting, minutes, closure (5.4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from evaluation.enums import REVIEW_TRANSITIONS, Aspect, Presence, ReviewState
from evaluation.evidence import minutes_payload
from evaluation.models import Finding, Minutes, Review, ReviewParticipant, TrainingDefect
from evaluation.policies import can_lead_review, can_schedule_review, can_write_minutes
from evaluation.queries import findings_of
from planning.enums import PlanState
from planning.models import TrainingPlan
from planning.services import advance_plan
from sessions.enums import OutcomeState
from sessions.models import TargetOutcome
from trainingops.audit.journal import canonical, digest, record, service
from trainingops.domain import Refused, StaleVersion, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import ServiceLine, Signature, Site, User
from trainingops.people.services import require_signature, sign
from trainingops.records.numbers import next_number
from trainingops.records.services import request_evidence
from trainingops.ui.moments import day_words, moment_words

#: A review looks at a year at most (5.4.1).
LONGEST_PERIOD = timedelta(days=366)
#: How long after a meeting it may still be entered.
LATE_INVITATION = timedelta(days=7)


@service
def schedule_review(
    *,
    site: Site,
    line: ServiceLine,
    period_from: date,
    period_to: date,
    scheduled_at: datetime,
    secretary: User,
    actor: User,
    now: datetime,
) -> Review:
    """Invite to a review of the trainings whose sessions ended in the period; they go under review.

    The PICs of these trainings take part, present or excused; the manager leads.

    Raises:
        NotAllowed: the actor is not the manager of this site and line.
        Refused: the period is reversed, or the secretary is the manager who will approve the minutes.
    """
    require(can_schedule_review(actor, site, line))
    said = {
        "start": day_words(period_from),
        "end": day_words(period_to),
        "at": moment_words(scheduled_at, site.zone),
    }
    if period_to < period_from:
        raise Refused(
            _("The period ends on %(end)s, before it begins on %(start)s. Choose a later end.") % said,
            field="period_to",
        )
    if period_to - period_from > LONGEST_PERIOD:
        raise Refused(
            _("From %(start)s to %(end)s is longer than a year. Choose a shorter period.") % said, field="period_to"
        )
    if scheduled_at.astimezone(site.zone).date() < period_from:
        raise Refused(
            _("%(at)s lies before the period begins on %(start)s. Choose when the review meets.") % said,
            field="scheduled_at",
        )
    if scheduled_at < now - LATE_INVITATION:
        raise Refused(_("%(at)s is more than a week ago. Choose when the review meets.") % said, field="scheduled_at")
    if secretary.pk == actor.pk:
        raise Refused(
            _("The secretary writes what the manager approves. Choose somebody else as secretary."), field="secretary"
        )
    review = Review.objects.create(
        number=next_number("TV", now.year),
        site=site,
        line=line,
        period_from=period_from,
        period_to=period_to,
        scheduled_at=scheduled_at,
        chair=actor,
        secretary=secretary,
        created_at=now,
    )
    Minutes.objects.create(review=review, written_by=secretary)
    plans = _plans_of_period(review)
    review.plans.set(plans)
    for plan in plans:
        if plan.state == PlanState.REPORTED:
            advance_plan(plan=plan, to=PlanState.UNDER_REVIEW, actor=actor, now=now)
    _invite(review, plans, now)
    record(
        "review.scheduled",
        subject=review,
        actor=actor,
        now=now,
        data={"number": review.number, "plans": [plan.uuid for plan in plans], "at": scheduled_at},
    )
    return review


def _invite(review: Review, plans: Iterable[TrainingPlan], now: datetime) -> None:
    """The chair, the secretary and the PICs; a PIC must be present or excused."""
    pics = {plan.pic_id: plan.pic for plan in plans}
    people = {review.chair_id: review.chair, review.secretary_id: review.secretary, **pics}
    ReviewParticipant.objects.bulk_create(
        ReviewParticipant(review=review, user=user, is_required=key in pics) for key, user in people.items()
    )
    notify(
        kind="review.scheduled",
        recipients=people.values(),
        subject=review,
        url=reverse("review_detail", args=[review.uuid]),
        params={"number": review.number, "line": review.line.name, "site": review.site.name},
        now=now,
    )


def _plans_of_period(review: Review) -> list[TrainingPlan]:
    """Trainings of the line and site with a session that ended in the period, reported or already under review."""
    zone = review.site.zone
    start = datetime.combine(review.period_from, datetime.min.time(), tzinfo=zone)
    end = datetime.combine(review.period_to, datetime.max.time(), tzinfo=zone)
    held = Q(training_sessions__ends_at__range=(start, end))
    return list(
        TrainingPlan.objects.filter(
            held, site=review.site, line=review.line, state__in=[PlanState.REPORTED, PlanState.UNDER_REVIEW]
        )
        .select_related("pic")
        .distinct()
        .order_by("pk")
    )


def _locked(review: Review) -> Review:
    return Review.objects.select_for_update(no_key=True, of=("self",)).select_related("site", "line").get(pk=review.pk)


@service
def note_presence(*, review: Review, presence: Mapping[int, tuple[str, str]], actor: User, now: datetime) -> None:
    """Note who is present or excused, by key of the user: ``(presence, excuse)``.

    Raises:
        Refused: somebody is excused without a word, or the minutes are approved already.
    """
    review = _locked(review)
    require(can_write_minutes(actor, review))
    _require_open(review)
    participants = list(review.participants.all())
    for participant in participants:
        participant.presence, participant.excuse = presence.get(
            participant.user_id, (participant.presence, participant.excuse)
        )
        if participant.presence == Presence.EXCUSED and not participant.excuse.strip():
            raise Refused(_("Somebody is excused without a reason. Write it beside the name."), field="excuse")
    ReviewParticipant.objects.bulk_update(participants, ["presence", "excuse"])
    record(
        "review.presence_noted",
        subject=review,
        actor=actor,
        now=now,
        data={"present": sum(p.presence == Presence.PRESENT for p in participants)},
    )


@service
def hold_review(*, review: Review, actor: User, now: datetime) -> Review:
    """Declare the meeting held: led by the manager, every PIC of the period present or excused (5.4).

    Raises:
        NotAllowed: the actor is no manager in scope.
        Refused: a PIC is neither present nor excused, or the manager is not present.
        WrongState: not scheduled.
    """
    review = _locked(review)
    require(can_lead_review(actor, review))
    require_transition(review, ReviewState.HELD, REVIEW_TRANSITIONS)
    participants = list(review.participants.select_related("user"))
    open_names = [p.user.name for p in participants if p.is_required and p.presence == Presence.INVITED]
    if open_names:
        raise Refused(
            _("Neither present nor excused: %(names)s. Note it for each PIC.") % {"names": ", ".join(open_names)},
            field="presence",
        )
    if not any(p.user_id == actor.pk and p.presence == Presence.PRESENT for p in participants):
        raise Refused(_("A review needs its manager. Note yourself as present."), field="presence")
    review.state, review.held_at = ReviewState.HELD, now
    review.save(update_fields=["state", "held_at"])
    record("review.held", subject=review, actor=actor, now=now)
    return review


@service
def save_minutes(*, review: Review, text: str, version: int, actor: User, now: datetime) -> Minutes:
    """Keep the text of the minutes; ``version`` is the one that was edited.

    Raises:
        StaleVersion: somebody saved in between.
    """
    review = _locked(review)
    require(can_write_minutes(actor, review))
    _require_open(review)
    minutes = review.minutes
    if minutes.version != version:
        raise StaleVersion(
            _("Somebody saved the minutes in between. Copy your text, reload the page and add it."), field="text"
        )
    minutes.text, minutes.version = text, version + 1
    minutes.save(update_fields=["text", "version"])
    record("minutes.saved", subject=minutes, actor=actor, now=now, data={"version": minutes.version})
    return minutes


@service
def add_finding(
    *,
    review: Review,
    aspect: str,
    actor: User,
    now: datetime,
    text: str = "",
    nothing_found: bool = False,
    no_action_reason: str = "",
    training_defects: Iterable[TrainingDefect] = (),
) -> Finding:
    """What the review says of one aspect: a finding in words, or "nothing found".

    Raises:
        Refused: no words, or "nothing found" beside a finding of the same aspect.
        WrongState: the review has not been held.
    """
    review = _locked(review)
    require(can_write_minutes(actor, review))
    if review.state != ReviewState.HELD:
        require_transition(review, "", {})  # names the state found
    said = review.findings.filter(aspect=aspect)
    if not nothing_found and not text.strip():
        raise Refused(_("Describe the finding, or choose “nothing found”."), field="text")
    if said.filter(nothing_found=True).exists() or (nothing_found and said.exists()):
        raise Refused(
            _("The review has already answered this aspect. “Nothing found” excludes a finding."), field="aspect"
        )
    finding = Finding.objects.create(
        review=review, aspect=aspect, nothing_found=nothing_found, text=text, no_action_reason=no_action_reason
    )
    finding.training_defects.set(training_defects)
    record(
        "finding.added",
        subject=finding,
        actor=actor,
        now=now,
        data={"review": review.uuid, "aspect": aspect, "nothing_found": nothing_found},
        detail={"text": text},
    )
    return finding


def missing_before_approval(review: Review, findings: Sequence[Finding] | None = None) -> list[str]:
    """What 5.4 still asks for before the minutes can be approved, in words.

    Args:
        findings: those of the review with their actions, where the caller has them already.
    """
    if findings is None:
        findings = list(review.findings.prefetch_related("actions"))
    answered = {finding.aspect for finding in findings}
    missing = [
        _("Aspect “%(aspect)s” has neither a finding nor “nothing found”.") % {"aspect": aspect.label}
        for aspect in Aspect
        if aspect not in answered
    ]
    missing += [
        _("Finding “%(text)s” has neither an action nor a reason why not.") % {"text": finding.text[:60]}
        for finding in findings
        if not finding.nothing_found and not finding.no_action_reason and not finding.actions.all()
    ]
    if not review.minutes.text.strip():
        missing.append(_("The minutes have no text."))
    return missing


def minutes_content(review: Review) -> str:
    """Canonical JSON of what the manager signs: persons by uuid, findings, actions, the text's digest."""
    findings = findings_of(review).prefetch_related("training_defects").order_by("pk")
    return canonical(
        {
            "review": review.uuid,
            "number": review.number,
            "period": [review.period_from, review.period_to],
            "held_at": review.held_at,
            "participants": sorted([str(p.user.uuid), p.presence] for p in review.participants.select_related("user")),
            "text_sha256": digest(review.minutes.text).hex(),
            "findings": [_finding_content(finding) for finding in findings],
        }
    )


def _finding_content(finding: Finding) -> dict[str, Any]:
    return {
        "aspect": finding.aspect,
        "nothing_found": finding.nothing_found,
        "text_sha256": digest(finding.text).hex(),
        "no_action_reason_sha256": digest(finding.no_action_reason).hex(),
        "training_defects": sorted(str(defect.uuid) for defect in finding.training_defects.all()),
        "actions": [
            {
                "number": action.number,
                "kind": action.kind,
                "owner": action.owner.uuid,
                "due_at": action.due_at,
                "text_sha256": digest(action.text).hex(),
            }
            for action in sorted(finding.actions.all(), key=lambda action: action.pk)
        ],
    }


@service
def sign_and_approve_minutes(
    *, review: Review, content_hash: str, authenticated_at: datetime | None, actor: User, now: datetime
) -> Review:
    """Sign the minutes that were shown and approve them, in one transaction: what the page calls.

    Raises as :func:`approve_minutes`, and ``Refused`` when the log-in is not fresh; a refusal leaves no signature.
    """
    signature = sign(
        user=actor,
        role=Role.MANAGER,
        meaning=SignatureMeaning.APPROVED,
        content_hash=content_hash,
        authenticated_at=authenticated_at,
        now=now,
    )
    return approve_minutes(review=review, content_hash=content_hash, signature=signature, actor=actor, now=now)


@service
def approve_minutes(*, review: Review, content_hash: str, signature: Signature, actor: User, now: datetime) -> Review:
    """The manager approves the minutes (Risalah Rapat) with a fresh log-in; they never change afterwards.

    Raises:
        NotAllowed: no manager in scope, or the secretary who wrote them.
        StaleVersion: the minutes changed since they were read.
        Refused: something that 5.4 asks for is missing; the message lists it.
        WrongState: the review has not been held, or is approved already.
    """
    review = _locked(review)
    require(can_lead_review(actor, review) and actor.pk != review.secretary_id)
    require_transition(review, ReviewState.APPROVED, REVIEW_TRANSITIONS)
    if missing := missing_before_approval(review):
        raise Refused(" ".join(missing), code="incomplete")
    content = minutes_content(review)
    if digest(content).hex() != content_hash:
        raise StaleVersion(_("The minutes changed since you read them. Read the changes and approve again."))
    require_signature(signature, user=actor, content_hash=content_hash, now=now)
    Minutes.objects.filter(review=review).update(
        content=content, content_hash=content_hash, approved_by=actor, approved_at=now, signature=signature
    )
    review.state = ReviewState.APPROVED
    review.save(update_fields=["state"])
    local_day = (review.held_at or now).astimezone(review.site.zone).date()
    request_evidence(
        kind="minutes",
        subject=review,
        title=f"{review.number} {review.line} {review.site}",
        payload=minutes_payload(review, approver=actor, now=now),
        evidence_date=local_day,
        actor=actor,
        now=now,
        training=review.plans.first() if review.plans.count() == 1 else None,
        site=review.site,
        line=review.line,
    )
    notify(
        kind="review.approved",
        recipients=[participant.user for participant in review.participants.select_related("user")],
        subject=review,
        url=reverse("review_detail", args=[review.uuid]),
        params={"number": review.number},
        now=now,
    )
    record("minutes.approved", subject=review, actor=actor, now=now, data=json.loads(content))
    return review


@service
def close_review(*, review: Review, actor: User, now: datetime) -> Review:
    """Close the review and the trainings in it whose targets are all settled (DESIGN.md §4).

    Raises:
        NotAllowed: no manager in scope.
        WrongState: the minutes are not approved.
    """
    review = _locked(review)
    require(can_lead_review(actor, review))
    require_transition(review, ReviewState.CLOSED, REVIEW_TRANSITIONS)
    review.state, review.closed_at = ReviewState.CLOSED, now
    review.save(update_fields=["state", "closed_at"])
    outstanding = TargetOutcome.objects.filter(state=OutcomeState.OUTSTANDING).values("plan")
    closing = review.plans.filter(state=PlanState.UNDER_REVIEW).exclude(pk__in=outstanding).order_by("pk")
    for plan in closing:
        advance_plan(plan=plan, to=PlanState.CLOSED, actor=actor, now=now)
    record("review.closed", subject=review, actor=actor, now=now, data={"plans": [plan.uuid for plan in closing]})
    return review


def _require_open(review: Review) -> None:
    if review.state not in (ReviewState.SCHEDULED, ReviewState.HELD):
        require_transition(review, "", {})
