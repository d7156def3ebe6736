"""The H+1 report on paper: form FR-CC-TRN-04 (clauses 5.3.2, 4.3, 6)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planning.enums import Method, TrainingKind
from planning.models import TrainingPlan
from reporting.content import Frozen
from reporting.enums import ObligationState
from reporting.figures import session_ledger, with_sign
from reporting.models import ReportObligation, ReportVersion
from reporting.reaction import reaction_words
from reporting.reading import Missed, Reading, read
from reporting.sight import EVERYTHING, ClientLines, Sight
from reporting.times import MOST_DAYS, days_held, days_words
from sessions.models import ClassFile, Enrolment
from sessions.queries.ledger import is_beyond_target, on_target
from sessions.queries.visibility import READS_WHOLE
from sessions.verdicts import percentage_words
from trainingops.people.enums import Role
from trainingops.records import storage
from trainingops.records.payloads import signed
from trainingops.records.registry import EvidenceKind, register_kind
from trainingops.records.services import request_evidence
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import moment_words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from reporting.models import Distribution
    from sessions.models import TrainingSession
    from trainingops.people.models import User
    from trainingops.records.models import EvidenceRecord, EvidenceRequest

KIND, COPY = "report", "report_copy"
#: For whom a copy is: the client who reads names, or everybody else without account.
CLIENT, COUNTS = "client", "counts"
FORM_NUMBER, TEMPLATE, TEMPLATE_VERSION = "FR-CC-TRN-04", "reporting/print/report.html", "10"
LANGUAGE = "id"


def register_evidence() -> None:
    """Make the kinds known; called when the app starts."""
    register_kind(
        EvidenceKind(
            name=KIND,
            label=gettext_lazy("H+1 report"),
            prefix="LAP",
            form_number=FORM_NUMBER,
            template=TEMPLATE,
            template_version=TEMPLATE_VERSION,
            title_began="Form Laporan Training, H+1: ",
            clauses=("5.3.2", "4.3", "6"),
            iso_clauses=("9.1", "8.1"),
            # It names every participant with their result; Operation reads the page, which knows scopes.
            readers=READS_WHOLE,
            expected=missing_reports,
            expected_title=gettext_lazy("H+1 report of %(what)s"),
            pictures=_pictures,
            superseded=_superseded_words,
        )
    )
    register_kind(
        EvidenceKind(
            name=COPY,
            label=gettext_lazy("Copy of an H+1 report"),
            prefix="SLP",
            form_number=FORM_NUMBER,
            template=TEMPLATE,
            template_version=TEMPLATE_VERSION,
            clauses=("5.3.2", "6"),
            readers=READS_WHOLE,
            superseded=_superseded_words,
        )
    )


def _pictures(payload: Mapping[str, Any]) -> dict[str, bytes]:
    return {each: storage.read_file(each) for each in payload["photos"]}


def _superseded_words(record: EvidenceRecord) -> str:
    """That a later version of the report went out (RPT-5)."""
    versions = ReportVersion.objects.filter(report__versions__uuid=record.subject)
    latest = versions.select_related("report__obligation").order_by("-number").first()
    if latest is None or latest.uuid == record.subject:
        return ""
    at = moment_words(latest.submitted_at, latest.report.obligation.zone)
    words = _("Version %(number)d, sent %(at)s, replaces it. Ask who sent you this one for it.")
    return words % {"number": latest.number, "at": at}


def missing_reports(period_from: date, period_to: date, user: Any) -> QuerySet[Any, tuple[str]]:
    """The sessions whose report fell due in the period and is not there."""
    zone = timezone.get_current_timezone()
    since = datetime.combine(period_from, time.min, tzinfo=zone)
    until = datetime.combine(period_to + timedelta(days=1), time.min, tzinfo=zone)
    return (
        ReportObligation.objects.visible_to(user)
        .filter(state=ObligationState.PENDING, due_at__gt=since, due_at__lte=min(until, timezone.now()))
        .annotate(what=Concat("training_session__number", Value(", "), "training_session__plan__title"))
        .values_list("what")
    )


def request_report(
    kind: str,
    *,
    version: ReportVersion,
    sent: Iterable[Distribution],
    actor: User,
    now: datetime,
    sight: Sight = EVERYTHING,
    audience: str = "",
) -> None:
    """Order the record of one version, or a copy of it for those who see less, in the language of the procedure."""
    training_session = version.report.obligation.training_session
    with translation.override(LANGUAGE):
        reading = read(Frozen(version.content), training_session, sight=sight)
        payload = {**report_payload(version, reading, sight=sight, sent=sent), "audience": audience}
        title = f"{payload['subtitle']}, {payload['subtitle_more']}"
    request_evidence(
        kind=kind,
        subject=version,
        title=title[:200],
        payload=payload,
        evidence_date=reading.ended_on,
        actor=actor,
        now=now,
        training=training_session.plan,
        site=training_session.site,
        line=training_session.line,
        language=LANGUAGE,
    )


def lines_in(request: EvidenceRequest | None, lines: ClientLines) -> frozenset[int] | None:
    """The lines whose people an ordered copy names; None where its payload was disposed of."""
    if request is None or request.payload is None:
        return None
    names_some = json.loads(request.payload.text)["data"]["audience"] == CLIENT
    return lines.open_at(request.requested_at) if names_some else frozenset()


def report_payload(
    version: ReportVersion, reading: Reading, *, sight: Sight, sent: Iterable[Distribution]
) -> dict[str, Any]:
    """What the form prints, as texts; names and scores live in this payload and nowhere else in the record.

    Args:
        version: saved, or a preview of the next one without signature.
    """
    data = reading.data
    training_session = version.report.obligation.training_session
    # The first word is printed large: the count, or a dash where nobody has a result.
    figures = reading.figures
    large = figures.pass_words if figures.with_result else f"– {figures.unscored_words}"
    passed, _space, of_all = large.partition(" ")
    return {
        "title": _("Training report, H+1"),
        "subtitle": data["plan"]["title"],
        "subtitle_more": f"{data['session']['label']}, {data['session']['line']} {data['session']['site']}",
        "clause": "5.3.2",
        "version": _("version %(number)d") % {"number": version.number},
        "notes": [*_notes(version), *_beyond(reading)],
        "ident": _ident(version, reading),
        "not_held": reading.not_held,
        "planned": str(figures.participants),
        "figures": {
            "passed": passed,
            "passed_of": of_all,
            "absent": figures.absent_words,
            "remedial": str(figures.remedial),
            "mean": _figure(figures.mean_final, figures.decimals),
            "gain": _gain(figures.gain, figures.decimals),
        },
        "groups": _groups(Frozen(version.content).data, training_session),
        "missed": [_missed(each, reading.zone) for each in reading.missed],
        "missed_elsewhere": _elsewhere(reading.missed_elsewhere),
        "deviations": reading.deviations,
        "parameters": [_parameter(each, figures.decimals) for each in reading.parameters],
        "gain_words": reading.gain_words,
        "hard_items": [f"{each['code']} ({format_figure(each['share'] * 100, 0)}%)" for each in reading.hard_items],
        "results": [_result(each, figures.decimals) for each in reading.results],
        "results_elsewhere": _elsewhere(reading.results_elsewhere),
        "reaction": reaction_words(data.get("reaction"), at=version.submitted_at, zone=reading.zone),
        "reaction_at": moment_words(version.submitted_at, reading.zone),
        "narrative": data["narrative"],
        "actions": reading.actions,
        "photos": _photos(data, training_session),
        "distribution": _parties(sent, named=sight.is_whole),
        "content_hash": version.content_hash,
        "signatures": [signed(version.submitted_by.name, version.signature, reading.zone)] if version.pk else [],
    }


def _elsewhere(count: int) -> str:
    """The people whom the reader does not see by name."""
    words = ngettext("%(n)d more without name, counted above.", "%(n)d more without name, counted above.", count)
    return words % {"n": count} if count else ""


def _photos(data: Mapping[str, Any], training_session: TrainingSession) -> list[str]:
    """The small pictures of the class that stand, by SHA-256."""
    photos = ClassFile.objects.filter(uuid__in=data.get("photos", []), training_session=training_session).photos()
    return list(photos.values_list("thumbnail__sha256", flat=True))


def _beyond(reading: Reading) -> list[str]:
    """Who came without being targeted stands in the lists, and in no figure (4.3)."""
    words = reading.figures.beyond_words
    return [f"{words[:1].upper()}{words[1:]}."] if words else []


def _notes(version: ReportVersion) -> list[str]:
    obligation = version.report.obligation
    submitted_at = obligation.submitted_at or version.submitted_at
    words = {
        "at": moment_words(submitted_at, obligation.zone),
        "due": moment_words(obligation.last_minute, obligation.zone),
    }
    on_time = (
        _("On time: submitted %(at)s, due %(due)s.")
        if submitted_at < obligation.due_at
        else _("Late: submitted %(at)s, due %(due)s.")
    )
    if not version.pk and obligation.submitted_at is None:
        on_time = _("Not submitted yet; due %(due)s.")
    notes = [on_time % words]
    if version.number > 1:
        notes.append(
            _("Version %(number)d replaces version %(old)d: %(reason)s")
            % {"number": version.number, "old": version.number - 1, "reason": version.reason}
        )
    return notes


def _ident(version: ReportVersion, reading: Reading) -> list[list[str]]:
    data = reading.data
    days = days_held(data)
    plan = version.report.obligation.training_session.plan
    revision = plan.approved_revision
    dates, hours = (_("Planned day"), _("Planned time")) if reading.not_held else (_("Day, date"), _("Time"))
    return [
        [dates, "; ".join(days) if len(days) <= MOST_DAYS else days_words(data)],
        ["PIC", version.report.obligation.owner.name],
        [hours, "; ".join(days.values() if len(days) == 1 else reading.times)],
        [_("Executing trainer"), reading.trainers or "–"],
        [_("Module"), f"{data['module']['code']} v{data['module']['version']} {data['module']['title']}"],
        [_("Method"), str(Method(revision.method).label) if revision and revision.method else "–"],
        [_("Kind"), str(TrainingKind(data["plan"]["kind"]).label)],
        [_("Plan"), f"{plan.number}, rev {revision.number}" if revision else _unapproved(plan)],
        [_("Application"), str(revision.application) if revision and revision.application else "–"],
        [_("Pass mark"), _figure(data["scheme"]["pass_mark"], data["scheme"]["decimals"])],
    ]


def _unapproved(plan: TrainingPlan) -> str:
    """The number of a plan without an approved revision; one that was filed afterwards says so (5.2)."""
    words = _("%(number)s, without prior approval") if plan.is_filed else "%(number)s"
    return words % {"number": plan.number}


def _groups(data: Mapping[str, Any], training_session: TrainingSession) -> list[dict[str, str]]:
    """Achievement by team of then, with the sum as the last row: counts of all, whoever reads."""
    teams = dict(Enrolment.objects.filter(training_session=training_session).values_list("uuid", "team__name"))
    by_team = {str(key): name or "–" for key, name in teams.items()}

    def row(name: str, people: Iterable[dict[str, Any]]) -> dict[str, str]:
        ledger = session_ledger(data, (each["enrolment"] for each in people))
        return {
            "name": name,
            "target": str(ledger.targeted),
            "done": str(ledger.trained),
            "open": str(ledger.waiting),
            "given_up": str(ledger.given_up),
            "passed": str(ledger.passed),
            "remedial": str(ledger.in_remedial),
            "not_passed": str(ledger.not_passed),
            "not_scored": str(ledger.not_scored),
        }

    people = data["people"]
    names = sorted({by_team.get(each["enrolment"], "–") for each in on_target(people)})
    rows = [row(name, (each for each in people if by_team.get(each["enrolment"], "–") == name)) for name in names]
    return [*rows, row(_("Sum"), people)]


def _missed(missed: Missed, zone: ZoneInfo) -> dict[str, str]:
    return {
        "name": f"{missed.name} ({missed.employee_no})",
        "meeting": missed.meeting,
        "situation": f"{missed.situation}, {missed.note}" if missed.note else missed.situation,
        "recovery": missed.recovery,
        "due": moment_words(missed.due_at, zone) if missed.due_at else "–",
    }


def _parameter(parameter: dict[str, Any], places: int) -> dict[str, str]:
    return {
        "name": parameter["name"],
        "weight": _figure(parameter["weight"]),
        "minimum": _figure(parameter["minimum"]),
        "scored": str(parameter["scored"]),
        "mean": _figure(parameter["mean"], places),
    }


def _result(person: dict[str, Any], places: int) -> dict[str, str]:
    name, number = person["who"]
    return {
        "name": name,
        "number": number,
        "pre": percentage_words(person["pre"], places),
        "post": percentage_words(person["post"], places),
        "final": _figure(person["final"], places),
        "result": ", ".join(filter(None, [str(person["verdict"].label), person["apart"]]))
        + (f" ({_('beyond target')})" if is_beyond_target(person) else ""),
    }


def _figure(value: Any, places: int | None = None) -> str:
    return "–" if value is None else format_figure(value, places)


def _gain(gain: Decimal | None, places: int) -> str:
    """From pre-test to post-test, with its sign."""
    return "–" if gain is None else with_sign(gain, places)


def _parties(sent: Iterable[Distribution], *, named: bool) -> list[str]:
    """Who the version went to, by party; to those outside without the names of people."""
    parties: dict[str, list[str]] = {}
    for each in sent:
        mark = " " + _("(could not open it)") if each.unreachable else ""
        parties.setdefault(str(Role(each.party).label), []).append(each.words + mark)
    return [f"{party}: {', '.join(names)}" if named else party for party, names in parties.items()]
