from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EvaluationConfig(AppConfig):
    name = "evaluation"

    def ready(self) -> None:
        from evaluation import receivers, retention, signed  # noqa: F401
        from evaluation.evidence import register_evidence
        from evaluation.menu import register_menu
        from evaluation.notices import register_notices
        from evaluation.panels import register_panels
        from evaluation.reference import ensure_reference

        signed.register()
        retention.register()
        register_evidence()
        register_notices()
        register_menu()
        register_panels()
        post_migrate.connect(ensure_reference, sender=self, dispatch_uid="evaluation.reference")
