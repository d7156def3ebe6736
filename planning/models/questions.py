"""Questions, test papers, scoring schemes: how it is measured (5.1.1 e, 5.1.2)."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planning.enums import MultipleRule, ParameterSource, QuestionKind, ReviewOutcome, SettledBy
from planning.models.modules import Topic
from trainingops.domain import Identified


class Question(Identified):
    """A question of the bank; tests use its fixed versions."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="questions")
    retired_at = models.DateTimeField(null=True, help_text="from then on new papers cannot take it")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class QuestionVersion(Identified):
    """A version of a question. ``options`` is ``[{"key": "A", "text": …}]``; ``correct`` the right keys."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=QuestionKind)
    text = models.TextField(_("question"))
    options = models.JSONField(default=list)
    correct = models.JSONField(default=list)
    explanation = models.TextField(_("explanation"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="none where nobody knows any more",
    )

    class Meta:
        ordering = ["question", "-number"]
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="question_version_once")]

    def __str__(self) -> str:
        return f"{self.question.code} v{self.number}"


class QuestionReview(Identified):
    """A question sent back to the bank: its author changes it, retires it, or says why it stays as it is."""

    question_version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="reviews")
    reason = models.TextField(_("what should be looked at"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=7, choices=ReviewOutcome, blank=True)
    answer = models.TextField(_("why it stays as it is"), blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["question_version"], condition=Q(settled_at=None), name="question_review_open_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, outcome="")
                | Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(outcome=""),
                name="question_review_settled_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(outcome="kept") | ~Q(answer=""), name="question_kept_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.question_version_id} {self.outcome}"


class QuestionStatistics(models.Model):
    """How a question version did in first attempts; the evaluation stage writes it by a downward call.

    ``difficulty`` is the mean part of the points earned, 0 to 1 (a blank answer earned nothing); ``discrimination`` the
    correlation with the rest of the test, for ten or more attempts, None without variance; of a question in several
    papers the mean of theirs by attempts.
    """

    question_version = models.ForeignKey(QuestionVersion, models.CASCADE, related_name="statistics")
    phase = models.CharField(max_length=4, choices=[("pre", "Pre-test"), ("post", "Post-test")])
    attempts = models.PositiveIntegerField()
    difficulty = models.DecimalField(max_digits=5, decimal_places=4)
    discrimination = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    last_used_on = models.DateField()

    class Meta:
        ordering = ["question_version", "phase"]
        constraints = [models.UniqueConstraint(fields=["question_version", "phase"], name="statistics_once")]

    def __str__(self) -> str:
        return f"{self.question_version_id} {self.phase}"


class TestPaper(Identified):
    """A test of fixed question versions; forms A and B serve as pre- and post-test."""

    __test__ = False  # a model, whatever pytest makes of its name

    code = models.CharField(_("code"), max_length=30, unique=True)
    title = models.CharField(_("title"), max_length=120)
    form = models.CharField(_("form"), max_length=1, default="A")
    duration_minutes = models.PositiveSmallIntegerField(_("time (minutes)"), default=20)
    multiple_rule = models.CharField(
        _("points of a multiple choice"), max_length=7, choices=MultipleRule, default=MultipleRule.WHOLE
    )
    pair_of = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="pair")
    questions = models.ManyToManyField(QuestionVersion, through="PaperQuestion", related_name="papers")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class PaperQuestion(models.Model):
    """The place and the points of a question in a paper."""

    paper = models.ForeignKey(TestPaper, models.CASCADE, related_name="paper_questions")
    question_version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(1))

    class Meta:
        ordering = ["paper", "order"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "order"], name="paper_order_once"),
            models.UniqueConstraint(fields=["paper", "question_version"], name="paper_question_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="paper_points_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.paper.code} {self.order}"


class ScoringScheme(Identified):
    """How a result comes about (5.1.2); frozen into the revision that uses it."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)
    pass_mark = models.DecimalField(_("suggested pass mark"), max_digits=6, decimal_places=2, default=Decimal(80))
    remedial_cap = models.DecimalField(_("cap of a remedial"), max_digits=6, decimal_places=2, null=True, blank=True)
    remedial_attempts = models.PositiveSmallIntegerField(_("remedial attempts"), default=1)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(pass_mark__gte=0, pass_mark__lte=100), name="scheme_pass_mark_0_100"),
            models.CheckConstraint(condition=Q(decimals__lte=4), name="scheme_decimals_0_4"),
            models.CheckConstraint(condition=Q(remedial_attempts__lte=3), name="scheme_remedials_0_3"),
        ]

    def __str__(self) -> str:
        return self.name


class ScoringParameter(Identified):
    """A weighted parameter of a scheme, in its own scale 0 … maximum_score."""

    scheme = models.ForeignKey(ScoringScheme, models.CASCADE, related_name="parameters")
    name = models.CharField(_("name"), max_length=80)
    weight = models.DecimalField(_("weight"), max_digits=7, decimal_places=3)
    maximum_score = models.DecimalField(_("maximum"), max_digits=7, decimal_places=2, default=Decimal(100))
    minimum = models.DecimalField(_("minimum"), max_digits=7, decimal_places=2, null=True, blank=True)
    source = models.CharField(_("scored by"), max_length=9, choices=ParameterSource, default=ParameterSource.TRAINER)
    settled_by = models.CharField(_("assessors"), max_length=7, choices=SettledBy, default=SettledBy.ONE)
    assessors = models.PositiveSmallIntegerField(default=1, help_text="how many scores an average needs at least")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["scheme", "order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "name"], name="scheme_parameter_once"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="parameter_weight_positive"),
            models.CheckConstraint(condition=Q(maximum_score__gt=0), name="parameter_maximum_positive"),
            models.CheckConstraint(
                condition=Q(minimum=None) | Q(minimum__gte=0, minimum__lte=F("maximum_score")),
                name="parameter_minimum_in_scale",
            ),
            models.CheckConstraint(
                condition=Q(settled_by="average", assessors__range=(2, 5))
                | (~Q(settled_by="average") & Q(assessors=1)),
                name="parameter_average_of_2_to_5",
            ),
            models.CheckConstraint(
                condition=Q(settled_by="one") | ~Q(source__in=["pre_test", "post_test"]),
                name="parameter_of_a_test_has_no_assessors",
            ),
        ]

    def __str__(self) -> str:
        return self.name
