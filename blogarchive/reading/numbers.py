"""Counts as pages show them: 1,851,847 · １２３ · 1.2万 · (9) · 1769 次."""

import re
import unicodedata
from decimal import Decimal

_UNITS = {"": 1, "千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_COUNT = re.compile(
    r"[(\[]?\s*(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?P<part>\.\d+)?\s*(?P<unit>[千万萬亿億]?)\s*次?\s*[)\]]?",
    re.ASCII,
)


def parse_count(text: str) -> int | None:
    """The whole number that `text` shows, or None where it shows none or anything besides."""
    found = _COUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    value = Decimal(found["number"].replace(",", "") + (found["part"] or "")) * _UNITS[found["unit"]]
    return int(value) if value == int(value) else None
