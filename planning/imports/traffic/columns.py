"""The columns of reports of volumes, and the questions asked of them (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy

from planning.imports.traffic.reading import queues_of
from planning.models import TrafficInterval
from trainingops.imports.registry import Column, Question, Row, Text, longest_of
from trainingops.people.models import ServiceLine, Site

COLUMNS = (
    Column(
        name="starts_at",
        label=gettext_lazy("Start of the interval"),
        headings=("interval_start", "Waktu Mulai", "Mulai", "Start Time", "Interval Start Time"),
        example="2026-11-02 08:00",
    ),
    Column(name="day", label=gettext_lazy("Date"), headings=("Tanggal", "Tgl"), example="", is_day=True),
    Column(name="interval", label=gettext_lazy("Interval"), headings=("Jam", "Interval Waktu", "Time"), example=""),
    Column(
        name="ends_at",
        label=gettext_lazy("End of the interval"),
        headings=("Interval End", "Interval End Time", "Selesai"),
        example="",
    ),
    Column(name="minutes", label=gettext_lazy("Minutes"), headings=("interval_minutes", "Menit", "Durasi"), example=30),
    Column(
        name="offered",
        label=gettext_lazy("Offered"),
        headings=("calls_offered", "Call Offered", "Calls Offered", "Panggilan Masuk", "Offer", "Calls Presented"),
        example=120,
    ),
    Column(
        name="answered",
        label=gettext_lazy("Answered"),
        headings=("Call Answered", "Terjawab", "Answer", "ACD Calls", "Calls Handled"),
        example=112,
    ),
    Column(
        name="abandoned",
        label=gettext_lazy("Abandoned"),
        headings=("Abandon", "Call Abandon", "Abn", "Aban Calls", "Calls Abandoned"),
        example=8,
    ),
    Column(
        name="aht",
        label=gettext_lazy("AHT"),
        headings=(
            "AHT (mm:ss)",
            "AHT (detik)",
            "AHT (seconds)",
            "Average Handle Time",
            "Avg Handle",
            "Avg Handle Time",
        ),
        example="04:10",
    ),
    Column(name="talk", label=gettext_lazy("Mean talking time"), headings=("Avg ACD Time",), example=""),
    Column(name="after_call", label=gettext_lazy("Mean after-call work"), headings=("Avg ACW Time",), example=""),
    Column(
        name="asa",
        label="ASA",
        headings=("ASA (detik)", "ASA (seconds)", "Avg Speed Ans", "Avg Speed of Answer"),
        example="",
    ),
    Column(
        name="agents",
        label=gettext_lazy("Agents"),
        headings=("Agent Login", "Agent", "Staffed", "Avg Pos Staff"),
        example=18,
    ),
    Column(
        name="service_level",
        label=gettext_lazy("Service level"),
        headings=(
            "SL",
            "SL 20 detik",
            "Service Level",
            "Service Level %",
            "% Within Service Level",
            "Percentage of Service Level Met - With Abandoned Calls Counted Negatively",
        ),
        example="85,3%",
    ),
    Column(
        name="queue",
        longest=longest_of(TrafficInterval, "queue"),
        label=gettext_lazy("Queue"),
        headings=("Queue Name", "CSQ Name", "Split/Skill"),
        example="",
    ),
    Column(name="queue_id", label=gettext_lazy("Queue id"), headings=("Queue Id",), example=""),
    Column(name="media", label=gettext_lazy("Media"), headings=("Media Type", "Kanal"), example=""),
    Column(name="complete", label=gettext_lazy("Interval complete"), headings=("Interval Complete",), example=""),
)


class SitesAndLines:
    """Every line at every site, as choices; the importer's check refuses those out of scope."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        lines = list(ServiceLine.objects.all())
        for site in Site.objects.all():
            for line in lines:
                yield f"{site.code}/{line.code}", f"{line.name}, {site.name}"


PLACE = Question(
    name="place",
    text=gettext_lazy("Which line and site are these volumes of?"),
    choices=SitesAndLines(),
    asked=lambda _rows: True,
    each_time=True,
)


def _queues(rows: Sequence[Row]) -> list[str]:
    return queues_of([row.text("queue") for row in rows])


def _choose_queue(rows: Sequence[Row]) -> list[tuple[str, Text]]:
    return [("", gettext_lazy("All queues of the line's channel together")), *((name, name) for name in _queues(rows))]


QUEUE = Question(
    name="queue",
    text=gettext_lazy("The file has several queues. Which of them does this line answer?"),
    choices=(),
    choices_in=_choose_queue,
    asked=lambda rows: len(_queues(rows)) > 1,
    each_time=True,
)
