"""The lists of people and accounts."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from trainingops.people.models import Person, User
from trainingops.ui.tables import PageTable, StatusColumn
from trainingops.ui.templatetags import ui

EMPLOYMENT = {"active": "ok", "on_leave": "waive", "left": "idle"}


class PersonTable(PageTable):
    """People with their present place, which the view has put on each row of the page."""

    caption = _("People")
    empty_title = _("No people yet")
    empty_text = _("Import the agent master list to begin.")

    name = django_tables2.Column(verbose_name=_("Name"), linkify=("person_detail", {"uuid": django_tables2.A("uuid")}))
    employee_no = django_tables2.Column(verbose_name=_("Employee number"))
    site = django_tables2.Column(verbose_name=_("Site"), empty_values=(), orderable=False)
    line = django_tables2.Column(verbose_name=_("Service line"), empty_values=(), orderable=False)
    team = django_tables2.Column(verbose_name=_("Team"), empty_values=(), orderable=False)
    employment = StatusColumn(verbose_name=_("Employment"), kinds=EMPLOYMENT)

    places: dict[int, Any]

    class Meta(PageTable.Meta):
        model = Person
        fields = ("name", "employee_no", "site", "line", "team", "employment")

    def _place(self, record: Person, part: str) -> SafeString | str:
        place = self.places.get(record.pk)
        found = getattr(place, part, None)
        return str(found) if found else ui.not_recorded()

    def render_site(self, record: Person) -> SafeString | str:
        return self._place(record, "site")

    def render_line(self, record: Person) -> SafeString | str:
        return self._place(record, "line")

    def render_team(self, record: Person) -> SafeString | str:
        return self._place(record, "team")


class AccountTable(PageTable):
    """Accounts with the roles in force, which are loaded once for the page."""

    caption = _("Accounts")
    empty_title = _("No accounts yet")
    empty_text = _("An account is opened with the first one-time code.")

    name = django_tables2.Column(verbose_name=_("Name"), linkify=("account_detail", {"uuid": django_tables2.A("uuid")}))
    login = django_tables2.Column(verbose_name=_("Employee number"))
    roles = django_tables2.Column(verbose_name=_("Roles"), empty_values=(), orderable=False)
    is_active = django_tables2.Column(verbose_name=_("Account"))

    class Meta(PageTable.Meta):
        model = User
        fields = ("name", "login", "roles", "is_active")

    def render_roles(self, record: User) -> SafeString | str:
        words = dict.fromkeys(str(role.get_role_display()) for role in record.current_roles)  # type: ignore[attr-defined]
        return ", ".join(words) or ui.not_recorded()

    def render_is_active(self, value: bool) -> SafeString:
        return ui.status("ok", str(_("Open"))) if value else ui.status("idle", str(_("Closed")))
