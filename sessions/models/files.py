"""What is kept beside a session: photos of the class, the paper of a class filed afterwards (5.2, 6)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from sessions.enums import ClassFileKind
from sessions.models.held import TrainingSession
from trainingops.domain import Identified
from trainingops.people.models import User
from trainingops.records.models import StoredFile


class ClassFileQuerySet(models.QuerySet["ClassFile"]):
    def visible_to(self, user: User) -> ClassFileQuerySet:
        """Those of the sessions that the user sees as staff: people are to be seen on photos, so no participant."""
        return self.filter(training_session__in=TrainingSession.objects.visible_to_staff(user))

    def photos(self) -> ClassFileQuerySet:
        """The photos that stand, in the order in which they came."""
        return self.filter(kind=ClassFileKind.PHOTO, removed_at=None).order_by("pk")


class ClassFile(Identified):
    """A picture or paper of a session. What was removed keeps its row, with who and why."""

    training_session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="class_files")
    kind = models.CharField(max_length=5, choices=ClassFileKind)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    thumbnail = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removal_reason = models.TextField(blank=True)

    objects = ClassFileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_session", "file"], condition=Q(removed_at=None), name="class_file_once"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None, removal_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removal_reason="")),
                name="class_file_removed_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(kind="photo") | Q(thumbnail__isnull=False), name="photo_has_a_thumbnail"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
