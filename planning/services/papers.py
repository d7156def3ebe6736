"""Test papers of fixed question versions, and their pairs: form A and form B (5.1.1 e)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.enums import MultipleRule
from planning.models import PaperQuestion, QuestionVersion, TestPaper
from planning.policies.catalogue import can_write_questions
from planning.queries.questions import open_versions
from planning.services.questions import require_in_use
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.ui.figures import format_figure

if TYPE_CHECKING:
    from trainingops.people.models import User

#: How a pair is made: other questions of the same topic and kind, or the same questions in another order.
PARALLEL, SAME = "parallel", "same"


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
    multiple_rule: str = MultipleRule.WHOLE,
    pair_of: TestPaper | None = None,
) -> TestPaper:
    """A test paper of fixed question versions, in the order given; it never changes afterwards.

    Args:
        multiple_rule: what a multiple choice earns.
        pair_of: the other form, of which this one is the pair.

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
    require_in_use([version.question for version, _points in questions])
    if low := [points for _version, points in questions if points <= 0]:
        raise Refused(
            _("%(points)s points: a question counts more than nothing. Write more than 0.")
            % {"points": format_figure(low[0])},
            field="questions",
        )
    paper = TestPaper.objects.create(
        code=code,
        title=title,
        form=form,
        duration_minutes=duration_minutes,
        multiple_rule=multiple_rule,
        pair_of=pair_of,
    )
    PaperQuestion.objects.bulk_create(
        PaperQuestion(paper=paper, question_version=version, order=order, points=points)
        for order, (version, points) in enumerate(questions, 1)
    )
    record("test_paper.added", subject=paper, actor=actor, now=now, data={"questions": len(questions)})
    return paper


@service
def pair_paper(*, paper: TestPaper, code: str, how: str, actor: User, now: datetime) -> TestPaper:
    """Form B of form A: the same number of questions, points, time and rule for multiple choices (5.1.1 e).

    Args:
        how: ``PARALLEL``: for each question another one in use of the same topic and kind, by its code.
            ``SAME``: the same questions in another order.

    Raises:
        WrongState: it has its pair already.
        Refused: the code is taken, one question cannot be ordered anew, or questions have no parallel; they are named.
    """
    require(can_write_questions(actor))
    paper = TestPaper.objects.select_for_update(no_key=True, of=("self",)).get(pk=paper.pk)
    if other_form(paper) is not None:
        raise WrongState(_("%(code)s has its other form already.") % {"code": paper.code})
    places = list(paper.paper_questions.select_related("question_version__question__topic").order_by("order"))
    chosen = _parallel(places) if how == PARALLEL else _in_another_order(places)
    return add_paper(
        code=code,
        title=paper.title,
        form="A" if paper.form == "B" else "B",
        duration_minutes=paper.duration_minutes,
        questions=chosen,
        multiple_rule=paper.multiple_rule,
        pair_of=paper,
        actor=actor,
        now=now,
    )


def other_form(paper: TestPaper) -> TestPaper | None:
    """The other form of a pair, whichever was made first."""
    return paper.pair_of or TestPaper.objects.filter(pair_of=paper).first()


def _parallel(places: Sequence[PaperQuestion]) -> list[tuple[QuestionVersion, Decimal]]:
    taken = {place.question_version.question_id for place in places}
    topics = {place.question_version.question.topic_id for place in places}
    free = [each for each in open_versions().filter(question__topic__in=topics) if each.question_id not in taken]
    chosen, without = [], []
    for place in places:
        version = place.question_version
        found = next(
            (
                each
                for each in free
                if each.kind == version.kind and each.question.topic_id == version.question.topic_id
            ),
            None,
        )
        if found is None:
            without.append(f"{version.question.code} ({version.question.topic}, {version.get_kind_display()})")
            continue
        free.remove(found)
        chosen.append((found, place.points))
    if without:
        raise Refused(
            _("No other question of the same topic and kind for: %(codes)s. Add some, or take the same questions.")
            % {"codes": "; ".join(without)},
            field="how",
        )
    return chosen


def _in_another_order(places: Sequence[PaperQuestion]) -> list[tuple[QuestionVersion, Decimal]]:
    """An order of its own that is the same each time; where it happens to be the old one, the first goes last."""
    if len(places) < 2:
        raise Refused(_("One question has no other order. Choose parallel questions."), field="how")
    mixed = sorted(places, key=lambda each: hashlib.sha256(each.question_version.uuid.bytes).digest())
    if [each.pk for each in mixed] == [each.pk for each in places]:
        mixed = [*mixed[1:], mixed[0]]
    return [(each.question_version, each.points) for each in mixed]
