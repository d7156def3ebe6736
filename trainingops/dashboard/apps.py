from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardConfig(AppConfig):
    name = "trainingops.dashboard"
    label = "dashboard"

    def ready(self) -> None:
        from trainingops.dashboard.views.timeline import timeline_links
        from trainingops.ui.navigation import NavItem, register
        from trainingops.ui.panels import register_provider

        register(
            NavItem("start", _("Home"), "home", "home", order=10, low=True),
            NavItem("start", _("Calendar"), "calendar", "calendar", order=20, area=("calendar",)),
            NavItem("settings", _("Mails"), "outbox_list", "mail", order=80, area=("outbox_",)),
        )
        register_provider("planning.plan", timeline_links)
