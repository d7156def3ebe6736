"""What is kept as a sum is what the rows give (DESIGN.md §3, "Summaries")."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from sessions.models import SessionSummary
from sessions.services.checking import wrong_summaries

pytestmark = pytest.mark.django_db


def test_the_summaries_of_a_whole_cycle_agree_with_their_rows(house):
    assert SessionSummary.objects.filter(passed__gt=0, cases_open=0).exists()
    assert list(wrong_summaries()) == []


def test_a_wrong_figure_is_named_and_mended_only_when_asked(house, capsys):
    wrong = SessionSummary.objects.latest("pk")
    right = wrong.enrolled
    SessionSummary.objects.filter(pk=wrong.pk).update(enrolled=right + 3)
    with pytest.raises(CommandError, match="1 figures differ"):
        call_command("check_summaries")
    assert f"enrolled says {right + 3}, the rows say {right}" in capsys.readouterr().out
    wrong.refresh_from_db()
    assert wrong.enrolled == right + 3
    call_command("check_summaries", mend=True)
    assert list(wrong_summaries()) == []
