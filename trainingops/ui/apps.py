from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "trainingops.ui"
    label = "ui"
