from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "trainingops.imports"
    label = "imports"
