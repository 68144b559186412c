"""What an export is made of: rows of an archive joined into frozen dataclasses.

Times of the site are ISO 8601 text in its clock, cut to the precision shown; `*_at` of ours are UTC. `None`
means that no page showed it.
"""

from dataclasses import dataclass
from datetime import date

PAGE_FIELD = "Blogarchive-Page"
"""The field of a WARC record that holds what an archive knows of a page beside its bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which posts: all where nothing is given.

    `authors` are uids, `site/uid` or nicknames; `since` and `until` are days in the site's clock, both
    included; `categories` are names, and a post in any of them is taken.
    """

    authors: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedBlog:
    """An author and the blog's header; `total_visits` is the newest count held, `aliases` other uids in its addresses."""

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
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What to call the blog: its title, else its author, else its id."""
        return self.blog_title or self.nickname or self.uid


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedHeading:
    """A post without its body: small enough to hold all of a blog's. `whole`: its body is held."""

    id: int
    number: int | str
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
    whole: bool
    categories: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedComment:
    """A comment as it reads now; `earlier` are the versions that edits replaced, oldest first."""

    id: int
    author_name: str
    author_url: str | None
    reply_to: str | None
    posted_at: str | None
    posted_at_text: str | None
    likes: int | None
    body_html: str
    body_text: str
    first_seen_at: str
    last_seen_at: str
    gone_at: str | None
    earlier: tuple["ExportedRevision", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedRevision:
    """A version that an edit replaced, and when we read it; comments have no title."""

    captured_at: str
    title: str | None
    body_html: str | None
    body_text: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedImage:
    """A picture of a post: where it was, and its file by SHA-256 where the archive holds it."""

    url: str
    sha256: str | None = None
    content_type: str | None = None
    size: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedPost:
    """A post with all that belongs to it: comments oldest first, replaced versions oldest first."""

    heading: ExportedHeading
    body_html: str
    body_text: str
    comments: tuple[ExportedComment, ...]
    earlier: tuple[ExportedRevision, ...]
    pictures: tuple[ExportedImage, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedPage:
    """A page as it was served: `body` is uncompressed.

    `target` is what it was fetched for, and `counted` the comments of the pages before it, both as JSON.
    """

    url: str
    fetched_at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    site: str
    target: str
    counted: str | None
