"""The lines of the menu that belong to this stage."""

from django.utils.translation import gettext_lazy as _

from evaluation.models import ImprovementAction
from evaluation.tables import ACTION_STATES
from trainingops.notifications.states import register_state
from trainingops.ui.navigation import NavItem, register


def register_menu() -> None:
    """Called at start."""
    indicators = ("indicator_", "training_hours", "objective_")
    register(NavItem("start", _("Indicators"), "indicator_overview", "chart", order=30, area=indicators))
    register(NavItem("5.4", _("Training defects"), "training_defect_list", "late", order=10))
    register(NavItem("5.4", _("Reviews and minutes"), "review_list", "talk", order=20, area=("review_",)))
    register(NavItem("5.4", _("Actions"), "action_list", "action", order=30, area=("action_",)))
    area = ("analysis_", "paper_analysis")
    register(NavItem("5.4", _("Comparison"), "comparison", "chart", order=47))
    register(NavItem("5.4", _("Item analysis"), "analysis_list", "chart", order=50, area=area))
    register(NavItem("5.4", _("Coaching"), "coaching_list", "user", order=40, area=("coaching_",)))
    register(NavItem("5.4", _("Measured effects"), "effect_list", "chart", order=45, area=("effect_",)))
    register_state(
        ImprovementAction,
        _("Action"),
        lambda action: (ACTION_STATES[action.state], action.get_state_display()),
        ImprovementAction.objects.visible_to,
    )
