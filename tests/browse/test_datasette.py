"""Datasette's own pages of an archive, and of other databases on the same server."""

import asyncio
import csv
import io
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from datasette.app import Datasette
from lxml import html

from blogarchive.browse import archives
from blogarchive.browse.serve import create_app
from blogarchive.errors import ArchiveDamaged, NoArchive, UsageError
from tests.browse.conftest import close
from tests.sql import read_sql, run_sql


@pytest.fixture
def other_database(tmp_path: Path) -> Path:
    """Return a database that is no archive, with its own full-text index."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """create table notes (id integer primary key, text text);
               insert into notes values (1, 'the quick brown fox'), (2, '川普 新政'), (3, 'well-known
               (facts)'); create virtual table notes_fts using fts5(text, content="notes"); insert into
               notes_fts(rowid, text) select id, text from notes;
               """
        )
    connection.close()
    return path


async def rows(datasette: Datasette, address: str, **parameters: str) -> list[dict[str, object]]:
    answer = await datasette.client.get(address, params={"_shape": "array", **parameters})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()
    return found


@pytest.mark.parametrize(
    "words", ["川普", "川", "關稅要漲", "iPhone", "ＩＰＨＯＮＥ", "川普 新政", '"新政离这个"']
)
async def test_datasettes_search_box_finds_chinese(datasette: Datasette, words: str) -> None:
    found = await rows(datasette, "/archive/posts.json", _search=words)
    assert [row["number"] for row in found] == ["553384"]


async def test_datasettes_search_box_finds_comments(datasette: Datasette) -> None:
    found = await rows(datasette, "/archive/comments.json", _search="關稅")
    assert [row["author_name"] for row in found] == ["Old Wang"]


@pytest.mark.parametrize(
    "words", ['"', "(", "AND", "OR", "*", "a:b", "-", '"""', "^", "{", "NEAR(", "\0", "", "。"]
)
async def test_no_search_term_is_a_server_error(datasette: Datasette, words: str) -> None:
    for table in ("posts", "comments"):
        for format_ in ("", ".json"):
            answer = await datasette.client.get(f"/archive/{table}{format_}", params={"_search": words})
            assert answer.status_code == 200
            raw = await datasette.client.get(
                f"/archive/{table}{format_}", params={"_search": words, "_searchmode": "raw"}
            )
            assert raw.status_code < 500


async def test_another_database_uses_its_own_search(archive_path: Path, other_database: Path) -> None:
    served = Datasette([str(other_database), str(archive_path)])
    alone = Datasette([str(other_database)])
    for words in ("quick fox", "quick -fox", "川普", "well-known", '"brown fox"', "qui*", "川 OR fox"):
        beside = await rows(served, "/other/notes.json", _search=words)
        assert beside == await rows(alone, "/other/notes.json", _search=words), words
    assert [row["id"] for row in await rows(served, "/archive/posts.json", _search="川普")]
    assert (await served.client.get("/read")).status_code == 200
    close(served)
    close(alone)


async def test_another_index_inside_the_archive_is_still_searched(own_archive: Path) -> None:
    run_sql(own_archive, "create table notes (id integer primary key, text text)")
    run_sql(own_archive, "insert into notes values (1, '川普 wrote'), (2, 'nothing')")
    run_sql(own_archive, 'create virtual table notes_fts using fts5(text, content="notes")')
    run_sql(own_archive, "insert into notes_fts(rowid, text) select id, text from notes")
    served = Datasette([str(own_archive)])
    for words in ("川普", "wrote", "川普 wrote"):
        assert [row["id"] for row in await rows(served, "/archive/notes.json", _search=words)] == [1]
    close(served)


async def test_every_table_and_column_is_described(archive_path: Path) -> None:
    described = archives.load_metadata()["tables"]
    connection = sqlite3.connect(archive_path)
    actual = {}
    for (table,) in connection.execute(
        "select name from sqlite_master where type in ('table', 'view') and name not glob '*_fts*'"
    ).fetchall():
        actual[table] = {row[1] for row in connection.execute(f"pragma table_xinfo([{table}])")}
    connection.close()
    assert {table: set(words["columns"]) for table, words in described.items()} == actual
    assert all(words["description"] for words in described.values())


async def test_foreign_keys_are_shown_by_name(datasette: Datasette) -> None:
    found = await rows(datasette, "/archive/posts.json", number="553384", _labels="on")
    assert found[0]["author_id"] == {"value": 1, "label": "山里人的灶台"}
    comments = await rows(datasette, "/archive/comments.json", _labels="on", author_name="过路客")
    assert comments[0]["post_id"]["label"] == "回乡过年：一笔细账"  # type: ignore[index]


async def test_tables_have_facets_of_their_columns(datasette: Datasette) -> None:
    expected = {
        "posts": ["author_id", "year", "gone_reason"],
        "posts_view": ["author", "year"],
        "comments": ["year", "author_name"],
        "pages": ["kind", "status", "encoding"],
        "frontier": ["state", "kind"],
    }
    for table, names in expected.items():
        answer = (await datasette.client.get(f"/archive/{table}.json")).json()
        assert list(answer["facet_results"]) == names
    facets = (await datasette.client.get("/archive/posts.json")).json()["facet_results"]
    assert facets["author_id"]["results"][0]["label"] == "山里人的灶台", "pages of most blogs name no author"
    assert [(one["value"], one["count"]) for one in facets["gone_reason"]["results"]] == [("gone", 1)]


@pytest.mark.parametrize(
    "address",
    [
        "/archive/posts.json?author_id=1",
        "/archive/posts.json?_search=的",
        "/archive/posts_view.json",
        "/archive/posts_view.json?author=山里人",
        "/archive/pages.json",
        "/archive/pages.json?status=200",
        "/archive/frontier.json",
        "/archive/frontier.json?state__not=none",
    ],
)
async def test_facets_count_the_rows_that_their_links_show(datasette: Datasette, address: str) -> None:
    await assert_links_of_facets_lead_to_their_counts(datasette, (await datasette.client.get(address)).json())


async def assert_links_of_facets_lead_to_their_counts(datasette: Datasette, answer: dict[str, Any]) -> None:
    assert answer["facet_results"]
    for facet in answer["facet_results"].values():
        for result in facet["results"]:
            followed = (
                await datasette.client.get(result["toggle_url"].removeprefix("http://localhost"))
            ).json()
            expected = None if result["selected"] else result["count"]
            assert expected in (None, followed["filtered_table_rows_count"]), result


@pytest.mark.parametrize(
    "filtered",
    [
        "posts",
        "posts?author_id=1",
        "posts?year=2017",
        "posts?_search=的",
        'posts?_through={"table":"post_categories","column":"category_id","value":"1"}',
        "comments?_search=的",
    ],
)
async def test_the_pages_of_a_table_have_each_counted_row_once_also_those_of_one_time(
    own_archive: Path, filtered: str
) -> None:
    run_sql(own_archive, "update posts set posted_at = substr(posted_at, 1, 4) || '-01-01'")
    served = Datasette([str(own_archive)])
    table, _mark, query = filtered.partition("?")
    path, ids, counts = f"/archive/{table}.json?{query}&_shape=objects&_size=2", [], set()
    while path:
        answer = (await served.client.get(path)).json()
        ids += [row["id"] for row in answer["rows"]]
        counts.add(answer["filtered_table_rows_count"])
        path = (answer["next_url"] or "").removeprefix("http://localhost")
    close(served)
    assert counts == {len(ids)} == {len(set(ids))}
    assert len(ids) > 2


@pytest.mark.parametrize("table", ["posts", "posts_view"])
@pytest.mark.parametrize("text", ["的", "iPhone", "用iPhone", "账%", "一笔细_", "川普，", "没有这个词"])
async def test_contains_finds_what_like_finds(datasette: Datasette, table: str, text: str) -> None:
    for column in ("title", "body_text"):
        found = await rows(datasette, f"/archive/{table}.json", **{f"{column}__contains": text})
        expected = await rows(datasette, f"/archive/{table}.json", **{f"{column}__like": f"%{text}%"})
        assert found == expected


async def test_contains_finds_texts_that_wait_for_the_index(own_archive: Path) -> None:
    run_sql(own_archive, "update posts set body_text = '尚未索引的新句子' where id = 1")
    served = Datasette([str(own_archive)])
    found = await rows(served, "/archive/posts.json", body_text__contains="索引的新")
    assert [row["id"] for row in found] == [1]
    close(served)


async def test_posts_view_counts_the_posts_of_each_nickname_from_indexes(datasette: Datasette) -> None:
    facet = "select author, count(*) from (select * from posts_view) where author is not null group by author"
    plan = await datasette.get_database("archive").execute(f"explain query plan {facet}")
    assert [row["detail"].partition(" (")[0] for row in plan] == [
        "SEARCH a USING COVERING INDEX authors_nickname",
        "SEARCH p USING COVERING INDEX sqlite_autoindex_posts_1",
    ]


async def test_posts_view_has_facets_by_category_on_request(datasette: Datasette) -> None:
    more = (await datasette.client.get("/archive/posts_view.json?_facet_array=category_list")).json()
    found = more["facet_results"]["category_list"]["results"]
    assert {result["value"] for result in found} >= {"山居", "河岸"}


async def test_titles_link_to_the_reading_page_and_long_texts_are_folded(datasette: Datasette) -> None:
    for table in ("posts", "posts_view", "edited_posts", "missing_posts"):
        shown = (await datasette.client.get(f"/archive/{table}")).text
        assert '<a href="/read/post/' in shown, table
    assert "<details><summary>" in (await datasette.client.get("/archive/posts")).text
    assert '<a href="/read/author/1">' in (await datasette.client.get("/archive/authors")).text


async def test_a_url_without_a_page_is_not_found(datasette: Datasette) -> None:
    for address in ("/no/such/address/here", "/read/nothing", "/archive/no-such-table", "/nothing"):
        assert (await datasette.client.get(address)).status_code == 404


async def test_sizes_have_units(datasette: Datasette) -> None:
    assert "kB" in (await datasette.client.get("/archive/media")).text


@pytest.mark.parametrize("name", sorted(archives.canned_queries()))
async def test_every_canned_query_runs(datasette: Datasette, name: str) -> None:
    found = await rows(datasette, f"/archive/{name}.json", person="河边人")
    assert found, name
    assert (await datasette.client.get(f"/archive/{name}")).status_code == 200


async def test_canned_queries_return_what_they_describe(datasette: Datasette) -> None:
    first = (await rows(datasette, "/archive/most_discussed.json"))[0]
    assert (first["title"], first["comments"], first["people"]) == ("回乡过年：一笔细账", 6, 5)
    said = await rows(datasette, "/archive/comments_by.json", person="河边人")
    assert [row["post"] for row in said] == ["回乡过年：一笔细账", "回乡过年：一笔细账", "后山的野猫"]
    missing = [row["what"] for row in await rows(datasette, "/archive/missing.json")]
    assert "一篇只在目录里见过的" in missing
    assert "2024-12: 2 listed, 1 stored" in missing


async def test_results_of_queries_lead_to_posts_and_comments(datasette: Datasette) -> None:
    for query in ("most_discussed", "edits", "gone", "missing"):
        shown = (await datasette.client.get(f"/archive/{query}")).text
        assert '<a href="/read/post/' in shown, query
    said = html.document_fromstring((await datasette.client.get("/archive/comments_by?person=河边人")).text)
    link = said.xpath("//td/a[starts-with(@href, '/read/post/')]")[0].get("href")
    post = html.document_fromstring((await datasette.client.get(link)).text)
    assert "河边人" in post.get_element_by_id(link.split("#")[1]).text_content()
    own = (await datasette.client.get("/archive?sql=select+1+as+post_id,+'x'+as+title")).text
    assert '<a href="/read/post/1">x</a>' in own
    plain = (await datasette.client.get("/archive?sql=select+'a'+as+post_id,+'x'+as+title")).text
    assert "/read/post/a" not in plain


async def test_serve_has_pages_for_each_of_several_archives(archive_path: Path, tmp_path: Path) -> None:
    second = Path(copy(archive_path, tmp_path / "second.db"))
    served = create_app(archive_path, second)
    await served.invoke_startup()
    home = html.document_fromstring((await served.client.get("/read")).text)
    links = {link.text: link.get("href") for link in home.xpath("//nav[@aria-label='各份存档']/a")}
    assert links == {"archive": "/read", "second": "/read/in/second"}
    assert (await served.client.get("/read/in/second/author/1/plots")).status_code == 200
    close(served)


async def test_a_column_that_a_later_version_adds_meanwhile_is_shown(
    archive_path: Path, tmp_path: Path
) -> None:
    path = Path(copy(archive_path, tmp_path / "archive.db"))
    served = create_app(path)
    await served.invoke_startup()
    assert "weather" not in (await served.client.get("/archive/posts.json?_shape=array")).text
    run_sql(path, "alter table posts add column weather text")
    assert (await served.client.get("/archive/posts.json?_shape=array")).json()[0]["weather"] is None
    assert "weather" in (await served.client.get("/archive")).text
    close(served)


async def test_names_that_visitors_make_up_fill_no_memory(
    own_server: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blogarchive.browse.serve._MOST_FACTS", 10)
    for number in range(40):
        await own_server.client.get(f"/archive/posts.json?_size=1&_fts_table=made_up_{number}&_search_a=b")
    assert 0 < len(own_server.get_database("archive").facts) < 40


async def test_csv_of_serve_begins_with_one_byte_order_mark(own_server: Datasette) -> None:
    for query in ("posts.csv", "posts.csv?_dl=1", "posts.csv?_stream=1", "most_discussed.csv"):
        content = (await own_server.client.get(f"/archive/{query}")).content
        assert content.startswith(b"\xef\xbb\xbf"), query
        assert content.count(b"\xef\xbb\xbf") == 1
    assert (await own_server.client.get("/archive.csv?sql=select+1")).content.startswith(b"\xef\xbb\xbf")
    assert (await own_server.client.get("/archive/posts.csv?_bom=off")).content.startswith(b"id,")
    assert not (await own_server.client.get("/archive/posts.json")).content.startswith(b"\xef")
    assert not (await own_server.client.get("/archive/posts")).content.startswith(b"\xef")


async def test_a_spreadsheet_runs_no_formula_of_a_text(archive_path: Path, tmp_path: Path) -> None:
    path = Path(copy(archive_path, tmp_path / "archive.db"))
    evil = ["=cmd|'/c calc'!A0", "+1+1", "@SUM(1)", '-2+3\n,"x"', "＝1"]
    for number, title in enumerate(evil, 1):
        run_sql(path, "update posts set title = ? where id = ?", title, number)
    served = create_app(path)
    await served.invoke_startup()
    for query in ("posts.csv?_size=max", "posts.csv?_stream=1", "posts.csv?_stream=1&_dl=on"):
        text = (await served.client.get(f"/archive/{query}")).content.decode("utf-8-sig")
        titles = {row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))}
        assert {f"'{title}" for title in evil} <= titles
        assert titles.isdisjoint(evil)
    whole = (await served.client.get("/archive/posts.csv?_bom=off&_stream=1")).text
    assert {row["title"] for row in csv.DictReader(io.StringIO(whole, newline=""))} >= set(evil)
    close(served)


async def test_a_server_of_others_keeps_its_pages_errors_and_limits(
    archive_path: Path, other_database: Path
) -> None:
    served = Datasette([str(archive_path), str(other_database)])
    await served.invoke_startup()
    first = await served.client.get("/")
    assert first.status_code == 200
    assert "阅读 Read" in first.text
    for database, begin in (("other/notes", b"id,text"), ("archive/posts", b"id,author_id")):
        assert (await served.client.get(f"/{database}.csv")).content.startswith(begin)
    for address in ("/no/such/address/here", "/other/nothing"):
        answer = await served.client.get(address)
        assert (answer.status_code, answer.headers["content-type"][:9]) == (404, "text/html")
    large = {"sql": "select zeroblob(90 * 1024 * 1024) is null as small", "_shape": "array"}
    assert (await served.client.get("/archive.json", params=large)).json() == [{"small": 0}]
    close(served)


@pytest.mark.parametrize("query", ["_sort=nosuch", "_sort_desc=nosuch", "_sort=id&_sort_desc=id"])
async def test_a_wrong_parameter_is_an_error_of_the_request(own_server: Datasette, query: str) -> None:
    for form in ("posts", "posts.json"):
        answer = await own_server.client.get(f"/archive/{form}?{query}")
        assert (answer.status_code, "Cannot " in answer.text) == (400, True), answer.text


async def test_bytes_in_a_view_do_not_end_its_page(own_archive: Path) -> None:
    run_sql(own_archive, "update posts set title = x'fffe'")
    served = create_app(own_archive)
    answer = await served.client.get("/archive/posts_view")
    assert (answer.status_code, "&lt;Binary: 2 bytes&gt;" in answer.text) == (200, True), answer.text[:300]
    close(served)


async def test_a_second_archive_is_read_under_its_name(archive_path: Path, own_archive: Path) -> None:
    second = own_archive.rename(own_archive.with_name("second one.db"))
    served = Datasette([str(archive_path), str(second)])
    menu = (await served.client.get("/")).text
    assert "阅读 Read: archive" in menu
    address = menu.split('">阅读 Read: second one')[0].rsplit('"', 1)[1]
    assert address.startswith("/read/in/second")
    shown = await served.client.get(address)
    assert shown.status_code == 200
    post = shown.text.split('class="title" href="')[1].split('"')[0]
    assert post.startswith(address)
    assert (await served.client.get(post)).status_code == 200
    assert (await served.client.get("/read/in/nothing")).status_code == 404
    close(served)


_DERIVED = {
    "_commenter_totals": "comments", "comments_fts": "comments", "_search_pending": "posts comments",
    "posts_view": "posts comments", "post_versions": "posts post_revisions", "edited_posts": "posts post_revisions",
    "_month_totals": "posts", "missing_posts": "posts",
}  # fmt: skip
"""Tables and views that are made from others."""


async def test_who_may_not_view_a_table_reads_none_of_its_rows(archive_path: Path) -> None:
    pages = ("", "/post/1", "/post/1/edits", "/author/1", "/author/1/plots", "/blogs", "/edited", "/failures", "/gone",
             "/search?q=a", "/day", "/feed.atom")  # fmt: skip
    hidden = {
        "comments": pages,
        "failures": ("", "/failures"),
        "post_revisions": ("", "/post/1", "/post/1/edits", "/edited"),
        "post_stats": ("/post/1",),
        "comment_revisions": ("/post/1",),
        "author_stats": ("/author/1", "/author/1/plots"),
        "archive_months": ("", "/author/1", "/author/1/plots", "/blogs"),
        "runs": ("",),
    }
    for table, refused in hidden.items():
        rules = {"databases": {"archive": {"tables": {table: {"allow": False}}}}}
        served = Datasette([str(archive_path)], metadata=rules)
        assert (await served.client.get(f"/archive/{table}")).status_code == 403
        found = {page: (await served.client.get(f"/read{page}")).status_code for page in pages}
        assert found == {page: 403 if page in refused else 200 for page in pages}
        queries = {"comments": {"comments_by", "people"}, "post_revisions": {"edits"}}.get(table, set())
        for query in ("comments_by", "people", "edits", "gone"):
            expected = 404 if query in queries else 200
            assert (await served.client.get(f"/archive/{query}?name=a")).status_code == expected, query
        people = (await served.client.get("/archive/people.json")).status_code
        assert people == (404 if table == "comments" else 200)
        for name, sources in _DERIVED.items() if table in ("comments", "post_revisions") else ():
            answer = await served.client.get(f"/archive/{name}.json")
            assert answer.status_code == (403 if table in sources else 200), (table, name)
        close(served)


@pytest.mark.slow
@pytest.mark.parametrize("python", [sys.executable, os.environ.get("BLOGARCHIVE_DATASETTE_ALPHA")])
def test_the_plugin_works_on_this_datasette_and_on_the_newest_alpha(
    archive_path: Path, python: str | None
) -> None:
    if python is None:
        pytest.skip("BLOGARCHIVE_DATASETTE_ALPHA names no Python with a pre-release of Datasette")
    script = Path(__file__).with_name("on_datasette.py")
    ran = subprocess.run(
        [python, str(script), str(archive_path)], capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr[-2000:]


async def test_a_server_without_an_archive_is_unchanged(other_database: Path) -> None:
    served = Datasette([str(other_database)])
    assert (await served.client.get("/")).status_code == 200
    assert "阅读" not in (await served.client.get("/other")).text
    assert (await served.client.get("/read")).status_code == 404
    close(served)


async def test_pages_are_read_while_a_crawl_writes(own_archive: Path) -> None:
    writer = sqlite3.connect(own_archive, isolation_level=None)
    served = create_app(own_archive)
    writer.execute("begin immediate")
    writer.execute("update posts set views = views + 1, body_text = '未定', body_html = '未定'")
    before = await served.client.get("/read/search?q=囤货")
    assert "囤货" in before.text.split("<ol")[1]
    answers = [served.client.get(f"/read/post/{identity}") for identity in range(1, 30)]
    pages = await asyncio.gather(*answers)
    assert {page.status_code for page in pages} == {200}
    assert not any("未定" in page.text for page in pages)
    writer.execute("commit")
    assert "未定" in (await served.client.get("/read/post/1")).text
    writer.close()
    close(served)


async def test_tables_and_queries_are_not_hidden_by_the_reading_pages(
    datasette: Datasette, archive_path: Path
) -> None:
    tables = read_sql(archive_path, "select name from sqlite_master where type in ('table', 'view')")
    for name in [*archives.canned_queries(), *(table for (table,) in tables if "_fts" not in table)]:
        shown = (await datasette.client.get(f"/archive/{name}")).text
        assert 'class="look archive"' not in shown, name
    assert "Custom SQL query" in (await datasette.client.get("/archive")).text
    assert "<td" in (await datasette.client.get("/archive?sql=select+1")).text


async def test_a_database_page_checks_each_permission_once(
    own_server: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: Counter[tuple[str, object]] = Counter()
    check = Datasette.permission_allowed

    async def counted(
        served: Datasette, actor: object, action: str, resource: object = None, default: Any = False
    ) -> object:
        checks[action, resource] += 1
        return await check(served, actor, action, resource, default)

    monkeypatch.setattr(Datasette, "permission_allowed", counted)
    for _ in range(2):  # no request takes the answers of another
        assert "posts_view" in (await own_server.client.get("/archive")).text
        assert checks["view-table", ("archive", "posts")] == 1
        assert max(checks.values()) == 1
        checks.clear()


async def test_nothing_can_be_written(datasette: Datasette) -> None:
    for sql in ("delete from posts", "insert into posts_fts(posts_fts) values ('rebuild')", "vacuum"):
        answer = await datasette.client.get("/archive.json", params={"sql": sql})
        assert answer.status_code == 400


async def test_an_immutable_archive_is_read_too(own_archive: Path) -> None:
    served = create_app(own_archive, immutable=True)
    await served.invoke_startup()
    assert served.get_database("archive").is_mutable is False
    assert (await served.client.get("/read/search?q=川普")).status_code == 200
    assert [row["number"] for row in await rows(served, "/archive/posts.json", _search="川普")] == ["553384"]
    close(served)


def test_serve_reports_clear_errors(tmp_path: Path, own_archive: Path) -> None:
    with pytest.raises(NoArchive, match="no archive at"):
        create_app(tmp_path / "nothing.db")
    (tmp_path / "words.db").write_text("these are words, and no database at all" * 40)
    with pytest.raises(ArchiveDamaged, match="file is not a database"):
        create_app(tmp_path / "words.db")
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(NoArchive, match="holds no archive yet"):
        create_app(tmp_path / "empty.db")
    with pytest.raises(UsageError, match="opens no file with #"):
        create_app(Path(copy(own_archive, tmp_path / "my#1.db")))
    own_archive.with_name("archive.db-wal").write_bytes(b"something")
    with pytest.raises(UsageError, match="not in the file yet"):
        create_app(own_archive, immutable=True)
