"""The execution stage (5.2, 5.3.1)."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "training_sessions"  # Django's own app owns the label "sessions"

    def ready(self) -> None:
        from sessions import evidence, menu, notices, receivers, signed, steps  # noqa: F401 (receivers connect by import)
        from sessions.imports.attendance import ATTENDANCE
        from sessions.imports.scores import SCORES
        from sessions.reference import ensure_reference
        from trainingops.imports.registry import register_importer

        register_importer(ATTENDANCE)
        register_importer(SCORES)
        menu.register()
        notices.register()
        evidence.register()
        steps.register()
        signed.register()
        post_migrate.connect(ensure_reference, sender=self, dispatch_uid="sessions.reference")
