from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "trainingops.people"
    label = "people"

    def ready(self) -> None:
        from trainingops.ui.navigation import NavItem, register
        from trainingops.ui.panels import register_slot

        register_slot("people.person", "person ids; a block each, such as what the person was trained in")
        register(
            NavItem("5.1", _("Roster"), "roster", "calendar", order=22, area=("roster", "shift_code_")),
            NavItem("settings", _("Delegations"), "delegation_list", "user", order=16, area=("delegation_",)),
            NavItem("settings", _("People"), "people_list", "people", order=10, area=("people_", "person_")),
            NavItem(
                "settings", _("Sites, lines and teams"), "team_list", "home", order=12, area=("team_list", "place_new")
            ),
            NavItem(
                "settings",
                _("Accounts and roles"),
                "account_list",
                "lock",
                order=14,
                area=("account_list", "account_new", "account_detail", "role_"),
            ),
        )
