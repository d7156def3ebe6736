"""Objectives of a year: drafted, submitted, approved by the manager, followed by the next revision (ISO 9001 6.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.enums import OBJECTIVE_TRANSITIONS, IndicatorKey, ObjectiveState
from evaluation.models import Objective, ObjectiveRevision
from evaluation.policies import can_decide_objective, can_write_objective
from trainingops.audit.journal import canonical, digest, record, service
from trainingops.domain import Refused, StaleVersion, WrongState, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import ServiceLine, Signature, Site, User
from trainingops.people.queries import users_with_role
from trainingops.people.services import require_signature, sign
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words

#: Years an objective can be written for: the present one and the next.
AHEAD = 1
OPEN_REVISIONS = (ObjectiveState.DRAFT, ObjectiveState.SUBMITTED)


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What ISO 9001 6.2 asks of an objective."""

    target: Decimal
    means: str
    owner: User
    due_on: date
    judged_by: str


@service
def begin_objective(
    *,
    year: int,
    indicator: str,
    site: Site | None,
    line: ServiceLine | None,
    aim: Aim,
    actor: User,
    now: datetime,
) -> Objective:
    """Write the first draft of an objective.

    Args:
        site, line: where it holds; neither for the whole house.

    Raises:
        NotAllowed: the actor does not answer for the place.
        Refused: the year is over or too far ahead, there is one already, or the aim is incomplete.
    """
    this_year = timezone.localdate(now, actor.zone).year
    if not this_year <= year <= this_year + AHEAD:
        raise Refused(
            _("%(year)d: objectives are written for %(first)d or %(last)d.")
            % {"year": year, "first": this_year, "last": this_year + AHEAD},
            field="year",
        )
    objective, made = Objective.objects.get_or_create(
        year=year, indicator=indicator, site=site, line=line, defaults={"created_at": now}
    )
    require(can_write_objective(actor, objective))
    if not made:
        raise Refused(
            _("There is an objective for this indicator, year and place already. Open it and write its next revision."),
            field="indicator",
            url=reverse("objective_detail", args=[objective.uuid]),
        )
    _write(objective, aim, actor=actor, now=now)
    return objective


@service
def save_objective(*, objective: Objective, aim: Aim, actor: User, now: datetime) -> ObjectiveRevision:
    """Change the draft; where there is none, write the next revision: what is approved holds until that is, too.

    Raises:
        NotAllowed: the actor does not answer for the place.
        WrongState: a revision waits for the manager.
        Refused: the aim is incomplete.
    """
    objective = _locked(objective)
    require(can_write_objective(actor, objective))
    return _write(objective, aim, actor=actor, now=now)


def _write(objective: Objective, aim: Aim, *, actor: User, now: datetime) -> ObjectiveRevision:
    _require_complete(objective, aim)
    latest = latest_revision(objective)
    if latest is not None and latest.state == ObjectiveState.SUBMITTED:
        raise WrongState(_("This objective waits for the manager. Have it returned before you change it."))
    if latest is None or latest.state != ObjectiveState.DRAFT:
        latest = ObjectiveRevision(objective=objective, number=latest.number + 1 if latest else 1)
    for name in ("target", "means", "owner", "due_on", "judged_by"):
        setattr(latest, name, getattr(aim, name))
    latest.written_by, latest.written_at = actor, now
    latest.save()
    data = {"number": latest.number, "target": aim.target, "owner": aim.owner.uuid, "due_on": aim.due_on}
    record("objective.written", subject=objective, actor=actor, now=now, data=data, detail=_texts(latest))
    return latest


def _require_complete(objective: Objective, aim: Aim) -> None:
    highest = Decimal(1000) if objective.indicator == IndicatorKey.DEFECTS else Decimal(100)
    if not 0 <= aim.target <= highest:
        raise Refused(
            _("%(target)s is no target of this indicator. Write 0 to %(highest)s.")
            % {"target": format_figure(aim.target), "highest": format_figure(highest)},
            field="target",
        )
    for field, text in (("means", aim.means), ("judged_by", aim.judged_by)):
        if not text.strip():
            raise Refused(_("Blank. Write it down: ISO 9001 6.2 asks for it."), field=field)
    if aim.due_on.year != objective.year:
        raise Refused(
            _("%(day)s does not lie in %(year)d. Choose a day of that year.")
            % {"day": day_words(aim.due_on), "year": objective.year},
            field="due_on",
        )


@service
def submit_objective(*, objective: Objective, actor: User, now: datetime) -> ObjectiveRevision:
    """Freeze the draft and ask a manager of the place to approve it.

    Raises:
        NotAllowed: the actor does not answer for the place.
        WrongState: there is no draft.
    """
    objective = _locked(objective)
    require(can_write_objective(actor, objective))
    revision = _latest(objective)
    require_transition(revision, ObjectiveState.SUBMITTED, OBJECTIVE_TRANSITIONS)
    revision.content = content_of(revision)
    revision.content_hash = digest(revision.content).hex()
    revision.state, revision.submitted_at = ObjectiveState.SUBMITTED, now
    revision.save(update_fields=["content", "content_hash", "state", "submitted_at"])
    deciding = [each for each in users_with_role(Role.MANAGER) if can_decide_objective(each, revision)]
    _tell("objective.submitted", revision, deciding, now)
    data = {"number": revision.number, "content_hash": revision.content_hash}
    record("objective.submitted", subject=objective, actor=actor, now=now, data=data)
    return revision


@service
def sign_and_approve_objective(
    *, objective: Objective, content_hash: str, authenticated_at: datetime | None, actor: User, now: datetime
) -> ObjectiveRevision:
    """Sign what was shown and approve it, in one transaction: what the page calls.

    Raises as :func:`approve_objective`, and ``Refused`` when the log-in is not fresh; a refusal leaves no signature.
    """
    signature = sign(
        user=actor,
        role=Role.MANAGER,
        meaning=SignatureMeaning.APPROVED,
        content_hash=content_hash,
        authenticated_at=authenticated_at,
        now=now,
    )
    return approve_objective(objective=objective, content_hash=content_hash, signature=signature, actor=actor, now=now)


@service
def approve_objective(
    *, objective: Objective, content_hash: str, signature: Signature, actor: User, now: datetime
) -> ObjectiveRevision:
    """The manager approves a submitted revision; the one before it is superseded and stays readable.

    Raises:
        NotAllowed: no manager of the place, or who wrote it.
        WrongState: it is not submitted.
        StaleVersion: it changed since it was read.
    """
    revision = _submitted(objective, actor, to=ObjectiveState.APPROVED, content_hash=content_hash)
    require_signature(signature, user=actor, content_hash=content_hash, now=now)
    before = revision.objective.revisions.filter(state=ObjectiveState.APPROVED)
    before.update(state=ObjectiveState.SUPERSEDED)
    revision.signature = signature
    _decide(revision, ObjectiveState.APPROVED, "", actor=actor, now=now)
    return revision


@service
def return_objective(
    *, objective: Objective, content_hash: str, note: str, actor: User, now: datetime
) -> ObjectiveRevision:
    """Give a submitted revision back with a note; the next one begins from it.

    Raises as :func:`approve_objective`, and ``Refused`` without a note.
    """
    if not note.strip():
        raise Refused(_("Write what should be different."), field="note")
    revision = _submitted(objective, actor, to=ObjectiveState.RETURNED, content_hash=content_hash)
    _decide(revision, ObjectiveState.RETURNED, note.strip(), actor=actor, now=now)
    return revision


def _submitted(objective: Objective, actor: User, *, to: str, content_hash: str) -> ObjectiveRevision:
    revision = _latest(_locked(objective))
    require(can_decide_objective(actor, revision), _("A manager of the place decides, and never who wrote it."))
    require_transition(revision, to, OBJECTIVE_TRANSITIONS)
    if revision.content_hash != content_hash:
        raise StaleVersion(_("The objective changed since you read it. Read the changes and decide again."))
    return revision


def _decide(revision: ObjectiveRevision, to: str, note: str, *, actor: User, now: datetime) -> None:
    revision.state, revision.decided_by, revision.decided_at, revision.decision_note = to, actor, now, note
    revision.save(update_fields=["state", "decided_by", "decided_at", "decision_note", "signature"])
    _tell(f"objective.{to}", revision, {revision.written_by, revision.owner} - {actor}, now)
    data = {"number": revision.number, "content_hash": revision.content_hash}
    detail = {"note": note} if note else None
    record(f"objective.{to}", subject=revision.objective, actor=actor, now=now, data=data, detail=detail)


def latest_revision(objective: Objective) -> ObjectiveRevision | None:
    """The newest revision with its people; one query."""
    return objective.revisions.select_related("objective__site", "objective__line", "owner", "written_by").first()


def content_of(revision: ObjectiveRevision) -> str:
    """Canonical JSON of what the manager signs: persons by uuid, the digests of texts."""
    objective = revision.objective
    return canonical(
        {
            "objective": objective.uuid,
            "year": objective.year,
            "indicator": objective.indicator,
            "site": objective.site and objective.site.code,
            "line": objective.line and objective.line.code,
            "number": revision.number,
            "target": f"{revision.target:.2f}",
            "owner": revision.owner.uuid,
            "due_on": revision.due_on,
            **{f"{name}_sha256": digest(text).hex() for name, text in _texts(revision).items()},
        }
    )


def _texts(revision: ObjectiveRevision) -> dict[str, str]:
    return {"means": revision.means, "judged_by": revision.judged_by}


def _latest(objective: Objective) -> ObjectiveRevision:
    revision = latest_revision(objective)
    if revision is None:
        raise WrongState(_("This objective says nothing yet. Write it first."))
    return revision


def _locked(objective: Objective) -> Objective:
    rows = Objective.objects.select_for_update(no_key=True, of=("self",)).select_related("site", "line")
    return rows.get(pk=objective.pk)


def _tell(kind: str, revision: ObjectiveRevision, recipients: Iterable[User], now: datetime) -> None:
    objective = revision.objective
    notify(
        kind=kind,
        recipients=list(recipients),
        subject=objective,
        step=str(revision.number),
        url=reverse("objective_detail", args=[objective.uuid]),
        params={"year": objective.year, "number": revision.number},
        now=now,
    )
