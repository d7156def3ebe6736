from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "trainingops.imports"
    label = "imports"

    def ready(self) -> None:
        from trainingops.imports.people import PEOPLE
        from trainingops.imports.registry import register_importer
        from trainingops.imports.roster import ROSTER
        from trainingops.imports.services import JOB_KIND, run_import_job
        from trainingops.jobs.registry import JobKind, register_kind
        from trainingops.ui.navigation import NavItem, register

        register_importer(PEOPLE)
        register_importer(ROSTER)
        register_kind(JobKind(name=JOB_KIND, label=_("Import"), handler=run_import_job))
        register(NavItem("settings", _("Imports"), "import_list", "upload", order=20, area=("import_",)))
