"""Rewritten statements of Datasette's tables return what they returned before, in a complete order."""

import random
from collections.abc import Iterator

import pytest

from blogarchive.store.database.archive import Archive
from blogarchive.store.read.datasette import in_category, rewrite_statement

_CATEGORY = in_category("name")
_SEARCH = "rowid in (select rowid from posts_fts where posts_fts match :text)"
_VALUES = {
    "name": "家 常",
    "text": "花",
    "at": "2020-01-02",
    "id": 40,
    "author": 1,
    "like": "%花%",
    "other": "%鸟%",
}
_LATER = "(posted_at < :at or posted_at is null or (posted_at = :at and id > :id))"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Yield an archive whose posts have few different times, and some none."""
    chance = random.Random(7)
    with Archive.open(tmp_path_factory.mktemp("covered") / "a.db", create=True) as archive:
        with archive.atomic():
            seen = {"first_seen_at": "a", "last_seen_at": "a"}
            for author in (1, 2):
                archive.insert_row(
                    "authors", {"id": author, "site": "x", "uid": str(author), "url": "", **seen}
                )
                archive.insert_row("categories", {"id": author, "author_id": author, "name": "家 常", **seen})
            for number in range(1, 200):
                author, day = chance.choice((1, 2)), chance.randint(0, 4)
                text = chance.choice(("花 (", "鸟", "花 鸟"))
                row = {
                    "author_id": author, "number": str(number), "url": "", "title": text, "body_text": text,
                    "posted_at": f"2020-01-0{day}" if day else None, "views": chance.randint(0, 9),
                }  # fmt: skip
                archive.insert_row("posts", row | seen)
                if chance.random() < 0.5:
                    archive.insert_row("post_categories", {"post_id": number, "category_id": author})
        yield archive


@pytest.mark.parametrize(
    "condition",
    [
        _CATEGORY,
        _SEARCH,
        f"{_CATEGORY} and {_SEARCH}",
        f'"body_text" like :like and {_SEARCH}',
        f'"body_text" like :like and "title" like :other and {_SEARCH}',
    ],
)
@pytest.mark.parametrize(
    "statement",
    [
        "select count(*) from posts where {} ",
        "select id, title from posts where {} ",
        "select id, title, views from posts where {} order by posted_at desc limit 26",
        "select id, title, views from posts where {} order by posted_at limit 26",
        f"select id, title, views from posts where {{}} and {_LATER} order by posted_at desc, id limit 26",
    ],
)  # fmt: skip
def test_a_filter_selects_the_same_rows_in_the_same_order_by_an_index(
    archive: Archive, condition: str, statement: str
) -> None:
    before = statement.format(condition)
    after = rewrite_statement(before)
    assert archive.rows(after, _VALUES) == archive.rows(before, _VALUES) != []
    plan = [str(step[3]) for step in archive.rows(f"explain query plan {after}", _VALUES)]
    reads_texts = "like" in condition and "order by" not in statement
    assert reads_texts or any("INDEX posts_newest" in step for step in plan)


@pytest.mark.parametrize(
    "statement",
    [
        "select count(*) from posts",
        f"select count(*) from authors where {_CATEGORY}",
        f"select count(*) from posts where body_text like :like and {_CATEGORY}",
        f"select count(*) from posts where {_CATEGORY} or views = 1",
        f'select id from posts where "title" like :like or "url" like :like and {_CATEGORY} order by views limit 26',
        f"select id from posts where {_CATEGORY} order by views desc limit 26",
        f"select id from posts where {_CATEGORY} order by id desc limit 26",
        f"select count(*) from posts where +{_CATEGORY}",
        f"select distinct posted_at from posts where {_CATEGORY} order by posted_at limit 26",
        f"select count(*) from posts where {_CATEGORY} order by posted_at limit 26",
        f"select max(views), id from posts where {_CATEGORY} order by posted_at limit 26",
        "select p.id from posts p join authors a on a.id = p.author_id order by posted_at limit 26",
        "select url from posts natural join authors order by posted_at limit 26",
        f"select count(*) from posts where \x007\x00 and {_CATEGORY}",
        f"with p as (select 1) select id from posts where {_CATEGORY}",
    ],
)
def test_another_statement_is_unchanged(statement: str) -> None:
    assert rewrite_statement(statement) == statement


@pytest.mark.parametrize("condition", ["", "where author_id = 1 "])
@pytest.mark.parametrize("order", ["posted_at", "posted_at desc"])
def test_rows_of_the_same_time_are_in_the_order_of_their_ids(
    archive: Archive, condition: str, order: str
) -> None:
    found = archive.rows(
        rewrite_statement(f"select id, posted_at from posts {condition}order by {order} limit 99")
    )
    expected = archive.rows(f"select id, posted_at from posts {condition}order by {order}, id limit 99")
    assert found == expected


def test_a_long_statement_takes_no_long_time() -> None:
    for part in ("(", "()", "(((", " from posts where ", " order by id", " and ", " "):
        statement = f"select 1 from posts where {part * (100_000 // len(part))}"
        assert rewrite_statement(statement) == statement.rstrip()
