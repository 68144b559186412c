"""A post without its text, and its columns that only a page fills.

Commands that parse nothing read rows with them, and do not load the other `items`.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True, slots=True)
class PostFacts:
    """What a page shows of a post beside its texts, times and counters; each field is a column of `posts`.

    `read_by` is the reader of a blog on an unknown host: `generic` or `engine:NAME`.
    """

    read_by: str | None = None


FACTS = tuple(fact.name for fact in fields(PostFacts))
"""The fields of `PostFacts`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post(PostFacts):
    """A post without its text; a field is a column of `posts`. `has_text` is False if only title or URL is known.

    Times that a site shows are ISO 8601 text in its time zone, as precise as shown; `*_at` are UTC.
    """

    id: int
    author_id: int
    number: str
    url: str
    title: str | None
    posted_at: str | None
    posted_at_text: str | None
    views: int | None
    likes: int | None
    comment_count: int | None
    first_seen_at: str
    last_seen_at: str
    last_changed_at: str | None
    gone_at: str | None
    gone_reason: str | None
    has_text: bool
