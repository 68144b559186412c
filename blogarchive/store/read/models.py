"""Read models of blogs and posts, shared by served pages, exports and histories."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields

from blogarchive.post_facts import Post
from blogarchive.store.rows import CATEGORIES, HAS_TEXT, TEXT_SINCE
from blogarchive.store.statements import Statements, columns_of

# ruff: noqa: S608 - statements are put together from constants


@dataclass(frozen=True, kw_only=True, slots=True)
class BlogHeader:
    """An author with the header of the blog and the newest counters; `aliases` are other uids in the blog's URLs.

    `state` is as in `store.ledger.blogs`: None if the blog is updated.
    """

    id: int
    site: str
    uid: str
    url: str
    nickname: str | None
    blog_title: str | None
    tagline: str | None
    registered_on: str | None
    last_seen_at: str
    state: str | None
    state_detail: str | None
    state_since: str | None
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

    @property
    def author(self) -> str:
        """Return the author as exports name one: the nickname, else the title of the blog."""
        return self.nickname or self.title


# Blogs that the title of a feed, a book or a web archive names.
_TITLES = 3


def join_titles(blogs: Sequence[BlogHeader]) -> str:
    """Return the titles of the blogs, of more than three the first ones and the number."""
    names = "、".join(blog.title for blog in blogs[:_TITLES]) or "blogarchive"
    return f"{names} 等 {len(blogs)} 个博客" if len(blogs) > _TITLES else names


_NEWEST = "(select {0} from author_stats s where s.author_id = a.id and {0} is not null order by captured_at desc limit 1)"
BLOG_COLUMNS = columns_of(
    BlogHeader,
    "a",
    total_visits=_NEWEST.format("total_visits"),
    account_age=_NEWEST.format("account_age"),
    aliases="(select json_group_array(alias) from author_aliases l where l.author_id = a.id and typeof(alias) = 'text')",
)
"""The columns of `BlogHeader`, of `authors a`."""

BLOGS = f"select {BLOG_COLUMNS} from authors a"
"""Selects a `BlogHeader` per author; may be followed by conditions on `a`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostHeading(Post):
    """A post without its text, with the names of its categories in alphabetical order."""

    categories: tuple[str, ...]

    @property
    def shown_time(self) -> str:
        """Return the time without T and offset, in its precision; without one, the text that the page shows."""
        return (self.posted_at or "")[:19].replace("T", " ") or self.posted_at_text or ""


_HEADING_COLUMNS = columns_of(PostHeading, "p", has_text=HAS_TEXT, categories=CATEGORIES)
POST_HEADINGS = f"select {_HEADING_COLUMNS} from posts p"
"""Selects a `PostHeading` per post; may be followed by conditions on `p`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A text of a post or a comment; `captured_at` is when it was first seen. Comments have no title."""

    captured_at: str
    title: str | None
    body_html: str | None
    body_text: str | None

    @property
    def _text_and_urls(self) -> str:
        from blogarchive.parsing.compared_form import linked_urls

        return "\n".join((self.body_text or "", *(f"<{url}>" for url in linked_urls(self.body_html))))

    def texts_compared_with(self, following: "Version") -> tuple[str, str]:
        """Return both texts with the URLs of links and images below them, or in their places if only these differ."""
        from blogarchive.parsing.compared_form import readable_form

        texts = self._text_and_urls, following._text_and_urls
        if texts[0] != texts[1]:
            return texts
        return readable_form(self.body_html), readable_form(following.body_html)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostLine:
    """The columns of `Post` that a list shows, the name of the author, and the beginning of the text."""

    id: int
    author_id: int
    author: str
    title: str | None
    posted_at: str | None
    posted_at_text: str | None
    views: int | None
    comment_count: int | None
    gone_at: str | None
    has_text: bool
    beginning: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A comment with its current text, first seen at `version_at`; `revisions` are replaced texts, oldest first."""

    id: int
    author_name: str
    author_url: str | None
    reply_to: str | None
    posted_at: str | None
    posted_at_text: str | None
    likes: int | None
    body_html: str
    body_text: str
    version_at: str
    first_seen_at: str
    last_seen_at: str
    gone_at: str | None
    revisions: tuple[Version, ...]

    @property
    def versions(self) -> tuple[Version, ...]:
        """Return all texts of the comment, the current one last."""
        return (*self.revisions, _current(self, None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """An image of a post; the facts about its file are None if the file is not stored.

    `size` is in bytes, `width` and `height` are in pixels, None too if the header has no size.
    """

    url: str
    sha256: str | None
    content_type: str | None
    size: int | None
    width: int | None
    height: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FullPost(PostHeading):
    """A post with its comments, oldest first, its images in their order, and its replaced texts, oldest first."""

    body_html: str
    body_text: str
    version_at: str
    comments: tuple[Comment, ...]
    images: tuple[Image, ...]
    revisions: tuple[Version, ...]

    @property
    def versions(self) -> tuple[Version, ...]:
        """Return all texts of the post, the current one last; none if no text is stored."""
        return self.revisions if not self.has_text else (*self.revisions, _current(self, self.title))


def _current(row: "FullPost | Comment", title: str | None) -> Version:
    return Version(captured_at=row.version_at, title=title, body_html=row.body_html, body_text=row.body_text)


def read_post(archive: Statements, post_id: int) -> FullPost | None:
    """Return the post of that id, or None."""
    heading = archive.one_as(PostHeading, f"{POST_HEADINGS} where p.id = ?", (post_id,))
    return None if heading is None else complete_heading(archive, heading)


def complete_heading(archive: Statements, heading: PostHeading, *, is_text_only: bool = False) -> FullPost:
    """Return the post of a heading with its text and, unless `is_text_only`, with comments, images and revisions."""
    query = f"""select coalesce(body_html, '') as body_html, coalesce(body_text, '') as body_text,
            {TEXT_SINCE} as version_at from posts where id = ?"""
    (text,) = archive.dicts(query, (heading.id,), like=FullPost)
    query = "select captured_at, title, body_html, body_text from post_revisions where post_id = ? order by captured_at, id"
    return FullPost(
        **{field.name: getattr(heading, field.name) for field in fields(heading)},
        **text,
        comments=() if is_text_only else _read_comments(archive, heading.id),
        images=() if is_text_only else _read_images(archive, heading.id),
        revisions=() if is_text_only else archive.all_as(Version, query, (heading.id,)),
    )


def _read_comments(archive: Statements, post_id: int) -> tuple[Comment, ...]:
    """Return the comments, oldest first. Pages show the newest first, so `position` is descending."""
    revisions: defaultdict[int, list[Version]] = defaultdict(list)
    query = """select r.comment_id, r.captured_at, null as title, r.body_html, r.body_text from comment_revisions r
            join comments c on c.id = r.comment_id where c.post_id = ? order by r.captured_at, r.id"""
    for row in archive.dicts(query, (post_id,), like=Version):
        revisions[row.pop("comment_id")].append(Version(**row))
    query = f"""select {columns_of(Comment, version_at=TEXT_SINCE, revisions="")} from comments where post_id = ?
            order by posted_at is null, posted_at, position desc, id"""
    rows = archive.dicts(query, (post_id,), like=Comment)
    return tuple(Comment(**row, revisions=tuple(revisions[row["id"]])) for row in rows)


def _read_images(archive: Statements, post_id: int) -> tuple[Image, ...]:
    query = """select pm.url, f.sha256, f.content_type, f.size, m.width, m.height from post_media pm
            left join media m on m.id = coalesce(pm.media_id, (select id from media where url = pm.url))
            left join media_files f on f.sha256 = m.sha256 where pm.post_id = ? order by pm.position"""
    return archive.all_as(Image, query, (post_id,))
