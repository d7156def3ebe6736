"""The planning stage (5.1)."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "planning"

    def ready(self) -> None:
        from planning import menu

        menu.register_catalogue()
        menu.register_plans()
