"""Reads of the question bank: what is in it, and what uses it (5.1.1 e)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from planning.models import (
    PaperQuestion,
    PlanRevision,
    Question,
    QuestionReview,
    QuestionStatistics,
    QuestionVersion,
    TestPaper,
    TrainingModule,
)


def latest_versions() -> QuerySet[QuestionVersion]:
    """Each question in its latest version, with its topic, ``is_used``: whether any version stands in a paper, and
    ``in_review``: whether it was sent back to the bank and nobody has answered yet."""
    last = QuestionVersion.objects.filter(question=OuterRef("question")).order_by("-number").values("number")[:1]
    places = PaperQuestion.objects.filter(question_version__question=OuterRef("question"))
    return (
        QuestionVersion.objects.filter(number=Subquery(last))
        .select_related("question__topic")
        .annotate(is_used=Exists(places), in_review=Exists(_open_reviews(OuterRef("question"))))
        .order_by("question__code")
    )


def open_versions() -> QuerySet[QuestionVersion]:
    """Those of :func:`latest_versions` that a new paper may take: not retired."""
    return latest_versions().filter(question__retired_at=None)


def counts_by_use(versions: QuerySet[Any]) -> dict[str, int]:
    """How many of ``versions`` are used, free, to be looked at, retired; one query."""
    standing = Q(question__retired_at=None)
    return versions.order_by().aggregate(
        used=Count("pk", filter=standing & Q(is_used=True)),
        free=Count("pk", filter=standing & Q(is_used=False)),
        review=Count("pk", filter=standing & Q(in_review=True)),
        retired=Count("pk", filter=~standing),
    )


def _open_reviews(question: OuterRef | Question) -> QuerySet[QuestionReview]:
    return QuestionReview.objects.filter(question_version__question=question, settled_at=None)


def reviews_of(question: Question) -> QuerySet[QuestionReview]:
    """Each time that a question was sent back, the newest first, with who asked and who settled it."""
    reviews = QuestionReview.objects.filter(question_version__question=question)
    return reviews.select_related("question_version", "asked_by", "settled_by").order_by("-asked_at")


def versions_of(question: Question) -> QuerySet[QuestionVersion]:
    """All versions of a question, the newest first, with ``paper_count``."""
    return question.versions.annotate(paper_count=Count("papers", distinct=True)).order_by("-number")


def papers_of(question: Question) -> QuerySet[PaperQuestion]:
    """Where its versions stand: papers with the version's ``version_number``."""
    places = PaperQuestion.objects.filter(question_version__question=question).select_related("paper")
    return places.annotate(version_number=F("question_version__number")).order_by("paper__code")


def with_paper_remarks(revisions: QuerySet[PlanRevision]) -> QuerySet[PlanRevision]:
    """Revisions with what :func:`papers_off_topic` and :func:`retired_in_papers` read; no query more.

    Off topic is a paper without any question on a topic of the module; a topic counts with those that it stands below
    and those below it. A module without topics says nothing.
    """
    through = TrainingModule.topics.through.objects
    taught = through.filter(trainingmodule=OuterRef("module_version__module"))
    return revisions.annotate(
        pre_off_topic=Exists(taught) & Q(pre_paper__isnull=False) & ~Exists(_on_topic("pre_paper")),
        post_off_topic=Exists(taught) & Q(post_paper__isnull=False) & ~Exists(_on_topic("post_paper")),
        pre_retired=_retired_codes("pre_paper"),
        post_retired=_retired_codes("post_paper"),
    )


def _on_topic(paper: str) -> QuerySet[PaperQuestion]:
    """The questions of a revision's paper on a topic of its module, on one of the two levels above or below."""
    module = OuterRef(OuterRef("module_version__module"))
    topics = TrainingModule.topics.through.objects.filter(trainingmodule=module).values("topic")
    near = Q()
    for path in ("", "__parent", "__parent__parent", "__children", "__children__children"):
        near |= Q(**{f"question_version__question__topic{path}__in": topics})
    return PaperQuestion.objects.filter(near, paper=OuterRef(paper))


def _retired_codes(paper: str) -> ArraySubquery:
    """The codes of the questions of a revision's paper that are out of use."""
    places = PaperQuestion.objects.filter(paper=OuterRef(paper), question_version__question__retired_at__isnull=False)
    return ArraySubquery(places.order_by("order").values("question_version__question__code"))


def retired_in_papers(revision: PlanRevision) -> dict[str, list[str]]:
    """By code of a test of the revision, the codes of its questions out of use; none where it was not asked."""
    papers = [(revision.pre_paper, "pre_retired"), (revision.post_paper, "post_retired")]
    return {paper.code: codes for paper, found in papers if paper and (codes := getattr(revision, found, []))}


def with_retired_count(papers: QuerySet[TestPaper]) -> QuerySet[TestPaper]:
    """Papers with ``retired``: how many of their questions are out of use."""
    gone = Q(paper_questions__question_version__question__retired_at__isnull=False)
    return papers.annotate(retired=Count("paper_questions", filter=gone))


def papers_off_topic(revision: PlanRevision) -> list[str]:
    """The codes of the papers that :func:`with_paper_remarks` found, each once; none where it was not asked."""
    papers = [(revision.pre_paper, "pre_off_topic"), (revision.post_paper, "post_off_topic")]
    return list(dict.fromkeys(paper.code for paper, found in papers if paper and getattr(revision, found, False)))


def with_statistics(versions: QuerySet[QuestionVersion]) -> QuerySet[QuestionVersion]:
    """With the figures of the post-test, else of the pre-test, as :class:`QuestionStatistics` names them."""
    found = QuestionStatistics.objects.filter(question_version=OuterRef("pk")).order_by("phase")  # post before pre
    names = ("attempts", "difficulty", "discrimination", "last_used_on")
    return versions.annotate(**{name: Subquery(found.values(name)[:1]) for name in names})
