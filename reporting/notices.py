"""The kinds of notices of this stage; their words are made in the recipient's language."""

from __future__ import annotations

from collections.abc import Mapping
from email.mime.application import MIMEApplication
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reporting.queries import COPY_MAIL
from trainingops.notifications.registry import NoticeKind, register_kinds
from trainingops.records import storage
from trainingops.records.models import EvidenceRecord

if TYPE_CHECKING:
    from trainingops.notifications.models import OutboxMessage

MANDATORY = _("the procedure asks for it (5.3.2)")

#: Who can be named a recipient of reports.
READERS = (
    "manager",
    "trainer",
    "qc",
    "operations",
    "operation_support",
    "team_leader",
    "sso_training",
    "client",
    "auditor",
)


def _sealed_copy(message: OutboxMessage) -> MIMEApplication | None:
    """The PDF that the mail to a recipient without account carries; without it the mail waits. A preview has none."""
    if "record" not in message.params:
        return None
    record = EvidenceRecord.objects.select_related("sealed").get(uuid=message.params["record"])
    try:
        data = storage.read_file(record.sealed.sha256)
    except (storage.FileMissing, storage.FileAltered) as error:
        raise OSError(f"the file of {record.number} is missing or altered") from error
    part = MIMEApplication(data, "pdf")
    part.add_header("Content-Disposition", "attachment", filename=f"{record.number}.pdf")
    return part


def _said(params: Mapping[str, str]) -> dict[str, str]:
    """What the report says, in numbers; of a class that was cancelled, that it was not held."""
    if not_held := params.get("not_held"):
        words = gettext("%(not_held)s Participants planned: %(participants)s, actions: %(actions)s.")
        return {"said": words % {**params, "not_held": not_held}}
    words = gettext(
        "%(passed)s of %(participants)s participants passed, %(absent)s absent, %(remedial)s in remedial, "
        "%(actions)s actions. Mean of the final marks: %(mean)s."
    )
    if params.get("not_recorded"):
        words += " " + gettext("Attendance of %(not_recorded)s not recorded.")
    return {"said": words % params}


def _said_outside(params: Mapping[str, str]) -> dict[str, str]:
    """The same for who has no account, and of a later version which one it replaces and why (RPT-5)."""
    version = int(params.get("version", "1"))
    if version == 1:
        return {**_said(params), "report_word": gettext("Report"), "replaces": ""}
    replaces = gettext("Version %(number)d replaces version %(old)d. What changed: %(reason)s.")
    shown = {"number": version, "old": version - 1, "reason": params["reason"].rstrip(".") or "…"}
    word = gettext("Report amended (version %(version)d)") % {"version": version}
    return {**_said(params), "report_word": word, "replaces": f"{replaces % shown} "}


KINDS = (
    NoticeKind(
        name="report.reminder",
        label=_("Reminder of a report that falls due"),
        title=_("H+1 report due %(due)s: %(title)s, %(batch)s"),
        body=_("The report on session %(number)s is not in yet. It is due %(due)s."),
        mandatory=MANDATORY,
        urgent=True,  # made in the reader's working time only; on a Saturday its mail would wait beyond the due time
        roles=("trainer", "manager"),
    ),
    NoticeKind(
        name="report.passed_on",
        label=_("Reports that are yours now"),
        title=_("H+1 reports now yours: %(title)s"),
        body=_("You are the PIC of %(plan)s now. Reports not in yet: %(count)s. The first is due %(due)s: %(batch)s."),
        mandatory=MANDATORY,
        roles=("trainer",),
    ),
    NoticeKind(
        name="report.breached",
        label=_("Report not submitted in time"),
        title=_("H+1 report late: %(title)s, %(batch)s"),
        body=_(
            "The report on session %(number)s was due %(due)s and is not in. PIC: %(owner)s. "
            "The breach is recorded and stays; the report is still needed."
        ),
        mandatory=MANDATORY,
        urgent=True,
        problem=True,
        roles=("manager", "trainer"),
    ),
    NoticeKind(
        name="report.escalated",
        label=_("Late report still missing"),
        title=_("H+1 report still missing: %(title)s, %(batch)s"),
        body=_("The report on session %(number)s was due %(due)s and is still not in. PIC: %(owner)s."),
        mandatory=MANDATORY,
        problem=True,
        roles=READERS,
    ),
    NoticeKind(
        name="report.due_moved",
        label=_("Due time of a report moved"),
        title=_("H+1 report now due %(due)s: %(title)s, %(batch)s"),
        body=_("Session %(number)s ended later than planned. Reason: %(reason)s"),
        roles=("manager",),
    ),
    NoticeKind(
        name="report.submitted",
        label=_("Report to read"),
        title=_("Report: %(title)s, %(batch)s"),
        body=_("%(said)s Please confirm that you have read it."),
        words=_said,
        mandatory=MANDATORY,
        urgent=True,
        roles=READERS,
    ),
    NoticeKind(
        name="report.amended",
        label=_("Report amended"),
        title=_("Report amended (version %(version)s): %(title)s, %(batch)s"),
        body=_("%(said)s What changed: %(reason)s"),
        words=_said,
        mandatory=MANDATORY,
        urgent=True,
        roles=READERS,
    ),
    NoticeKind(
        name="report.to_amend",
        label=_("A report owes its next version"),
        title=_("Amend the report: %(title)s, %(batch)s"),
        body=_(
            "What session %(number)s says changed after report %(report)s was sent. Read the next version and sign it."
        ),
        mandatory=MANDATORY,
        problem=True,
        roles=("trainer",),
    ),
    NoticeKind(
        name="report.recap",
        label=_("Recap of a training"),
        title=_("Recap of the training: %(title)s"),
        body=_(
            "The last case of %(number)s is closed. %(trained)s of %(due)s on target are trained: %(on_schedule)s on "
            "schedule, %(recovered)s by recovery. Waived: %(waived)s, lapsed: %(lapsed)s."
        ),
        roles=READERS,
    ),
    NoticeKind(
        name="report.unread",
        label=_("Reminder of a report to read"),
        title=_("Please read the report: %(title)s, %(batch)s"),
        body=_("%(sender)s asks you to confirm that you have read report %(report)s."),
        mandatory=_("a person asks you for it (5.3.2)"),
        roles=READERS,
    ),
    NoticeKind(
        name="report.recipient_missing",
        label=_("Recipient of a report cannot be reached"),
        title=_("Recipient cannot be reached: report %(report)s"),
        body=_(
            "The account of %(names)s is closed, so the report did not arrive there. Add another recipient on its page."
        ),
        mandatory=MANDATORY,
        problem=True,
        roles=("manager", "administrator"),
    ),
    NoticeKind(
        name="report.party_lost",
        label=_("A party of a report has no recipient"),
        title=_("No active recipient for %(parties)s: %(title)s, %(batch)s"),
        body=_(
            "Session %(number)s: none of the recipients can act for %(parties)s any more. While nobody stands for it, "
            "the report does not count as delivered. Its page says who else can receive it."
        ),
        mandatory=MANDATORY,
        problem=True,
        roles=("manager", "trainer", "administrator"),
    ),
    NoticeKind(
        name=COPY_MAIL,
        label=_("Report by mail to recipients without account"),
        title=_("%(report_word)s: %(title)s, %(batch)s"),
        body=_(
            "%(said)s %(replaces)sThe report is attached as %(copy)s; whether it is genuine can be checked at the "
            "address below."
        ),
        words=_said_outside,
        mandatory=MANDATORY,
        attachment=_sealed_copy,
        roles=None,
    ),
)


def register_notices() -> None:
    """Make the kinds known; called when the app starts."""
    register_kinds(KINDS, group="5.3")
