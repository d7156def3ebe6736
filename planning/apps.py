"""The planning stage (5.1)."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlanningConfig(AppConfig):
    name = "planning"

    def ready(self) -> None:
        from planning import imports, menu, module_notices, notices, receivers, signed, trainer_notices  # noqa: F401 (receivers connect by import)
        from planning.evidence import appointments, coordination, modules, plans, trainers
        from planning.reference import ensure_reference
        from trainingops.ui.panels import register_slot

        register_slot("planning.plan", "uuids of plans; a short line each in the plan's head")
        signed.register()
        menu.register_catalogue()
        menu.register_plans()
        notices.register_plans()
        module_notices.register()
        plans.register()
        coordination.register()
        appointments.register()
        modules.register()
        trainers.register()
        trainer_notices.register()
        imports.register()
        post_migrate.connect(ensure_reference, sender=self, dispatch_uid="planning.reference")
