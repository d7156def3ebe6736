"""What the comparison of modules, trainers, durations, applications and methods adds up (5.4)."""

from __future__ import annotations

from django.db import models

from evaluation.enums import ComparedAspect, ComparedMeasure
from evaluation.models.summaries import Placed


class ComparisonMonth(Placed):
    """Classes that ended in a month with one value of an aspect, summed for one measure; recomputed with the month.

    With n people and a total of x in a class: the number of classes, and the sums of n, x, n², n·x and x² over them.
    They can be added over months and places, and give a mean with an interval that knows how much classes differ.
    """

    aspect = models.CharField(max_length=11, choices=ComparedAspect)
    key = models.CharField(max_length=40, help_text="uuid of the module or trainer, key of the application, or a code")
    measure = models.CharField(max_length=8, choices=ComparedMeasure)
    classes = models.PositiveIntegerField(help_text="those with a figure")
    n = models.PositiveIntegerField()
    x = models.DecimalField(max_digits=18, decimal_places=4)
    nn = models.DecimalField(max_digits=22, decimal_places=4)
    nx = models.DecimalField(max_digits=22, decimal_places=4)
    xx = models.DecimalField(max_digits=22, decimal_places=4)

    class Meta:
        ordering = ["month", "aspect", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "line", "site", "aspect", "key", "measure"], name="comparison_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.aspect} {self.key}"
