"""The register of training defects: what went wrong in a training itself (4.4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.enums import DefectDecision, ImpactLevel, TrainingDefectKind
from planning.models import TrainingPlan
from sessions.enums import DeviationKind
from sessions.models import AbsenceReason, TrainingSession
from sessions.models.held import actual_of, planned_of
from trainingops.domain import Identified
from trainingops.people.models import ServiceLine, Site, User
from trainingops.people.queries import day_there, midnight

#: What the system says of the kinds that it registers by itself.
SEEN_BY_SYSTEM = {
    TrainingDefectKind.REPORT_BREACH: _("The H+1 report of %(session)s was not submitted in time."),
    TrainingDefectKind.ABSENCE: _("A participant was absent: %(session)s."),
    TrainingDefectKind.DEVIATION: _("Deviation: %(kind)s. Planned %(planned)s, actual %(actual)s."),
    TrainingDefectKind.NO_APPROVAL: _("%(session)s was held without prior approval and filed afterwards."),
    TrainingDefectKind.LATENESS: _("A participant came late or left early: %(session)s."),
    TrainingDefectKind.LATE_APPROVAL: _("%(session)s was not approved before its first start."),
    TrainingDefectKind.RECOVERY_OVERDUE: _("A case of %(session)s was not settled by its due date."),
}


class TrainingDefectQuerySet(models.QuerySet["TrainingDefect"]):
    def visible_to(self, user: User) -> TrainingDefectQuerySet:
        return self.filter(
            user.authority.scope(
                "manager", "trainer", "auditor", "qc", "operations", "operation_support", site="site", line="line"
            )
        )

    def in_days(self, since: date | None, until: date | None) -> TrainingDefectQuerySet:
        """Those that occurred on these days by the calendar of their site; wide by a day first, for the index."""
        rows: Any = self
        if since or until:
            rows = rows.alias(day=day_there("occurred_at", "site__timezone"))
        if since:
            rows = rows.filter(occurred_at__gte=midnight(since - timedelta(days=1)), day__gte=since)
        if until:
            rows = rows.filter(occurred_at__lt=midnight(until + timedelta(days=2)), day__lte=until)
        return cast(TrainingDefectQuerySet, rows)

    def undecided(self) -> TrainingDefectQuerySet:
        """Those on which nobody has decided."""
        return self.filter(decision="")


class TrainingDefect(Identified):
    """Something that went wrong in a training. ``source`` names what it was seen in, so that it is counted once."""

    kind = models.CharField(max_length=16, choices=TrainingDefectKind)
    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="training_defects")
    training_session = models.ForeignKey(TrainingSession, models.PROTECT, null=True, related_name="training_defects")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    source = models.UUIDField(help_text="uuid of the breach, deviation, case or attendance behind it")
    description = models.CharField(max_length=300, blank=True, help_text="typed; blank where the system saw it")
    found = models.JSONField(default=dict, blank=True, help_text="the deviation behind it: kind and stored values")
    absence_reason = models.ForeignKey(AbsenceReason, models.PROTECT, null=True, blank=True, related_name="+")
    impact_level = models.CharField(max_length=8, choices=ImpactLevel, blank=True, help_text="blank: not judged yet")
    impact = models.TextField(blank=True)
    correction = models.TextField(blank=True)
    decision = models.CharField(max_length=10, choices=DefectDecision, blank=True, help_text="blank: waits for one")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="none: the system saw it"
    )
    recorded_at = models.DateTimeField()

    objects = TrainingDefectQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "source"], name="training_defect_once"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="training_defect_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["line", "occurred_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_at:%Y-%m-%d}"

    @property
    def words(self) -> str:
        """What happened: as somebody typed it, or what the system saw, in the reader's language."""
        if self.description:
            return self.description
        place = self.training_session or self.plan
        seen = str(SEEN_BY_SYSTEM[TrainingDefectKind(self.kind)]) % {"session": place.number, **self._found_words()}
        return f"{seen} {self.absence_reason}." if self.absence_reason else seen

    def _found_words(self) -> dict[str, str]:
        """What differed from the plan; nothing for a defect that is no deviation."""
        if not self.found:
            return {}
        return {
            "kind": str(DeviationKind(self.found["kind"]).label),
            "planned": self.found["planned"] or planned_of(self.found["measured"]),
            "actual": self.found["actual"] or actual_of(self.found["measured"]),
        }
