"""Item analysis and gain: noted where answers change, computed by a worker, stored for the pages (5.4).

Answers of a paper may be millions: nothing here runs in a request but :func:`note_analyses_due`, which is two
statements. What was computed says when (``computed_at``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from evaluation.enums import AnalysedPhase
from evaluation.gain import learning_gain
from evaluation.item_analysis import TestAnalysis, analyse, distractors, suspected_key
from evaluation.models import ItemFigures, PaperAnalysis
from evaluation.responses import Responses, last_use, read_responses
from planning.enums import QuestionKind
from planning.models import QuestionVersion
from planning.services.statistics import QuestionUse, record_question_statistics
from sessions.models import SessionGain, TrainingSession
from sessions.services.common import lock_session
from sessions.services.gain import paired_scores, record_gain

#: What is computed of a question; its uuid stays, so that links to it do.
_FIGURES = ("order", "difficulty", "discrimination", "alpha_if_deleted", "blanks", "verdict", "options", "suspect")


def note_analyses_due(training_session: TrainingSession) -> list[int]:
    """Note that the tests of a session are to be analysed anew; the keys of their analyses."""
    papers = {AnalysedPhase.PRE: training_session.pre_paper_id, AnalysedPhase.POST: training_session.post_paper_id}
    wanted = [(paper, phase) for phase, paper in papers.items() if paper]
    if not wanted:
        return []
    PaperAnalysis.objects.bulk_create(
        [PaperAnalysis(paper_id=paper, phase=phase) for paper, phase in sorted(wanted)], ignore_conflicts=True
    )
    these = Q(*(Q(paper=paper, phase=phase) for paper, phase in wanted), _connector=Q.OR)
    rows = list(
        PaperAnalysis.objects.select_for_update(no_key=True).filter(these).order_by("pk").values_list("pk", flat=True)
    )
    PaperAnalysis.objects.filter(pk__in=rows).update(changes=F("changes") + 1)
    return rows


def analyse_paper(*, analysis_id: int, now: datetime) -> bool:
    """Compute an analysis anew from the rows; whether there was something to compute.

    What changes meanwhile is not lost: the number of changes was read before the answers.
    """
    analysis = PaperAnalysis.objects.select_related("paper").get(pk=analysis_id)
    if analysis.counted >= analysis.changes:
        return False
    responses = read_responses(analysis.paper, analysis.phase)
    found = analyse(responses.parts)
    items = _items(analysis, responses, found)
    with transaction.atomic():
        if PaperAnalysis.objects.select_for_update(no_key=True).get(pk=analysis.pk).counted >= analysis.changes:
            return False
        analysis.counted, analysis.computed_at = analysis.changes, now
        analysis.respondents, analysis.waiting, analysis.blanks = found.respondents, responses.waiting, found.blanks
        analysis.alpha, analysis.mean = _figure(found.alpha), _figure(found.mean)
        analysis.last_used_on = last_use(analysis.paper, analysis.phase)
        analysis.save(
            update_fields=[
                "counted",
                "computed_at",
                "respondents",
                "waiting",
                "blanks",
                "alpha",
                "mean",
                "last_used_on",
            ]
        )
        ItemFigures.objects.bulk_create(
            items, update_conflicts=True, unique_fields=["analysis", "question_version"], update_fields=_FIGURES
        )
        _tell_the_bank([each.question_version_id for each in items], analysis.phase)
    return True


def analyse_due(*, now: datetime) -> int:
    """Compute every analysis and gain that is due, one after the other; how many there were."""
    papers = sum(analyse_paper(analysis_id=key, now=now) for key in analyses_due())
    return papers + sum(count_gain(session_id=key, now=now) for key in gains_due())


def analyses_due() -> list[int]:
    """The analyses whose figures do not know every change."""
    return list(PaperAnalysis.objects.filter(changes__gt=F("counted")).order_by("pk").values_list("pk", flat=True))


def gains_due() -> list[int]:
    """The sessions whose gain is not computed from the present scores."""
    return list(SessionGain.objects.filter(stale=True).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def count_gain(*, session_id: int, now: datetime) -> bool:
    """Compute the gain of a session anew, which stays locked meanwhile; whether it was due."""
    training_session = lock_session(TrainingSession(pk=session_id))
    if not SessionGain.objects.filter(pk=session_id, stale=True).exists():
        return False
    pre, post = paired_scores(training_session)
    found = learning_gain(pre, post, maximum=100)
    figures = {
        "pairs": found.n,
        "unmatched": found.unmatched,
        "at_maximum": found.at_maximum,
        "mean_pre": _figure(found.mean_pre),
        "mean_post": _figure(found.mean_post),
        "class_gain": _figure(found.class_gain),
        "individual_gain": _figure(found.mean_individual_gain),
        "t": _figure(found.t),
        "p_value": _figure(found.p_value, 7),
    }
    record_gain(training_session=training_session, figures=figures, now=now)
    return True


def _items(analysis: PaperAnalysis, responses: Responses, found: TestAnalysis) -> list[ItemFigures]:
    """A row for each question that somebody was asked; the figures of ``found`` where there are enough respondents."""
    import numpy as np

    if not found.respondents:
        return []
    scores = np.nan_to_num(responses.parts)
    totals = scores.sum(axis=1)
    items = []
    for place, version in enumerate(responses.versions):
        item = ItemFigures(
            analysis=analysis,
            question_version=version,
            order=responses.orders[place],
            difficulty=_figure(scores[:, place].mean()),
            blanks=int(np.isnan(responses.parts[:, place]).sum()),
        )
        if found.items:
            figures = found.items[place]
            item.discrimination, item.verdict = _figure(figures.discrimination), figures.verdict.value
            item.alpha_if_deleted = _figure(figures.alpha_if_deleted)
            item.options, item.suspect = _options(version, responses.choices[place], totals - scores[:, place])
        items.append(item)
    return items


def _options(version: QuestionVersion, choices: Sequence[Iterable[str]], rest: Any) -> tuple[list[dict[str, Any]], str]:
    """Each option with who chose it, and the one that may be the right one instead; none of a short answer."""
    if version.kind == QuestionKind.SHORT:
        return [], ""
    offered = [each["key"] for each in version.options]
    found = distractors(choices, [str(each) for each in version.correct], options=offered, rest=rest)
    suspect = suspected_key(found)
    rows = [
        {
            "option": each.option,
            "is_right": each.is_right,
            "chosen": each.chosen,
            "share": round(each.share, 4),
            "discrimination": None if each.discrimination is None else round(each.discrimination, 4),
        }
        for each in found
    ]
    return rows, suspect.option if suspect else ""


def _tell_the_bank(versions: Sequence[int], phase: str) -> None:
    """Put the figures of these questions into the bank, over all papers that they stand in."""
    rows = ItemFigures.objects.filter(question_version__in=versions, analysis__phase=phase).select_related("analysis")
    by_version: dict[int, list[ItemFigures]] = {}
    for row in rows:
        by_version.setdefault(row.question_version_id, []).append(row)
    record_question_statistics(_use(version, phase, found) for version, found in by_version.items())


def _use(version: int, phase: str, rows: Sequence[ItemFigures]) -> QuestionUse:
    varied = [each for each in rows if each.discrimination is not None]
    dates = [each.analysis.last_used_on for each in rows if each.analysis.last_used_on]
    return QuestionUse(
        question_version_id=version,
        phase=phase,
        attempts=sum(each.analysis.respondents for each in rows),
        difficulty=_weighted([(each.difficulty, each.analysis.respondents) for each in rows]),
        discrimination=_weighted([(each.discrimination or Decimal(0), each.analysis.respondents) for each in varied])
        if varied
        else None,
        last_used_on=max(dates),
    )


def _weighted(rows: Sequence[tuple[Decimal, int]]) -> Decimal:
    """The mean of figures by attempts."""
    return round(sum((figure * count for figure, count in rows), Decimal(0)) / sum(count for _figure, count in rows), 4)


def _figure(value: Any, places: int = 4) -> Any:
    """A stored figure, rounded once; none stays none."""
    return None if value is None else round(Decimal(float(value)), places)
