import csv
from pathlib import Path
from typing import Any

from blogarchive.export.table import COMMENT_COLUMNS, POST_COLUMNS, export_table

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


def test_the_same_archive_makes_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    one, two = (export_table(archive, tmp_path / name).out for name in "12")
    for name in ("posts.csv", "comments.csv"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
