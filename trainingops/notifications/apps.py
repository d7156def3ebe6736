from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "trainingops.notifications"
    label = "notifications"

    def ready(self) -> None:
        from trainingops.notifications.queries import menu_counts
        from trainingops.notifications.states import declare
        from trainingops.ui.navigation import register_counts

        register_counts(menu_counts)
        declare()
