from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from trainingops.jobs.models import Job


def page_of(job: Job) -> str:
    """Where the import of a job is seen."""
    return reverse("import_detail", kwargs={"uuid": job.params["run"]})


class ImportsConfig(AppConfig):
    name = "trainingops.imports"
    label = "imports"

    def ready(self) -> None:
        from trainingops.imports.people import PEOPLE
        from trainingops.imports.registry import register_importer
        from trainingops.imports.roster import ROSTER
        from trainingops.imports.services import CHECK_KIND, JOB_KIND, run_check_job, run_import_job
        from trainingops.jobs.registry import JobKind, register_kind
        from trainingops.ui.navigation import NavItem, register

        register_importer(PEOPLE)
        register_importer(ROSTER)
        register_kind(JobKind(name=JOB_KIND, label=_("Import"), handler=run_import_job, page=page_of))
        register_kind(JobKind(name=CHECK_KIND, label=_("Check of an import"), handler=run_check_job, page=page_of))
        register(NavItem("settings", _("Imports"), "import_list", "upload", order=20, area=("import_",)))
