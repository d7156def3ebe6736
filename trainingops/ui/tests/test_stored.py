"""What the system writes reads in the reader's language."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from trainingops.ui.stored import said, said_all, stored_day, stored_moment, stored_span

NOON = datetime(2026, 8, 3, 5, 0, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (stored_moment(NOON, JAKARTA), "3 Agustus 2026 12.00 WIB", "3 August 2026 12.00 WIB"),
        (stored_moment(NOON, JAKARTA, "short"), "3 Agu 12.00 WIB", "3 Aug 12.00 WIB"),
        (stored_day(date(2026, 5, 1)), "1 Mei 2026", "1 May 2026"),
        (stored_span(timedelta(minutes=30)), "30 menit", "30 minutes"),
        ("Batch 1", "Batch 1", "Batch 1"),
    ],
)
def test_a_stored_value_is_put_into_words_when_it_is_read(value, indonesian, english):
    with translation.override("id"):
        assert said(value) == indonesian
    with translation.override("en"):
        assert said(value) == english


def test_what_no_stored_value_is_is_an_error_and_other_values_stay():
    with pytest.raises(ValueError, match="not a stored value"):
        said({"month": 5})
    assert said_all({"count": 3, "title": "KCA"}) == {"count": 3, "title": "KCA"}
