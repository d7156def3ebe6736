from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "trainingops.dashboard"
    label = "dashboard"
