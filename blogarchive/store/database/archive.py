"""Open, check, migrate and close an archive, which is one SQLite file; transactions on it, and its table `readme`."""

import logging
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from gettext import gettext as _
from pathlib import Path
from typing import Self

from blogarchive.errors import ArchiveBusy, ArchiveDamaged, CannotWrite, NoArchive
from blogarchive.store import search_index
from blogarchive.store.database import migrations, schema, totals
from blogarchive.store.database.connection import connect, identify_file, make_folder, require_archive
from blogarchive.store.statements import Statements


class SidebarCache:
    """Cache of rows that a process has written; it may be emptied at any time."""

    def __init__(self) -> None:
        self.target_keys: set[str] = set()
        # The part of the last page by name of the step that saved it. The step skips an equal part of the next page.
        self.done: dict[str, object] = {}
        self.blogs: set[tuple[str, str]] = set()  # site and uid of linked blogs
        self.found_by: dict[tuple[str, str | None], int] = {}  # discovered blogs by site and uid of the blog
        self.sidebars: dict[tuple[str, str | None, bool], tuple[object, bool]] = {}


class RequeueLimits:
    """Counts of a run's requeues, which bound the work that a host can cause."""

    def __init__(self) -> None:
        self.requeues: Counter[str] = Counter()  # by the target's key
        self.urls: defaultdict[str, set[str]] = defaultdict(set)  # by month or category


NOTICES = logging.getLogger("blogarchive.notices")
"""Warnings in words for the user; without a handler, Python prints them to stderr."""


class Archive(Statements):
    """An open archive. As a context manager it checkpoints the write-ahead log and closes the file on exit."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        super().__init__(path, connection)
        self.read_only = read_only
        self._file_id = identify_file(path)
        self.cache = SidebarCache()
        self.requeue_limits = RequeueLimits()

    @classmethod
    def open(cls, path: Path | str, *, create: bool = False, read_only: bool = False) -> Self:
        """Return the archive at `path` with all migrations applied; `create` makes a new one if there is none.

        A `read_only` archive is never migrated, and can be read while another run writes. Raises:

        - `NoArchive` if there is no archive and `create` is not set;
        - `ArchiveDamaged` if the file is no SQLite file or has other tables;
        - `CannotWrite` if it or its folder cannot be written;
        - `UsageError` if a newer blogarchive migrated it, or an older one made it and `read_only` is set.
        """
        path = Path(path)
        is_new = create and not read_only and not path.exists()
        if is_new:
            make_folder(path)
        else:
            require_archive(path)
        archive = cls(path, connect(path, read_only=read_only), read_only=read_only)
        try:
            archive._prepare(create=create)
        except BaseException:
            archive.connection.close()
            if is_new:  # the disk is full
                delete_archive(path)
            raise
        return archive

    @contextmanager
    def atomic(self, *, unindexed: int = 0) -> Iterator[None]:
        """Run the block in one transaction; a nested `atomic` joins the outer transaction.

        Up to `unindexed` changed texts may be missing from the search index until a later transaction, or `close`.
        """
        if self.connection.in_transaction:
            yield
            return
        self._require_same_file()
        self.execute("begin immediate")
        before = self.changes
        try:
            yield
            if not unindexed or self.changes != before:
                search_index.refresh(self, unindexed + 1)
            self.execute("commit")
        except BaseException:
            self.rollback()
            raise

    def rollback(self) -> None:
        """Roll the transaction back, and empty the cache of its rows."""
        super().rollback()
        self.cache = SidebarCache()

    def _require_same_file(self) -> None:
        """Raise `CannotWrite` if the path names another file: SQLite would write on to the removed one."""
        if identify_file(self.path) != self._file_id:
            text = _("{path} was removed or replaced while this run wrote to it; restore it, then run again")
            raise CannotWrite(text, path=self.path)

    def rebuild_search(self) -> int:
        """Rebuild the search index, also a damaged one, and return the number of rows indexed."""
        with self.dry_run():
            damaged = search_index.find_damaged(self)
        with self.atomic():
            search_index.remove_damaged(self, damaged)
            schema.create_missing(self)
            count = search_index.rebuild(self)
        if damaged:
            self.execute("vacuum")  # frees the pages of the damaged tables
        return count

    def checkpoint(self) -> None:
        """Index pending texts, refresh totals and `readme`, and write the log into the file.

        The file alone is complete then.
        """
        if self.read_only:
            return
        self._require_same_file()
        if self.exists("select 1 from _search_pending"):
            with self.atomic():
                pass
        if self.exists("select 1 from _totals_pending"):
            with self.atomic():
                totals.refresh(self)
        readme = _compose_readme(self)
        if dict(self.rows("select language, text from readme")) != readme:
            with self.atomic():
                self.execute_many("replace into readme(language, text) values (?, ?)", list(readme.items()))
        self.execute("pragma wal_checkpoint(truncate)").fetchall()

    def close(self) -> None:
        """Checkpoint and close. If a reader blocks the checkpoint, a later close makes it; no row is lost."""
        try:
            self.checkpoint()
        except ArchiveBusy:
            pass
        finally:
            self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _prepare(self, *, create: bool) -> None:
        """Check that the file is an archive, and apply pending migrations unless it is read only."""
        is_empty = self._is_empty()
        if is_empty and not create:
            text = _("{path} holds no archive yet; `blogarchive backup URL` makes one")
            raise NoArchive(text, path=self.path)
        if not is_empty:
            migrations.refuse_unsupported(self)
            if self.read_only:
                migrations.refuse_older(self)
            migrations.refuse_changed(self)
        if self.read_only:
            return
        self.execute("pragma journal_mode = wal").fetchall()
        self.execute("pragma synchronous = normal")
        self.execute("pragma wal_autocheckpoint = 4000").fetchall()  # each checkpoint waits for the disk
        if migrations.prepare(self):
            migrations.refuse_changed(self)
            text = _(
                "{path} was made by an older blogarchive and is now up to date; the older one cannot open it any more"
            )
            NOTICES.warning(text.format(path=self.path))
        self.execute("pragma foreign_keys = on")  # after the migrations: they may rebuild tables

    def _is_empty(self) -> bool:
        """Return whether the file has no table of an archive; raises `ArchiveDamaged` if it is another database."""
        tables = {str(name) for (name,) in self.rows("select name from sqlite_master where type = 'table'")}
        # The number is 0 before it is set.
        is_other = self.scalar("pragma application_id") not in (0, schema.APPLICATION_ID)
        if is_other or (tables and "frontier" not in tables):
            text = _("{path} is a database of something else; name another file with --db")
            raise ArchiveDamaged(text, path=self.path)
        return not tables


def delete_archive(path: Path) -> None:
    """Delete the file of a closed archive, and the files of its write-ahead log."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


_LANGUAGES = ("zh", "en")
_MAX_BLOGS = 100
_BLOGS = """
select coalesce(a.blog_title, a.nickname, a.uid), coalesce(a.nickname, a.uid), a.url,
       coalesce(t.posts - t.missing, 0), coalesce(t.comments, 0)
  from authors a left join _blog_totals t on t.author_id = a.id order by a.site, a.uid limit ?"""
_LINES = {
    "zh": "- {title}（{name}）：{posts} 篇文章，{comments} 条评论，{url}",
    "en": "- {title} ({name}): {posts} posts, {comments} comments, {url}",
}
_MORE = {
    "zh": "- 还有 {count} 个博客：select * from authors",
    "en": "- and {count} more blogs: select * from authors",
}
_NO_BLOG = {"zh": "- 还没有博客", "en": "- none yet"}


def _compose_readme(archive: Statements) -> dict[str, str]:
    """Return the texts of the table `readme` by language: they explain the file to a person without blogarchive."""
    query = "select min(first_seen_at), max(last_seen_at), count(*) from authors"
    ((first_seen, last_seen, count),) = archive.rows(query)
    blogs = archive.rows(_BLOGS, (_MAX_BLOGS,))
    times = {"first_seen": _format_minute(first_seen), "last_seen": _format_minute(last_seen)}
    shown = {language: _format_blogs(blogs, count - len(blogs), language) for language in _LANGUAGES}
    return {language: _template(language).format(blogs=lines, **times) for language, lines in shown.items()}


def _format_blogs(blogs: list[tuple[str, str, str, int, int]], more: int, language: str) -> str:
    lines = [
        _LINES[language].format(title=title, name=name, url=url, posts=posts, comments=comments)
        for title, name, url, posts, comments in blogs
    ]
    if more:
        lines.append(_MORE[language].format(count=more))
    return "\n".join(lines) or _NO_BLOG[language]


def _format_minute(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else "—"


@cache
def _template(language: str) -> str:
    return Path(__file__).parents[1].joinpath("texts", f"readme.{language}.txt").read_text("utf-8")
