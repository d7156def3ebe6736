"""What follows from the competence matrix: a refreshment for those who lack a module, and reminders (ISO 9001 7.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from planning import competence_notices as notices
from planning.enums import CompetenceState, TargetReason, TrainingKind
from planning.models import Appointment, TrainingModule
from planning.queries.competence_matrix import MatrixRule, lacking, pairs_in, planned_for
from planning.queries.plans import local_day
from planning.reasons import facts_of_competence
from planning.services.drafting import save_part
from planning.services.plans import create_plan
from planning.services.targets import put_on_target
from trainingops.audit.journal import record, service
from trainingops.domain import Refused
from trainingops.notifications.models import Notice
from trainingops.notifications.services import notify

if TYPE_CHECKING:
    from planning.models import ModuleVersion, PlanTemplate, TrainingPlan
    from trainingops.people.models import Person, ServiceLine, Site, User

#: What a PIC is reminded of: the end of a competence; that somebody has none yet stands in the matrix.
_ENDING = (CompetenceState.EXPIRED, CompetenceState.EXPIRING)


@service
def plan_for_competence(
    *,
    title: str,
    site: Site,
    line: ServiceLine,
    module_version: ModuleVersion,
    people: Collection[Person],
    actor: User,
    now: datetime,
    template: PlanTemplate | None = None,
) -> TrainingPlan:
    """Begin a refreshment for those of ``people`` who must hold a module and lack it, each with the reason.

    Args:
        template: as for :func:`~planning.services.plans.create_plan`; the module is the one given.

    Raises:
        NotAllowed: no PIC there.
        Refused: nobody is ticked, nobody of them lacks it any more, or the module is not for the line.
    """
    if not people:
        raise Refused(_("Nobody is chosen. Tick at least one person."))
    module = module_version.module
    rule = MatrixRule(line=line, day=local_day(now, site), user=actor, people=[each.pk for each in people])
    until = {row.place.person_id: row.cells[module.pk].until for row in lacking(rule, module=module)}
    short = [each for each in people if each.pk in until]
    if not short:
        raise Refused(
            _("Nobody of those ticked lacks %(module)s any more. Go back to the matrix.") % {"module": module.code}
        )
    with translation.override("id"):  # the language of the records
        purpose = _("Required competence %(module)s: missing, or about to expire.") % {"module": module}
    plan = create_plan(
        kind=TrainingKind.REFRESHMENT,
        title=title,
        site=site,
        line=line,
        purpose=purpose,
        template=template,
        actor=actor,
        now=now,
    )
    revision = plan.revisions.get()
    save_part(revision=revision, part="module", values={"module_version": module_version}, actor=actor, now=now)
    made, _standing = put_on_target(
        revision,
        short,
        planned=None,
        reason=TargetReason.COMPETENCE,
        why=lambda person: facts_of_competence(module, until[person.pk]),
    )
    record(
        "revision.targets_added",
        subject=revision,
        actor=actor,
        now=now,
        data={"added": [str(each.person.uuid) for each in made], "reason": TargetReason.COMPETENCE},
    )
    return plan


def remind_competences(*, now: datetime) -> int:
    """Tell each PIC once a week, in one notice, whose competences end within the days of the lists or have ended.

    Who is on target already in a plan for the module is left out. Late, twice or side by side: each week is told once.

    Returns:
        how many PICs were told.
    """
    today = timezone.localdate(now)
    week = today - timedelta(days=today.weekday())
    appointments = Appointment.objects.in_force(today).filter(user__is_active=True)
    told = Notice.objects.filter(
        recipient__in=appointments.order_by().values("user"), kind=notices.COMPETENCES_END, step=week.isoformat()
    )
    by_pic: dict[User, dict[tuple[int, int], Appointment]] = {}
    untold = appointments.exclude(user__in=told.values("recipient")).select_related("user", "site", "line")
    for each in untold.order_by("user", "pk"):
        by_pic.setdefault(each.user, {})[each.site_id, each.line_id] = each
    return sum(_tell(pic, places.values(), week.isoformat(), now) for pic, places in by_pic.items())


def _tell(pic: User, places: Iterable[Appointment], week: str, now: datetime) -> int:
    """1 if something of the PIC's places ends and nobody has planned it."""
    ending: Counter[int] = Counter()
    for each in places:
        rule = MatrixRule(line=each.line, site=each.site, day=local_day(now, each.site))
        pairs = pairs_in(rule, _ENDING)
        planned = planned_for({person for person, _module in pairs}, {module for _person, module in pairs})
        ending.update(module for person, module in pairs if (person, module) not in planned)
    if not ending:
        return 0
    codes = dict(TrainingModule.objects.filter(pk__in=ending).values_list("pk", "code"))
    with transaction.atomic():
        notify(
            kind=notices.COMPETENCES_END,
            recipients=[pic],
            subject=pic,
            step=week,
            url=reverse("competence_matrix"),
            params={
                "count": ending.total(),
                "modules": ", ".join(f"{codes[module]} ({count})" for module, count in ending.most_common()),
            },
            now=now,
        )
    return 1
