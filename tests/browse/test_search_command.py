"""`blogarchive search` on a terminal and in a pipe."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from blogarchive.cli.search_serve import search


def run(archive: Path, *words: str) -> Result:
    return CliRunner().invoke(search, [*words, "--db", str(archive)], catch_exceptions=False)


def test_a_hit_is_shown_in_the_sentences_of_its_words_with_its_url(archive_path: Path) -> None:
    result = run(archive_path, "川普", "新政")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2025-01-28  山里人  回乡过年：一笔细账",
        "    “川普上台之后，镇上卖五金的老陈就开始囤货。”…川普的新政离这个村子很远，可是螺丝确实涨了两毛。",
        "    https://blog.example.invalid/u/27282/202501/553384.html",
    ]


def test_a_word_with_a_minus_is_excluded_and_no_option(archive_path: Path) -> None:
    assert "拆掉的茶館" in run(archive_path, "茶馆").stdout
    assert "拆掉的茶館" not in run(archive_path, "茶馆", "-拆掉").stdout
    assert run(archive_path, "茶馆", "--no-such-option").exit_code == 2


def test_json_is_one_object_on_each_line(archive_path: Path) -> None:
    lines = run(archive_path, "面", "--comments", "--json").stdout.splitlines()
    hits = [json.loads(line) for line in lines]
    assert [(hit["kind"], hit["author"], hit["marks"]) for hit in hits] == [
        ("comment", "河岸老林", ["麵"]),
        ("comment", "山里人", ["面"]),
    ]


def test_no_hit_is_no_error_and_an_empty_query_is_one(archive_path: Path) -> None:
    nothing = run(archive_path, "没有这个词")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert run(archive_path).exit_code == 2


def test_the_index_can_be_rebuilt(own_archive: Path) -> None:
    result = run(own_archive, "--rebuild")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "72 posts and comments indexed" in result.stderr
    assert run(own_archive, "囤货").stdout


@pytest.mark.parametrize("order", [[], ["--best"]])
def test_the_search_is_filtered_by_author_and_day(archive_path: Path, order: list[str]) -> None:
    result = run(archive_path, "茶馆", "--author", "山里人", "--since", "2021-01-01", *order)
    assert result.stdout.count("https://") == 1
