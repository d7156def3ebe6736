"""The forms of plans, by page."""

from planning.forms.plans.begin import PlanForm
from planning.forms.plans.deciding import DecisionForm, HandOverForm, ReasonForm, RemarkForm
from planning.forms.plans.parts import (
    PART_FORMS,
    BusyReasonForm,
    MethodForm,
    ModuleForm,
    NeedForm,
    PartForm,
    RecoveryPartForm,
    ScoringForm,
    SeatsReasonForm,
    TrainerReasonForm,
)
from planning.forms.plans.recipients import OtherRecipientForm, OtherRecipientFormSet
from planning.forms.plans.sessions import MeetingForm, MeetingFormSet, SessionForm
from planning.forms.plans.targets import BatchField, DefectChoiceForm, PeopleChoiceForm
from planning.forms.plans.when import WhenForm

__all__ = [
    "PART_FORMS",
    "BatchField",
    "BusyReasonForm",
    "DecisionForm",
    "DefectChoiceForm",
    "HandOverForm",
    "MeetingForm",
    "MeetingFormSet",
    "MethodForm",
    "ModuleForm",
    "NeedForm",
    "OtherRecipientForm",
    "OtherRecipientFormSet",
    "PartForm",
    "PeopleChoiceForm",
    "PlanForm",
    "ReasonForm",
    "RecoveryPartForm",
    "RemarkForm",
    "ScoringForm",
    "SeatsReasonForm",
    "SessionForm",
    "TrainerReasonForm",
    "WhenForm",
]
