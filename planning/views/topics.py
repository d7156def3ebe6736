"""The tree of topics (2.1)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from planning.enums import ModuleKind
from planning.forms.modules import TopicForm
from planning.models import Topic
from planning.policies.catalogue import can_keep_topics
from planning.queries.topics import tree
from planning.services import topics as services
from planning.views.common import form_page, posted, url
from trainingops.people.http import SignedInRequest
from trainingops.ui.exports import workbook_response


def topic_list(request: SignedInRequest) -> HttpResponse:
    """Every topic at its place, with how many modules and questions it has."""
    topics = Topic.objects.annotate(
        module_count=Count("modules", distinct=True), question_count=Count("questions", distinct=True)
    )
    branches = tree(topics)
    groups = [
        (label, rows)
        for kind, label in ModuleKind.choices
        if (rows := [each for each in branches if each.topic.kind == kind])
    ]
    if request.GET.get("export") == "xlsx":
        head = [_("Kind"), _("Topic"), _("Modules"), _("Questions")]
        lines = (
            [str(label), each.full_name, each.topic.module_count, each.topic.question_count]  # type: ignore[attr-defined]
            for label, rows in groups
            for each in rows
        )
        return workbook_response(head, lines, name="topik")
    context = {"groups": groups, "may_keep": can_keep_topics(request.user)}
    return render(request, "planning/topic_list.html", context)


def topic_new(request: SignedInRequest) -> HttpResponse:
    """A new topic."""

    def act(form: TopicForm) -> tuple[str, str]:
        services.add_topic(**form.cleaned_data, actor=request.user, now=request.now)
        return url("topic_list"), _("Topic saved.")

    return form_page(
        request,
        TopicForm(posted(request)),
        act,
        title=_("New topic"),
        parent=(url("topic_list"), _("Topics")),
        submit=_("Save topic"),
    )


def topic_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Rename a topic, or move it with everything below it."""
    topic = get_object_or_404(Topic, uuid=uuid)

    def act(form: TopicForm) -> tuple[str, str]:
        services.edit_topic(topic=topic, **form.cleaned_data, actor=request.user, now=request.now)
        return url("topic_list"), _("Topic saved.")

    return form_page(
        request,
        TopicForm(posted(request), topic=topic),
        act,
        title=_("Edit %(topic)s") % {"topic": topic},
        parent=(url("topic_list"), _("Topics")),
        submit=_("Save topic"),
    )
