"""Reads an archive for exports: one moment of it, a post at a time, writing nothing.

All queries run in one read transaction, so that a crawl that goes on meanwhile does not show halfway.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from blogarchive.errors import UsageError
from blogarchive.store.database.archive import Archive
from blogarchive.store.pages.page_rows import decompress_body
from blogarchive.store.queries.export_models import (
    ExportedBlog,
    ExportedComment,
    ExportedHeading,
    ExportedImage,
    ExportedPage,
    ExportedPost,
    ExportedRevision,
    Filters,
)
from blogarchive.store.rows import Value, dicts

# A time cut to the month is compared as a month.
_HEADINGS = """
select id, number, url, title, posted_at, posted_at_text, views, likes, comment_count,
       first_seen_at, last_seen_at, last_changed_at, gone_at, gone_reason,
       content_hash is not null as whole,
       (select json_group_array(name) from (select c.name from posts_in_categories pc
           join categories c on c.id = pc.category_id where pc.post_id = posts.id order by c.name)) as categories
  from posts
 where author_id = ?1
   and (?2 is null or substr(posted_at, 1, 10) >= substr(?2, 1, length(posted_at)))
   and (?3 is null or substr(posted_at, 1, 10) <= substr(?3, 1, length(posted_at)))
   and (?4 is null or id in (
       select pc.post_id from posts_in_categories pc join categories c on c.id = pc.category_id
        where c.name in (select value from json_each(?4))))
 order by posted_at is null, posted_at, number, id
"""


@contextmanager
def open_reader(archive: Path, filters: Filters | None = None) -> Iterator["ExportReader"]:
    """A `ExportReader` of the archive at that path.

    Raises `NoArchive` where there is none, `ArchiveDamaged` where the file is no archive, and `UsageError`
    where a filter names an author or a category that the archive does not know.
    """
    with Archive.open(archive, read_only=True) as held:
        held.execute("begin")
        yield ExportReader(held, filters or Filters())


class ExportReader:
    """The blogs, posts, pages and pictures that the filters let through."""

    def __init__(self, archive: Archive, filters: Filters) -> None:
        self._archive = archive
        self._filters = filters
        self._authors = tuple(self._author_id(words) for words in filters.authors)
        for name in filters.categories:
            self._check_category(name)

    def blogs(self) -> tuple[ExportedBlog, ...]:
        """The blogs, by site and uid."""
        found = self._archive.all_as(
            ExportedBlog,
            """select a.id, a.site, a.uid, a.url, a.nickname, a.blog_title, a.tagline, a.registered_on,
                      a.last_seen_at,
                      (select total_visits from author_stats s where s.author_id = a.id
                          and total_visits is not null order by captured_at desc limit 1) as total_visits
                 from authors a order by a.site, a.uid""",
        )
        return tuple(
            replace(blog, aliases=self._aliases(blog.id))
            for blog in found
            if not self._authors or blog.id in self._authors
        )

    def _aliases(self, author_id: int) -> tuple[str, ...]:
        rows = self._archive.rows("select alias from author_aliases where author_id = ?", (author_id,))
        return tuple(str(alias) for (alias,) in rows)

    def headings(self, blog: ExportedBlog) -> Iterator[ExportedHeading]:
        """The blog's posts without their bodies, oldest first, those without a date last."""
        since, until, categories = self._filters.since, self._filters.until, self._filters.categories
        rows = self._rows(
            _HEADINGS,
            blog.id,
            since.isoformat() if since else None,
            until.isoformat() if until else None,
            json.dumps(categories) if categories else None,
        )
        for row in rows:
            row["whole"] = bool(row["whole"])
            yield ExportedHeading(**row | {"categories": tuple(json.loads(row["categories"]))})

    def post(self, heading: ExportedHeading) -> ExportedPost:
        """The post of that heading, with its comments, replaced versions and pictures."""
        (row,) = self._rows("select body_html, body_text from posts where id = ?", heading.id)
        return ExportedPost(
            heading=heading,
            body_html=row["body_html"] or "",
            body_text=row["body_text"] or "",
            comments=tuple(self._comments(heading.id)),
            earlier=self._archive.all_as(
                ExportedRevision,
                """select captured_at, title, body_html, body_text from post_revisions
                    where post_id = ? order by captured_at, id""",
                (heading.id,),
            ),
            pictures=self._pictures(heading.id),
        )

    def picture(self, url: str) -> ExportedImage | None:
        """The picture of that absolute URL where its file is held, whichever post shows it."""
        found = self._archive.all_as(
            ExportedImage,
            """select m.url, m.sha256, f.content_type, f.size from media m
                 join media_files f on f.sha256 = m.sha256 where m.url = ?""",
            (url,),
        )
        return found[0] if found else None

    def picture_bytes(self, sha256: str) -> bytes:
        """The file of that SHA-256 in hexadecimal; raises `KeyError` where it is not held."""
        for row in self._rows("select body from media_files where sha256 = ?", sha256):
            return bytes(row["body"])
        raise KeyError(sha256)

    def page_ids(self) -> list[int]:
        """The ids of the stored pages in the order they were fetched; only the authors' filter applies."""
        rows = self._rows(
            """select id from pages
                where ?1 is null or (site, uid) in (select a.site, a.uid from authors a
                      where a.id in (select value from json_each(?1)))
                order by fetched_at, id""",
            json.dumps(self._authors) if self._authors else None,
        )
        return [row["id"] for row in rows]

    def first_fetched_at(self) -> str | None:
        """The UTC time of the oldest page."""
        row = self._archive.row("select min(fetched_at) from pages")
        return None if row is None or row[0] is None else str(row[0])

    def page(self, page_id: int) -> ExportedPage:
        """The stored page of that id; raises `KeyError`, and `ArchiveDamaged` where its bytes are not whole."""
        for row in self._rows(
            "select url, fetched_at, status, headers, body, site, target, counted from pages where id = ?",
            page_id,
        ):
            return _page(row)
        raise KeyError(page_id)

    def held_pictures(self) -> Iterator[tuple[ExportedImage, str]]:
        """The pictures whose files are held, by URL, each with the UTC time it was fetched."""
        rows = self._rows(
            """select m.url, m.sha256, f.content_type, f.size, coalesce(m.fetched_at, '') as fetched_at
                 from media m join media_files f on f.sha256 = m.sha256
                where ?1 is null or m.url in (select pm.url from post_media pm join posts p on p.id = pm.post_id
                      where p.author_id in (select value from json_each(?1)))
                order by m.url""",
            json.dumps(self._authors) if self._authors else None,
        )
        for row in rows:
            fetched_at = row.pop("fetched_at")
            yield ExportedImage(**row), fetched_at

    def _comments(self, post_id: int) -> Iterator[ExportedComment]:
        rows = self._rows(
            """select id, author_name, author_url, reply_to, posted_at, posted_at_text, likes, body_html,
                      body_text, first_seen_at, last_seen_at, gone_at
                 from comments where post_id = ? order by posted_at is null, posted_at, position desc, id""",
            post_id,
        )
        for row in rows:
            earlier = self._archive.all_as(
                ExportedRevision,
                """select captured_at, null as title, body_html, body_text from comment_revisions
                    where comment_id = ? order by captured_at, id""",
                (row["id"],),
            )
            yield ExportedComment(**row, earlier=earlier)

    def _pictures(self, post_id: int) -> tuple[ExportedImage, ...]:
        return self._archive.all_as(
            ExportedImage,
            """select pm.url, f.sha256, f.content_type, f.size from post_media pm
                 left join media m on m.id = coalesce(pm.media_id, (select id from media where url = pm.url))
                 left join media_files f on f.sha256 = m.sha256
                where pm.post_id = ? order by pm.position""",
            (post_id,),
        )

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
        raise UsageError(f"no single blog in the archive is called {words!r}; it holds {known or 'none'}")

    def _check_category(self, name: str) -> None:
        if not any(self._rows("select 1 from categories where name = ?", name)):
            known = "、".join(
                row["name"] for row in self._rows("select distinct name from categories limit 20")
            )
            raise UsageError(f"no category in the archive is called {name!r}; it holds {known or 'none'}")

    def _rows(self, sql: str, *values: Value) -> Iterator[dict[str, Any]]:
        return dicts(self._archive.execute(sql, values))


def _page(row: dict[str, Any]) -> ExportedPage:
    body = row.pop("body")
    headers = tuple((str(name), str(value)) for name, value in json.loads(row.pop("headers")))
    return ExportedPage(**row, headers=headers, body=decompress_body(body, row["url"], row["fetched_at"]))
