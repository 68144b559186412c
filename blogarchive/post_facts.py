"""The columns of a post that only a page fills, and the version of their readers.

Each command reads rows with them, and few load the other `items`.
"""

from dataclasses import dataclass, fields

READER_VERSION = 10
"""Increase by one with every change of a parser; `reparse --stale` finds pages parsed by an older version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostFacts:
    """What a page shows of a post beside its texts, times and counters; each field is a column of `posts`.

    `read_by` is the reader of a blog on an unknown host: `generic` or `engine:NAME`.
    """

    read_by: str | None = None


FACTS = tuple(fact.name for fact in fields(PostFacts))
"""The fields of `PostFacts`."""
