"""Filters, roles, places, and whom a one-time code is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trainingops.people.enums import ChannelKind, CodePurpose, Employment, Role
from trainingops.people.ids import ID, NOT_AN_ID
from trainingops.people.models import Person, PersonAssignment, RoleAssignment, ServiceLine, Site, Team, User
from trainingops.people.queries import in_force, users_with_role
from trainingops.ui.bounds import reversed_words
from trainingops.ui.forms import PageForm, PlannedDayField


class PersonFilter(django_filters.FilterSet):
    """The list of people by place, employment and words."""

    q = django_filters.CharFilter(label=_("Name, number or id"), method="by_words")
    site = django_filters.ModelChoiceFilter(
        label=_("Site"), queryset=Site.objects.all(), empty_label=_("All sites"), method="by_place"
    )
    line = django_filters.ModelChoiceFilter(
        label=_("Service line"),
        queryset=ServiceLine.objects.all(),
        empty_label=_("All service lines"),
        method="by_place",
    )
    team = django_filters.ModelChoiceFilter(
        label=_("Team"), queryset=Team.objects.none(), empty_label=_("All teams"), method="by_place"
    )
    employment = django_filters.ChoiceFilter(
        label=_("Employment"), choices=Employment.choices, empty_label=_("All states")
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["team"].queryset = Team.objects.visible_to(self.request.user).select_related("site")

    def by_words(self, people: QuerySet[Person], _name: str, words: str) -> QuerySet[Person]:
        """Each word is somewhere in the name or one of the ids."""
        for word in words.split():
            people = people.filter(
                Q(name__icontains=word)
                | Q(employee_no__icontains=word)
                | Q(login_id__icontains=word)
                | Q(acd_id__icontains=word)
            )
        return people

    def by_place(self, people: QuerySet[Person], name: str, place: Any) -> QuerySet[Person]:
        """Whose present assignment is there."""
        here = PersonAssignment.objects.filter(in_force(timezone.localdate()), **{name: place})
        return people.filter(pk__in=here.values("person"))


class LeaveForm(PageForm):
    """From when until when somebody is away."""

    starts_on = PlannedDayField(label=_("First day"))
    ends_on = PlannedDayField(
        label=_("Last day"),
        required=False,
        help_text=_("Blank while nobody knows; then what is due waits for the return."),
    )


class RoleForm(PageForm, forms.ModelForm):
    """Grant a role; no place chosen means everywhere."""

    class Meta:
        model = RoleAssignment
        fields = ["role", "sites", "lines", "teams", "starts_on", "ends_on"]
        field_classes = {"starts_on": PlannedDayField, "ends_on": PlannedDayField}
        widgets = {
            "sites": forms.CheckboxSelectMultiple,
            "lines": forms.CheckboxSelectMultiple,
            "teams": forms.SelectMultiple(attrs={"size": 6}),
        }
        labels = {"sites": _("Sites"), "lines": _("Service lines"), "teams": _("Teams")}
        help_texts = {
            "sites": _("None chosen: everywhere."),
            "lines": _("None chosen: all lines."),
            "teams": _("For team leaders. Several with Ctrl or long press."),
        }

    def clean(self) -> dict[str, Any]:
        super().clean()
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", reversed_words(first, last))
        return self.cleaned_data


class OutsideAccountForm(PageForm):
    """An account for somebody who does not work here: a client, an external auditor."""

    login = forms.RegexField(
        rf"\A{ID.pattern}\Z",
        label=_("Sign-in name"),
        max_length=40,
        help_text=_("For example KLIEN01."),
        error_messages={"invalid": NOT_AN_ID},
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("Mail address"), required=False)
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, role.label) for role in (Role.CLIENT, Role.AUDITOR, Role.SSO_TRAINING)]
    )


class SiteForm(PageForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=[("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT")]
    )


class LineForm(PageForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    channel = forms.ChoiceField(label=_("Channel"), choices=ChannelKind.choices)


class TeamForm(PageForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.all())
    line = forms.ModelChoiceField(label=_("Service line"), queryset=ServiceLine.objects.all())
    leader = forms.CharField(
        label=_("Team leader's employee number"), max_length=30, required=False, help_text=_("For example CC0011.")
    )

    def clean_leader(self) -> Person | None:
        """The person with this number."""
        number = self.cleaned_data["leader"].strip()
        if not number:
            return None
        leader = Person.objects.working().filter(employee_no__iexact=number).first()
        if leader is None:
            raise forms.ValidationError(
                _("“%(value)s”: nobody who works here has this number. Check it in the list of people.")
                % {"value": number}
            )
        return leader


class CodesForm(PageForm):
    """Whom one-time codes, or PINs for shared PCs, are for."""

    CODE, PIN = "code", "pin"
    SCREEN, SLIPS, LIST = "screen", "slips", "list"
    purpose = forms.ChoiceField(
        label=_("What they get"),
        choices=[(CODE, _("One-time code to sign in or set a new password")), (PIN, CodePurpose.SHARED_PC.label)],
        initial=CODE,
        help_text=_("A PIN checks in and takes tests on a PC that several people share; it opens nothing else."),
        required=False,
    )
    output = forms.ChoiceField(
        label=_("How you hand it out"),
        choices=[
            (SCREEN, _("On the screen")),
            (SLIPS, _("PDF: slips to cut, four on a page")),
            (LIST, _("PDF: a list, one row a person to cut off")),
        ],
        initial=SCREEN,
        required=False,
    )
    people = forms.ModelMultipleChoiceField(
        label=_("People"),
        queryset=Person.objects.none(),
        to_field_name="uuid",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person.")},
    )

    def __init__(
        self, *args: Any, people: QuerySet[Person], needs: Mapping[int, Any] | None = None, **kwargs: Any
    ) -> None:
        """``needs`` says beside each person how they stand (:func:`trainingops.people.handing_out.needs_of`)."""
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        field.queryset = people  # type: ignore[attr-defined]
        known = needs or {}

        def label(person: Person) -> str:
            words = [person.name, person.employee_no]
            return " · ".join([*words, known[person.pk].words] if person.pk in known else words)

        field.label_from_instance = label  # type: ignore[attr-defined]


#: Offices whose holders can act for a manager.
DELEGATES = (Role.MANAGER, Role.OPERATIONS, Role.OPERATION_SUPPORT, Role.QC, Role.SSO_TRAINING, Role.TRAINER)


class DelegationForm(PageForm):
    """Who acts for a manager, and from when until when."""

    principal = forms.ModelChoiceField(label=_("Manager who is away"), queryset=User.objects.none())
    delegate = forms.ModelChoiceField(
        label=_("Who acts for them"),
        queryset=User.objects.none(),
        help_text=_("On a plan that one of the two proposed, this person cannot decide."),
    )
    starts_on = PlannedDayField(label=_("From"))
    ends_on = PlannedDayField(label=_("To (inclusive)"))
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managers = users_with_role(Role.MANAGER)
        if not user.authority.has(Role.ADMINISTRATOR):
            managers = managers.filter(pk=user.pk)
        self.fields["principal"].queryset = managers  # type: ignore[attr-defined]
        self.fields["delegate"].queryset = users_with_role(*DELEGATES)  # type: ignore[attr-defined]
