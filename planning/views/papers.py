"""Test papers, their pairs, and the preview as a participant sees it (5.1.1 e)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from planning.enums import QuestionKind
from planning.forms.catalogue import PaperForm
from planning.forms.questions import PairForm, QuestionFilter
from planning.models import PaperQuestion, TestPaper
from planning.policies.catalogue import can_write_questions
from planning.queries.questions import open_versions, with_retired_count, with_statistics
from planning.services import papers as services
from planning.tables.catalogue import PaperTable
from planning.views.common import form_page, posted, url
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def paper_list(request: SignedInRequest) -> HttpResponse:
    """Test papers."""
    papers = with_retired_count(TestPaper.objects.annotate(count=Count("paper_questions")))
    context = {
        "table": configure(request, PaperTable(papers)),
        "may_write": can_write_questions(request.user),
    }
    return list_page(request, "planning/paper_list.html", context, file="paket-soal")


#: So many questions stand on the page beside those chosen; the filter leads to the others.
AT_ONCE = 200
#: What the page of a new paper keeps in its address while the questions are filtered.
_KEPT = ("code", "title", "form", "duration_minutes", "multiple_rule", "points", "q", "topic", "kind")


def paper_new(request: SignedInRequest) -> HttpResponse:
    """A test paper of chosen questions, each with the figures of its earlier use; filtering keeps what is ticked."""
    if request.method == "POST" and "narrow" in request.POST:
        return HttpResponseRedirect(_narrowed(request))

    def act(form: PaperForm) -> tuple[str, str]:
        data = form.cleaned_data
        paper = services.add_paper(
            code=data["code"],
            title=data["title"],
            form=data["form"],
            duration_minutes=data["duration_minutes"],
            multiple_rule=data["multiple_rule"],
            questions=[(version, data["points"]) for version in data["questions"]],
            actor=request.user,
            now=request.now,
        )
        return url("paper_detail", paper), _("Test paper saved. This is what participants will see.")

    versions = open_versions()
    sent = posted(request)
    kept = {name: request.GET[name] for name in _KEPT if name in request.GET}
    ticked = request.GET.get("chosen", "").split(".") if sent is None else sent.getlist("questions")
    return form_page(
        request,
        PaperForm(sent, initial=kept, questions=versions),
        act,
        title=_("New test paper"),
        parent=(url("paper_list"), _("Test papers")),
        submit=_("Save test paper"),
        template="planning/paper_new.html",
        extra=_to_choose(QuestionFilter(request.GET if sent is None else sent, queryset=versions), ticked),
    )


def _narrowed(request: SignedInRequest) -> str:
    """The address of the page with the filter, the ticks and all that was typed: no script is needed to keep them."""
    kept = {name: request.POST[name] for name in _KEPT if request.POST.get(name)}
    if chosen := ".".join(request.POST.getlist("questions")):
        kept["chosen"] = chosen
    return f"{request.path}?{urlencode(kept)}#questions"


def _to_choose(narrowed: QuestionFilter, ticked: Sequence[str]) -> dict[str, Any]:
    """The questions ticked, whatever the filter says, and below them those that it leaves."""
    keys = [int(each) for each in ticked if each.isascii() and each.isdecimal() and len(each) < 10]
    chosen = list(with_statistics(open_versions().filter(pk__in=keys)))
    others = narrowed.qs.exclude(pk__in=keys)
    found = others.count()
    shown = list(with_statistics(others)[:AT_ONCE])
    return {"filter": narrowed, "chosen": chosen, "others": shown, "found": found, "more": found - len(shown)}


def paper_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A paper as participants see it; the right answers stand below, folded."""
    paper = get_object_or_404(TestPaper, uuid=uuid)
    places = list(paper.paper_questions.select_related("question_version__question"))
    context = {
        "paper": paper,
        "questions": places,
        "points": sum(place.points for place in places),
        "pair": _pair(paper, places),
        "may_write": can_write_questions(request.user),
        "short": QuestionKind.SHORT,
        "multiple": QuestionKind.MULTIPLE,
    }
    return render(request, "planning/paper_detail.html", context)


@dataclass(frozen=True)
class _Pair:
    """The other form and what it shares: how many questions, and whether topics and kinds are the same."""

    paper: TestPaper
    count: int
    common: int
    alike: bool


def _pair(paper: TestPaper, places: list[PaperQuestion]) -> _Pair | None:
    other = services.other_form(paper)
    if other is None:
        return None
    theirs = list(other.paper_questions.select_related("question_version__question"))
    ours, others = (
        sorted((each.question_version.question.topic_id, each.question_version.kind) for each in rows)
        for rows in (places, theirs)
    )
    mine = {each.question_version.question_id for each in places}
    common = sum(1 for each in theirs if each.question_version.question_id in mine)
    return _Pair(other, len(theirs), common, ours == others)


def paper_pair(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Make form B of form A."""
    paper = get_object_or_404(TestPaper, uuid=uuid)

    def act(form: PairForm) -> tuple[str, str]:
        made = services.pair_paper(paper=paper, **form.cleaned_data, actor=request.user, now=request.now)
        return url("paper_detail", made), _("Other form saved. What the two share stands above the questions.")

    return form_page(
        request,
        PairForm(posted(request)),
        act,
        title=_("Other form of %(code)s") % {"code": paper.code},
        parent=(url("paper_detail", paper), paper.code),
        submit=_("Make the other form"),
    )


def paper_preview(request: SignedInRequest, uuid: UUID, place: int) -> HttpResponse:
    """One question on the page that participants see; nothing is written."""
    paper = get_object_or_404(TestPaper, uuid=uuid)
    places = list(paper.paper_questions.select_related("question_version"))
    if not 1 <= place <= len(places):
        raise Http404
    context = {
        "paper": paper,
        "title": _("Preview: %(title)s") % {"title": paper.title},
        "question": places[place - 1].question_version,
        "place": place,
        "total": len(places),
        "answered": place - 1,
        "rule": paper.get_multiple_rule_display(),
        "last": place == len(places),
        "next": place + 1,
        "before": place - 1,
    }
    return render(request, "planning/paper_preview.html", context)
