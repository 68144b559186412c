import json
from datetime import date
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from blogarchive.errors import ArchiveDamaged, NoArchive, UsageError
from blogarchive.export.jsonl import export_jsonl
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
