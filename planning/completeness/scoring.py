"""How it is tested and scored (4.1, 5.1.2)."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.completeness.items import Item, Snapshot
from planning.content import parameters_of
from planning.models import PlanRevision
from planning.queries.questions import papers_off_topic, retired_in_papers
from planning.standing import out_of_reach, scheme_lost
from trainingops.ui.figures import format_figure


def papers(snapshot: Snapshot) -> Item:
    papers = (snapshot.revision.pre_paper, snapshot.revision.post_paper)
    gap = ""
    if papers[0] is None:
        gap = _("Choose the pre-test.")
    elif papers[1] is None:
        gap = _("Choose the post-test.")
    value = " / ".join(each.code for each in papers if each)
    if papers[0] and papers[0] == papers[1]:
        value = _("%(code)s for both: the same questions twice") % {"code": papers[0].code}
    value = ". ".join([value, *remarks_on_papers(snapshot.revision)])
    return Item("papers", _("Pre-/Post-test"), "scoring", value, gap)


def remarks_on_papers(revision: PlanRevision) -> list[str]:
    """What does not forbid the tests but should be looked at (5.1.1 e).

    They ask about something else than the module, as after a change of it; or a question went out of use.
    """
    said = []
    if off_topic := papers_off_topic(revision):
        words = _("No question of %(codes)s is on a topic of the module. Check that the test fits it.")
        said.append(words % {"codes": ", ".join(off_topic)})
    for paper, codes in retired_in_papers(revision).items():
        words = _("%(paper)s asks %(codes)s, out of use in the question bank. Check it, or choose another test.")
        said.append(words % {"paper": paper, "codes": ", ".join(codes)})
    return said


def parameters(snapshot: Snapshot) -> Item:
    """The scheme with its parameters; what a plan was approved with stays with it (5.1.2)."""
    scheme = snapshot.revision.scheme
    parameters = parameters_of(snapshot.revision)
    gap = value = ""
    if scheme is None:
        gap = _("Choose a scoring scheme.")
    elif lost := scheme_lost(scheme, snapshot.revision.plan):
        gap = lost
    elif not parameters:
        gap = _("%(scheme)s has no parameter. Choose another scheme.") % {"scheme": scheme}
    else:
        total = format_figure(plain(sum(each.weight for each in parameters)))
        value = ngettext(
            "%(count)d parameter, weight %(total)s", "%(count)d parameters, weights %(total)s", len(parameters)
        ) % {"count": len(parameters), "total": total}
    return Item("parameters", _("Parameters"), "scoring", value, gap)


def pass_mark(snapshot: Snapshot) -> Item:
    """The pass mark, which a remedial of the scheme can reach (5.1.2)."""
    mark = snapshot.revision.pass_mark
    gap = out_of_reach(mark, snapshot.revision.scheme) if mark is not None else _("Give the pass mark.")
    return Item("pass_mark", _("Pass mark"), "scoring", "" if mark is None else format_figure(mark, 2), gap)


def plain(value: Decimal | int) -> Decimal:
    """Without noughts at the end: weights are stored to the thousandth."""
    return Decimal(f"{Decimal(value).normalize():f}")
