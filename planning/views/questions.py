"""The question bank and test papers (5.1.1 e)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from planning.forms.catalogue import QuestionForm
from planning.forms.questions import KeepForm, QuestionFilter
from planning.imports.questions import QUESTIONS, row_of
from planning.models import Question, QuestionStatistics
from planning.policies.catalogue import can_write_questions
from planning.queries.questions import (
    counts_by_use,
    latest_versions,
    papers_of,
    reviews_of,
    versions_of,
    with_statistics,
)
from planning.services import questions as services
from planning.services.question_reviews import keep_question
from planning.tables.catalogue import QuestionTable
from planning.views.common import act_or_conflict, form_page, posted, settled, url
from trainingops.people.http import SignedInRequest
from trainingops.ui.exports import workbook_response
from trainingops.ui.tables import configure


def question_list(request: SignedInRequest) -> HttpResponse:
    """The bank by words, topic, kind and use, all in the address; ``export=xlsx`` gives the same rows (EXP-1)."""
    chosen = QuestionFilter(request.GET, queryset=latest_versions())
    counts = counts_by_use(chosen.qs)
    use = request.GET.get("use", "")
    questions = _by_use(chosen.qs, use)
    if request.GET.get("export") == "xlsx":
        columns = list(QUESTIONS.columns)
        rows = ([row_of(each)[column.name] for column in columns] for each in questions)
        return workbook_response([str(column.label) for column in columns], rows, name="bank-soal")
    context = {
        "table": configure(request, QuestionTable(with_statistics(questions))),
        "filter": chosen,
        "uses": [
            ("", _("In use"), counts["used"] + counts["free"]),
            ("used", _("In a paper"), counts["used"]),
            ("free", _("In no paper yet"), counts["free"]),
            ("review", _("To be looked at"), counts["review"]),
            ("retired", _("Retired"), counts["retired"]),
        ],
        "use": use if use in USES else "",
        "may_write": can_write_questions(request.user),
    }
    return render(request, "planning/question_list.html", context)


USES = ("used", "free", "review", "retired")


def _by_use(versions: QuerySet[Any], use: str) -> QuerySet[Any]:
    if use == "retired":
        return versions.filter(question__retired_at__isnull=False)
    standing = versions.filter(question__retired_at=None)
    if use == "review":
        return standing.filter(in_review=True)
    return standing.filter(Q(is_used=use == "used")) if use in USES else standing


def question_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A question: as it stands, its versions, and the papers that use them."""
    question = get_object_or_404(Question.objects.select_related("topic"), uuid=uuid)
    versions = list(versions_of(question))
    context = {
        "question": question,
        "latest": versions[0],
        "correct": [str(each) for each in versions[0].correct],
        "versions": versions,
        "uses": list(papers_of(question)),
        "reviews": (reviews := list(reviews_of(question))),
        "open_review": next((each for each in reviews if each.settled_at is None), None),
        "statistics": list(
            QuestionStatistics.objects.filter(question_version__in=versions)
            .select_related("question_version")
            .order_by("-question_version__number", "phase")
        ),
        "may_write": can_write_questions(request.user),
    }
    return render(request, "planning/question_detail.html", context)


def question_new(request: SignedInRequest) -> HttpResponse:
    """A new question."""

    def act(form: QuestionForm) -> tuple[str, str]:
        version = services.add_question(
            code=form.cleaned_data["code"],
            topic=form.cleaned_data["topic"],
            content=form.content(),
            actor=request.user,
            now=request.now,
        )
        return url("question_detail", version.question), _("Question saved.")

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
        return url("question_detail", question), _("Saved as version %(number)s.") % {"number": version.number}

    return form_page(
        request,
        QuestionForm(posted(request), version=before),
        act,
        title=_("Edit question %(code)s") % {"code": question.code},
        parent=(url("question_detail", question), question.code),
        submit=_("Save new version"),
        closed=settled(question.code, _("Out of use")) if question.retired_at else "",
    )


def question_keep(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Answer that a question which was sent back stays as it is."""
    question = get_object_or_404(Question, uuid=uuid)
    review = reviews_of(question).filter(settled_at=None).first()

    def act(form: KeepForm) -> tuple[str, str]:
        keep_question(question=question, answer=form.cleaned_data["answer"], actor=request.user, now=request.now)
        return url("question_detail", question), _("Answered. Who asked is told.")

    return form_page(
        request,
        KeepForm(posted(request)),
        act,
        title=_("%(code)s stays as it is") % {"code": question.code},
        parent=(url("question_detail", question), question.code),
        submit=_("Save answer"),
        closed="" if review else _("No review of %(code)s is open. Reload the page.") % {"code": question.code},
    )


def question_retire(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a question out of use."""
    question = get_object_or_404(Question, uuid=uuid)

    def act() -> tuple[str, str]:
        services.retire_question(question=question, actor=request.user, now=request.now)
        return url("question_detail", question), _("Retired. New papers cannot take this question; older ones keep it.")

    return act_or_conflict(request, act)


def question_restore(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a question back into use."""
    question = get_object_or_404(Question, uuid=uuid)

    def act() -> tuple[str, str]:
        services.restore_question(question=question, actor=request.user, now=request.now)
        return url("question_detail", question), _("Back in use.")

    return act_or_conflict(request, act)
