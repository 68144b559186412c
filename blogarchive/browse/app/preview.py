"""Preview of a blog from one of its pages, for the question "is this right?" before a backup starts."""

import json
import re
from dataclasses import dataclass
from typing import Any

_TITLES = re.compile(r"(?:posts|listed)\[\d+\]\.title")
_CUT_TITLES = re.compile(r"latest\[\d+\]\.title")  # a sidebar cuts long titles
_MOST_TITLES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """The fields of one page that a blogger recognises; None or empty if the page does not show them."""

    kind: str
    blog_title: str | None
    nickname: str | None
    titles: tuple[str, ...]
    last_month: str | None
    months: int

    @property
    def is_readable(self) -> bool:
        """Whether the page shows a blog or a post."""
        return self.kind not in ("unknown", "notice") and bool(
            self.blog_title or self.nickname or self.titles
        )


def preview_of(doctor_json: str) -> Preview:
    """Return the preview from the output of `blogarchive doctor URL --json`."""
    fields = {found["field"]: found["value"] for found in json.loads(doctor_json)}
    months = _matching(fields, re.compile(r"months\[\d+\]\.month"))
    titles = _matching(fields, _TITLES) or _matching(fields, _CUT_TITLES)
    return Preview(
        kind=fields.get("kind", "unknown"),
        blog_title=_shown(fields, "author.blog_title"),
        nickname=_shown(fields, "author.nickname"),
        titles=tuple(titles)[:_MOST_TITLES],
        last_month=months[0] if months else None,
        months=_count(fields.get("months[…]"), len(months)),
    )


def _matching(fields: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    return list(dict.fromkeys(value for field, value in fields.items() if pattern.fullmatch(field)))


def _shown(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return None if value in (None, "none", "None", "") else str(value)


def _count(words: str | None, listed: int) -> int:
    found = re.match(r"\d+", words or "")
    return int(found[0]) if found else listed
