"""Read an archive for exports: one read transaction, one post in memory at a time."""

import json
import marshal
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from gettext import gettext as _
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.files import is_settled, read_state
from blogarchive.store.read import models
from blogarchive.store.rows import CONTROLS, TEXT_SINCE
from blogarchive.store.statements import columns_of

if TYPE_CHECKING:
    from blogarchive.store.pages.pages import PageRow

# ruff: noqa: S608 - statements are put together from constants


PAGE_FIELD = "Blogarchive-Page"
"""The field of a WARC record with the site, target and comment counts of a page."""


class Filters(NamedTuple):
    """Conditions on posts; an empty one allows all.

    `authors` are uids, `site/uid` or nicknames. `since` and `until` are days in the site's time zone, both included.
    `categories` are names; a post in any of them is exported.
    """

    authors: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    categories: tuple[str, ...] = ()


class StoredImage(NamedTuple):
    """A stored image with its file, unchecked; `fetched_at` is UTC, empty if unknown."""

    row: int
    url: str
    sha256: str
    content_type: str | None
    fetched_at: str
    body: bytes

    def check(self) -> None:
        """Raise `ArchiveDamaged`, naming the row, if the bytes are not those that were served."""
        from blogarchive.store.pages.pages import describe_bytes, is_file_intact

        if not is_file_intact(self.body, self.sha256) or CONTROLS.search(self.url):
            raise ArchiveDamaged(describe_bytes("media_files", self.row, self.url))


# A time cut to the month is compared as a month.
_CHOSEN = """ where author_id = ?1
   and (?2 is null or substr(posted_at, 1, 10) >= substr(?2, 1, length(posted_at)))
   and (?3 is null or substr(posted_at, 1, 10) <= substr(?3, 1, length(posted_at)))
   and (?4 is null or id in (
       select pc.post_id from posts_in_categories pc join categories c on c.id = pc.category_id
        where c.name in (select value from json_each(?4))))"""
_COUNT = f"select count(*) from posts p{_CHOSEN}"

_OF_AUTHORS = "(?1 is null or a.id in (select value from json_each(?1)))"
# SQLite writes the JSON: to read the texts, to build objects and to write them takes twice as long.
_LINE = """json_object('id', {0}, 'url', g.url, 'ts', strftime('%Y-%m-%dT%H:%M:%SZ', {1}),
                   'title', coalesce({2}, g.url), 'text', {3})"""
_HOME_PAGES = f"""
select {_LINE.format("'blog-' || a.id", "max(g.fetched_at)", "coalesce(a.blog_title, a.nickname, a.uid)", "''")},
       g.url, max(g.fetched_at)
  from authors a join pages g on g.url = a.url
 where g.status = 200 and {_OF_AUTHORS} group by a.id order by a.site, a.uid
"""
_POST_PAGES = f"""
select {_LINE.format("'post-' || p.id", "g.fetched_at", "nullif(p.title, '')", "coalesce(p.body_text, '')")},
       g.url, g.fetched_at
  from authors a cross join posts p on p.author_id = a.id join pages g on g.id = p.page_id
 where p.content_hash is not null and g.status = 200 and {_OF_AUTHORS}
 order by a.site, a.uid, p.posted_at desc, p.id
"""


# What a file of a post is made of beside its heading and its images, by kind of row. Comments are in the order of an
# index: any other order would write all of them to a temporary file.
_DIGESTED = {
    "post": "select id, body_html, body_text, coalesce(version_at, first_seen_at) from posts where author_id = ?",
    "version": """select post_id, captured_at, title, body_html, body_text from post_revisions
                    where post_id in (select id from posts where author_id = ?) order by captured_at, id""",
    "comment": """select post_id, position, {columns}
                     from comments where post_id in (select id from posts where author_id = ?)
                    order by post_id, fingerprint""",
    "comment version": """select c.post_id, r.comment_id, r.captured_at, r.body_html, r.body_text
                             from comments c join comment_revisions r on r.comment_id = c.id
                            where c.post_id in (select id from posts where author_id = ?) order by r.captured_at, r.id""",
}


class PostDigest:
    """A digest of the rows of a post; also counts its comments and the bytes of its texts."""

    def __init__(self) -> None:
        self._hash = sha256()
        self.comments = self.size = 0

    def add(self, kind: str, rows: list[Any]) -> None:
        """Add rows."""
        data = marshal.dumps((kind, rows), 2)  # version 2: equal values have equal bytes
        self._hash.update(data)
        self.comments += len(rows) if kind == "comment" else 0
        self.size += len(data) if kind in ("post", "comment") else 0

    def __repr__(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def open_reader(archive: Path, filters: Filters | None = None) -> Iterator["ExportReader"]:
    """Return an `ExportReader` of the archive at that path.

    Raises `NoArchive` without a file, `ArchiveDamaged` if it is no archive, and `UsageError` for an unknown author or
    category.
    """
    with Archive.open(archive, read_only=True) as opened:
        state = read_state(opened.path)
        opened.execute("begin")
        yield ExportReader(opened, filters or Filters(), state)


class ExportReader:
    """The blogs, posts, pages and images that match the filters."""

    def __init__(self, archive: Archive, filters: Filters, state: str | None) -> None:
        self.archive = archive
        self._state = state
        self.filters = filters
        self._authors = tuple(self._author_id(words) for words in filters.authors)
        self._scope = json.dumps(self._authors) if self._authors else None
        for name in filters.categories:
            self._check_category(name)

    def finish(self) -> str | None:
        """End the read transaction, and return the state of the archive that it read, as `read_state`.

        Returns None if a later write might not change the state. So it is if the archive was written to meanwhile, or
        less than a tick of file times ago.
        """
        self.archive.execute("commit")
        path = self.archive.path
        return self._state if self._state == read_state(path) and is_settled(path) else None

    def blogs(self) -> tuple[models.BlogHeader, ...]:
        """Return the blogs by site and uid."""
        found = self.archive.all_as(models.BlogHeader, f"{models.BLOGS} order by a.site, a.uid")
        return tuple(blog for blog in found if not self._authors or blog.id in self._authors)

    def headings(self, blog: models.BlogHeader) -> tuple[models.PostHeading, ...]:
        """Return the posts of the blog without their texts, oldest first, those without a date last."""
        query = f"{models.POST_HEADINGS}{_CHOSEN} order by posted_at is null, posted_at, length(number), number, id"
        return self.archive.all_as(models.PostHeading, query, (blog.id, *self._conditions()))

    def count(self, blogs: Iterable[models.BlogHeader]) -> int:
        """Return the number of posts of the blogs."""
        return sum(self.archive.scalar(_COUNT, (blog.id, *self._conditions())) for blog in blogs)

    def _conditions(self) -> tuple[str | None, ...]:
        days = (day.isoformat() if day else None for day in (self.filters.since, self.filters.until))
        return (*days, json.dumps(self.filters.categories) if self.filters.categories else None)

    def digests(self, blog: models.BlogHeader) -> dict[int, PostDigest]:
        """Return a digest of all that `post` would read of each post, without building it, by id of the post.

        It is of the stored values themselves: a row that a person changed by SQL has another digest.
        """
        columns = columns_of(models.Comment, version_at=TEXT_SINCE, last_seen_at="", revisions="")
        found: defaultdict[int, PostDigest] = defaultdict(PostDigest)
        for kind, query in _DIGESTED.items():
            given = self.archive.each_raw(query.format(columns=columns), (blog.id,))
            for post_id, rows in groupby(given, itemgetter(0)):
                found[post_id].add(kind, list(rows))
        return found

    def post(self, heading: models.PostHeading, *, is_text_only: bool = False) -> models.FullPost:
        """Return the post of that heading as `complete_heading` does."""
        return models.complete_heading(self.archive, heading, is_text_only=is_text_only)

    def image(self, url: str) -> models.Image | None:
        """Return the image of that absolute URL, whichever post shows it; None if no whole file of it is stored."""
        query = """select m.url, m.sha256, f.content_type, f.size, m.width, m.height from media m
                 join media_files f on f.sha256 = m.sha256
                where m.url = ? and typeof(f.body) = 'blob' and length(f.body) = f.size
                  and length(f.sha256) = 64 and f.sha256 not glob '*[^0-9a-f]*'"""
        return self.archive.one_as(models.Image, query, (url,))

    def image_bytes(self, sha256: str) -> bytes:
        """Return the stored file of that hexadecimal SHA-256, unchecked. Raises `KeyError` if it is not stored."""
        for body in self.archive.column("select body from media_files where sha256 = ?", (sha256,)):
            return cast(bytes, body)
        raise KeyError(sha256)

    def count_missing(self) -> int:
        """Return the number of posts without text. Only the filter by author applies."""
        query = """select count(*) from posts where content_hash is null
                and (?1 is null or author_id in (select value from json_each(?1)))"""
        return self.archive.scalar(query, (self._scope,))

    def page_ids(self) -> list[int]:
        """Return the ids of the stored pages by fetch time. Only the filter by author applies."""
        if self._scope is None:  # an index has both columns; site and uid are in the rows, with their bodies
            return self.archive.column("select id from pages order by fetched_at, id")
        query = """select id from pages where (site, uid) in (select a.site, a.uid from authors a
                      where a.id in (select value from json_each(?1)))
                order by fetched_at, id"""
        return self.archive.column(query, (self._scope,))

    def first_fetched_at(self) -> str | None:
        """Return the UTC fetch time of the oldest page, or None."""
        return self.archive.text("select min(fetched_at) from pages")

    def pages(self, ids: Sequence[int]) -> Iterator["PageRow"]:
        """Yield the pages of these ids in their order, unchecked and still compressed, one in memory at a time."""
        from blogarchive.store.pages.pages import PageRow  # 15 ms with what a page consists of

        # A sort by their place would write all bodies to a temporary file; json_each returns its rows in their order.
        source = "(select value from json_each(?)) cross join pages on id = value"
        query = f"select {', '.join(PageRow._fields)} from {source}"
        yield from map(PageRow._make, self.archive.each(query, (json.dumps(ids),)))

    def replay_pages(self) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield JSON, URL and fetch time (UTC) of each blog's newest home page, then of the page of each post.

        The JSON has id, URL, time, title and text. Posts are those with a text, newest first; a home page has none.
        """
        for query in (_HOME_PAGES, _POST_PAGES):
            yield from self.archive.each_raw(query, (self._scope,))

    def stored_images(self) -> Iterator[StoredImage]:
        """Yield the images with stored files by URL, one in memory at a time."""
        query = """select f.rowid, m.url, m.sha256, f.content_type, coalesce(m.fetched_at, '')
                 from media m join media_files f on f.sha256 = m.sha256
                where ?1 is null or m.url in (select pm.url from post_media pm join posts p on p.id = pm.post_id
                      where p.author_id in (select value from json_each(?1)))
                order by m.url"""
        for row in self.archive.each(query, (self._scope,)):
            yield StoredImage._make((*row, self.image_bytes(row[2])))

    def _author_id(self, words: str) -> int:
        for name in ("site || '/' || uid", "uid", "alias", "nickname"):
            query = "select distinct id from authors left join author_aliases on author_id = id where"
            found = self.archive.column(f"{query} {name} = ?", (words,))
            if len(found) == 1:
                return int(found[0])
        from blogarchive.store.search import known_blogs  # no other export needs the search

        text = _("no single blog in the archive is called {words!r}; it holds {known}")
        raise UsageError(text, words=words, known=known_blogs(self.archive))

    def _check_category(self, name: str) -> None:
        if not self.archive.exists("select 1 from categories where name = ?", (name,)):
            known = "、".join(self.archive.column("select distinct name from categories limit 20"))
            text = _("no category in the archive is called {name!r}; it holds {known}")
            raise UsageError(text, name=name, known=known or _("none"))
