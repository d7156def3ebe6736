from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from trainingops.ui.navigation import NavItem, register, register_counts


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self) -> None:
        from reporting import receivers, signed  # noqa: F401 (receivers connect by being imported)
        from reporting.calendar import days_off_between, off_days
        from reporting.evidence import register_evidence
        from reporting.notices import register_notices
        from reporting.panels import register_panels
        from reporting.queries import SWEEP, SWEEP_SILENCE, count_overdue
        from reporting.reference import ensure_reference
        from trainingops.jobs.health import CLOCK_REMEDY, heartbeat_check, register_check
        from trainingops.people.days_off import register_days_off
        from trainingops.people.enums import Role
        from trainingops.ui.days_off import register_reader

        signed.register()
        register_days_off(days_off_between)
        register_reader(off_days)
        register_notices()
        register_evidence()
        register_panels()
        register_counts(count_overdue)
        register_check("deadlines", heartbeat_check(SWEEP, within=SWEEP_SILENCE, remedy=CLOCK_REMEDY))
        register(
            NavItem(
                "5.3",
                _("H+1 deadlines"),
                "obligation_list",
                "clock",
                order=10,
                low=True,
                short="H+1",
                count_key="overdue",
                hot=True,
                area=("obligation_",),
            ),
            NavItem(
                "5.3",
                _("Reports"),
                "report_list",
                "doc",
                order=20,
                low=True,
                low_for=frozenset({Role.CLIENT}),
                area=("report_", "recipient_", "recap_"),
            ),
            NavItem(
                "settings",
                _("Deadline rules"),
                "deadline_rules",
                "calendar",
                order=40,
                area=("deadline_", "day_off_", "policy_"),
            ),
        )
        register(
            NavItem("settings", _("Names for the client"), "client_names", "eye", order=45, area=("client_names",))
        )
        post_migrate.connect(ensure_reference, sender=self, dispatch_uid="reporting.reference")
