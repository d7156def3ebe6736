"""Where the real bank calls lie: in a folder ``shared`` beside the repository. They are not ours to ship."""

from collections import defaultdict
from pathlib import Path

from planning.slots import Profile, clock

_PLACE = Path("shared") / "data" / "calls"
_FOUND = (parent / _PLACE for parent in Path(__file__).resolve().parents)
BANK = next((place for place in _FOUND if place.is_dir()), _PLACE) / "bank_us_2003_5min_days001-120.csv"
EXPECTED = BANK.with_name("expected_bank_us.json")
NO_BANK = f"the bank's call counts are not beside the repository ({_PLACE})"


def over_all_days(profile: Profile) -> dict[str, float]:
    """Mean volume by half hour (``09:30``) over all days present, whatever the weekday, as the expected figures say."""
    total: dict[int, float] = defaultdict(float)
    days: dict[int, int] = defaultdict(int)
    for half in profile.half_hours.values():
        total[half.minute] += half.offered * half.days
        days[half.minute] += half.days
    return {f"{clock(minute):%H:%M}": round(total[minute] / days[minute], 4) for minute in sorted(total)}
