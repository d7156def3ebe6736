"""Questions sent back to the bank, for their author to look at again (5.1.1 e, 5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from planning.enums import ReviewOutcome
from planning.models import Question, QuestionReview, QuestionVersion
from planning.policies.catalogue import can_write_questions
from planning.question_notices import REVIEW_ASKED, REVIEW_SETTLED
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.services import notify

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def ask_question_review(
    *, question_version: QuestionVersion, reason: str, actor: User, now: datetime
) -> QuestionReview:
    """Send a question back to the bank; its author is told.

    Raises:
        NotAllowed: the actor writes no questions.
        Refused: no reason.
        WrongState: the question is retired, has a later version already, or waits for its review already.
    """
    require(can_write_questions(actor))
    if not reason.strip():
        raise Refused(_("Say what should be looked at."), field="reason")
    question = Question.objects.select_for_update(no_key=True).get(pk=question_version.question_id)
    _require_current(question, question_version)
    try:
        with transaction.atomic():
            review = QuestionReview.objects.create(
                question_version=question_version, reason=reason.strip(), asked_by=actor, asked_at=now
            )
    except IntegrityError as taken:
        raise WrongState(
            _("%(code)s waits for its review already. Its author sees it in the bank.") % {"code": question.code}
        ) from taken
    if question_version.author and question_version.author != actor:
        notify(
            kind=REVIEW_ASKED,
            recipients=[question_version.author],
            subject=review,
            url=reverse("question_detail", args=[question.uuid]),
            params={"code": question.code, "actor": str(actor)},
            now=now,
        )
    data = {"question_version": question_version.uuid}
    record("question_review.asked", subject=review, actor=actor, now=now, data=data, detail={"reason": review.reason})
    return review


def _require_current(question: Question, version: QuestionVersion) -> None:
    """What is out of use, or was changed since, has nothing left to look at."""
    if question.retired_at is not None:
        raise WrongState(_("%(code)s is retired already. Reload the page.") % {"code": question.code})
    if (last := question.versions.order_by("-number").first()) and last.pk != version.pk:
        raise WrongState(
            _("%(code)s was changed since: version %(last)s is in the bank, this is version %(number)s.")
            % {"code": question.code, "last": last.number, "number": version.number}
        )


@service
def keep_question(*, question: Question, answer: str, actor: User, now: datetime) -> None:
    """Answer an open review: the question stays as it is, with the reason.

    Raises:
        NotAllowed: the actor writes no questions.
        Refused: no reason.
        WrongState: no review is open.
    """
    require(can_write_questions(actor))
    if not answer.strip():
        raise Refused(_("Say why the question stays as it is."), field="answer")
    locked = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    if not settle_reviews([locked], outcome=ReviewOutcome.KEPT, answer=answer.strip(), actor=actor, now=now):
        raise WrongState(_("No review of %(code)s is open. Reload the page.") % {"code": locked.code})


def settle_reviews(
    questions: Iterable[Question], *, outcome: ReviewOutcome, actor: User, now: datetime, answer: str = ""
) -> int:
    """Settle what is open of ``questions``, locked by the caller's service, and tell who asked; how many there were."""
    open_ones = QuestionReview.objects.filter(question_version__question__in=list(questions), settled_at=None)
    reviews = list(open_ones.select_related("question_version__question", "asked_by"))
    for review in reviews:
        review.outcome, review.answer, review.settled_by, review.settled_at = outcome, answer, actor, now
        question = review.question_version.question
        if review.asked_by_id != actor.pk:
            notify(
                kind=REVIEW_SETTLED,
                recipients=[review.asked_by],
                subject=review,
                url=reverse("question_detail", args=[question.uuid]),
                params={"code": question.code, "actor": str(actor)},
                now=now,
            )
        detail = {"answer": answer} if answer else None
        record(f"question_review.{outcome.value}", subject=review, actor=actor, now=now, detail=detail)
    if reviews:
        QuestionReview.objects.bulk_update(reviews, ["outcome", "answer", "settled_by", "settled_at"])
    return len(reviews)
