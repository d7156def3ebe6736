"""Remarks on a revision and its fields: written, resolved, taken up again (APR-4)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from planning.models import PlanRevision, RevisionComment
from planning.notices import url_of, words_of
from planning.policies.plans import can_comment, can_resolve_comment
from planning.services.plans import locked_plan
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.services import notify
from trainingops.people.models import User


@service
def comment_on_revision(
    *, revision: PlanRevision, text: str, actor: User, now: datetime, field: str = ""
) -> RevisionComment:
    """Write a remark on a revision, or on one of its fields (APR-4).

    Raises:
        NotAllowed: not PIC, manager or a consulted team in scope.
        Refused: a blank text.
    """
    require(can_comment(actor, revision))
    if not text.strip():
        raise Refused(_("The remark is blank. Write it, or leave the page."), field="text")
    comment = RevisionComment.objects.create(
        revision=revision, field=field[:40], author=actor, text=text.strip(), created_at=now
    )
    plan = revision.plan
    if plan.pic_id != actor.pk:
        notify(
            kind="plan_commented",
            recipients=[plan.pic],
            subject=comment,
            url=url_of(plan),
            params=words_of(plan, actor, revision),
            now=now,
        )
    record(
        "revision.commented",
        subject=comment,
        actor=actor,
        now=now,
        data={"revision": revision.uuid, "field": comment.field},
        detail={"text": comment.text},
    )
    return comment


@service
def resolve_comment(*, comment: RevisionComment, actor: User, now: datetime) -> RevisionComment:
    """What the remark asked for is settled: it is kept, and no longer goes along into the next revision.

    Raises:
        NotAllowed: neither its author, nor the PIC or the manager of the plan.
        WrongState: resolved already.
    """
    comment = _locked(comment, actor=actor)
    if comment.resolved_at is not None:
        raise WrongState(_("This remark is resolved already. Reload the page."))
    comment.resolved_by, comment.resolved_at = actor, now
    return _settle("revision.comment_resolved", comment, actor=actor, now=now)


@service
def reopen_comment(*, comment: RevisionComment, actor: User, now: datetime) -> RevisionComment:
    """A remark that was resolved waits again. Raises as :func:`resolve_comment`."""
    comment = _locked(comment, actor=actor)
    if comment.resolved_at is None:
        raise WrongState(_("This remark is open. Reload the page."))
    comment.resolved_by = comment.resolved_at = None
    return _settle("revision.comment_reopened", comment, actor=actor, now=now)


def _locked(comment: RevisionComment, *, actor: User) -> RevisionComment:
    """The remark as it is now; its plan is locked first."""
    plan = locked_plan(comment.revision.plan)
    comment = RevisionComment.objects.select_for_update(no_key=True).get(pk=comment.pk)
    require(
        can_resolve_comment(actor, plan, author=comment.author_id),
        _("Its author, the PIC or the manager resolves a remark."),
    )
    return comment


def _settle(verb: str, comment: RevisionComment, *, actor: User, now: datetime) -> RevisionComment:
    comment.save(update_fields=["resolved_by", "resolved_at"])
    record(verb, subject=comment, actor=actor, now=now, data={"field": comment.field})
    return comment
