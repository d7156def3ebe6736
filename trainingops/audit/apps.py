from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "trainingops.audit"
    label = "audit"
