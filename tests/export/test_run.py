"""A second export of an unchanged archive keeps its files; after any change they are written again."""

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from blogarchive.export import run
from blogarchive.export.run import FORMATS, Exported, run_export
from blogarchive.store.read.exports import Filters
from tests.export.conftest import HOST, Made, all_bytes
from tests.sql import run_sql

KINDS: dict[str, tuple[str, dict[str, Any]]] = {kind: (kind, {}) for kind in FORMATS}
KINDS |= {"csv": ("table", {}), "years": ("epub", {"each": "year"})}
FILES = ["jsonl", "atom", "epub", "warc", "wacz"]

every_kind = pytest.mark.parametrize("kind", KINDS)
every_file = pytest.mark.parametrize("kind", FILES)


@pytest.fixture
def pages_too(made: Made, archive: Path) -> Path:
    """Return the archive with a stored page for the formats that have pages, written long ago for a file's clock."""
    with closing(sqlite3.connect(archive)) as connection:
        Made(archive, connection).page(f"{HOST}/u/31182/202501/101.html", b"<p>as served</p>")
        connection.commit()
    time.sleep(0.06)
    return archive


def export(kind: str, archive: Path, out: Path, **options: Any) -> Exported:
    module, own = KINDS[kind]
    return run_export(module, archive, out, **own, **options)


def written(kind: str, archive: Path, out: Path, **options: Any) -> dict[str, bytes]:
    """Return the files of an export by name."""
    done = export(kind, archive, out, **options).out
    return {done.name: done.read_bytes()} if done.is_file() else all_bytes(done)


def assert_written_again(kind: str, archive: Path, out: Path, **options: Any) -> None:
    """Export to `out` again, and compare with an export into a new folder."""
    assert not export(kind, archive, out, **options).unchanged
    fresh = out.parent / "fresh" / out.name  # the name is in a WARC
    fresh.parent.mkdir()
    found, expected = written(kind, archive, out, **options), written(kind, archive, fresh, **options)
    assert expected == {name: found[name] for name in expected}
    assert kind == "years" or found.keys() == expected.keys()  # books of other options are left
    shutil.rmtree(fresh.parent)


@every_kind
def test_a_second_export_of_an_unchanged_archive_writes_nothing(
    pages_too: Path, tmp_path: Path, kind: str
) -> None:
    first = export(kind, pages_too, tmp_path / "out")
    files = identities(tmp_path)
    second = export(kind, pages_too, tmp_path / "out")
    assert second.unchanged
    assert second.to_json() == replace(first, unchanged=True).to_json()
    assert identities(tmp_path) == files


def identities(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return number and time of every file: none is written or replaced if they stay."""
    found = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {path: (file.st_ino, file.st_mtime_ns) for path, file in found.items()}


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def edit_and_hide_it(path: Path) -> None:
    """Change one byte, and neither the size nor the times that a program can set."""
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@every_kind
@pytest.mark.parametrize("damage", [truncate, edit_and_hide_it, Path.unlink])
def test_a_damaged_file_is_written_again(
    pages_too: Path, tmp_path: Path, kind: str, damage: Callable[[Path], None]
) -> None:
    out = tmp_path / "out"
    before = written(kind, pages_too, out)
    done = export(kind, pages_too, out).out
    files = [done] if done.is_file() else [path for path in sorted(done.rglob("*")) if path.suffix]
    largest = max(files, key=lambda path: path.stat().st_size)
    damage(largest)
    assert not export(kind, pages_too, out).unchanged
    assert written(kind, pages_too, out) == before


CHANGES = [
    "update posts set views = views + 1 where number = '101'",
    "update posts set body_html = body_html || '<p>more</p>' where number = '101'",
    "update comments set author_name = '另一人' where id = 1",
    "update authors set blog_title = '新名' where id = 1",
    "update categories set name = '别的' where id = 1",
    "delete from post_media where post_id = 1",
    "update media_files set content_type = 'image/gif'",
    "update pages set url = url || '?'",
    "delete from posts where number = '7'",
]


@pytest.mark.parametrize("kind", ["jsonl", "wacz"])
@pytest.mark.parametrize("sql", CHANGES)
def test_an_export_of_a_changed_archive_is_written_again(
    pages_too: Path, tmp_path: Path, kind: str, sql: str
) -> None:
    export(kind, pages_too, tmp_path / "out")
    run_sql(pages_too, sql)
    assert_written_again(kind, pages_too, tmp_path / "out")


def test_books_of_years_without_posts_are_removed_unless_a_person_changed_them(
    pages_too: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    before = written("years", pages_too, out)
    edited, *others = before
    assert others
    out.joinpath(edited).write_bytes(b"mine")
    run_sql(pages_too, "update posts set posted_at = '2003-02-01'")
    assert before.keys() & written("years", pages_too, out).keys() == {edited}


def test_a_file_beside_a_new_folder_of_its_name_is_kept(pages_too: Path, tmp_path: Path) -> None:
    file = export("warc", pages_too, tmp_path / "out").out
    tmp_path.joinpath("out").mkdir()
    assert file != export("warc", pages_too, tmp_path / "out").out
    assert isinstance(file, Path)
    assert file.exists()


@every_kind
def test_other_options_another_program_and_another_name_are_another_export(
    pages_too: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / ("out.epub" if kind == "epub" else "out")  # without the suffix, two blogs are a folder
    export(kind, pages_too, out)
    mine = Filters(authors=("31182",))
    assert_written_again(kind, pages_too, out, filters=mine)
    assert export(kind, pages_too, out, filters=mine).unchanged
    assert not export(kind, pages_too, tmp_path / "other").unchanged
    monkeypatch.setattr(run, "program_digest", lambda: b"a later version")
    assert not export(kind, pages_too, out, filters=mine).unchanged
    assert export(kind, pages_too, out, filters=mine).unchanged


def test_formats_may_share_a_folder(pages_too: Path, tmp_path: Path) -> None:
    for is_second in (False, True):
        for kind in ("csv", *FILES):
            assert export(kind, pages_too, tmp_path).unchanged is is_second


def test_days_and_categories_are_options(pages_too: Path, tmp_path: Path) -> None:
    for filters in (Filters(), Filters(since=date(2025, 2, 1)), Filters(categories=("经济",))):
        assert not export("jsonl", pages_too, tmp_path / "out", filters=filters).unchanged
        assert export("jsonl", pages_too, tmp_path / "out", filters=filters).unchanged


def test_an_archive_in_the_place_of_another_is_another(pages_too: Path, tmp_path: Path) -> None:
    out, times = tmp_path / "out", pages_too.stat()
    export("jsonl", pages_too, out)
    copy = shutil.copy2(pages_too, tmp_path / "copy.db")
    run_sql(copy, "update posts set views = 7")
    assert copy.stat().st_size == times.st_size
    copy.replace(pages_too)
    os.utime(pages_too, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert_written_again("jsonl", pages_too, out)
    shutil.copyfile(pages_too, tmp_path / "copy.db")
    run_sql(tmp_path / "copy.db", "update posts set views = 8")
    pages_too.write_bytes((tmp_path / "copy.db").read_bytes())  # the same file, written in place
    os.utime(pages_too, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert_written_again("jsonl", pages_too, out)


def test_a_change_that_is_only_in_the_log_is_a_change(pages_too: Path, tmp_path: Path) -> None:
    export("jsonl", pages_too, tmp_path / "out")
    with closing(sqlite3.connect(pages_too)) as connection:
        file_before = pages_too.stat()
        connection.execute("update posts set views = 12345")
        connection.commit()
        assert pages_too.stat() == file_before
        assert_written_again("jsonl", pages_too, tmp_path / "out")
        assert export("jsonl", pages_too, tmp_path / "out").unchanged


@every_file
def test_a_change_during_an_export_is_in_the_next(pages_too: Path, tmp_path: Path, kind: str) -> None:
    def write_meanwhile(done: int, total: int) -> None:
        run_sql(pages_too, "update posts set title = title || '！'")
        run_sql(pages_too, "update pages set url = url || '！'")
        time.sleep(0.06)

    export(kind, pages_too, tmp_path / "out", progress=write_meanwhile)
    assert_written_again(kind, pages_too, tmp_path / "out")


@pytest.mark.parametrize("damage", [b"", b"\xff", b"{}", b"[" * 100_000])
def test_a_damaged_record_is_no_record(
    pages_too: Path, tmp_path: Path, damage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    export("jsonl", pages_too, tmp_path / "out")
    (record,) = (tmp_path / "cache").rglob("*.json")
    record.write_bytes(damage)
    assert_written_again("jsonl", pages_too, tmp_path / "out")


def test_without_a_cache_folder_everything_is_written(
    pages_too: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    for _ in range(2):
        assert not export("jsonl", pages_too, tmp_path / "out").unchanged


@pytest.mark.parametrize(
    ("environment", "system", "folder"),
    [
        ({}, "linux", "~/.cache"),
        ({}, "darwin", "~/Library/Caches"),
        ({"LOCALAPPDATA": "C:/local"}, "win32", "C:/local"),
        ({"XDG_CACHE_HOME": "/volume/cache"}, "linux", "/volume/cache"),
    ],
)
def test_records_are_in_the_cache_folder_of_each_system(
    environment: dict[str, str], system: str, folder: str
) -> None:
    assert run.cache_folder(environment, system) == Path(folder).expanduser()


def test_records_of_old_exports_are_removed(
    pages_too: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(run, "MOST_RECORDS", 2)
    for name in "abc":
        export("jsonl", pages_too, tmp_path / name)
    assert len([path for path in (tmp_path / "cache").rglob("*") if path.is_file()]) == 2
    assert export("jsonl", pages_too, tmp_path / "c").unchanged


def test_a_stream_is_written_each_time(pages_too: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    parts = []
    for _ in range(2):
        assert not export("jsonl", pages_too, tmp_path / "pipe").unchanged
        parts.append(os.read(reader, 100_000))
    os.close(reader)
    assert parts[0] == parts[1] != b""


def test_a_damaged_page_is_reported_each_time(pages_too: Path, tmp_path: Path) -> None:
    run_sql(pages_too, "update pages set body = x'00'")
    time.sleep(0.06)
    for _ in range(2):
        assert len(export("warc", pages_too, tmp_path / "out").damaged) == 1


def test_a_link_that_leads_elsewhere_is_written_again(pages_too: Path, tmp_path: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "a.jsonl")
    export("jsonl", pages_too, tmp_path / "link.jsonl")
    (tmp_path / "link.jsonl").unlink()
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "b.jsonl")
    assert not export("jsonl", pages_too, tmp_path / "link.jsonl").unchanged
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_a_folder_that_took_the_name_gets_the_export(pages_too: Path, tmp_path: Path) -> None:
    export("jsonl", pages_too, tmp_path / "out")
    (tmp_path / "out").mkdir()
    assert export("jsonl", pages_too, tmp_path / "out").out == tmp_path / "out" / "posts.jsonl"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.sampled_from(CHANGES)),
        st.tuples(st.just("damage"), st.sampled_from([truncate, edit_and_hide_it, Path.unlink])),
        st.tuples(st.just("export"), st.sampled_from([Filters(), Filters(authors=("44",))])),
        st.tuples(st.just("restore"), st.none()),
    ),
    max_size=12,
)


@given(kind=st.sampled_from(["jsonl", "atom", "csv"]), steps=STEPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_after_any_changes_an_export_is_that_of_a_new_folder(
    pages_too: Path, tmp_path_factory: pytest.TempPathFactory, kind: str, steps: list[tuple[str, Any]]
) -> None:
    place = tmp_path_factory.mktemp("steps")
    archive = shutil.copy2(pages_too, place / "archive.db")
    filters = Filters()
    for name, how in [*steps, ("export", filters)]:
        if name == "change":
            run_sql(archive, how)
        elif name == "restore":
            shutil.copy2(pages_too, archive)
        elif name == "damage":
            for path in place.glob("out*"):
                files = [path] if path.is_file() else [each for each in path.iterdir() if each.is_file()]
                with contextlib.suppress(IndexError):  # an empty file has no byte to change
                    how(min(files)) if files else None
        else:
            found = written(kind, archive, place / "out", filters=how)
            assert found == written(kind, archive, place / f"fresh{time.monotonic_ns()}" / "out", filters=how)
