"""Forms of trainers: qualifications, modules that they may teach, requests to SSO Training (5.1.1 a)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planning.enums import Qualification, RequestAnswer
from planning.forms.catalogue import area
from planning.forms.needs import lines_of, sites_of
from planning.models import TrainerProfile, TrainingModule
from planning.policies.catalogue import REQUESTERS
from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, ServiceLine, Site, User
from trainingops.people.queries import in_force
from trainingops.records.documents import DocumentField
from trainingops.ui.bounds import not_past
from trainingops.ui.forms import PageForm, PlannedDayField


class PermitForm(PageForm):
    """A module that a trainer may teach, and until when."""

    module = forms.ModelChoiceField(label=_("Module"), queryset=TrainingModule.objects.all())
    valid_until = PlannedDayField(
        label=_("May teach it until"),
        required=False,
        validators=[not_past],
        help_text=_("Blank: as long as the trainer is qualified."),
    )


class TrainerQualificationForm(PageForm):
    """A certificate or a training of a trainer."""

    title = forms.CharField(label=_("Qualification"), max_length=160, help_text=_("For example Training of Trainers."))
    issuer = forms.CharField(label=_("From whom"), max_length=120)
    valid_from = forms.DateField(label=_("Valid from"))
    valid_until = PlannedDayField(label=_("Valid until"), required=False)
    file = DocumentField(label=_("File of the document"))


class TrainerAccountForm(PageForm):
    """The account that a trainer from outside signs in with."""

    user = forms.ModelChoiceField(
        label=_("Account"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Without account: the PIC acts for this trainer"),
        help_text=_("Accounts of SSO Training, of the client and of trainers that no other trainer has."),
    )

    def __init__(self, *args: Any, trainer: TrainerProfile, **kwargs: Any) -> None:
        super().__init__(*args, initial={"user": trainer.user_id}, **kwargs)
        roles = [Role.SSO_TRAINING, Role.CLIENT, Role.TRAINER]
        held = RoleAssignment.objects.filter(in_force(timezone.localdate()), role__in=roles)
        free = Q(trainer_profile=None) | Q(trainer_profile=trainer)
        accounts = User.objects.filter(free, is_active=True, pk__in=held.values("user"))
        self.fields["user"].queryset = accounts.order_by("name")  # type: ignore[attr-defined]


class TrainerRequestForm(PageForm):
    """What SSO Training is asked."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none())
    line = forms.ModelChoiceField(label=_("Service line"), queryset=ServiceLine.objects.none())
    module = forms.ModelChoiceField(label=_("Module"), queryset=TrainingModule.objects.all(), required=False)
    wanted_on = PlannedDayField(label=_("Wanted on"))
    asked = forms.CharField(
        label=_("What is asked"),
        widget=area(5),
        help_text=_("Topic, number of participants, how long, and who is the contact."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites_of(user, *REQUESTERS)  # type: ignore[attr-defined]
        self.fields["line"].queryset = lines_of(user, *REQUESTERS)  # type: ignore[attr-defined]


class RequestAnswerForm(PageForm):
    """What SSO Training answers; who enters it for them adds who, when and the document."""

    answer = forms.ChoiceField(label=_("Answer"), choices=RequestAnswer.choices, widget=forms.RadioSelect)
    trainer = forms.ModelChoiceField(
        label=_("Trainer who comes"),
        queryset=TrainerProfile.objects.filter(kind=Qualification.SSO_TRAINING),
        required=False,
        help_text=_("Somebody who is missing here is named below; the trainers add them to their list."),
    )
    note = forms.CharField(label=_("What was answered"), widget=area(3), required=False)
    answered_on = forms.DateField(label=_("Answered on"))
    entered_for = forms.CharField(label=_("Who answered"), max_length=120)
    file = DocumentField(label=_("File of the document"), required=True)

    def __init__(self, *args: Any, by_themselves: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by_themselves:
            for name in ("answered_on", "entered_for", "file"):
                del self.fields[name]
