from datetime import timedelta

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "trainingops.jobs"
    label = "jobs"

    def ready(self) -> None:
        from trainingops.audit.sealing import unsealed_too_long
        from trainingops.jobs.health import CLOCK_REMEDY, heartbeat_check, register_check

        register_check("clock", heartbeat_check("clock", within=timedelta(minutes=2), remedy=CLOCK_REMEDY))
        register_check("journal", unsealed_too_long)
