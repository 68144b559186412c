"""Every command, on an archive of the demo blogs."""

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from importlib.metadata import version
from multiprocessing import active_children
from pathlib import Path
from resource import RLIMIT_FSIZE, setrlimit
from unicodedata import east_asian_width
from urllib.request import urlretrieve

import click
import pytest

from blogarchive import installed_version
from blogarchive.cli.group import cli
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import stored_blogs
from blogarchive.store.pages import pages as page_rows
from blogarchive.workers.batch_reparse import parse_stored_pages
from tests.cli.conftest import RunCli
from tests.demo import DemoHost, make_blog, sample_blog
from tests.paths import NEEDS_ASCII_CHECKOUT, ROOT
from tests.sql import read_sql, run_sql
from tests.tool import run_code, run_command

CONTRACT = {
    *("backup", "update", "status", "failures", "verify", "doctor", "diff", "reparse"),
    *("search", "serve", "app", "export", "import", "merge", "sites", "demo"),
    *("settings", "pause", "resume", "forget", "discover", "seal", "fleet", "log"),
}


# Starts the program, and prints the names of the imported modules on stderr at its end.
LISTING = """import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from blogarchive.cli import main
main()"""


def python(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments and further variables of the environment."""
    line, env = [sys.executable, *map(str, words)], {**os.environ, **environment}
    return subprocess.run(line, capture_output=True, text=True, env=env, timeout=300)


def test_every_command_has_help(run_cli: RunCli) -> None:
    with click.Context(cli) as context:
        assert set(cli.list_commands(context)) == CONTRACT
    for name in CONTRACT:
        result = run_cli(name, "--help")
        assert result.code == 0
        assert len(result.out.splitlines()) > 4, name
        assert f"Examples:\n    blogarchive {name}" in result.out


def test_the_version_is_that_of_the_metadata_or_unknown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert installed_version() == version("blogarchive")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing.zip")])
    assert installed_version() == "unknown"


def test_an_export_starts_without_processes_sites_and_patterns_of_the_search_index() -> None:
    program = "import re, sys; import blogarchive.cli.export, blogarchive.export.warc; print(*sys.modules)"
    modules = set(python("-c", program).stdout.split())
    assert "blogarchive.store.search_index" in modules
    assert not modules & {
        "multiprocessing",
        "tomllib",
        "subprocess",
        "opencc",
        "lxml.etree",
        "blogarchive.sites",
    }
    assert not modules & {"importlib.metadata", "urllib.request", "importlib.resources", "html.entities"}


def test_an_export_of_posts_starts_without_parsed_pages_and_sites() -> None:
    exports = {
        f"blogarchive.export.{kind}" for kind in ("html", "markdown", "epub", "jsonl", "atom", "parquet")
    }
    program = f"import sys; import blogarchive.cli.export, {', '.join(exports)}; print(*sys.modules)"
    modules = set(python("-c", program).stdout.split())
    assert modules >= exports
    assert not modules & {"blogarchive.items", "blogarchive.sites", "blogarchive.store.pages.pages"}


def test_an_export_of_tables_runs_without_numpy(db: Path, tmp_path: Path) -> None:
    archive = shutil.copy(db, tmp_path / "a.db")
    run_sql(archive, "update posts set posted_at = 'x'")  # pyarrow parses all other times
    ran = python("-c", LISTING, "export", "parquet", tmp_path / "out", "--db", archive)
    assert ran.returncode == 0, ran.stderr
    assert "pyarrow.parquet" in ran.stderr.split()
    assert not any(name.startswith("numpy.") for name in ran.stderr.split())


def test_a_command_that_parses_no_page_starts_without_dates_charsets_and_datasette(db: Path) -> None:
    lines = [f"{words} --db {db}" for words in ("status", "failures", "log", "search 北京", "verify --new")]
    program = LISTING.replace("main()", "for line in sys.argv[1:]: assert run(line.split()) == 0, line")
    ran = python(
        "-c",
        program.replace("blogarchive.cli import main", "blogarchive.cli.group import run"),
        *lines,
        "sites",
    )
    assert ran.returncode == 0, ran.stderr
    modules = set(ran.stderr.split())
    assert "blogarchive.cli.group" in modules
    assert not modules & {"blogarchive.parsing.dates", "blogarchive.parsing.charset", "datasette"}


@pytest.mark.parametrize(
    "name", ["blogarchive.messages", "gettext", "blogarchive.cli.group", "blogarchive.crawl.progress"]
)
def test_ctrl_c_in_an_import_ends_the_program_with_3_and_no_traceback(name: str) -> None:
    program = """if True:
        import sys
        class Stop:
            def find_spec(self, name, path, target=None):
                if name == sys.argv[1]:  # the last one is of the message of an error
                    raise KeyboardInterrupt
        sys.meta_path.insert(0, Stop())
        from blogarchive.cli import main
        main(["no-command"])
    """
    ran = python("-c", program, name)
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "", "")


def test_no_module_is_imported_before_ctrl_c_ends_the_program_with_3() -> None:
    program = "import sys; before = set(sys.modules); from blogarchive.cli import main; print(*set(sys.modules) - before)"
    assert set(python("-I", "-c", program).stdout.split()) == {"blogarchive", "blogarchive.cli"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_help_of_all_commands_has_their_first_sentences_in_80_columns_and_imports_none(
    language: str,
) -> None:
    words = ("-X", "utf8", "-X", "importtime", "-m", "blogarchive", "--help")
    ran = python(*words, BLOGARCHIVE_LANG=language, COLUMNS="80")
    shown = ran.stdout
    for line in shown.splitlines():
        assert sum(2 if east_asian_width(char) in "WF" else 1 for char in line) <= 80, line
    assert {line.split()[0] for line in shown.splitlines() if re.match("  [a-z]", line)} >= CONTRACT
    imported = set(re.findall(r"blogarchive\.cli\.(\w+)", ran.stderr))
    assert imported <= {"group", "options", "output"}


def test_each_command_begins_its_help_with_that_sentence(run_cli: RunCli) -> None:
    listed = dict(re.findall(r"^  ([a-z]+) +([A-Z].*\.)$", run_cli("--help").out, re.MULTILINE))
    assert set(listed) == CONTRACT
    for name, sentence in listed.items():
        lines = run_cli(name, "-h").out.splitlines()
        assert lines[2].strip() == sentence
        text = lines[2 : next(at for at, line in enumerate(lines) if line.endswith(":"))]
        assert [line for line in text if re.search(r"\S {3}|^ {3}", line)] == [], "no line is indented"


def test_completion_is_printed_for_a_shell_and_names_the_commands(run_cli: RunCli) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert "_BLOGARCHIVE_COMPLETE" in run_cli("--completion", shell).out
    asked = {"_BLOGARCHIVE_COMPLETE": "bash_complete", "COMP_WORDS": "blogarchive sear", "COMP_CWORD": "1"}
    ran = python("-m", "blogarchive", **asked)
    assert ran.stdout.split() == ["plain,search"]


def test_log_lists_the_runs_newest_first(run_cli: RunCli, db: Path) -> None:
    lines = run_cli("log", "--db", db).out.splitlines()
    runs = json.loads(run_cli("log", "--db", db, "--json").out)
    assert [line.split()[0] for line in lines] == [run["started_at"] for run in runs]
    assert runs[-1]["command"] == "backup"
    assert runs[0]["id"] > runs[-1]["id"] or len(runs) == 1
    assert run_cli("log", "--db", db, "--limit", "1").out.splitlines() == lines[:1]


def test_an_empty_list_says_so(run_cli: RunCli, tmp_path: Path) -> None:
    db = tmp_path / "empty.db"
    Archive.open(db, create=True).close()
    for words in ("log", "failures", "settings"):
        result = run_cli(words, "--db", db)
        assert (result.code, result.out, len(result.err.splitlines())) == (0, "", 1), words
        assert run_cli(words, "--json", "--db", db).err == ""
    assert run_cli("failures", "-q", "--db", db).err == ""
    assert "nothing found" not in run_cli("search", "--rebuild", "--db", db).err, "nothing was asked"


def test_the_demo_prints_what_is_stored_and_what_to_try_next(demo: tuple[Path, str]) -> None:
    db, message = demo
    assert db.exists()
    assert "北窗闲话 by 北窗老王: 16 posts" in message
    assert "serve --db data/demo.db" in message


def test_status_compares_stored_posts_with_the_counts_on_the_pages(run_cli: RunCli, db: Path) -> None:
    result = run_cli("status", "--db", db)
    assert result.code == 0
    assert "posts     16 of 16 read" in result.out
    assert "months    5 of 5 complete" in result.out
    assert re.search(r"; last run: backup, [a-z]+, 20\d\d-\d\d-\d\dT", result.out)
    blog = next(
        blog
        for blog in json.loads(run_cli("status", "--db", db, "--json").out)["blogs"]
        if blog["uid"] == "31182"
    )
    assert (blog["posts_read"], blog["posts_named"], blog["months_complete"]) == (16, 16, 5)
    assert blog["comments_held"] == blog["comments_claimed"] > 0


def test_status_prints_none_for_a_month_without_a_stored_post(
    run_cli: RunCli, db: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(db, tmp_path / "copy.db"))
    run_sql(copy, "update posts set posted_at = '2001-01-01' where posted_at like '2025-01%'")
    lines = [
        line for line in run_cli("status", "--db", copy).out.splitlines() if line.startswith("  2025-01")
    ]
    assert lines
    assert all(" posts read, none stored, 2025-01-" in line for line in lines)


def test_a_few_pages_are_reparsed_without_workers(db: Path) -> None:
    with Archive.open(db, read_only=True) as archive:
        found = parse_stored_pages(page_rows.stored_pages(archive), [])
        next(found)
        assert active_children() == []
        assert len(list(found)) == page_rows.count_pages(archive) - 1


def test_failures_are_listed_for_people_and_for_machines(run_cli: RunCli, db: Path) -> None:
    rows = json.loads(run_cli("failures", "--db", db, "--json").out)
    assert {row["kind"] for row in rows} == {"picture"}
    assert rows[0]["url"] in run_cli("failures", "--db", db).out


def test_verify_finds_no_damage_in_a_good_archive(run_cli: RunCli, db: Path) -> None:
    result = run_cli("verify", "--db", db)
    assert (result.code, "0 damaged" in result.out) == (0, True)
    assert run_cli("verify", "--db", db, "-q").out == ""


def test_verify_names_each_page_whose_bytes_changed(run_cli: RunCli, db: Path, tmp_path: Path) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    run_sql(copy, "update pages set body = zeroblob(length(body)) where id in (3, 5)")
    urls = [url for (url,) in read_sql(copy, "select url from pages where id in (3, 5)")]
    result = run_cli("verify", "--db", copy)
    assert result.code == 6
    assert "damaged" in result.err
    named = [line for line in result.out.splitlines() if line.startswith("damaged: ")]
    assert len(named) == 2
    assert all(url in "\n".join(named) for url in urls)


def test_a_sealed_file_alone_is_reported_to_people_and_to_machines(
    run_cli: RunCli, db: Path, tmp_path: Path
) -> None:
    sealed = tmp_path / "sealed.db"
    assert str(sealed) in run_cli("seal", sealed, "--file-only", "--db", db).err
    found = json.loads(run_cli("seal", sealed, "--file-only", "--db", db, "--json").out)
    assert found == {"out": str(sealed), "bytes": sealed.stat().st_size}
    assert run_cli("seal", sealed, "--file-only", "--db", db, "-q").err == ""


def test_status_states_no_total_that_no_page_shows(run_cli: RunCli, db: Path, tmp_path: Path) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    run_sql(copy, "update _blog_totals set comments_claimed = 0")
    run_sql(copy, "delete from archive_months")
    shown = run_cli("status", "--db", copy).out
    assert re.search(r"comments  [1-9]\d* stored, the pages show no number", shown)
    assert "months" not in shown
    run_sql(copy, "update _blog_totals set comments_held = 0, comments_gone = 0")
    shown = run_cli("status", "--db", copy).out
    assert ("comments  none stored, the pages show none" in shown, "0 of 0 stored, 0 edited" in shown) == (
        True,
        False,
    )


def test_verify_new_checks_only_what_was_stored_since_a_check_without_damage(
    run_cli: RunCli, db: Path, tmp_path: Path
) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")

    def verify(*options: str) -> tuple[int, int]:
        result = run_cli("verify", "--json", *options, "--db", copy)
        return result.code, json.loads(result.out)["pages"]

    def damage(row: int) -> None:
        run_sql(copy, "update pages set body = zeroblob(length(body)) where id = ?", row)

    total = verify("--new")[1]  # nothing was checked before: everything is
    assert verify("--new") == (0, 0)
    with closing(sqlite3.connect(copy)) as connection, connection:
        columns = "url, status, body, body_size, kind, site, reader_version"
        connection.execute(
            f"insert into pages(fetched_at, sha256, {columns})"
            f" select '2030-01-01T00:00:00+00:00', sha256, {columns} from pages where id = 3"
        )
        connection.execute("update posts set title = title || '改' where id = 1")
        last = connection.execute("select max(id) from pages").fetchone()[0]
    damage(3)
    assert verify("--new") == (0, 1), "old rows are not checked"
    assert verify()[0] == 6
    damage(last)
    assert verify("--new") == (0, 0)
    run_sql(copy, "update pages set sha256 = ? where id = ?", "0" * 64, last)
    assert verify("--new") == (6, total + 1), "another file has that name now"


def test_damage_found_during_an_export_is_6_too(run_cli: RunCli, db: Path, tmp_path: Path) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    run_sql(copy, "update posts set body_text = cast(x'ffff' as text)")
    result = run_cli("export", "jsonl", tmp_path / "out.jsonl", "--db", copy)
    assert (result.code, "restore a copy" in result.err) == (6, True)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("status", 0, ""),
        ("search 一 --limit 1 -q", 0, ""),
        ("reparse --workers 1", 6, "free some space"),
        ("update --no-media", 6, "free some space"),
    ],
)
@pytest.mark.slow
def test_on_a_full_disk_reading_works_and_writing_is_6(
    db: Path, tmp_path: Path, arguments: str, code: int, message: str
) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    ran = subprocess.run(
        [sys.executable, "-m", "blogarchive", *arguments.split(), "--db", copy],
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=lambda: setrlimit(RLIMIT_FSIZE, (0, 0)),
    )
    assert (ran.returncode, message in ran.stderr, len(ran.stderr.splitlines()) < 2) == (code, True, True), (
        ran
    )
    assert Path(copy).read_bytes() == db.read_bytes()


def test_a_damaged_page_is_reported_and_all_others_are_processed(
    run_cli: RunCli, db: Path, tmp_path: Path
) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    run_sql(copy, "update pages set body = zeroblob(length(body)) where id = 1")
    (pages,) = read_sql(copy, "select count(*) from pages")[0]
    (url,) = read_sql(copy, "select url from pages where id = 1")[0]
    run_sql(copy, "update posts set views = null where number = 506012")
    for arguments in (("reparse", "--workers", 1), ("reparse", "--diff", "--workers", 2)):
        result = run_cli(*arguments, "--db", copy)
        assert (result.code, url in result.err, "were left out: 1;" in result.err) == (6, True, True)
    assert read_sql(copy, "select views from posts where number = 506012")[0] != (None,)
    result = run_cli("export", "warc", tmp_path / "out.warc", "--json", "--db", copy)
    assert (result.code, url in result.err, json.loads(result.out)["pages"]) == (6, True, pages - 1)
    result = run_cli("merge", copy, "--db", tmp_path / "other.db")
    assert (result.code, url in result.err) == (1, True), "the page is named, and not copied"
    assert read_sql(tmp_path / "other.db", "select count(*) from pages")[0] == (pages - 1,)


def test_a_terminal_without_chinese_fails_no_command(db: Path) -> None:
    words = ("-m", "blogarchive", "search", "街", "--json", "--db", db)
    ran = python(*words, PYTHONIOENCODING="latin-1")
    assert ran.returncode == 0, ran.stderr
    assert "街" in json.loads(ran.stdout)[0]["excerpt"]


def test_search_finds_two_characters_and_shows_the_excerpt(run_cli: RunCli, db: Path) -> None:
    result = run_cli("search", "街", "格局", "--db", db)
    assert result.code == 0
    assert "一只猫能不能改变整条街的格局" in result.out
    (hit, *_) = json.loads(run_cli("search", "格局", "--db", db, "--json").out)
    assert "格局" in hit["marks"]
    nothing = run_cli("search", "没有人这样写过", "--db", db)
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "nothing found\n")
    assert run_cli("search", "没有人这样写过", "--json", "--db", db).err == ""


def test_search_prints_the_number_of_further_hits(run_cli: RunCli, db: Path) -> None:
    every = run_cli("search", "一", "--limit", 1000, "--db", db)
    assert every.err == ""
    total = every.out.count("https://") + every.out.count("http://")
    result = run_cli("search", "一", "--limit", 2, "--db", db)
    assert result.err == f"the first 2 of {total}; --limit {total} shows them all\n"
    assert run_cli("search", "一", "--limit", total, "--db", db).err == ""
    assert "the first 1 of" in run_cli("search", "一", "--limit", 1, "--comments", "--json", "--db", db).err


def test_search_accepts_a_month_or_a_year_as_a_day(run_cli: RunCli, db: Path) -> None:
    def days(*arguments: str) -> list[str]:
        hits = json.loads(run_cli("search", "一", "--limit", 1000, "--json", "--db", db, *arguments).out)
        return sorted(hit["posted_at"][:10] for hit in hits)

    whole = days()
    assert days("--since", "2025-01") == [day for day in whole if day >= "2025-01-01"] != whole
    assert days("--since", "2025") == days("--since", "2025-01-01")


def test_export_until_a_month_includes_its_last_day(run_cli: RunCli, db: Path, tmp_path: Path) -> None:
    def days(*arguments: str) -> set[str]:
        out = tmp_path / "out.jsonl"
        assert run_cli("export", "jsonl", out, "--db", db, "-q", *arguments).code == 0
        return {json.loads(line)["posted_at"][:7] for line in out.read_text("utf-8").splitlines()}

    assert days("--since", "2024-11", "--until", "2024-12") == {"2024-11", "2024-12"}
    assert max(days("--until", "2024")) == "2024-12"


def test_search_accepts_an_author_as_export_does_and_an_unknown_one_is_2(
    run_cli: RunCli, db: Path, tmp_path: Path
) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    (uid,) = read_sql(copy, "select uid from authors where uid <> '31182' order by uid")[0]
    run_sql(copy, "update authors set site = 'wenxuecity', uid = '31182' where uid = ?", uid)

    def authors(arguments: str, *more: object) -> set[str]:
        result = run_cli("search", "一", "--author", arguments, "--json", "--db", copy, *more)
        assert result.code == 0
        return {hit["author"] for hit in json.loads(result.out)}

    assert authors("creaders/31182") == authors("北窗老王") == {"北窗老王"} <= authors("北窗闲话")
    assert len(authors("wenxuecity/31182") | authors("creaders/31182", "--limit", 1)) == 2
    assert authors("31182", "--limit", 1000) == authors("wenxuecity/31182") | {"北窗老王"}
    result = run_cli("search", "一", "--author", "nobody", "--db", copy)
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert "it holds creaders/31182 (北窗老王), " in result.err


@pytest.mark.parametrize("arguments", ["search 街 --limit 1", "failures --json", "export --help"])
def test_a_reader_that_ends_early_is_no_error(db: Path, arguments: str) -> None:
    options = () if "help" in arguments else ("--db", db)
    line = [sys.executable, "-m", "blogarchive", *arguments.split(), *options]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()  # type: ignore[union-attr]
    _, message = process.communicate(timeout=300)
    assert (process.returncode, message) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("status >&- 2>&-", 0, ""),
        ("status >/dev/full", 6, "the output cannot be written: No space left on device"),
        ("status --help >/dev/full", 6, "the output cannot be written"),
        ("search 一 --limit 1 >/dev/null 2>/dev/full", 0, ""),
        ("nosuch 2>&-", 2, ""),
        ("forget 31182 --delete <&-", 2, "there is no terminal to answer"),
        ("backup --from - <&-", 2, "names no URL"),
    ],
)
def test_a_write_error_of_stdout_is_reported_once_and_of_closed_streams_not_at_all(
    db: Path, arguments: str, code: int, message: str
) -> None:
    environment = os.environ | {"BLOGARCHIVE_DB": str(db)}
    line = f"exec {shlex.quote(sys.executable)} -m blogarchive {arguments}"
    ran = subprocess.run(
        ["/bin/sh", "-c", line], env=environment, capture_output=True, text=True, timeout=300
    )
    assert (ran.returncode, ran.stdout, len(ran.stderr.splitlines())) == (code, "", int(bool(message)))
    assert message in ran.stderr


def test_a_dry_run_names_a_file_that_is_no_archive_as_every_command_does(
    run_cli: RunCli, tmp_path: Path
) -> None:
    empty, other = tmp_path / "empty.db", tmp_path / "other.db"
    empty.touch()
    run_sql(other, "create table notes (text)")
    for db, code in ((empty, 2), (other, 6)):
        dry, real = (run_cli("update", *words, "--db", db) for words in (("--dry-run",), ()))
        assert (dry.code, dry.err.partition(" ")[2]) == (real.code, real.err.partition(" ")[2])
        assert dry.code == code
        assert run_cli("serve", "--port", "0", "--db", db).code == code


def on_terminal(*words: object, **environment: str) -> bytes:
    """Return what a command writes to a terminal."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "blogarchive", *map(str, words)]
    shown = b""
    environment = {**os.environ, "TERM": "xterm", **environment}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        with suppress(OSError):  # of Linux, at the end
            while read := os.read(ours, 65536):
                shown += read
    os.close(ours)
    assert process.returncode == 0
    return shown


def test_no_text_of_a_stranger_controls_the_terminal(db: Path, tmp_path: Path) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    title, name = "\x1b[2J\x1b]0;x\x07\u202e题", "\x1b[8m\x9b2J名\r\x00"
    run_sql(copy, "update posts set title = ?", title)
    run_sql(copy, "update authors set blog_title = ?", name)
    run_sql(copy, "update failures set detail = ?", title)
    for words in ("status", "diff 506012", "failures"):
        shown = on_terminal(*words.split(), "--db", copy)
        assert re.findall(rb"[\x00\x07\x1b]|\r(?!\n)|\xc2\x9b|\xe2\x80\xae", shown) == [], words
    assert rb"\x1b[2J" in shown
    words = ("search", "猫", "--limit", 1, "--db", db)
    assert b"\x1b[33m" in on_terminal(*words)
    assert b"\x1b" not in on_terminal(*words, NO_COLOR="1") + on_terminal(*words, TERM="dumb")


def test_the_progress_on_a_narrow_terminal_is_not_cut(tmp_path: Path) -> None:
    with DemoHost([make_blog("7", posts=8)], delay=0.2) as host:
        words = ("backup", host.blog_url("7"), "--site", "creaders", "--delay", "0.001")
        db = tmp_path / ("a long name " * 5) / "a.db"
        db.parent.mkdir()
        shown = on_terminal(*words, "--db", db, COLUMNS="40").decode()
    assert " of 8 posts" in shown
    assert "…" not in shown
    assert f"new archive at {db}\r\n" in shown, "a path that is cut cannot be copied"


def test_a_post_and_a_blog_may_be_named_by_their_urls(run_cli: RunCli, db: Path, tmp_path: Path) -> None:
    with Archive.open(db, read_only=True) as archive:
        ((post, blog),) = archive.rows(
            "select p.url, a.url from posts p join authors a on a.id = p.author_id where p.number = '506012'"
        )
        chosen = stored_blogs(archive, [blog.rstrip("/")])
    assert [one.uid for one in chosen] == ["31182"]
    assert run_cli("diff", post, "--db", db).out.startswith(post)
    assert run_cli("export", "html", tmp_path / "a.html", "--number", post, "--db", db).code == 0
    unknown = run_cli("diff", post.replace("506012", "1"), "--db", db)
    assert (unknown.code, "no post" in unknown.err) == (2, True)


def test_a_reader_that_ends_early_hides_no_damage(db: Path, tmp_path: Path) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    run_sql(copy, "update pages set sha256 = 'x' where id = 3")
    arguments = [sys.executable, "-m", "blogarchive", "verify", "--json", "--db", copy]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()  # type: ignore[union-attr]
    _, message = process.communicate(timeout=300)
    assert (process.returncode, b"is damaged" in message, len(message.splitlines())) == (6, True, 1)


def test_diff_of_an_unchanged_post_shows_one_version(run_cli: RunCli, db: Path) -> None:
    result = run_cli("diff", "506012", "--db", db)
    assert (result.code, "versions: 1" in result.out) == (0, True)


def test_reparse_with_the_same_version_changes_nothing(run_cli: RunCli, db: Path, tmp_path: Path) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    for arguments in (
        ("--diff", "--workers", 2),
        ("--workers", 1),
        ("--diff", "--stale"),
        ("--failed", "--workers", 1),
    ):
        result = run_cli("reparse", *arguments, "--db", copy)
        assert (result.code, result.out) == (0, ""), result.out
        assert result.err.startswith("0 pages")


FAILING = """
import sys
import blogarchive.workers.batch_reparse as batch_reparse
whole = batch_reparse.parse_guarded
def read(page, target, *more):
    if target.number == "506012":
        raise RuntimeError("a mistake in the parser")
    return whole(page, target, *more)
batch_reparse.parse_guarded = read
from blogarchive.cli import main
main(sys.argv[1:])
"""


def test_an_error_of_this_program_on_one_stored_page_is_reported_and_all_others_are_parsed(
    db: Path, tmp_path: Path
) -> None:
    copy = shutil.copy(db, tmp_path / "copy.db")
    run_sql(copy, "update posts set views = null")
    ran = run_code(FAILING, "reparse", "--workers", "1", "-q", "--db", copy, folder=tmp_path)
    assert (ran.code, len(ran.err.splitlines())) == (1, 1), ran.err
    assert "this program failed: RuntimeError: a mistake in the parser" in ran.err
    assert read_sql(copy, "select number from posts where views is null") == [("506012",)]


def test_reparse_restores_a_value_that_an_older_version_missed(
    run_cli: RunCli, db: Path, tmp_path: Path
) -> None:
    copy, views = shutil.copy(db, tmp_path / "copy.db"), "select views from posts where number = 506012"
    run_sql(copy, "update posts set views = null where number = 506012")
    result = run_cli("reparse", "--diff", "--workers", 1, "--db", copy)
    assert "post 506012, views: none -> " in result.out
    assert read_sql(copy, views) == [(None,)]
    assert run_cli("reparse", "--workers", 1, "--db", copy).code == 0
    assert read_sql(copy, views) != [(None,)]


def test_sites_lists_the_hosts(run_cli: RunCli) -> None:
    assert "creaders: blog.creaders.net" in run_cli("sites").out


def test_each_command_with_json_prints_one_document_and_nothing_else_on_stdout(
    run_cli: RunCli, tmp_path: Path
) -> None:
    db, page, blog = tmp_path / "new.db", tmp_path / "page.html", make_blog("7", posts=1)
    with DemoHost([blog]) as host:
        url = host.blog_url("7")
        new = [url, "--site", "creaders", "--delay", "0.001", "--no-media", "--db", str(db)]
        urlretrieve(url, page)
        for words in (["backup", *new], ["update", *new[3:]], ["update", "--dry-run", *new[3:]]):
            ran = run_command(*words, "--json", folder=tmp_path)
            assert isinstance(json.loads(ran.out), dict), (words, ran.err)
    other = shutil.copy(db, tmp_path / "other.db")
    commands = (
        *("status", "failures", "log", "verify", "sites", "settings", "settings 7"),
        *("reparse --workers 1", "reparse --diff --workers 1", "search 没有人这样写过", "discover"),
        *(f"diff {post.number}" for post in blog.posts),
        *(f"search {post.title.split()[0]}" for post in blog.posts),
        f"doctor {page} --url https://blog.creaders.net/u/7/ --site creaders",
        f"import blogger {ROOT / 'tests/importing/exports/blogger/export.xml'}",
        *(f"export jsonl {tmp_path / 'out.jsonl'}", f"merge {other}", f"seal {tmp_path / 'sealed'}"),
    )
    for words in commands:
        result = run_cli(*words.split(), "--db", db, "--json", "-v")
        assert (result.code, type(json.loads(result.out)) in (dict, list)) == (0, True), words
        assert run_cli(*words.split(), "--db", db, "-q").code == 0, words
    with click.Context(cli) as context:
        having = {name for name in CONTRACT if "--json" in _options(cli.get_command(context, name))}
    assert having == {"backup", "update", *(words.split()[0] for words in commands)}


def _options(command: click.Command | None) -> set[str]:
    assert command is not None
    return {name for parameter in command.params for name in parameter.opts}


def test_doctor_prints_each_field_with_its_line(tmp_path: Path) -> None:
    with DemoHost([sample_blog("31182")]) as host:
        url = host.post_url("31182", 506012)
        ran = run_command("doctor", url, "--site", "creaders", "--lines", folder=tmp_path)
    assert ran.code == 0, ran.err
    assert "posts[0].title = 一只猫能不能改变整条街的格局？兼答读者  [line " in ran.out
    assert "posts[0].posted = 2025-01-28 01:46:53 = 2025-01-28T01:46:53-08:00 (second)" in ran.out
    shown = dict(re.findall(r"^ +(\d+) (.*)$", ran.out, re.MULTILINE))
    places = dict(re.findall(r"^(\S+) = .*  \[line (\d+), ", ran.out, re.MULTILINE))
    for field, label in (
        ("posts[0].views", "浏览"),
        ("posts[0].likes", "浏览"),
        ("posts[0].comment_count", "评论"),
        ("posts[0].comments[1].author_name", "作者"),
        ("author.account_age", "岁"),
        ("author.total_visits", "访问总量"),
    ):
        assert label in shown[places[field]], field


def test_doctor_names_the_line_of_the_comment_itself_if_its_author_wrote_others(tmp_path: Path) -> None:
    with DemoHost([make_blog("31182", posts=5)]) as host:
        url = host.post_url("31182", 400545)
        ran = run_command("doctor", url, "--site", "creaders", "--json", folder=tmp_path)
    lines = {one["field"]: one["line"] for one in json.loads(ran.out)}
    last = "posts[0].comments[4]"
    assert lines[f"{last}.author_name"] == lines[f"{last}.posted"] == lines[f"{last}.body_text"] - 1
    assert lines["posts[0].unseen_comments"] is None


def test_doctor_of_a_page_that_a_backup_would_not_store_prints_it_and_ends_with_4(tmp_path: Path) -> None:
    with DemoHost([sample_blog("31182")]) as host:
        words = ("doctor", f"{host.url}/u/999/", "--site", "creaders")
        ran, as_json = (run_command(*words, *more, folder=tmp_path) for more in ((), ("--json",)))
        post = run_command("doctor", host.post_url("31182", 506012), "--site", "creaders", folder=tmp_path)
    assert (ran.code, as_json.code, post.code) == (4, 4, 0)
    assert "status 404" in ran.out
    assert {"field": "status", "value": "404"}.items() <= json.loads(as_json.out)[0].items()
    assert "would not store this page: the page says: 您要找的页面不存在" in ran.err


def test_doctor_names_the_limits_of_a_page_and_parses_none_beyond_them(
    run_cli: RunCli, tmp_path: Path
) -> None:
    path = tmp_path / "large.html"
    path.write_text(f"<html><body>{'<p>字</p>' * 250_000}</body></html>", "utf-8")
    result = run_cli(
        "doctor", str(path), "--url", "http://blog.creaders.net/u/31182/202501/506012.html", "--lines"
    )
    assert result.code == 0
    assert "up to 2000000 bytes and 40000 tags; this one has 500004 tags" in result.out
    assert result.out.endswith("problems[0].detail = not parsed: 2,500,026 bytes, the limit is 2,000,000\n")


@NEEDS_ASCII_CHECKOUT
def test_file_names_that_the_file_system_rejects_are_one_line_of_error(db: Path, tmp_path: Path) -> None:
    ascii_names = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = ("-m", "blogarchive", "export", "markdown", tmp_path / "out", "--db", db)
    ran = python(*words, **ascii_names)
    assert (ran.returncode, len(ran.stderr.splitlines()), "LANG=C.UTF-8" in ran.stderr) == (6, 1, True)


@pytest.mark.parametrize(("kind", "name"), [("jsonl", "out.jsonl"), ("html", "out"), ("markdown", "out")])
def test_export_writes_files(run_cli: RunCli, db: Path, tmp_path: Path, kind: str, name: str) -> None:
    result = run_cli("export", kind, tmp_path / "out", "--db", db, "-q")
    assert (result.code, result.err) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_second_export_says_that_nothing_changed(run_cli: RunCli, db: Path, tmp_path: Path) -> None:
    words = ("export", "jsonl", tmp_path / "out", "--db", db)
    time.sleep(0.06)  # a tick of the clock of files
    assert "unchanged" not in run_cli(*words).err
    assert run_cli(*words).err.endswith("out.jsonl; unchanged since the earlier export\n")
    assert json.loads(run_cli(*words, "--json").out)["unchanged"] is True


def test_an_exit_without_a_closed_pipe_keeps_its_code() -> None:
    ran = python("-m", "blogarchive", _BLOGARCHIVE_COMPLETE="no_shell_that_is_known")
    assert (ran.returncode, ran.stdout) == (1, "")


def test_log_and_discover_say_what_they_count_in_the_language_of_the_reader(
    run_cli: RunCli, db: Path
) -> None:
    words = {"en": ("new posts", "in comments"), "zh": ("新文章", "评论里")}
    for language, (posts, comments) in words.items():
        copied = shutil.copy(db, db.with_name(f"{language}.db"))
        found = [
            python("-m", "blogarchive", name, "--db", copied, BLOGARCHIVE_LANG=language).stdout
            for name in ("log", "discover")
        ]
        assert (f"{posts} " in found[0], f"{comments} " in found[1]) == (True, True), found


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("backup --from nowhere --db new.db", "没有这个文件或文件夹"),
        ("settings 31182 cookies=nowhere", "没有这个文件或文件夹"),
        ("settings 31182 cookies=.", "是文件夹"),
        ("serve --host 192.0.2.1 --port 8", "这台机器没有这个地址"),
    ],
)
def test_the_reason_of_the_system_is_in_the_language_of_the_reader(db: Path, words: str, reason: str) -> None:
    named = () if "--db" in words else ("--db", str(db))
    ran = python("-m", "blogarchive", *words.split(), *named, BLOGARCHIVE_LANG="zh")
    assert ran.returncode == 2
    assert (reason in ran.stderr, len(ran.stderr.splitlines())) == (True, 1), ran.stderr
