"""Codes in people's hands: who needs one, on the screen, on slips to cut, or as a list of a class (issue 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from trainingops.people.enums import CodePurpose
from trainingops.people.forms import CodesForm
from trainingops.people.models import Person, SignInCode
from trainingops.people.printing import print_slips
from trainingops.people.services import Slip, issue_codes, issue_pins
from trainingops.ui.moments import moment_words

if TYPE_CHECKING:
    from trainingops.people.http import SignedInRequest


def never_signed_in(person: str = "") -> Q:
    """A filter for people without an account, or with one that has no password yet.

    Args:
        person: the path from the row to the person; empty for rows of people.
    """
    path = f"{person}__user" if person else "user"
    return Q(**{path: None}) | Q(**{f"{path}__password__startswith": UNUSABLE_PASSWORD_PREFIX})


@dataclass(frozen=True)
class Need:
    """How somebody stands: whether they have ever signed in, and in words what they hold."""

    is_new: bool
    words: str


def needs_of(people: Iterable[Person], now: datetime) -> dict[int, Need]:
    """How each of ``people`` (with ``user`` joined) stands, by key; one query."""
    known = list(people)
    users = {person.pk: getattr(person, "user", None) for person in known}
    held: dict[int, dict[str, SignInCode]] = {}
    for row in SignInCode.objects.filter(
        user__in=[user.pk for user in users.values() if user], used_at=None, expires_at__gt=now
    ):
        held.setdefault(row.user_id, {})["pin" if row.purpose == CodePurpose.SHARED_PC else "code"] = row
    found = {}
    for person in known:
        user = users[person.pk]
        codes = held.get(user.pk, {}) if user else {}
        is_new = user is None or not user.has_usable_password()
        words = [_("has never signed in") if is_new else _("has a password")]
        if code := codes.get("code"):
            words.append(
                _("has a code until %(at)s")
                % {"at": moment_words(code.expires_at, user.zone if user else None, "short")}
            )
        if "pin" in codes:
            words.append(_("has a PIN"))
        found[person.pk] = Need(is_new, ", ".join(words))
    return found


def hand_out(request: SignedInRequest, form: CodesForm, *, about: str) -> HttpResponse:
    """Issue what a valid form asks for, and show it once: as a page, as slips or as a list.

    Args:
        about: whom it is for, such as the name of a team or the number of a session.

    Raises:
        NotAllowed, Refused: as :func:`~trainingops.people.services.issue_codes`; then nobody gets anything.
    """
    are_pins = form.cleaned_data["purpose"] == CodesForm.PIN
    issue = issue_pins if are_pins else issue_codes
    slips = issue(people=list(form.cleaned_data["people"]), actor=request.user, now=request.now)
    return slips_response(request, slips, are_pins=are_pins, output=form.cleaned_data["output"], about=about)


def slips_response(
    request: SignedInRequest, slips: Sequence[Slip], *, are_pins: bool, output: str = "", about: str = ""
) -> HttpResponse:
    """What was issued: ``output`` is one of :class:`~trainingops.people.forms.CodesForm`'s, the screen when empty."""
    slips = sorted(slips, key=lambda slip: (slip.user.name.casefold(), slip.user.login))
    address = request.build_absolute_uri(reverse("account_code_short"))
    context = {
        "slips": slips,
        "are_pins": are_pins,
        "address": address,
        "place": address.split("://", 1)[1],
        "qr": _qr(address),
        "about": about,
    }
    if output not in (CodesForm.SLIPS, CodesForm.LIST):
        return render(request, "people/slips.html", context)
    words = {"name": request.user.name, "time": moment_words(request.now, request.user.zone)}
    page = render_to_string(
        f"people/print/{output}.html",
        context
        | {
            "organisation": settings.ENV.organisation,
            "unit": settings.ENV.unit,
            "printed": _("Printed by %(name)s, %(time)s") % words,
        },
    )
    response = HttpResponse(print_slips(page), content_type="application/pdf")
    name = "pin" if are_pins else "kode"
    response["Content-Disposition"] = f'attachment; filename="{name}-{request.now:%Y%m%d-%H%M}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _qr(address: str) -> SafeString:
    """The address as a drawing; the code itself is never in it, so that a photo of the drawing opens nothing."""
    import segno

    drawing = segno.make(address, error="m", micro=False).svg_inline(border=0, omitsize=True, title=f"QR {address}")
    return mark_safe(drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
