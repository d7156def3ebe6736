"""The question bank, test papers, scoring schemes (5.1.1 e, 5.1.2)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from planning.enums import QuestionKind
from planning.forms.catalogue import PaperForm, ParameterFormSet, QuestionForm, SchemeForm
from planning.models import Question, QuestionVersion, ScoringScheme, TestPaper, Topic
from planning.policies.catalogue import can_write_questions, can_write_schemes
from planning.services import questions as services
from planning.tables.catalogue import PaperTable, QuestionTable, SchemeTable
from planning.views.common import act_or_conflict, form_page, posted, url
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import configure


def _latest() -> QuerySet[QuestionVersion]:
    """Each question in its latest version."""
    last = QuestionVersion.objects.filter(question=OuterRef("question")).order_by("-number").values("number")[:1]
    return (
        QuestionVersion.objects.filter(number=Subquery(last))
        .select_related("question__topic")
        .order_by("question__code")
    )


def question_list(request: SignedInRequest) -> HttpResponse:
    """The bank, filtered by topic in the address."""
    topics = list(Topic.objects.annotate(count=Count("questions")).filter(count__gt=0))
    questions = _latest()
    topic = request.GET.get("topic", "")
    if any(each.code == topic for each in topics):
        questions = questions.filter(question__topic__code=topic)
    context = {
        "table": configure(request, QuestionTable(questions)),
        "topics": topics,
        "topic": topic,
        "may_write": can_write_questions(request.user),
    }
    return render(request, "planning/question_list.html", context)


def question_new(request: SignedInRequest) -> HttpResponse:
    """A new question."""

    def act(form: QuestionForm) -> tuple[str, str]:
        services.add_question(
            code=form.cleaned_data["code"],
            topic=form.cleaned_data["topic"],
            content=form.content(),
            actor=request.user,
            now=request.now,
        )
        return url("question_list"), _("Question saved.")

    return form_page(
        request,
        QuestionForm(posted(request)),
        act,
        title=_("New question"),
        parent=(url("question_list"), _("Questions")),
        submit=_("Save question"),
    )


def question_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A new version of a question; papers keep the version they have."""
    question = get_object_or_404(Question, uuid=uuid)
    before = question.versions.order_by("-number").first()

    def act(form: QuestionForm) -> tuple[str, str]:
        version = services.edit_question(question=question, content=form.content(), actor=request.user, now=request.now)
        return url("question_list"), _("Saved as version %(number)s.") % {"number": version.number}

    return form_page(
        request,
        QuestionForm(posted(request), version=before),
        act,
        title=_("Edit question %(code)s") % {"code": question.code},
        parent=(url("question_list"), _("Questions")),
        submit=_("Save new version"),
    )


def paper_list(request: SignedInRequest) -> HttpResponse:
    """Test papers."""
    papers = TestPaper.objects.annotate(count=Count("paper_questions"))
    context = {
        "table": configure(request, PaperTable(papers)),
        "may_write": can_write_questions(request.user),
    }
    return render(request, "planning/paper_list.html", context)


def paper_new(request: SignedInRequest) -> HttpResponse:
    """A test paper of chosen questions."""

    def act(form: PaperForm) -> tuple[str, str]:
        data = form.cleaned_data
        paper = services.add_paper(
            code=data["code"],
            title=data["title"],
            form=data["form"],
            duration_minutes=data["duration_minutes"],
            questions=[(version, data["points"]) for version in data["questions"]],
            actor=request.user,
            now=request.now,
        )
        return url("paper_detail", paper), _("Test paper saved. This is what participants will see.")

    return form_page(
        request,
        PaperForm(posted(request), questions=_latest()),
        act,
        title=_("New test paper"),
        parent=(url("paper_list"), _("Test papers")),
        submit=_("Save test paper"),
    )


def paper_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A paper as participants see it; the right answers stand below, folded."""
    paper = get_object_or_404(TestPaper, uuid=uuid)
    places = list(paper.paper_questions.select_related("question_version__question"))
    context = {
        "paper": paper,
        "places": places,
        "points": sum(place.points for place in places),
        "short": QuestionKind.SHORT,
        "multiple": QuestionKind.MULTIPLE,
    }
    return render(request, "planning/paper_detail.html", context)


def scheme_list(request: SignedInRequest) -> HttpResponse:
    """Scoring schemes, those in use first."""
    schemes = ScoringScheme.objects.prefetch_related("parameters").order_by("-is_active", "name")
    context = {
        "table": configure(request, SchemeTable(schemes)),
        "may_write": can_write_schemes(request.user),
    }
    return render(request, "planning/scheme_list.html", context)


def scheme_new(request: SignedInRequest) -> HttpResponse:
    """A scoring scheme with its parameters."""
    formset = ParameterFormSet(posted(request))

    def act(form: SchemeForm) -> tuple[str, str]:
        scheme = services.add_scheme(
            **form.cleaned_data, parameters=formset.parameters(), actor=request.user, now=request.now
        )
        return url("scheme_detail", scheme), _("Scoring scheme saved.")

    return form_page(
        request,
        SchemeForm(posted(request)),
        act,
        title=_("New scoring scheme"),
        parent=(url("scheme_list"), _("Scoring schemes")),
        submit=_("Save scoring scheme"),
        template="planning/scheme_form.html",
        formset=formset,
    )


def scheme_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A scheme: what counts, with which share."""
    scheme = get_object_or_404(ScoringScheme, uuid=uuid)
    parameters = list(scheme.parameters.all())
    total = sum(each.weight for each in parameters)
    context = {
        "scheme": scheme,
        "rows": [(each, each.weight / total) for each in parameters],
        "may_retire": scheme.is_active and can_write_schemes(request.user),
    }
    return render(request, "planning/scheme_detail.html", context)


def scheme_retire(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a scheme out of use."""
    scheme = get_object_or_404(ScoringScheme, uuid=uuid)

    def act() -> tuple[str, str]:
        services.retire_scheme(scheme=scheme, actor=request.user, now=request.now)
        return url("scheme_detail", scheme), _("Out of use. New plans cannot choose this scheme.")

    return act_or_conflict(request, act)
