"""What the answers to a test say about it and its questions, computed outside the request (5.4)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from evaluation.enums import AnalysedPhase, ItemVerdict
from evaluation.item_analysis import FEWEST, INDICATION
from planning.models import QuestionVersion, TestPaper
from trainingops.domain import Identified


class PaperAnalysis(Identified):
    """The first attempts at a test paper in one phase: before the teaching people are others than after it.

    ``changes`` counts what may have changed the answers, ``counted`` how many of these the figures know; a worker that
    finds the second behind the first computes again. The transaction that changes answers never waits for it.
    """

    paper = models.ForeignKey(TestPaper, models.CASCADE, related_name="analyses")
    phase = models.CharField(max_length=4, choices=AnalysedPhase)
    changes = models.PositiveIntegerField(default=0)
    counted = models.PositiveIntegerField(default=0)
    respondents = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0, help_text="attempts left out until their answers are marked")
    alpha = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    mean = models.DecimalField(max_digits=9, decimal_places=4, null=True, help_text="in questions")
    blanks = models.PositiveIntegerField(default=0)
    last_used_on = models.DateField(null=True)
    computed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["paper__code", "phase"]
        constraints = [models.UniqueConstraint(fields=["paper", "phase"], name="analysis_once_a_phase")]
        indexes = [models.Index(fields=["id"], condition=Q(changes__gt=F("counted")), name="analysis_to_compute")]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.phase}"

    @property
    def is_too_small(self) -> bool:
        """Whether so few answered that nothing is said of questions."""
        return self.respondents < FEWEST

    @property
    def is_indication(self) -> bool:
        """Whether the figures are an indication only."""
        return self.respondents < INDICATION


class ItemFigures(Identified):
    """A question of a paper in one phase, as :class:`evaluation.item_analysis.Item` says.

    ``difficulty`` stands from the first attempt on, for the bank; what needs ten respondents is none or blank below.
    ``options``: ``[{"option", "is_right", "chosen", "share", "discrimination"}]``, none for a short answer; ``suspect``
    is the wrong option that the better respondents choose.
    """

    analysis = models.ForeignKey(PaperAnalysis, models.CASCADE, related_name="items")
    question_version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField()
    difficulty = models.DecimalField(max_digits=5, decimal_places=4)
    discrimination = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    alpha_if_deleted = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    blanks = models.PositiveIntegerField()
    verdict = models.CharField(max_length=11, choices=ItemVerdict, blank=True)
    options = models.JSONField(default=list)
    suspect = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["analysis", "order"]
        constraints = [models.UniqueConstraint(fields=["analysis", "question_version"], name="item_once_an_analysis")]

    def __str__(self) -> str:
        return f"{self.analysis_id} {self.order}"
