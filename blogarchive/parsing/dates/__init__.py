"""Parse dates as Chinese pages show them, against a reference time."""

from blogarchive.parsing.dates.parse import ParsedDate, parse_date

__all__ = ["ParsedDate", "parse_date"]
