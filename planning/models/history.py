"""Who had which module: written by the sessions stage by a downward call (DESIGN.md §1)."""

from __future__ import annotations

from django.db import models

from planning.models.modules import ModuleVersion
from trainingops.people.models import Person


class ModuleTraining(models.Model):
    """A person was trained in a module version: every meeting attended or recovered, passed or not (4.3).

    :class:`~planning.models.Competence` says who passed; this says who was there.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="module_trainings")
    module_version = models.ForeignKey(ModuleVersion, models.PROTECT, related_name="trainings")
    trained_on = models.DateField()
    source = models.UUIDField(unique=True, help_text="uuid of the target's outcome")

    class Meta:
        ordering = ["-trained_on"]
        indexes = [models.Index(fields=["person", "module_version", "trained_on"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.module_version_id} {self.trained_on}"
