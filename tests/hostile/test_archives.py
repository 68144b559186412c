"""Another person's archive: each row is checked, a bad one is named and not copied, and no command ends in a traceback."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from blogarchive.browse.serve import create_app
from blogarchive.errors import ArchiveDamaged
from tests.browse.conftest import close
from tests.faults.make_archive import NUMBER, make_archive
from tests.faults.run_commands import reading_commands, run_command
from tests.hostile.archives import (
    ALL,
    FILES,
    HARMLESS,
    LARGE,
    OTHERS,
    PAGES,
    REFUSED_PAGES,
    ROWS,
    SCHEMAS,
    URL,
    write,
)
from tests.hostile.commands import MEGABYTES, assert_cheap, measure
from tests.importing.archives import natural_rows, rows

SAMPLE = 4
CHANGES = {**ALL, **OTHERS}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def mine(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "mine.db"))


@pytest.fixture
def theirs(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "theirs.db"))


@pytest.mark.parametrize("kind", {**PAGES, **REFUSED_PAGES, **FILES, **ROWS})
def test_merge_names_a_bad_row_and_does_not_copy_it(kind: str, mine: Path, theirs: Path) -> None:
    before = natural_rows(mine)
    ALL[kind](theirs)
    ended = run_command("merge", str(theirs), "--db", str(mine))
    assert (ended.code, ended.err.count("not imported: 1")) == (1, 1), ended.err
    assert natural_rows(mine) == before
    assert run_command("verify", "--db", str(mine)).code == 0


_NO_UTF8 = "update {} set {} = cast(x'c328' as text) where id = 1"


@pytest.mark.parametrize(
    ("count", "statements"),
    [
        (2, [_NO_UTF8.format("posts", "gone_at"), "update posts set last_seen_at = 'x' where id = 2"]),
        (2, [_NO_UTF8.format("comments", "body_text"), "update comments set body_text = 'forged' where id = 2"]),
        (1100, [
            "with recursive c(x) as (select 1 union all select x + 1 from c where x < 1100)"
            " insert into author_stats(author_id, captured_at, total_visits) select 1, 'x' || x, 1 from c"
        ]),
    ],
    ids=("times", "comments", "more than a check reports"),
)  # fmt: skip
def test_a_bad_row_hides_no_other(count: int, statements: list[str], mine: Path, theirs: Path) -> None:
    before = natural_rows(mine)
    write(theirs, *statements)
    ended = run_command("merge", str(theirs), "--db", str(mine))
    assert (ended.code, f"not imported: {count}\n" in ended.err) == (1, True), ended.err[-300:]
    assert natural_rows(mine) == before
    assert run_command("verify", "--db", str(mine)).code == 0


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_changed_schema_is_refused_by_name_before_anything_is_read_or_written(
    kind: str, mine: Path, theirs: Path, tmp_path: Path
) -> None:
    before = mine.read_bytes()
    named = {"trigger t": 'drop trigger "t"'}.get(kind, f"another {kind} than blogarchive makes")
    ALL[kind](theirs)
    commands = [*reading_commands(theirs, tmp_path / "out", NUMBER), ("reparse", "--db", str(theirs))]
    for words in [*commands[:-3], commands[-1], ("merge", str(theirs), "--db", str(mine))]:
        ended = run_command(*words)
        assert (ended.code, named in ended.err) == (6, True), ended
    assert mine.read_bytes() == before


@pytest.mark.parametrize("kind", {**PAGES, **FILES})
def test_verify_names_a_bad_row_and_an_export_leaves_it_out(kind: str, mine: Path, tmp_path: Path) -> None:
    if kind == "file is no image":
        pytest.skip("an older version may have stored it")
    ALL[kind](mine)
    assert run_command("verify", "--db", str(mine)).code == 6
    out = tmp_path / "x.warc"
    ended = run_command("export", "warc", str(out), "--db", str(mine))
    assert ended.code == (6 if kind in PAGES else 0) or kind in FILES, ended.err
    assert URL.encode() not in out.read_bytes()
    assert b"forged" not in out.read_bytes()
    ended = run_command("reparse", "--diff", "--workers", "1", "--db", str(mine))
    assert (ended.code, kind in PAGES) in ((6, True), (0, False)), ended.err


def test_what_others_added_is_ignored(mine: Path, theirs: Path) -> None:
    HARMLESS["extra objects"](theirs)
    assert run_command("verify", "--db", str(theirs)).code == 0
    assert run_command("merge", str(theirs), "--db", str(mine)).code == 0
    assert rows(mine, "select name from sqlite_master where name in ('notes', 'mine', 'without_end')") == []


def test_pages_that_are_too_large_for_their_file_are_not_parsed(mine: Path, theirs: Path) -> None:
    LARGE["pages of thirty times the file"](theirs)
    for words in (("merge", str(theirs), "--db", str(mine)), ("reparse", "--diff", "--db", str(theirs))):
        ended = run_command(*words)
        assert (ended.code, "25 times as large as their file" in ended.err) == (6, True), ended
    assert run_command("verify", "--db", str(mine)).code == 0


def test_a_stock_rebuild_of_the_search_index_is_named_by_verify(mine: Path) -> None:
    tool = Path(sys.executable).with_name("sqlite-utils")
    subprocess.run([tool, "rebuild-fts", str(mine)], check=True)
    ended = run_command("verify", "--db", str(mine))
    if run_command("search", "谈房", "--db", str(mine)).err == "":
        assert ended.code == 0, "the index is one that stock tools make"
        return
    assert (ended.code, "search --rebuild" in ended.err) == (6, True), ended.err
    assert run_command("search", "--rebuild", "--db", str(mine)).code == 0
    assert run_command("verify", "--db", str(mine)).code == 0


def _commands(theirs: Path, mine: Path, folder: Path) -> list[tuple[str, ...]]:
    found = [tuple(words) for words in reading_commands(theirs, folder, NUMBER)]
    return [
        *found,
        ("merge", str(theirs), "--db", str(mine)),
        ("export", "wacz", str(folder / "x.wacz"), "--db", str(theirs)),
    ]


def _assert_cheap(kind: str, whole: Path, tmp_path: Path) -> None:
    theirs = Path(shutil.copy(whole, tmp_path / "theirs.db"))
    ALL[kind](theirs)
    folder = tmp_path / "out"
    folder.mkdir()
    for words in _commands(theirs, Path(shutil.copy(whole, tmp_path / "mine.db")), folder):
        assert_cheap(*words)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*ALL][:: len(ALL) // SAMPLE])
def test_a_hostile_archive_costs_little_in_every_command(kind: str, whole: Path, tmp_path: Path) -> None:
    _assert_cheap(kind, whole, tmp_path)


@pytest.mark.attack
@pytest.mark.parametrize("kind", ALL)
def test_every_hostile_archive_costs_little_in_every_command(kind: str, whole: Path, tmp_path: Path) -> None:
    _assert_cheap(kind, whole, tmp_path)


def _read_by_every_command(kind: str, mine: Path, theirs: Path, folder: Path) -> None:
    CHANGES[kind](theirs)
    folder.mkdir()
    at = ("--db", str(theirs))
    commands = [
        *reading_commands(theirs, folder, NUMBER),
        ("seal", "--file-only", str(folder / "sealed.db"), *at),
        ("export", "wacz", str(folder / "x.wacz"), *at),
        ("export", "parquet", str(folder / "parquet"), *at),
        ("discover", *at),
        ("update", "--dry-run", *at),
        ("reparse", "--workers", "1", *at),
        ("merge", str(theirs), "--db", str(mine)),
    ]
    for words in commands:
        ended = run_command(*words)
        assert ended.is_good, (words, ended.err)
        assert ".part" not in ended.err, ended.err
    assert run_command("verify", "--db", str(mine)).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*OTHERS][:: len(OTHERS) // SAMPLE])
def test_an_odd_file_ends_no_command_in_a_traceback(
    kind: str, mine: Path, theirs: Path, tmp_path: Path
) -> None:
    _read_by_every_command(kind, mine, theirs, tmp_path / "out")


@pytest.mark.attack
@pytest.mark.parametrize("kind", OTHERS)
def test_no_odd_file_ends_a_command_in_a_traceback(
    kind: str, mine: Path, theirs: Path, tmp_path: Path
) -> None:
    _read_by_every_command(kind, mine, theirs, tmp_path / "out")


def test_a_state_without_a_time_is_exported(mine: Path, tmp_path: Path) -> None:
    write(mine, "update authors set state = 'closed', state_since = null, state_detail = null")
    ended = run_command("export", "html", str(tmp_path / "html"), "--db", str(mine))
    assert ended.code == 0, ended.err
    page = next(
        path for path in (tmp_path / "html").rglob("index.html") if "已关闭" in path.read_text("utf-8")
    )
    assert "None" not in page.read_text("utf-8")


def test_a_message_names_the_beginning_of_a_large_value(mine: Path, theirs: Path) -> None:
    write(theirs, ("update pages set site = ?, url = url || 'x'", ("x" * 100_000,)))
    ended = run_command("merge", str(theirs), "--db", str(mine))
    assert (ended.code, "unknown site 'xxx" in ended.err, len(ended.err) < 20_000) == (1, True, True)


def test_a_sum_that_is_no_number_is_damage(mine: Path) -> None:
    OTHERS["largest counts"](mine)
    ended = run_command("status", "--db", str(mine))
    assert (ended.code, "damaged" in ended.err) == (6, True), ended.err


async def test_serve_refuses_a_changed_schema_and_answers_without_a_bad_image_or_alias(
    mine: Path, theirs: Path
) -> None:
    SCHEMAS["view authors"](theirs)
    with pytest.raises(ArchiveDamaged, match="another view authors"):
        create_app(theirs)
    FILES["file is a number"](mine)
    write(mine, "insert into author_aliases values (1, x'fffe', '2025-01-01T00:00:00+00:00')")
    served = create_app(mine)
    await served.invoke_startup()
    answers = [await served.client.get(f"/read/{page}") for page in (f"media/{'a' * 64}", "", "post/1")]
    assert [answer.status_code for answer in answers] == [404, 200, 200]
    close(served)


SERVE_TIMES = 8


@pytest.fixture(scope="module")
def harmless_seconds(whole: Path) -> float:
    """Return the processor time of all requests to a harmless archive."""
    return measure(*_SERVE, str(whole))[2]


_SERVE = sys.executable, "-m", "tests.hostile.serve"


def _serve(kind: str, whole: Path, folder: Path, harmless_seconds: float) -> None:
    theirs = Path(shutil.copy(whole, folder / "theirs.db"))
    CHANGES[kind](theirs)
    ended, found, seconds, megabytes = measure(
        *_SERVE, str(theirs), *([] if kind in HARMLESS else ["damaged"])
    )
    assert (ended, found) == (0, ""), (ended, found)
    assert max(seconds / (harmless_seconds * SERVE_TIMES), megabytes / MEGABYTES) < 1, (seconds, megabytes)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*ALL, *OTHERS][:: len({**ALL, **OTHERS}) // SAMPLE])
def test_every_page_of_a_hostile_archive_is_served(
    kind: str, whole: Path, tmp_path: Path, harmless_seconds: float
) -> None:
    _serve(kind, whole, tmp_path, harmless_seconds)


@pytest.mark.attack
@pytest.mark.parametrize("kind", {**ALL, **OTHERS})
def test_every_page_of_every_hostile_archive_is_served(
    kind: str, whole: Path, tmp_path: Path, harmless_seconds: float
) -> None:
    _serve(kind, whole, tmp_path, harmless_seconds)
