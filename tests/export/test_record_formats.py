import csv
import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import feedparser
import jsonschema
import pytest
from lxml import etree

from blogarchive.errors import ArchiveDamaged, NoArchive, UsageError
from blogarchive.export.atom import export_atom
from blogarchive.export.jsonl import COMMENT_COLUMNS, POST_COLUMNS, export_jsonl, export_table
from blogarchive.store.read.exports import Filters
from tests.export.conftest import SEEN, Made

SCHEMA = json.loads(files("blogarchive.export").joinpath("post.schema.json").read_text("utf-8"))


def read_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def test_every_post_is_one_line_valid_by_the_schema(archive: Path, tmp_path: Path) -> None:
    done = export_jsonl(archive, tmp_path / "out.jsonl")
    posts = read_lines(done.out)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for post in posts:
        jsonschema.Draft202012Validator(SCHEMA).validate(post)
    assert [post["number"] for post in posts] == ["103", "101", "102", "104", "7"]
    assert (done.posts, done.comments, done.missing) == (5, 2, 1)


def test_the_schema_rejects_extra_and_missing_fields(archive: Path, tmp_path: Path) -> None:
    post = read_lines(export_jsonl(archive, tmp_path / "out.jsonl").out)[0]
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for wrong in (post | {"more": 1}, {key: value for key, value in post.items() if key != "number"}):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(wrong)


def test_a_post_has_its_current_categories_and_a_gone_post_its_last_ones(made: Made, tmp_path: Path) -> None:
    author = made.blog()
    for number, gone_at in ((1, None), (2, SEEN)):
        post = made.post(author, number, "题", "<p>文</p>", gone_at=gone_at)
        made.category(author, post, "旧事")
        made.connection.execute("update post_categories set gone_at = ? where post_id = ?", (SEEN, post))
        if gone_at is None:
            made.category(author, post, "随笔")
    found = read_lines(export_jsonl(made.done(), tmp_path / "o").out)
    assert [(post["number"], post["categories"]) for post in found] == [("1", ["随笔"]), ("2", ["旧事"])]


def test_a_line_has_the_comments_images_categories_and_revisions_of_its_post(
    archive: Path, tmp_path: Path
) -> None:
    posts = {post["number"]: post for post in read_lines(export_jsonl(archive, tmp_path / "o").out)}
    first, second = posts["101"], posts["102"]
    assert first["categories"] == ["经济", "随笔"]
    assert [(c["author_name"], c["reply_to"], c["likes"]) for c in first["comments"]] == [
        ("过客", None, 2),
        ("林木", "过客", None),
    ]
    assert first["comments"][1]["revisions"][0]["body_text"] == "谢"
    assert len(first["pictures"][0]["sha256"]) == 64
    assert second["revisions"][0]["title"] == "改前的题"
    assert second["pictures"] == [{"url": "http://dead.example/x.png", "sha256": None, "content_type": None}]
    assert posts["104"]["body_html"] is None


def test_the_same_archive_makes_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    one = export_jsonl(archive, tmp_path / "1").out.read_bytes()
    assert one == export_jsonl(archive, tmp_path / "2").out.read_bytes()


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (Filters(authors=("44",)), ["7"]),
        (Filters(authors=("creaders/44",)), ["7"]),
        (Filters(authors=("北窗",)), ["7"]),
        (Filters(categories=("经济",)), ["101"]),
        (Filters(since=date(2025, 1, 28), until=date(2025, 1, 28)), ["101"]),
        (Filters(since=date(2024, 12, 20), until=date(2024, 12, 25)), ["103"]),
        (Filters(since=date(2030, 1, 1)), []),
    ],
)
def test_filters_select_posts(archive: Path, tmp_path: Path, filters: Filters, numbers: list[str]) -> None:
    done = export_jsonl(archive, tmp_path / "out.jsonl", filters=filters)
    assert [post["number"] for post in read_lines(done.out)] == numbers


@pytest.mark.parametrize("filters", [Filters(authors=("nobody",)), Filters(categories=("没有",))])
def test_a_filter_without_a_match_is_an_error_and_writes_nothing(
    archive: Path, tmp_path: Path, filters: Filters
) -> None:
    with pytest.raises(UsageError, match="it holds"):
        export_jsonl(archive, tmp_path / "out" / "o.jsonl", filters=filters)
    assert not (tmp_path / "out").exists()


def test_progress_counts_up_to_the_number_of_posts(archive: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    export_jsonl(archive, tmp_path / "o", progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 5) for done in range(6)]


def test_an_interrupted_export_leaves_the_earlier_file(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.jsonl"
    before = export_jsonl(archive, out).out.read_bytes()

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_jsonl(archive, out, progress=stop)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("archive.db")] == ["o.jsonl"]


def test_a_missing_file_and_a_file_that_is_no_archive_are_two_errors(tmp_path: Path) -> None:
    with pytest.raises(NoArchive):
        export_jsonl(tmp_path / "absent.db", tmp_path / "o")
    (tmp_path / "text.db").write_text("x" * 5000)
    with pytest.raises(ArchiveDamaged):
        export_jsonl(tmp_path / "text.db", tmp_path / "o")


def test_hostile_rows_are_exported_as_data_only(hostile_archive: Path, tmp_path: Path) -> None:
    posts = read_lines(export_jsonl(hostile_archive, tmp_path / "o").out)
    assert posts[0]["title"] == "../../../../tmp/出走"
    assert posts[10]["title"] == "---\nevil: true\n---"


FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_table(path: Path) -> list[dict[str, Any]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_posts_and_comments_are_csv_files_that_excel_decodes_as_chinese(
    archive: Path, tmp_path: Path
) -> None:
    done = export_table(archive, tmp_path / "t")
    posts, comments = read_table(done.out / "posts.csv"), read_table(done.out / "comments.csv")
    assert tuple(posts[0]) == POST_COLUMNS
    assert tuple(comments[0]) == COMMENT_COLUMNS
    assert [(row["number"], row["title"]) for row in posts][:2] == [
        ("103", "已删的一篇"),
        ("101", "泡沫与房价"),
    ]
    assert posts[1]["categories"] == "经济、随笔"
    assert [(row["post_number"], row["author_name"], row["body_text"]) for row in comments] == [
        ("101", "过客", "写得好"),
        ("101", "林木", "谢谢"),
    ]


def test_no_cell_is_a_formula_to_a_spreadsheet(hostile_archive: Path, tmp_path: Path) -> None:
    done = export_table(hostile_archive, tmp_path / "t")
    rows = read_table(done.out / "posts.csv") + read_table(done.out / "comments.csv")
    assert not [cell for row in rows for cell in row.values() if cell.lstrip(" ").startswith(FORMULA)]
    assert '\'=HYPERLINK("http://evil.example/","点")' in {row.get("title") for row in rows}


def test_a_body_longer_than_a_cell_is_cut_and_marked(made: Any, tmp_path: Path) -> None:
    made.post(made.blog(), 1, "长文", "<p>" + "字" * 40_000 + "</p>")
    (row,) = read_table(export_table(made.done(), tmp_path / "t").out / "posts.csv")
    assert (len(row["body_text"]), row["body_cut"]) == (32_766, "1")


def test_the_same_archive_makes_the_same_tables(archive: Path, tmp_path: Path) -> None:
    one, two = (export_table(archive, tmp_path / name).out for name in "12")
    for name in ("posts.csv", "comments.csv"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


NS = {"a": "http://www.w3.org/2005/Atom"}


def test_a_feed_reader_finds_every_post_with_its_facts(archive: Path, tmp_path: Path) -> None:
    done = export_atom(archive, tmp_path / "feed.xml")
    feed = feedparser.parse(done.out.read_bytes())
    assert not feed.bozo
    assert feed.feed.title == "林木的角落、北窗夜话"
    assert [entry.title for entry in feed.entries] == ["已删的一篇", "泡沫与房价", "改过的一篇", "繁體的一篇"]
    entry = feed.entries[1]
    assert (entry.author, entry.published) == ("林木", "2025-01-28T01:46:53-08:00")
    assert entry.link == "https://blog.creaders.net/u/31182/202501/101.html"
    assert [tag.term for tag in entry.tags] == ["经济", "随笔"]
    assert "第一段谈泡沫。" in entry.content[0].value
    assert feed.entries[0].published == "2024-12-01T00:00:00+00:00"
    assert feed.entries[2].updated == "2025-02-05T09:00:00+00:00"
    assert (done.posts, done.missing) == (4, 1)


@pytest.mark.parametrize("which", ["archive", "hostile_archive"])
def test_each_entry_has_the_fields_of_rfc_4287_and_a_unique_id(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    tree = etree.parse(export_atom(request.getfixturevalue(which), tmp_path / "feed.xml").out)
    for name in ("title", "id", "updated"):
        assert len(tree.findall(f"a:{name}", NS)) == 1
        for entry in tree.iterfind("a:entry", NS):
            assert len(entry.findall(f"a:{name}", NS)) == 1
    ids = [element.text for element in tree.iterfind("a:entry/a:id", NS)]
    assert len(set(ids)) == len(ids) > 0


def test_a_hostile_body_carries_no_script_into_a_feed_reader(hostile_archive: Path, tmp_path: Path) -> None:
    text = export_atom(hostile_archive, tmp_path / "feed.xml").out.read_text(encoding="utf-8")
    contents = [
        element.text or "" for element in etree.fromstring(text.encode()).iterfind("a:entry/a:content", NS)
    ]
    assert contents
    assert not [body for body in contents if "<script" in body or "onerror" in body or "javascript:" in body]


def test_the_same_archive_makes_the_same_feed(archive: Path, tmp_path: Path) -> None:
    one, two = (export_atom(archive, tmp_path / name).out.read_bytes() for name in "12")
    assert one == two
