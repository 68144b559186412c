"""Read models of blogs, shared by served pages, exports and histories.

Times that a site shows are ISO 8601 text in its time zone, cut to the precision shown; `*_at` are UTC. `None` means
that no page showed the value.
"""

from dataclasses import dataclass

BLOG_COLUMNS = """a.id, a.site, a.uid, a.url, a.nickname, a.blog_title, a.tagline, a.registered_on, a.last_seen_at,
       (select total_visits from author_stats s where s.author_id = a.id
           and total_visits is not null order by captured_at desc limit 1) as total_visits,
       (select account_age from author_stats s where s.author_id = a.id
           and account_age is not null order by captured_at desc limit 1) as account_age,
       (select json_group_array(alias) from author_aliases l where l.author_id = a.id) as aliases"""
"""The columns of `Blog`, of `authors a`."""

BLOGS = f"select {BLOG_COLUMNS} from authors a"  # noqa: S608 - constants
"""Selects a `Blog` per author; may be followed by conditions on `a`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blog:
    """An author with the header of the blog and the newest counters; `aliases` are other uids in the blog's URLs."""

    id: int
    site: str
    uid: str
    url: str
    nickname: str | None
    blog_title: str | None
    tagline: str | None
    registered_on: str | None
    last_seen_at: str
    total_visits: int | None
    account_age: int | None
    aliases: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the name of the author: the nickname, else the uid."""
        return self.nickname or self.uid

    @property
    def title(self) -> str:
        """Return the title of the blog, else the name of the author."""
        return self.blog_title or self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogName:
    """The names of a blog: `name` of its author, else the uid; `title` of the blog, else that name."""

    id: int
    site: str
    uid: str
    name: str
    title: str
    url: str
    last_seen_at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogSummary(Blog):
    """A blog with counts of its stored posts and comments; `missing` counts posts without text that are not gone."""

    posts: int
    missing: int
    gone: int
    comments: int
    first_post_on: str | None
    last_post_on: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """Counts of an author's posts in a month (YYYY-MM): stored, without text, and listed by the archive page."""

    month: str
    stored: int
    missing: int
    listed: int | None

    @property
    def lacking(self) -> int:
        """Return the number of posts that the archive is known to lack."""
        return max(self.missing, (self.listed or 0) - self.stored)


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitCount:
    """The visits of a blog as its card showed them at `captured_at` (UTC)."""

    captured_at: str
    total_visits: int
