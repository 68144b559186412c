"""A post that moved to another category, seen by archives at different times."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from blogarchive.importing.merge import merge_archive
from blogarchive.store.rows import format_utc, utc_now
from tests.demo import DemoHost, make_blog
from tests.demo.changes import recategorise
from tests.importing.archives import dump, rows
from tests.sql import run_sql
from tests.tool import Tool


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """Archives: `before` saw the post in `old` only, `after` in `new` only, `both` saw it move."""

    before: Path
    both: Path
    after: Path
    number: str
    old: str
    new: str


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    blog = make_blog("555", posts=12, seed=5, comments=0)
    post = blog.posts[5]
    new = min({name for other in blog.posts for name in other.categories} - set(post.categories))
    before, both, after = (Tool(tmp_path_factory.mktemp(name)) for name in ("before", "both", "after"))
    before.days_ahead, both.days_ahead = -0.02, -0.01  # stored times are whole seconds
    with DemoHost([blog], markup="html5") as host:
        assert before.run("backup", host.blog_url("555")).code == 0
        shutil.copy(before.db, both.db)
        host.change("555", recategorise(post.number, new))
        assert both.run("update", "--full").code == 0
        assert after.run("backup", host.blog_url("555")).code == 0
    return Moved(
        before=before.db,
        both=both.db,
        after=after.db,
        number=str(post.number),
        old=post.categories[0],
        new=new,
    )


def merged(path: Path, others: Sequence[Path]) -> Path:
    for other in others:
        merge_archive(path, other)
    return path


def members(archive: Path) -> list[tuple[object, ...]]:
    return rows(
        archive,
        "select p.number, c.name, x.gone_at from post_categories x join posts p on p.id = x.post_id"
        " join categories c on c.id = x.category_id order by 1, 2",
    )


def categories_of(archive: Path, number: str) -> list[object]:
    return [name for at, name, gone in members(archive) if at == number and gone is None]


@pytest.mark.parametrize(
    "order", ["both", "before both", "both before", "before after", "after before", "after both before"]
)
def test_a_post_that_left_a_category_is_not_in_it_after_a_merge(
    moved: Moved, tmp_path: Path, order: str
) -> None:
    archive = merged(tmp_path / "m.db", [getattr(moved, name) for name in order.split()])
    assert categories_of(archive, moved.number) == [moved.new]
    others = [row for row in members(archive) if row[0] != moved.number]
    assert others == [row for row in members(moved.before) if row[0] != moved.number]


def test_the_order_of_merges_does_not_matter_and_a_repeated_merge_changes_nothing(
    moved: Moved, tmp_path: Path
) -> None:
    one = merged(tmp_path / "1.db", [moved.before, moved.after, moved.both])
    two = merged(tmp_path / "2.db", [moved.both, moved.after, moved.before])
    known = "select name, url, proved_at, first_seen_at, last_seen_at from categories order by name"
    assert (members(one), rows(one, known)) == (members(two), rows(two, known))
    before = dump(one)
    merge_archive(one, moved.before)
    assert dump(one) == before


def test_a_later_sighting_restores_the_category(moved: Moved, tmp_path: Path) -> None:
    back = Path(shutil.copy(moved.before, tmp_path / "back.db"))
    run_sql(back, "update categories set proved_at = ?", format_utc(utc_now()))
    for name, order in {"1": (moved.both, back), "2": (back, moved.both)}.items():
        assert moved.old in categories_of(merged(tmp_path / f"{name}.db", order), moved.number)


def test_a_category_that_no_page_names_now_is_merged_with_its_posts(moved: Moved, tmp_path: Path) -> None:
    other = Path(shutil.copy(moved.before, tmp_path / "other.db"))
    run_sql(other, "update categories set name = '改过的名字' where name = ?", moved.old)
    assert "改过的名字" in categories_of(merged(tmp_path / "m.db", [other]), moved.number)
