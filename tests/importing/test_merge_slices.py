"""A merge in slices: it has the result of one transaction, and it continues after a kill at any of them."""

import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from blogarchive.importing.importer import ImportReport
from blogarchive.importing.merge import merge_archive
from blogarchive.store import merge, merge_rows
from blogarchive.store.database.archive import Archive
from blogarchive.store.rows import Progress, no_progress
from tests.demo import DemoHost, make_blog
from tests.demo.changes import chain, edit_post, recategorise, remove_post
from tests.importing.archives import add_comment, add_image, dump, natural_rows, rows
from tests.importing.pages import PNG
from tests.once import made_once
from tests.sql import run_sql
from tests.tool import Tool

_IN_ONE = {"_ROWS": 1_000_000, "PAGES_OF_SLICE": 1_000_000, "_MEDIA_BYTES": 1_000_000_000}
_TINY = {"_ROWS": 3, "PAGES_OF_SLICE": 4, "_MEDIA_BYTES": 10}
_FORK = multiprocessing.get_context("fork")
_DAY = "2024-01-01T00:00:00+00:00"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Archives of one blog: `early` saw it before changes, `late` after them; `foreign` is of another blog."""

    early: Path
    late: Path
    foreign: Path


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    folder = made_once(tmp_path_factory, "merge_slices", _make_sources)
    return Sources(**{name: folder / name / "archive.db" for name in ("early", "late", "foreign")})


def _make_sources(folder: Path) -> None:
    blog = make_blog("555", posts=10, seed=5, comments=2)
    post = blog.posts[4]
    category = min({name for other in blog.posts for name in other.categories} - set(post.categories))
    early, late, foreign = (Tool(folder / name) for name in ("early", "late", "foreign"))
    early.days_ahead = foreign.days_ahead = -40
    with DemoHost([blog, make_blog("777", posts=3, seed=7)], markup="html5") as host:
        assert early.run("backup", host.blog_url("555")).code == 0
        assert foreign.run("backup", host.blog_url("777")).code == 0
        host.change(
            "555",
            chain(
                recategorise(post.number, category),
                edit_post(blog.posts[2].number, title="改过的题目"),
                remove_post(blog.posts[7].number),
            ),
        )
        shutil.copy(early.db, late.db)
        assert late.run("update", "--full").code == 0
    for tool in (early, late):
        _add_rows_without_pages(tool.db)


def _add_rows_without_pages(archive: Path) -> None:
    """Add series, images and a comment that no stored page yields again."""
    for number in range(5):
        add_image(archive, f"http://x.example/{number}.png", PNG + bytes([number]))
    run_sql(
        archive,
        f"insert into author_stats(author_id, captured_at, total_visits) select id, '{_DAY}', 5 from authors",
    )
    run_sql(
        archive, f"insert into post_stats(post_id, captured_at, views) select id, '{_DAY}', id % 3 from posts"
    )
    add_comment(archive, "id % 2")


def merge_sliced(
    archive: Path, other: Path, *, sizes: Mapping[str, int] = _TINY, progress: Progress = no_progress
) -> ImportReport:
    """Merge `other` in slices of these sizes."""
    with pytest.MonkeyPatch.context() as patched:
        for name, size in sizes.items():
            patched.setattr(merge, name, size)
        return merge_archive(archive, other, progress=progress)


def copied(path: Path, to: Path) -> Path:
    return Path(shutil.copy(path, to))


@pytest.mark.parametrize("order", ["early late", "late early", "foreign late"])
def test_a_merge_in_slices_equals_a_merge_in_one(sources: Sources, tmp_path: Path, order: str) -> None:
    first, other = (getattr(sources, name) for name in order.split())
    one, many = copied(first, tmp_path / "one.db"), copied(first, tmp_path / "many.db")
    merge_sliced(one, other, sizes=_IN_ONE)
    merge_sliced(many, other)
    assert natural_rows(many) == natural_rows(one)
    assert rows(many, "select count(*) from post_media where media_id is null") == rows(
        one, "select count(*) from post_media where media_id is null"
    )


@pytest.mark.slow
@pytest.mark.parametrize("order", ["early late", "late early"])
def test_a_merge_that_is_killed_at_any_slice_is_finished_by_its_repetition(
    sources: Sources, tmp_path: Path, order: str
) -> None:
    first, other = (getattr(sources, name) for name in order.split())
    source = other.read_bytes()
    whole, killed = copied(first, tmp_path / "whole.db"), copied(first, tmp_path / "killed.db")
    merge_sliced(whole, other)
    kills = next(commits for commits in range(100) if _merge_until_killed(killed, other, commits=commits))
    assert kills > 8
    assert natural_rows(killed, ids=True) == natural_rows(whole, ids=True)
    assert rows(killed, "select * from _merge_progress") == []
    assert other.read_bytes() == source


def _merge_until_killed(archive: Path, other: Path, *, commits: int) -> bool:
    """Merge in a process that is killed before the commit after `commits` slices; return whether it finished."""
    process = _FORK.Process(target=_merge_and_die, args=(archive, other, commits))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == 0


def _merge_and_die(archive: Path, other: Path, commits: int) -> None:
    sqlite3.connect = partial(sqlite3.connect, factory=_Mortal)
    _Mortal.commits_left = commits
    merge_sliced(archive, other)


class _Mortal(sqlite3.Connection):
    """A connection whose process is killed in place of a commit."""

    commits_left = 0

    def execute(self, sql: str, parameters: object = ()) -> sqlite3.Cursor:
        if sql == "commit":
            if not _Mortal.commits_left:
                os.kill(os.getpid(), signal.SIGKILL)
            _Mortal.commits_left -= 1
        return super().execute(sql, parameters)  # type: ignore[arg-type]


@pytest.fixture
def interrupted(sources: Sources, tmp_path: Path) -> Path:
    """Return a copy of `foreign` with an interrupted merge of `late`."""
    archive = copied(sources.foreign, tmp_path / "interrupted.db")

    def stop(done: int, _total: int) -> None:
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge_sliced(archive, sources.late, progress=stop)
    return archive


def test_an_interrupted_merge_keeps_its_slices_and_continues(sources: Sources, interrupted: Path) -> None:
    count = "select count(*) from pages"
    ((copied_pages,),), ((others,),) = rows(interrupted, count), rows(sources.late, count)
    ((own,),) = rows(sources.foreign, count)
    assert copied_pages == own + _TINY["PAGES_OF_SLICE"], "only pages of finished slices are stored"
    seen = []
    report = merge_sliced(interrupted, sources.late, progress=lambda done, total: seen.append((done, total)))
    assert (report.pages, report.same) == (others - _TINY["PAGES_OF_SLICE"], _TINY["PAGES_OF_SLICE"])
    assert seen[-1][0] == seen[-1][1] > 0
    before = dump(interrupted)
    merge_archive(interrupted, sources.late)
    assert dump(interrupted) == before


def test_status_names_the_interrupted_merge_until_it_is_finished(
    sources: Sources, interrupted: Path, tmp_path: Path
) -> None:
    tool = Tool(tmp_path)
    tool.db = interrupted
    assert "the merge of archive.db was interrupted" in tool.run("status").out
    assert tool.run("merge", str(sources.late)).code == 0
    assert "interrupted" not in tool.run("status").out


def test_merges_of_other_archives_do_not_lose_an_interrupted_one(
    sources: Sources, interrupted: Path, tmp_path: Path
) -> None:
    merge_sliced(interrupted, sources.early)
    assert rows(interrupted, "select * from _merge_progress") == []
    merge_sliced(interrupted, sources.late)
    straight = copied(sources.foreign, tmp_path / "straight.db")
    for other in (sources.early, sources.late):
        merge_archive(straight, other)
    assert natural_rows(interrupted) == natural_rows(straight)


def test_an_interrupted_merge_copies_what_its_source_has_stored_since(
    sources: Sources, interrupted: Path, tmp_path: Path
) -> None:
    later = copied(sources.late, tmp_path / "archive.db")
    merge_archive(later, sources.early)
    merge_sliced(interrupted, later)
    straight = copied(sources.foreign, tmp_path / "straight.db")
    merge_archive(straight, later)
    assert natural_rows(interrupted) == natural_rows(straight)


_LARGE = (
    r"SCAN (main\.)?(posts|comments|post_categories|post_stats|author_stats|categories|pages|c|p|pc|o|op|g)\b"
)


@pytest.mark.parametrize("work", [merge_rows.merge_posts, merge_rows.merge_blogs])
def test_no_statement_of_a_slice_reads_a_whole_table(work: Callable[[Archive], None], tmp_path: Path) -> None:
    Archive.open(tmp_path / "other.db", create=True).close()
    with (
        Archive.open(tmp_path / "main.db", create=True) as archive,
        merge.attach_archive(archive, tmp_path / "other.db"),
        archive.atomic(),
    ):
        merge.start(archive, tmp_path / "other.db")
        statements: list[str] = []
        archive.connection.set_trace_callback(statements.append)
        work(archive)
        archive.connection.set_trace_callback(None)
        plans = [line for statement in statements for line in _plan(archive.connection, statement)]
    assert len(plans) > 5
    assert [line for line in plans if re.match(_LARGE, line)] == []


def _plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    if statement.startswith("--") or "temp.merged_" not in statement or "from sightings" in statement:
        return []  # of a trigger, or of the small tables that a slice makes and drops
    return [row[3] for row in connection.execute(f"explain query plan {statement}")]
