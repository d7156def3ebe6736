from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "trainingops.local"
    label = "local"
