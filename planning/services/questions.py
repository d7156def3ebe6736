"""The question bank, test papers and scoring schemes (5.1.1 e, 5.1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _

from planning.enums import QuestionKind
from planning.models import (
    PaperQuestion,
    Question,
    QuestionVersion,
    ScoringParameter,
    ScoringScheme,
    TestPaper,
    Topic,
)
from planning.policies.catalogue import can_write_questions, can_write_schemes
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require

if TYPE_CHECKING:
    from trainingops.people.models import User

#: Keys of options, in the order in which they are written.
OPTION_KEYS = "ABCDEF"


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
class ParameterText:
    """A line of a scoring scheme."""

    name: str
    weight: Decimal
    maximum_score: Decimal
    minimum: Decimal | None
    source: str


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
    """A new version: papers made before keep the one they have."""
    require(can_write_questions(actor))
    locked = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    last = locked.versions.aggregate(last=Max("number"))["last"] or 0
    return _add_version(locked, last + 1, content, actor, now)


def _add_version(question: Question, number: int, content: QuestionText, actor: User, now: datetime) -> QuestionVersion:
    _check(content)
    version = QuestionVersion.objects.create(
        question=question,
        number=number,
        kind=content.kind,
        text=content.text,
        options=[{"key": key, "text": text} for key, text in content.options.items()],
        correct=list(content.correct),
        explanation=content.explanation,
    )
    record("question_version.added", subject=version, actor=actor, now=now, data={"question": question.uuid})
    return version


def _check(content: QuestionText) -> None:
    """Refuse a question that nobody could answer rightly."""
    if content.kind == QuestionKind.SHORT:
        if not content.correct:
            raise Refused(_("Write at least one accepted answer."), field="accepted")
        return
    if len(content.options) < 2:
        raise Refused(_("Write at least two options."), field="option_a")
    texts = [text.strip().casefold() for text in content.options.values()]
    if len(set(texts)) < len(texts):
        raise Refused(_("Two options say the same. Change one of them."), field="option_a")
    if unknown := set(content.correct) - set(content.options):
        raise Refused(
            _("Option %(keys)s is marked right but has no text.") % {"keys": ", ".join(sorted(unknown))},
            field="correct",
        )
    if not content.correct:
        raise Refused(_("Mark the right option."), field="correct")
    if content.kind != QuestionKind.MULTIPLE and len(content.correct) > 1:
        raise Refused(_("A single choice has one right option. Mark one, or choose multiple choice."), field="correct")


@service
def add_paper(
    *,
    code: str,
    title: str,
    form: str,
    duration_minutes: int,
    questions: Sequence[tuple[QuestionVersion, Decimal]],
    actor: User,
    now: datetime,
) -> TestPaper:
    """A test paper of fixed question versions, in the order given; it never changes afterwards.

    Raises:
        Refused: the code is taken, there is no question, one stands twice, or points are not positive.
    """
    require(can_write_questions(actor))
    if TestPaper.objects.filter(code__iexact=code).exists():
        raise Refused(_("The code %(code)s is taken. Choose another one.") % {"code": code}, field="code")
    if not questions:
        raise Refused(_("Choose at least one question."), field="questions")
    if len({version.question_id for version, _points in questions}) < len(questions):
        raise Refused(_("A question stands twice in this paper. Choose it once."), field="questions")
    if any(points <= 0 for _version, points in questions):
        raise Refused(_("Points must be above 0."), field="questions")
    paper = TestPaper.objects.create(code=code, title=title, form=form, duration_minutes=duration_minutes)
    PaperQuestion.objects.bulk_create(
        PaperQuestion(paper=paper, question_version=version, order=order, points=points)
        for order, (version, points) in enumerate(questions, 1)
    )
    record("test_paper.added", subject=paper, actor=actor, now=now, data={"questions": len(questions)})
    return paper


@service
def add_scheme(
    *,
    name: str,
    decimals: int,
    pass_mark: Decimal,
    remedial_cap: Decimal | None,
    parameters: Sequence[ParameterText],
    actor: User,
    now: datetime,
) -> ScoringScheme:
    """A scoring scheme with its weighted parameters (5.1.2); it never changes, plans freeze it.

    Raises:
        Refused: the name is taken, there is no parameter, a name stands twice, or a figure is out of its scale.
    """
    require(can_write_schemes(actor))
    if ScoringScheme.objects.filter(name__iexact=name).exists():
        raise Refused(_("The name %(name)s is taken. Choose another one.") % {"name": name}, field="name")
    if not 0 <= pass_mark <= 100:
        raise Refused(_("The pass mark lies between 0 and 100."), field="pass_mark")
    if remedial_cap is not None and not pass_mark <= remedial_cap <= 100:
        raise Refused(_("The cap lies between the pass mark and 100, or nobody could pass."), field="remedial_cap")
    _check_parameters(parameters)
    scheme = ScoringScheme.objects.create(name=name, decimals=decimals, pass_mark=pass_mark, remedial_cap=remedial_cap)
    ScoringParameter.objects.bulk_create(
        ScoringParameter(
            scheme=scheme,
            name=each.name,
            weight=each.weight,
            maximum_score=each.maximum_score,
            minimum=each.minimum,
            source=each.source,
            order=order,
        )
        for order, each in enumerate(parameters, 1)
    )
    record("scoring_scheme.added", subject=scheme, actor=actor, now=now, data={"parameters": len(parameters)})
    return scheme


def _check_parameters(parameters: Sequence[ParameterText]) -> None:
    if not parameters:
        raise Refused(_("Write at least one parameter."))
    names = [each.name.casefold() for each in parameters]
    for each in parameters:
        about = {"name": each.name}
        if names.count(each.name.casefold()) > 1:
            raise Refused(_("The parameter %(name)s stands twice. Give each its own name.") % about)
        if each.weight <= 0 or each.maximum_score <= 0:
            raise Refused(_("Weight and maximum of %(name)s must be above 0.") % about)
        if each.minimum is not None and not 0 <= each.minimum <= each.maximum_score:
            raise Refused(_("The minimum of %(name)s lies between 0 and its maximum.") % about)


@service
def retire_scheme(*, scheme: ScoringScheme, actor: User, now: datetime) -> ScoringScheme:
    """Take a scheme out of use: new plans cannot choose it; plans that froze it keep it."""
    require(can_write_schemes(actor))
    locked = ScoringScheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)
    if not locked.is_active:
        raise Refused(_("%(name)s is out of use already. Reload the page.") % {"name": locked.name})
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    record("scoring_scheme.retired", subject=locked, actor=actor, now=now)
    return locked
