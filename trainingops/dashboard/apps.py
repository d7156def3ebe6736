from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardConfig(AppConfig):
    name = "trainingops.dashboard"
    label = "dashboard"

    def ready(self) -> None:
        from trainingops.ui.navigation import NavItem, register

        register(
            NavItem("start", _("Home"), "home", "home", order=10, low=True, area=("home", "search")),
        )
