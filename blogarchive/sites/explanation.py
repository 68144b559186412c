"""An explanation of a parsed page: its template, and the selector of each field."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSource:
    """The selector that filled a field, with the value. Fields are named as in failure rows."""

    field: str
    selector: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """The template that fitted a page, None if none did, and the selector of each field."""

    template: str | None
    sources: tuple[FieldSource, ...] = ()
