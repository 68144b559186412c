"""Commands for single blogs: settings are stored and checked, a blog is paused, forgotten or deleted."""

import json
import shutil
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import stored_blogs
from tests.cli.conftest import RunCli
from tests.sql import read_sql, run_sql
from tests.tool import Tool

UID = "31182"


@pytest.fixture
def archive(db: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(db, tmp_path / "copy.db"))


def updated_uids(db: Path) -> set[str | None]:
    with Archive.open(db) as archive:
        return {blog.uid for blog in stored_blogs(archive)}


def test_settings_are_stored_printed_and_removed(run_cli: RunCli, archive: Path) -> None:
    result = run_cli("settings", UID, "delay=2.5", "media_hosts=*.example.org,a.example", "--db", archive)
    assert (result.code, result.out) == (
        0,
        "creaders/31182  delay=2.5  media_hosts=*.example.org,a.example\n",
    )
    found = json.loads(run_cli("settings", UID, "--db", archive, "--json").out)
    assert (found["delay"], found["media_hosts"]) == (2.5, ["*.example.org", "a.example"])
    assert run_cli("settings", f"creaders/{UID}", "delay=", "media_hosts=", "--db", archive).out.endswith(
        "defaults\n"
    )
    assert len(run_cli("settings", "--db", archive).out.splitlines()) == 3


@pytest.mark.parametrize(
    "change", ["delay=soon", "delay=-1", "speed=2", "delay", "cookies=nowhere.txt", "media_hosts=a b"]
)
def test_an_invalid_setting_is_a_usage_error_that_names_it_and_changes_nothing(
    run_cli: RunCli, archive: Path, change: str
) -> None:
    before = run_cli("settings", UID, "--db", archive).out
    refused = run_cli("settings", UID, change, "--db", archive)
    assert (refused.code, change.partition("=")[0] in refused.err) == (2, True)
    assert run_cli("settings", UID, "--db", archive).out == before


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_backup_that_names_another_site_than_the_stored_one_is_refused(
    run_cli: RunCli, archive: Path, is_listed: bool
) -> None:
    home = read_sql(archive, f"select url from authors where uid = '{UID}'")[0][0]
    (listed := archive.with_name("list.txt")).write_text(f"{home}\n")
    named = ("--from", listed) if is_listed else (home,)
    refused = run_cli("backup", *named, "--site", "web", "--db", archive)
    assert (refused.code, f"{home} is stored as a blog of creaders" in refused.err) == (2, True), refused.err


def test_a_paused_blog_is_left_out_of_updates_until_it_is_resumed(run_cli: RunCli, archive: Path) -> None:
    assert UID in updated_uids(archive)
    assert run_cli("pause", UID, "--db", archive).code == 0
    assert UID not in updated_uids(archive)
    assert run_cli("resume", UID, "--db", archive).code == 0
    assert UID in updated_uids(archive)


def test_forget_keeps_the_rows_of_a_blog_and_delete_removes_all_of_them(
    run_cli: RunCli, archive: Path
) -> None:
    posts = "select count(*) from posts p join authors a on a.id = p.author_id where a.uid = '31182'"
    everything = "select count(*) from posts"
    (own,), (before,) = read_sql(archive, posts)[0], read_sql(archive, everything)[0]
    left = run_cli("forget", UID, "--yes", "--db", archive)
    assert (left.code, f"`blogarchive resume {UID}`" in left.err) == (0, True)
    assert UID not in updated_uids(archive)
    assert read_sql(archive, posts)[0] == (own,)
    deleted = run_cli("forget", UID, "--yes", "--delete", "--db", archive)
    assert (deleted.code, deleted.err) == (0, f"{UID} is deleted\n")
    assert read_sql(archive, posts)[0] == (0,)
    assert read_sql(archive, everything)[0] == (before - own,)
    for table in ("authors", "frontier", "pages", "failures", "_page_chains", "blog_settings"):
        query = f"select count(*) from {table} where site = 'creaders' and uid = '31182'"
        assert read_sql(archive, query)[0] == (0,), table
    assert read_sql(archive, "pragma foreign_key_check") == []
    waiting = "select backed_up_at is null from discovered_blogs where uid = '31182'"
    assert read_sql(archive, waiting) == [(0,)]
    assert run_cli("verify", "--db", archive).code == 0


def test_a_blog_that_is_not_stored_is_a_usage_error(run_cli: RunCli, archive: Path) -> None:
    for command in ("pause", "resume", "settings"):
        result = run_cli(command, "nobody", "--db", archive)
        assert result.code == 2
        assert "nobody" in result.err


def test_status_names_no_change_of_a_forgotten_or_deleted_blog_nor_of_one_that_is_not_asked_for(
    run_cli: RunCli, archive: Path
) -> None:
    uids = "b.example/a;rm -rf x", "c.example"
    for number, uid in enumerate(uids, start=900):
        run_sql(
            archive,
            "insert into authors(id, site, uid, url, first_seen_at, last_seen_at) values (?, 'web', ?, ?, ?4, ?4)",
            number,
            uid,
            f"http://{uid}/",
            "2026-01-01T00:00:00Z",
        )
        insert = (
            "insert into site_changes(site, field, found_at) values (?, 'post.title', '2026-01-01T00:00:00Z')"
        )
        run_sql(archive, insert, f"web/{uid}")
        insert = "insert into field_counts select max(id), ?1, 'post', 'title', 9, 0 from runs"
        run_sql(archive, insert, f"web/{uid}")

    def told(*words: str) -> tuple[bool, ...]:
        shown = run_cli("status", *words, "--db", archive)
        assert shown.code == 0, shown.err
        return tuple(f"update {names} --accept-changes" in shown.out for names in commands)

    commands = (f"'web/{uids[0]}' web/c.example", f"'web/{uids[0]}'", "web/c.example")
    assert told() == (True, False, False)
    assert (told(uids[0]), told(uids[1])) == ((False, True, False), (False, False, True))
    run_cli("forget", f"web/{uids[0]}", "--yes", "--db", archive)
    run_cli("forget", f"web/{uids[1]}", "--yes", "--delete", "--db", archive)
    assert told() == (False, False, False)
    for table in ("site_changes", "field_counts"):
        query = f"select site from {table} where site like 'web/%'"
        assert read_sql(archive, query) == [(f"web/{uids[0]}",)], table


def test_forget_without_a_terminal_checks_the_name_and_asks_for_yes(run_cli: RunCli, archive: Path) -> None:
    unknown = run_cli("forget", "nobody", "--delete", "--yes", "--db", archive)
    assert (unknown.code, "nobody" in unknown.err) == (2, True)
    for words in ((), ("--delete",)):
        refused = run_cli("forget", UID, *words, "--db", archive)
        assert (refused.code, "--yes" in refused.err) == (2, True)
    assert UID in updated_uids(archive)


def test_forget_deletes_only_after_the_sealed_copy_of_everything_is_written(
    run_cli: RunCli, archive: Path, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.db"
    taken.write_text("a letter")
    delete = ("forget", UID, "--delete", "--yes", "--db", archive, "--copy")
    assert run_cli(*delete, taken).code == 2
    assert run_cli(*delete, tmp_path / "no folder" / "copy.db").code == 6
    assert taken.read_text() == "a letter"
    assert UID in updated_uids(archive)
    copy = tmp_path / "before.db"
    before = archive.read_bytes()
    assert run_cli(*delete, copy).code == 0
    archive.write_bytes(before)  # as after a kill between the copy and the deletion
    assert run_cli(*delete, copy).code == 0
    assert UID not in updated_uids(archive)
    assert UID in updated_uids(copy)
    assert run_cli("verify", "--db", copy).code == 0


def test_forget_never_takes_the_archive_itself_for_its_copy(
    run_cli: RunCli, archive: Path, tmp_path: Path
) -> None:
    sealed = tmp_path / "sealed.db"
    assert run_cli("seal", "--file-only", sealed, "--db", archive).code == 0
    refused = run_cli("forget", UID, "--delete", "--yes", "--db", sealed, "--copy", sealed)
    assert (refused.code, "name another file" in refused.err) == (2, True)
    assert UID in updated_uids(sealed)


def test_a_table_of_the_user_that_names_a_post_is_no_unexpected_error(run_cli: RunCli, archive: Path) -> None:
    run_sql(archive, "create table tags(post_id integer references posts(id), tag text)")
    run_sql(archive, "insert into tags select id, '读过' from posts")
    refused = run_cli("forget", UID, "--yes", "--delete", "--db", archive)
    assert (refused.code, "unexpected" in refused.err, "another table" in refused.err) == (2, False, True)
    assert UID in updated_uids(archive)
    assert run_cli("verify", "--db", archive).code == 0


_INSERT = """insert into authors (site, uid, url, nickname, first_seen_at, last_seen_at)
             values ('creaders', ?, 'http://blog.test/u/' || ?1 || '/', '邻居' || ?1, 'a', 'a')"""

_HOME = """insert into frontier (key, url, site, uid, kind, state, found_at, fetched_at)
           values ('h' || ?1, 'http://blog.test/u/' || ?1 || '/', 'creaders', ?1, 'home', 'done', 'a', 'a')"""


def archive_of(tool: Tool, blogs: int) -> None:
    """Make an archive of so many blogs; a page of the last is still to fetch."""
    with Archive.open(tool.db, create=True) as archive, archive.atomic():
        for number in range(1, blogs + 1):
            archive.execute(_INSERT, (str(number),))
            archive.execute(_HOME, (str(number),))
        archive.execute(
            "insert into frontier (key, url, site, uid, kind, state, found_at)"
            " values ('k', 'http://blog.test/p', 'creaders', ?, 'post', 'todo', 'a')",
            (str(blogs),),
        )


def headings(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("邻居")]


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path)


def test_each_of_twenty_blogs_is_shown(tool: Tool) -> None:
    archive_of(tool, 20)
    assert len(headings(tool.run("status").out)) == 20


def test_of_more_blogs_the_sums_and_the_incomplete_ones_are_shown(tool: Tool) -> None:
    archive_of(tool, 21)
    out = tool.run("status").out
    assert "creaders: 20 of 21 complete, 0 never reached, 0 paused" in out
    assert "blogs that are not complete: 1; `blogarchive status --all` shows each blog" in out
    assert [line for line in out.splitlines() if line.startswith("  creaders/")] == [
        "  creaders/21  0 of 0 posts read; pages still to fetch: 1; failures: 0"
    ]
    assert headings(out) == []


def test_all_blogs_or_named_ones_are_shown_on_request(tool: Tool) -> None:
    archive_of(tool, 21)
    assert len(headings(tool.run("status", "--all").out)) == 21
    named = tool.run("status", "7", "creaders/9", "http://blog.test/u/11/").out
    assert [line.split()[0] for line in headings(named)] == ["邻居7", "邻居9", "邻居11"]
    assert "pages and" not in named


def test_json_has_every_blog_unless_some_are_named(tool: Tool) -> None:
    archive_of(tool, 21)
    assert len(json.loads(tool.run("status", "--json").out)["blogs"]) == 21
    (one,) = json.loads(tool.run("status", "--json", "21").out)["blogs"]
    assert (one["uid"], one["waiting"]) == ("21", 1)


def test_an_unknown_blog_is_refused_in_one_line(tool: Tool) -> None:
    archive_of(tool, 1)
    refused = tool.run("status", "nobody")
    assert refused.code == 2
    assert len(refused.err.splitlines()) == 1
