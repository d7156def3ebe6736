from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"

    def ready(self) -> None:
        from evaluation import receivers, retention, signed  # noqa: F401
        from evaluation.evidence import register_evidence
        from evaluation.menu import register_menu
        from evaluation.notices import register_notices
        from evaluation.panels import register_panels

        signed.register()
        retention.register()
        register_evidence()
        register_notices()
        register_menu()
        register_panels()
