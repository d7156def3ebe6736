"""Where the real bank calls lie: in a folder ``shared`` beside the repository. They are not ours to ship."""

from pathlib import Path

_PLACE = Path("shared") / "data" / "calls"
_FOUND = (parent / _PLACE for parent in Path(__file__).resolve().parents)
BANK = next((place for place in _FOUND if place.is_dir()), _PLACE) / "bank_us_2003_5min_days001-120.csv"
EXPECTED = BANK.with_name("expected_bank_us.json")
NO_BANK = f"the bank's call counts are not beside the repository ({_PLACE})"
