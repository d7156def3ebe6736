from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "trainingops.notifications"
    label = "notifications"
