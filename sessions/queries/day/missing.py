"""What is still missing before a session can be concluded (5.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sessions.enums import (
    MeetingState,
    TestPhase,
)
from sessions.models import (
    SessionMeeting,
    TrainingSession,
)
from sessions.queries.day.reading import Phase


@dataclass(frozen=True)
class Lacking:
    """Something that keeps a session from its end, or would be worth doing before; where it is done."""

    text: str
    url: str

    def __str__(self) -> str:
        return self.text


def lacking(
    training_session: TrainingSession, meetings: Sequence[SessionMeeting], tests: Sequence[Phase]
) -> list[Lacking]:
    """What is still missing before an open session of :func:`with_day` can be concluded."""
    summary, found = training_session.summary, []
    roll = next((each for each in meetings if each.state != MeetingState.CONCLUDED), meetings[-1] if meetings else None)
    attendance = reverse("meeting_roll", args=[roll.uuid]) if roll else ""
    if count := sum(each.state != MeetingState.CONCLUDED for each in meetings):
        found.append(
            Lacking(
                ngettext("%(n)d meeting is not concluded.", "%(n)d meetings are not concluded.", count) % {"n": count},
                attendance,
            )
        )
    if count := summary.enrolled - summary.recorded:
        words = ngettext(
            "The attendance of %(n)d participant is not recorded; it becomes a recovery case.",
            "The attendance of %(n)d participants is not recorded; it becomes a recovery case.",
            count,
        )
        found.append(Lacking(words % {"n": count}, attendance))
    found += _lacking_tests(training_session, tests)
    if count := training_session.unscored:  # type: ignore[attr-defined]
        words = ngettext(
            "%(n)d participant has no complete score.", "%(n)d participants have no complete score.", count
        )
        found.append(Lacking(words % {"n": count}, reverse("session_scores", args=[training_session.uuid])))
    return found


def _lacking_tests(training_session: TrainingSession, tests: Sequence[Phase]) -> Iterator[Lacking]:
    page = f"{reverse('session_detail', args=[training_session.uuid])}#tests"
    came = training_session.summary.present + training_session.summary.late
    for phase, taken, begins in tests:
        untaken = came and not (taken.handed_in or taken.running or taken.elsewhere)
        if phase == TestPhase.POST and not begins and came and not taken.elsewhere:
            yield Lacking(_("The post-test is not open yet."), page)
        elif untaken:
            yield Lacking(_("Nobody has taken the %(test)s.") % {"test": phase.label}, page)
        if count := taken.running:
            words = ngettext(
                "%(n)d participant is still taking a test.", "%(n)d participants are still taking a test.", count
            )
            yield Lacking(words % {"n": count}, page)
        if taken.to_mark:
            words = ngettext("%(n)d test waits for a mark.", "%(n)d tests wait for a mark.", taken.to_mark)
            yield Lacking(words % {"n": taken.to_mark}, reverse("session_marking", args=[training_session.uuid]))
