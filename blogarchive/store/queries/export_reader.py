"""Read an archive for exports: one read transaction, one post in memory at a time.

The transaction hides the writes of a crawl that runs at the same time.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import Any

from blogarchive.errors import UsageError
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.archive_state import StateWatch
from blogarchive.store.queries.blog_models import BLOGS, Blog
from blogarchive.store.queries.export_models import Filters, PackedPage, ReplayPage, StoredImage
from blogarchive.store.queries.post_models import POST_HEADINGS, FullPost, Image, PostHeading
from blogarchive.store.queries.post_reader import complete_heading
from blogarchive.store.rows import Value, dicts

# A time cut to the month is compared as a month.
_HEADINGS = f"""{POST_HEADINGS}
 where author_id = ?1
   and (?2 is null or substr(posted_at, 1, 10) >= substr(?2, 1, length(posted_at)))
   and (?3 is null or substr(posted_at, 1, 10) <= substr(?3, 1, length(posted_at)))
   and (?4 is null or id in (
       select pc.post_id from posts_in_categories pc join categories c on c.id = pc.category_id
        where c.name in (select value from json_each(?4))))
 order by posted_at is null, posted_at, length(number), number, id
"""  # noqa: S608 - constants

_OF_AUTHORS = "(?1 is null or a.id in (select value from json_each(?1)))"
_HOME_PAGES = f"""
select g.url, max(g.fetched_at) as fetched_at, coalesce(a.blog_title, a.nickname, a.uid) as title, null as text
  from authors a join pages g on g.url = a.url
 where g.status = 200 and {_OF_AUTHORS} group by a.id order by a.site, a.uid
"""  # noqa: S608 - constants
_POST_PAGES = f"""
select g.url, g.fetched_at, p.title, p.body_text as text
  from authors a join posts p on p.author_id = a.id join pages g on g.id = p.page_id
 where p.content_hash is not null and g.status = 200 and {_OF_AUTHORS}
 order by a.site, a.uid, p.posted_at desc, p.id
"""  # noqa: S608 - constants


@contextmanager
def open_reader(archive: Path, filters: Filters | None = None) -> Iterator["ExportReader"]:
    """Return an `ExportReader` of the archive at that path.

    Raises `NoArchive` if there is no file, `ArchiveDamaged` if the file is no archive, and `UsageError` if a filter
    names an unknown author or category.
    """
    with Archive.open(archive, read_only=True) as opened:
        watch = StateWatch(opened)
        opened.execute("begin")
        yield ExportReader(opened, filters or Filters(), watch)


class ExportReader:
    """The blogs, posts, pages and images that match the filters."""

    def __init__(self, archive: Archive, filters: Filters, watch: StateWatch) -> None:
        self.archive = archive
        self._watch = watch
        self._filters = filters
        self._authors = tuple(self._author_id(words) for words in filters.authors)
        for name in filters.categories:
            self._check_category(name)

    def finish(self) -> str | None:
        """End the read transaction, and return the state of the archive that it read, as `read_state`; None if unknown."""
        self.archive.execute("commit")
        return self._watch.final_state()

    def blogs(self) -> tuple[Blog, ...]:
        """Return the blogs by site and uid."""
        found = self.archive.all_as(Blog, f"{BLOGS} order by a.site, a.uid")
        return tuple(blog for blog in found if not self._authors or blog.id in self._authors)

    def headings(self, blog: Blog) -> tuple[PostHeading, ...]:
        """Return the posts of the blog without their texts, oldest first, those without a date last."""
        since, until, categories = self._filters.since, self._filters.until, self._filters.categories
        return self.archive.all_as(
            PostHeading,
            _HEADINGS,
            (
                blog.id,
                since.isoformat() if since else None,
                until.isoformat() if until else None,
                json.dumps(categories) if categories else None,
            ),
        )

    def post(self, heading: PostHeading) -> FullPost:
        """Return the post of that heading with its text, comments, revisions and images."""
        return complete_heading(self.archive, heading)

    def image(self, url: str) -> Image | None:
        """Return the image of that absolute URL, whichever post shows it; None if its file is not stored."""
        return self.archive.one_as(
            Image,
            """select m.url, m.sha256, f.content_type, f.size, m.width, m.height from media m
                 join media_files f on f.sha256 = m.sha256 where m.url = ?""",
            (url,),
        )

    def image_bytes(self, sha256: str) -> bytes:
        """Return the file of that hexadecimal SHA-256. Raises `KeyError` if it is not stored."""
        for body in self.archive.column("select body from media_files where sha256 = ?", (sha256,)):
            return bytes(body)
        raise KeyError(sha256)

    def page_ids(self) -> list[int]:
        """Return the ids of the stored pages by fetch time. Only the filter by author applies."""
        rows = self._rows(
            """select id from pages
                where ?1 is null or (site, uid) in (select a.site, a.uid from authors a
                      where a.id in (select value from json_each(?1)))
                order by fetched_at, id""",
            json.dumps(self._authors) if self._authors else None,
        )
        return [row["id"] for row in rows]

    def first_fetched_at(self) -> str | None:
        """Return the UTC fetch time of the oldest page, or None."""
        return self.archive.text("select min(fetched_at) from pages")

    def page(self, page_id: int) -> PackedPage:
        """Return the page of that id, still compressed. Raises `KeyError` if there is none."""
        for row in self._rows(
            "select url, fetched_at, status, headers, body, site, target, counted from pages where id = ?",
            page_id,
        ):
            return PackedPage(**row)
        raise KeyError(page_id)

    def replay_pages(self) -> Iterator[ReplayPage]:
        """Yield the newest page of each blog's home, then of each post with a text, newest posts first."""
        for query in (_HOME_PAGES, _POST_PAGES):
            for row in self._rows(query, json.dumps(self._authors) if self._authors else None):
                yield ReplayPage(**row)

    def stored_images(self) -> Iterator[StoredImage]:
        """Yield the images with stored files by URL, one in memory at a time."""
        rows = self._rows(
            """select m.url, m.sha256, f.content_type, coalesce(m.fetched_at, '') as fetched_at
                 from media m join media_files f on f.sha256 = m.sha256
                where ?1 is null or m.url in (select pm.url from post_media pm join posts p on p.id = pm.post_id
                      where p.author_id in (select value from json_each(?1)))
                order by m.url""",
            json.dumps(self._authors) if self._authors else None,
        )
        for row in rows:
            body = self.image_bytes(row.pop("sha256"))
            yield StoredImage(**row, body=body)

    def _author_id(self, words: str) -> int:
        rows = tuple(
            self._rows(
                "select id, site, uid, nickname, site || '/' || uid as full_name, alias from authors"
                " left join author_aliases on author_id = id order by 2, 3"
            )
        )
        for column in ("full_name", "uid", "alias", "nickname"):
            found = {int(row["id"]) for row in rows if row[column] == words}
            if len(found) == 1:
                return found.pop()
        known = ", ".join(list(dict.fromkeys(row["full_name"] for row in rows))[:10])
        raise UsageError(
            _("no single blog in the archive is called {words!r}; it holds {known}").format(
                words=words, known=known or _("none")
            )
        )

    def _check_category(self, name: str) -> None:
        if not any(self._rows("select 1 from categories where name = ?", name)):
            known = "、".join(
                row["name"] for row in self._rows("select distinct name from categories limit 20")
            )
            raise UsageError(
                _("no category in the archive is called {name!r}; it holds {known}").format(
                    name=name, known=known or _("none")
                )
            )

    def _rows(self, sql: str, *values: Value) -> Iterator[dict[str, Any]]:
        return dicts(self.archive.execute(sql, values))
