from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    name = "trainingops.records"
    label = "records"

    def ready(self) -> None:
        from trainingops.records.reference import ensure_reference

        post_migrate.connect(ensure_reference, sender=self, dispatch_uid="records.reference")
