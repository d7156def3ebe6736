"""What a coaching starts from, as a first text of its problem: data that are there already (clause 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.tables.needs import CLASS_SHORT
from sessions.models import RecoveryCase, SessionResult
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from evaluation.services import Grounds
    from planning.models import Defect
    from trainingops.people.models import Person


def problem_of(person: Person, defects: Sequence[Defect], grounds: Grounds) -> str:
    """A first text of the problem, in the language of the record; the coach goes on from there."""
    with translation.override("id"):
        said = [_defects_words(defects)] if defects else []
        if grounds.case:
            said.append(_case_words(grounds.case))
        if grounds.finding:
            named = {"number": grounds.finding.review.number, "text": grounds.finding.text, "name": person.name}
            said.append(_("Finding of review %(number)s: %(text)s") % named)
        return "\n".join(said)


def _defects_words(defects: Sequence[Defect]) -> str:
    """How many of which parameter and class, from when until when."""
    kinds = Counter((each.parameter.name, str(CLASS_SHORT[each.error_class])) for each in defects)
    which = "; ".join(f"{parameter} ({kind}) {number}×" for (parameter, kind), number in kinds.most_common())
    days = sorted(each.occurred_on for each in defects)
    words = ngettext(
        "%(n)d service defect, %(since)s – %(until)s: %(which)s.",
        "%(n)d service defects, %(since)s – %(until)s: %(which)s.",
        len(defects),
    )
    return words % {"n": len(defects), "since": day_words(days[0]), "until": day_words(days[-1]), "which": which}


def _case_words(case: RecoveryCase) -> str:
    """The result of each attempt beside the pass mark."""
    plan = case.enrolment.training_session.plan
    results = SessionResult.objects.filter(enrolment=case.enrolment_id, final__isnull=False).order_by("attempt")
    by_attempt = {each.attempt: each.final for each in results}
    figures = ", ".join(
        _("attempt %(n)d: %(figure)s") % {"n": attempt, "figure": format_figure(final, 2)}
        for attempt, final in by_attempt.items()
        if final is not None
    )
    said = {"number": plan.number, "title": plan.title, "figures": figures or "–"}
    return _("Not passed in %(number)s %(title)s. %(figures)s.") % said
