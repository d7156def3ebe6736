"""The execution stage (5.2, 5.3.1)."""

from django.apps import AppConfig
from django.db.models import Q
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "training_sessions"  # Django's own app owns the label "sessions"

    def ready(self) -> None:
        from sessions import evidence, menu, notices, receivers, signed, steps  # noqa: F401 (receivers connect by import)
        from sessions.imports.attendance import ATTENDANCE
        from sessions.imports.scores import SCORES
        from sessions.models.files import ClassFile
        from sessions.paper import record as paper_record
        from sessions.paper.job import page_of_upload, read_scans, say_warning
        from sessions.reference import ensure_reference
        from sessions.services.scans import READ_JOB
        from trainingops.imports.registry import register_importer
        from trainingops.jobs.registry import JobKind
        from trainingops.jobs.registry import register_kind as register_job
        from trainingops.records.registry import Removable, register_removable

        register_removable(
            ClassFile, Removable(removed=Q(removed_at__isnull=False), training="training_session__plan__uuid")
        )
        register_importer(ATTENDANCE)
        register_importer(SCORES)
        menu.register()
        notices.register()
        evidence.register()
        steps.register()
        signed.register()
        paper_record.register()
        register_job(
            JobKind(
                name=READ_JOB,
                label=_("Reading of scans"),
                handler=read_scans,
                page=page_of_upload,
                warning=say_warning,
                remedy=_("Upload the same files again: what was not read yet is read then."),
            )
        )
        post_migrate.connect(ensure_reference, sender=self, dispatch_uid="sessions.reference")
