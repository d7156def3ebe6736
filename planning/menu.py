"""The menu of the planning stage (chapter 5.1), by part; called when the app starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from planning.panels import person_competence, register_states
from trainingops.ui.navigation import NavItem, register, register_counts
from trainingops.ui.panels import register_provider, register_slot

_NEEDS = ("need_", "defect_", "sample_", "parameter_", "indicator_", "measure_")


def register_catalogue() -> None:
    """Needs, modules, questions, schemes, traffic, appointments, places."""
    register_provider("people.person", person_competence)
    register_slot("planning.defect", "defect ids; which trainings answered the finding")
    register_states()
    register(
        NavItem("5.1", _("Needs"), "need_overview", "flag", order=10, area=_NEEDS),
        NavItem("5.1", _("Product and procedure info"), "product_change_list", "doc", order=15),
        NavItem("5.1", _("Low intervals"), "traffic", "chart", order=20, area=("traffic",)),
        NavItem("5.1", _("Modules"), "module_list", "book", order=40, area=("module_", "material_", "topic_")),
        NavItem("5.1", _("Questions and tests"), "question_list", "edit", order=50, area=("question_", "paper_")),
        NavItem("5.1", _("Scoring schemes"), "scheme_list", "half", order=60, area=("scheme_",)),
        NavItem("5.1", _("Competences"), "competence_matrix", "ok", order=65, area=("competence_", "requirement_")),
        NavItem("5.1", _("Appointments"), "appointment_list", "check", order=70, area=("appointment_",)),
        NavItem("5.1", _("Requests to SSO Training"), "trainer_request_list", "mail", order=75),
        NavItem(
            "settings",
            _("Trainers, rooms, applications"),
            "place_list",
            "settings",
            order=30,
            area=(
                "place_",
                "room_",
                "application_",
                "trainer_detail",
                "trainer_edit",
                "trainer_permit",
                "qualification_",
            ),
        ),
        NavItem("settings", _("Class types"), "class_type_list", "people", order=31, area=("class_type_",)),
    )


def register_plans() -> None:
    """Plans and the queue of approvals, counted for managers."""
    from planning.views.approval import count_awaiting

    register(
        NavItem(
            "5.1",
            _("Plans"),
            "plan_list",
            "plan",
            order=30,
            area=(
                "plan_list",
                "plan_new",
                "plan_detail",
                "plan_revision",
                "plan_part",
                "plan_session",
                "plan_targets",
                "plan_roster",
                "plan_windows",
                "plan_when",
                "plan_recipients",
                "plan_submit",
                "plan_cancel",
                "plan_consult",
                "consultation_",
            ),
        )
    )
    register(NavItem("5.1", _("Monthly plan"), "plan_month", "calendar", order=32, area=("plan_month",)))
    register(NavItem("5.1", _("Plan templates"), "plan_template_list", "copy", order=33, area=("plan_template_",)))
    register(
        NavItem(
            "5.1",
            _("Approvals"),
            "plan_approvals",
            "check",
            order=35,
            count_key="approvals",
            hot=True,
            area=("plan_approval",),
        )
    )
    register(NavItem("5.1", _("Release of agents"), "release_list", "people", order=36, area=("release_",)))
    register(NavItem("5.1", _("Approved in time"), "plan_indicator", "chart", order=37))
    register_counts(count_awaiting)
