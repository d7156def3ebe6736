"""The form of the first batch: when and where, the rest comes from the template (4.1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planning.enums import Method
from planning.forms.plans.sessions import trainer_name, trainers_for
from planning.models import PlanRevision, Room
from planning.services.first_batch import MOST_MEETINGS
from trainingops.people.models import User
from trainingops.ui.forms import LoadedChoiceField, PageForm, PlannedMomentField, WholeField

#: What a plan without template begins with, as a working rule.
_MINUTES = 60


class WhenForm(PageForm):
    """Date, time and room are asked; duration and trainer are proposed."""

    starts_at = PlannedMomentField(label=_("First meeting"))
    room = LoadedChoiceField(label=_("Room"), required=False, empty_label=_("None"))
    link = forms.URLField(label=_("Link"), required=False, assume_scheme="https")
    minutes = WholeField(label=_("Duration of a meeting (minutes)"), min_value=5, max_value=720)
    meetings = WholeField(label=_("Meetings, one a day"), min_value=1, max_value=MOST_MEETINGS)
    trainer = LoadedChoiceField(label=_("Trainer"), empty_label=_("Choose a trainer"))

    def __init__(self, *args: Any, revision: PlanRevision, user: User, **kwargs: Any) -> None:
        plan, method = revision.plan, revision.method
        trainers = list(trainers_for(revision))
        rooms = list(Room.objects.filter(site=plan.site))
        template = plan.template
        kwargs["initial"] = {
            "minutes": template.minutes if template else _MINUTES,
            "meetings": template.meetings if template else 1,
            "trainer": next((each.pk for each in trainers if each.user_id == user.pk), None),
            "room": rooms[0].pk if len(rooms) == 1 and method != Method.ONLINE else None,
        } | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["starts_at"].zone = plan.site.zone
        fields["trainer"].load(trainers, label=trainer_name)
        if method == Method.OFFLINE:
            del fields["link"]
            fields["room"].required = bool(rooms)
            fields["room"].empty_label = _("Choose a room")
        fields["room"].load(rooms, label=_room_word)
        if method == Method.ONLINE:
            del fields["room"]


def _room_word(room: Room) -> str:
    return gettext("%(room)s, %(seats)d seats") % {"room": room.name, "seats": room.capacity}
