from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "trainingops.jobs"
    label = "jobs"
