"""Due times and reports in words: for pages, notices and paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reporting.enums import ChangeCause, EscalationStep, ObligationState, ReportState
from reporting.models import in_readers_language
from sessions.enums import SessionState
from trainingops.people.enums import Role
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words, due_word, moment_words, span_words

if TYPE_CHECKING:
    from reporting.models import DeadlinePolicy, ObligationChange, ReportObligation, TrainingReport

SECTIONS = ("course", "obstacles", "follow_up")


@dataclass(frozen=True)
class Standing:
    """A state as it is always shown: kind (colour and icon) and word."""

    kind: str
    word: str
    icon: str = ""


def due_standing(obligation: ReportObligation, now: datetime) -> Standing:
    """How an obligation stands at ``now``, computed from ``due_at`` and never from a flag (DLN-1, DLN-5)."""
    if obligation.state == ObligationState.VOID:
        return Standing("waive", _("Void"), "waive")
    if obligation.submitted_at is not None:
        if obligation.is_on_time:
            return Standing("ok", _("On time"), "ok")
        return Standing("late", _late_words(obligation.submitted_at - obligation.due_at), "late")
    if now >= obligation.due_at:
        return Standing("late", _late_words(now - obligation.due_at), "late")
    # In the last minute before midnight the day is still today.
    shown = due_word(
        obligation.last_minute, min(now, obligation.last_minute - timedelta(microseconds=1)), obligation.zone
    )
    if shown.kind == "warn":
        left = _("%(today)s, %(span)s left") % {"today": shown.word, "span": span_words(obligation.due_at - now)}
        return Standing(shown.kind, left, shown.icon)
    return Standing(shown.kind, shown.word, shown.icon)


def report_standing(obligation: ReportObligation) -> Standing:
    """What there is of the report."""
    if obligation.state == ObligationState.VOID:
        return Standing("waive", _("Not needed"))
    report: TrainingReport | None = getattr(obligation, "report", None)
    if obligation.training_session.state == SessionState.CANCELLED and obligation.submitted_at is None:
        return Standing("warn", _("Session cancelled after the due time; its report says so"), "edit")
    if report is not None and report.changed_at is not None:
        return Standing("warn", _("Next version to be signed"), "edit")
    if obligation.submitted_at is not None:
        words = _("Submitted %(at)s") % {"at": moment_words(obligation.submitted_at, obligation.zone, "short")}
        return Standing("ok" if obligation.is_on_time else "warn", words, "doc")
    if report is not None and report.state == ReportState.DRAFT:
        return _draft_standing(report)
    if obligation.training_session.state == SessionState.OPEN:
        return Standing("info", _("Session under way"))
    if obligation.training_session.state == SessionState.SCHEDULED:
        return Standing("idle", _("Waiting for the session"))
    return Standing("idle", _("None yet"))


def unreached_words(obligation: Any) -> str:
    """The mandatory parties that the latest version has not reached; of :func:`reporting.delivery.with_delivery`."""
    here = (obligation.training_session.site.name, obligation.training_session.line.name)
    return ", ".join(
        str(Role(each["party"]).label)
        + ("" if (each["site"], each["line"]) == here else f" ({each['line']} {each['site']})")
        for each in obligation.unreached
    )


def party_words(party: str) -> str:
    """A party as :func:`reporting.services.watching.watch_recipients` keeps it: by its label, with its place if it has
    one there."""
    role, _space, place = party.partition(" ")
    return f"{Role(role).label} ({place})" if place else str(Role(role).label)


#: What of a session may change after its report, in a sentence each.
_CHANGES = {
    "attendance": gettext_lazy("Attendance was corrected."),
    "scores": gettext_lazy("Scores were amended."),
    "participants": gettext_lazy("Participants beyond target were recorded."),
}


def change_words(report: TrainingReport) -> str:
    """What changed since the last version, without anybody's name: the proposed reason of the next one."""
    return " ".join(str(_CHANGES[each]) for each in report.changed_what if each in _CHANGES)


def _draft_standing(report: TrainingReport) -> Standing:
    missing = missing_sections(report)
    if not missing:
        return Standing("info", _("Draft, complete"), "edit")
    words = ngettext("Draft, %(n)d part missing", "Draft, %(n)d parts missing", len(missing)) % {"n": len(missing)}
    return Standing("info", words, "edit")


def missing_sections(report: TrainingReport) -> list[str]:
    """The parts of the narrative that are still blank; nothing to tell is written as such."""
    return [name for name in SECTIONS if not getattr(report, name).strip()]


def _late_words(span: timedelta) -> str:
    return _("Late by %(span)s") % {"span": span_words(span)}


def later_end_words(late: timedelta) -> str:
    """Why a due time follows a later end that is no deviation: nobody was asked for a reason."""
    return _("Ended %(span)s later than planned, which is within the tolerance.") % {"span": span_words(late)}


def reason_of(change: ObligationChange) -> str:
    """Why a due time was counted again: as somebody wrote it, or in the words of :func:`later_end_words`."""
    if change.reason or change.cause != ChangeCause.LATER_END or change.old_last_end is None:
        return change.reason
    return later_end_words(change.new_last_end - change.old_last_end)


def telling_times(obligation: ReportObligation, rule: DeadlinePolicy) -> list[tuple[datetime, str]]:
    """When who is told while the report is missing: reminders, the breach, the steps up the line."""
    reminder = _("Reminder to the PIC, as soon as they work from then on")
    leads = (obligation.due_at - lead for lead in rule.reminder_leads)
    reminders = [(at, reminder) for at in leads if at > obligation.created_at]
    late_at = obligation.known_late_at
    breach = (late_at, _("Breach: PIC, trainers and manager"))
    words = {
        EscalationStep.MANAGER: _("Still missing: PIC, trainers and manager again"),
        EscalationStep.PARTIES: _("Still missing: the parties that wait for the report, too"),
    }
    return [*reminders, breach, *((late_at + after, words[step]) for step, after in rule.escalation)]


def filed_late_words(obligation: ReportObligation) -> list[str]:
    """What follows for a class that was filed after its due time; nothing for any other."""
    if obligation.known_late_at == obligation.due_at:
        return []
    words = _("Recorded %(at)s, after the due time: the breach stands, and the steps up the line count from then.")
    return [words % {"at": moment_words(obligation.created_at, obligation.zone, "weekday")}]


def counting_steps(
    explanation: Mapping[str, Any], reader: tzinfo | None = None, *, ended_at: datetime | None = None
) -> list[str]:
    """ "How the due time was counted": start, rule with the days skipped by name, result (DLN-2).

    Args:
        explanation: as stored beside the due time.
        reader: adds the same instant in the reader's zone where that differs.
        ended_at: when the last meeting really ended, once it has: an earlier end leaves the due time.
    """
    zone = ZoneInfo(explanation["timezone"])
    last_end = datetime.fromisoformat(explanation["last_end"])
    start = _("The last meeting ends %(end)s.") % {"end": moment_words(last_end, zone, "weekday")}
    if ended_at is not None and ended_at < last_end:
        start = _("The last meeting was planned to end %(end)s and ended %(ended)s; an earlier end moves nothing.") % {
            "end": moment_words(last_end, zone, "weekday"),
            "ended": moment_words(ended_at, zone, "weekday"),
        }
    if explanation["ended_at_midnight"]:
        day = date.fromisoformat(explanation["counted_from"])
        start += " " + _("An end at exactly midnight belongs to the day before: %(day)s.") % {
            "day": day_words(day, "weekday")
        }
    return [
        start,
        f"{_rule_words(explanation)} {_skipped_words(explanation)}",
        _result_words(explanation, zone, reader),
    ]


def _rule_words(explanation: Mapping[str, Any]) -> str:
    if explanation["rule"] == "calendar":
        rule = _("Rule: H+1 in calendar days")
    elif explanation["collective_leave_is_off"]:
        rule = _("Rule: H+1 in business days, collective leave is off")
    else:
        rule = _("Rule: H+1 in business days, collective leave counts as a working day")
    if explanation["policy_from"] is None:
        return f"{rule}."
    since = day_words(date.fromisoformat(explanation["policy_from"]))
    return _("%(rule)s, in force since %(day)s.") % {"rule": rule, "day": since}


def _skipped_words(explanation: Mapping[str, Any]) -> str:
    skipped = [
        day_words(date.fromisoformat(each["day"]), "weekday")
        + (f" ({in_readers_language(each['name'], each.get('name_en', ''))})" if each["name"] else "")
        for each in explanation["skipped"]
    ]
    if not skipped:
        return _("No day is skipped.")
    return _("Skipped: %(days)s.") % {"days": "; ".join(skipped)}


def _result_words(explanation: Mapping[str, Any], zone: ZoneInfo, reader: tzinfo | None) -> str:
    last_minute = datetime.fromisoformat(explanation["due_at"]) - timedelta(minutes=1)
    words = _("Due: the end of %(due)s") % {"due": moment_words(last_minute, zone, "weekday")}
    there = last_minute.astimezone(reader) if reader else last_minute
    if there.utcoffset() != last_minute.astimezone(zone).utcoffset():
        words += _(", which is %(time)s") % {"time": moment_words(last_minute, reader)}
    return f"{words}."


def not_held_words(data: Mapping[str, Any]) -> str:
    """That the class of a content was cancelled; when and why, where that was kept."""
    words = _("The class was not held: it was cancelled.")
    session = data["session"]
    if session.get("cancelled_at"):
        at = moment_words(datetime.fromisoformat(session["cancelled_at"]), ZoneInfo(session["timezone"]))
        words = _("The class was not held: it was cancelled %(at)s.") % {"at": at}
    if session.get("cancel_reason"):
        words += " " + _("Reason: %(reason)s.") % {"reason": session["cancel_reason"].rstrip(".")}
    return words


def gain_words(gain: Mapping[str, Any]) -> str:
    """The gain of a report's content in sentences, with what it does not prove; empty before it was computed (5.4)."""
    if gain.get("class_gain") is None:
        return ""
    words = [
        _(
            "Pre-test to post-test, %(n)d people with both: gain of the class %(class)s, mean of the individual gains "
            "%(single)s."
        )
        % {"n": gain["n"], "class": _two(gain["class_gain"]), "single": _two(gain["individual_gain"])}
    ]
    if gain["t"] is not None:
        shown = {"freedom": gain["n"] - 1, "t": _two(gain["t"]), "p": _probability(Decimal(gain["p_value"]))}
        words.append(_("Paired t test: t(%(freedom)d) = %(t)s, p %(p)s.") % shown)
    words.append(
        _(
            "Scores also rise without any training when people take a like test again: no proof that the training was "
            "the cause."
        )
    )
    return " ".join(words)


def _probability(figure: Decimal) -> str:
    """With its sign: three places, never 0."""
    least = Decimal("0.001")
    return f"= {format_figure(figure, 3)}" if figure >= least else f"< {format_figure(least, 3)}"


def _two(figure: str) -> str:
    return format_figure(Decimal(figure), 2)
