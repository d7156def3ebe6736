from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "trainingops.records"
    label = "records"
