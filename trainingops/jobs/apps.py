from datetime import timedelta

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "trainingops.jobs"
    label = "jobs"

    def ready(self) -> None:
        from trainingops.audit.sealing import unsealed_too_long
        from trainingops.jobs.health import heartbeat_check, register_check

        remedy = "Start beat and the clock worker (manage.py up does), and check that the broker answers."
        register_check("clock", heartbeat_check("clock", within=timedelta(minutes=2), remedy=remedy))
        register_check("journal", unsealed_too_long)
