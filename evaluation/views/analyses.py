"""Item analysis: the tests, one test with its questions, and a question sent back to the bank (5.4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from evaluation.analysing import TO_LOOK_AT, proposal_of, reason_of
from evaluation.forms import ItemReturnForm
from evaluation.models import ItemFigures, PaperAnalysis
from evaluation.tables import AnalysisTable, ItemTable
from planning.models import QuestionReview, QuestionVersion, TestPaper
from planning.policies.catalogue import can_write_questions
from planning.services.question_reviews import ask_question_review
from planning.views.common import form_page, posted, settled, url
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

#: What the list of tests can be narrowed to.
LOOKS = {"weak": Q(to_look_at__gt=0), "suspect": Q(suspects__gt=0)}


def analysis_list(request: SignedInRequest) -> HttpResponse:
    """Every test that somebody answered, by paper and phase; narrowed to those with questions to look at."""
    analysed = _analysed()
    look = request.GET.get("look", "")
    chosen = analysed.filter(LOOKS[look]) if look in LOOKS else analysed
    counts = analysed.order_by().aggregate(
        all=Count("pk"), **{name: Count("pk", filter=where) for name, where in LOOKS.items()}
    )
    looks = [
        ("", _("All"), counts["all"]),
        ("weak", _("With questions to look at"), counts["weak"]),
        ("suspect", _("With a suspected key"), counts["suspect"]),
    ]
    context = {
        "table": configure(request, AnalysisTable(chosen)),
        "looks": looks,
        "look": look if look in LOOKS else "",
    }
    return list_page(request, "evaluation/analysis_list.html", context, file="analisis-butir")


def _analysed() -> Any:
    """The analyses that were computed, with how many questions to look at and suspected keys."""
    weak = Count("items", filter=Q(items__verdict__in=TO_LOOK_AT))
    return (
        PaperAnalysis.objects.filter(respondents__gt=0)
        .select_related("paper")
        .annotate(questions=Count("items"), to_look_at=weak, suspects=Count("items", filter=~Q(items__suspect="")))
        .order_by("paper__code", "phase")
    )


def paper_analysis(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The questions of one test in one phase: figures, verdict with its reason, options; ``phase`` in the address."""
    paper = get_object_or_404(TestPaper.objects.select_related("pair_of", "pair"), uuid=uuid)
    of_paper = list(PaperAnalysis.objects.filter(paper=paper).order_by("phase"))
    wanted = request.GET.get("phase", "")
    analysis = next((each for each in of_paper if each.phase == wanted), of_paper[-1] if of_paper else None)
    items = _items(analysis)
    may_send = can_write_questions(request.user)
    context = {
        "paper": paper,
        "pair": paper.pair_of or getattr(paper, "pair", None),
        "analysis": analysis,
        "analyses": of_paper,
        "items": items,
        "table": configure(request, ItemTable(items, exclude=() if may_send else ("send_back",)), per_page=200),
    }
    return list_page(request, "evaluation/paper_analysis.html", context, file=f"analisis-butir-{paper.code}")


def _items(analysis: PaperAnalysis | None) -> list[ItemFigures]:
    """The questions in their order with ``reason`` in words; none where too few answered."""
    if analysis is None or analysis.is_too_small:
        return []
    open_review = QuestionReview.objects.filter(
        question_version__question=OuterRef("question_version__question"), settled_at=None
    )
    later = QuestionVersion.objects.filter(
        question=OuterRef("question_version__question"), number__gt=OuterRef("question_version__number")
    )
    found = (
        analysis.items.select_related("question_version__question")
        .annotate(
            in_review=Exists(open_review),
            is_changed=Exists(later),
            retired_at=F("question_version__question__retired_at"),
        )
        .order_by("order")
    )
    items: list[ItemFigures] = list(found)
    for item in items:
        item.reason = reason_of(item, analysis)  # type: ignore[attr-defined]
        item.texts = {each["key"]: each["text"] for each in item.question_version.options}  # type: ignore[attr-defined]
    return items


def analysis_return(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Send a question back to the bank, for its author to look at; the reason is proposed from its figures."""
    known = ItemFigures.objects.select_related(
        "analysis__paper", "question_version__question", "question_version__author"
    )
    item = get_object_or_404(known, uuid=uuid)
    version, analysis = item.question_version, item.analysis
    back = f"{url('paper_analysis', analysis.paper)}?phase={analysis.phase}"

    def act(form: ItemReturnForm) -> tuple[str, str]:
        ask_question_review(
            question_version=version, reason=form.cleaned_data["reason"], actor=request.user, now=request.now
        )
        return back, _("%(code)s is sent back to the bank.") % {"code": version.question.code}

    return form_page(
        request,
        ItemReturnForm(posted(request), initial={"reason": proposal_of(item, analysis)}),
        act,
        title=_("Send %(code)s back to the bank") % {"code": version.question.code},
        parent=(back, _("Item analysis")),
        submit=_("Send back"),
        template="evaluation/analysis_return.html",
        extra={"item": item, "version": version},
        closed=settled(version.question.code, _("Out of use")) if version.question.retired_at else "",
    )
