"""The planning stage (5.1)."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlanningConfig(AppConfig):
    name = "planning"

    def ready(self) -> None:
        from planning import (  # noqa: F401 (receivers connect by import)
            competence_notices,
            imports,
            menu,
            module_notices,
            notices,
            question_notices,
            receivers,
            signed,
            trainer_notices,
        )
        from planning.evidence import appointments, coordination, modules, plans, trainers
        from planning.reference import ensure_reference
        from trainingops.ui.panels import register_slot

        register_slot("planning.plan", "uuids of plans; a short line each in the plan's head")
        register_slot("planning.paper", "paper ids; what the stages above say about a test, a panel each")
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
        question_notices.register()
        competence_notices.register()
        imports.register()
        post_migrate.connect(ensure_reference, sender=self, dispatch_uid="planning.reference")
