"""Parse dates as Chinese pages show them, against a reference time."""

# Programs import these names from here by the promise of docs/api.md.
from blogarchive.parsing.dates.parse import ParsedDate, parse_date

__all__ = ["ParsedDate", "parse_date"]
