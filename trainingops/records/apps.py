from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "trainingops.records"
    label = "records"

    def ready(self) -> None:
        from trainingops.jobs.registry import JobKind
        from trainingops.jobs.registry import register_kind as register_job
        from trainingops.notifications.registry import NoticeKind
        from trainingops.notifications.registry import register_kind as register_notice
        from trainingops.people.printing import register_press
        from trainingops.records.archive.building import build_archive
        from trainingops.records.frames import procedure_line
        from trainingops.records.outside import draw_outside
        from trainingops.records.reference import ensure_reference
        from trainingops.records.services.archiving import ARCHIVE_JOB
        from trainingops.ui.context import register_procedure_line
        from trainingops.ui.navigation import NavItem, register

        post_migrate.connect(ensure_reference, sender=self, dispatch_uid="records.reference")
        register_job(JobKind(name=ARCHIVE_JOB, label=_("Archive of evidence"), handler=build_archive))
        register_notice(
            NoticeKind(
                name="archive_ready",
                label=_("Archive of evidence ready"),
                title=_("Your archive of %(records)s records is ready"),
                body=_("Files missing or altered: %(warnings)s. The archive can be downloaded for seven days."),
                group="6",
                roles=("auditor", "manager", "administrator"),
            )
        )
        register(NavItem("6", _("Records"), "evidence_list", "archive", order=10, area=("evidence_", "archive_")))
        register_procedure_line(procedure_line)
        register_press(draw_outside)
