"""The question bank and test papers (5.1.1 e)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from planning.enums import QuestionKind, ReviewOutcome
from planning.models import (
    Question,
    QuestionVersion,
    Topic,
)
from planning.policies.catalogue import can_write_questions
from planning.services.question_reviews import settle_reviews
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require

if TYPE_CHECKING:
    from trainingops.people.models import User

#: Keys of options, in the order in which they are written.
OPTION_KEYS = "ABCDEF"
#: What a true-or-false question asks unless its options say otherwise.
TRUE_FALSE = {"A": "Benar", "B": "Salah"}


@dataclass(frozen=True)
class QuestionText:
    """What a version of a question says.

    Attributes:
        options: texts by key, such as ``{"A": "120 days", "B": "90 days"}``; none for a short answer.
        correct: the right keys, or the accepted answers of a short one.
    """

    kind: str
    text: str
    options: dict[str, str]
    correct: tuple[str, ...]
    explanation: str = ""


@dataclass(frozen=True)
class QuestionRow:
    """A question of a sheet."""

    code: str
    topic: Topic
    content: QuestionText


@service
def add_question(*, code: str, topic: Topic, content: QuestionText, actor: User, now: datetime) -> QuestionVersion:
    """A new question with its first version.

    Raises:
        NotAllowed: the actor writes no questions.
        Refused: the code is taken, or the question cannot be answered as written.
    """
    require(can_write_questions(actor))
    if Question.objects.filter(code__iexact=code).exists():
        raise Refused(_("The code %(code)s is taken. Choose another one.") % {"code": code}, field="code")
    question = Question.objects.create(code=code, topic=topic)
    return _add_version(question, 1, content, actor, now)


@service
def edit_question(*, question: Question, content: QuestionText, actor: User, now: datetime) -> QuestionVersion:
    """A new version: papers made before keep the one they have; a review that was asked for is answered by it.

    Raises:
        WrongState: the question is retired.
    """
    require(can_write_questions(actor))
    locked = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    require_in_use([locked])
    last = locked.versions.aggregate(last=Max("number"))["last"] or 0
    settle_reviews([locked], outcome=ReviewOutcome.EDITED, actor=actor, now=now)
    return _add_version(locked, last + 1, content, actor, now)


def _add_version(question: Question, number: int, content: QuestionText, actor: User, now: datetime) -> QuestionVersion:
    check_content(content)
    version = _version(question, number, content, actor)
    version.save()
    record("question_version.added", subject=version, actor=actor, now=now, data={"question": question.uuid})
    return version


def _known(codes: Iterable[str]) -> tuple[dict[str, Question], dict[int, QuestionVersion]]:
    """The questions with these codes, locked, by code in small letters; and the latest version of each."""
    lowered = Question.objects.annotate(lower=Lower("code")).filter(lower__in=[code.lower() for code in codes])
    known: dict[str, Question] = {
        each.code.lower(): each for each in lowered.select_for_update(no_key=True).order_by("pk")
    }
    versions = QuestionVersion.objects.filter(question__in=known.values()).order_by("number")
    return known, {each.question_id: each for each in versions}


def _says(version: QuestionVersion) -> tuple[Any, ...]:
    """What a version says, for comparing."""
    return version.kind, version.text, version.options, version.correct, version.explanation


def require_in_use(questions: Sequence[Question]) -> None:
    if codes := [each.code for each in questions if each.retired_at is not None]:
        raise WrongState(
            _("Retired: %(codes)s. Take it back into use first, or leave it out.") % {"codes": ", ".join(codes)}
        )


def _version(question: Question, number: int, content: QuestionText, author: User) -> QuestionVersion:
    return QuestionVersion(
        question=question,
        number=number,
        kind=content.kind,
        text=content.text,
        options=[{"key": key, "text": text} for key, text in content.options.items()],
        correct=list(content.correct),
        explanation=content.explanation,
        author=author,
    )


@service
def save_questions(*, rows: Sequence[QuestionRow], actor: User, now: datetime) -> None:
    """Write questions in bulk: new ones with their first version, changed ones with a next version.

    The rows of one call have different codes. Written again, the same rows change nothing. Seven queries, whatever
    their number.

    Raises:
        NotAllowed: the actor writes no questions.
        Refused: a question that nobody could answer rightly.
    """
    require(can_write_questions(actor))
    for row in rows:
        check_content(row.content)
    known, latest = _known(row.code for row in rows)
    fresh = [Question(code=row.code, topic=row.topic) for row in rows if row.code.lower() not in known]
    known = {**known, **{each.code.lower(): each for each in Question.objects.bulk_create(fresh)}}
    moved, versions = [], []
    for row in rows:
        question = known[row.code.lower()]
        if question.topic_id != row.topic.pk:
            question.topic = row.topic
            moved.append(question)
        last = latest.get(question.pk)
        version = _version(question, last.number + 1 if last else 1, row.content, actor)
        if last is None or _says(version) != _says(last):
            versions.append(version)
    Question.objects.bulk_update(moved, ["topic"])
    QuestionVersion.objects.bulk_create(versions)
    changed = [each.question for each in versions if each.number > 1]
    settle_reviews(changed, outcome=ReviewOutcome.EDITED, actor=actor, now=now)
    written = [each.uuid for each in versions]
    record("question_versions.imported", subject=actor, actor=actor, now=now, data={"versions": written})


@service
def retire_question(*, question: Question, actor: User, now: datetime) -> Question:
    """Take a question out of use: new papers cannot take it; those made before keep it.

    Raises:
        WrongState: it is retired already.
    """
    require(can_write_questions(actor))
    locked = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    if locked.retired_at is not None:
        raise WrongState(_("%(code)s is retired already. Reload the page.") % {"code": locked.code})
    locked.retired_at = now
    locked.save(update_fields=["retired_at"])
    settle_reviews([locked], outcome=ReviewOutcome.RETIRED, actor=actor, now=now)
    record("question.retired", subject=locked, actor=actor, now=now)
    return locked


@service
def restore_question(*, question: Question, actor: User, now: datetime) -> Question:
    """Take a retired question back into use.

    Raises:
        WrongState: it is in use.
    """
    require(can_write_questions(actor))
    locked = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    if locked.retired_at is None:
        raise WrongState(_("%(code)s is in use already. Reload the page.") % {"code": locked.code})
    locked.retired_at = None
    locked.save(update_fields=["retired_at"])
    record("question.restored", subject=locked, actor=actor, now=now)
    return locked


def check_content(content: QuestionText) -> None:
    """Refuse a question that nobody could answer rightly."""
    if content.kind == QuestionKind.SHORT:
        if not content.correct:
            raise Refused(_("Write at least one accepted answer."), field="accepted")
        return
    if len(content.options) < 2:
        raise Refused(_("Write at least two options."), field="option_a")
    if content.kind == QuestionKind.TRUE_FALSE and (more := sorted(set(content.options) - {"A", "B"})):
        raise Refused(
            _("True or false has the options A and B only; %(keys)s has a text too. Empty it, or choose single choice.")
            % {"keys": ", ".join(more)},
            field=f"option_{more[0].lower()}",
        )
    _refuse_equal(content.options)
    if unknown := set(content.correct) - set(content.options):
        if content.kind == QuestionKind.TRUE_FALSE:
            raise Refused(
                _("“%(value)s” is no answer to true or false. Choose True (A) or False (B).")
                % {"value": "; ".join(sorted(unknown))},
                field="correct",
            )
        raise Refused(
            _("Option %(keys)s is marked right but has no text. Write its text, or mark another one.")
            % {"keys": ", ".join(sorted(unknown))},
            field="correct",
        )
    if not content.correct:
        raise Refused(_("Mark the right option."), field="correct")
    if content.kind != QuestionKind.MULTIPLE and len(content.correct) > 1:
        raise Refused(
            _("%(keys)s are marked right; a single choice has one right option. Mark one, or choose multiple choice.")
            % {"keys": ", ".join(sorted(content.correct))},
            field="correct",
        )


def _refuse_equal(options: Mapping[str, str]) -> None:
    """Refuse two options with the same words, at the first of them."""
    seen: dict[str, str] = {}
    for key, text in options.items():
        first = seen.setdefault(text.strip().casefold(), key)
        if first != key:
            raise Refused(
                _("Options %(first)s and %(second)s both say “%(text)s”. Change one of them.")
                % {"first": first, "second": key, "text": text.strip()},
                field=f"option_{first.lower()}",
            )
