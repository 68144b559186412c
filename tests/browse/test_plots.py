"""The page of plots of a blog, and the plot of when a post was read."""

from pathlib import Path

from datasette.app import Datasette
from lxml import html

from tests.browse.test_finding import titles
from tests.browse.test_pages import page, post_id, words
from tests.sql import read_sql, run_sql


def plot(shown: html.HtmlElement, name: str) -> html.HtmlElement:
    (found,) = shown.cssselect(f"figure[aria-labelledby={name}] svg")
    assert found.get("role") == "group"
    return found


async def test_each_plot_has_its_title_its_unit_and_links(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/author/1/plots")
    posts, comments, visits = (plot(shown, name) for name in ("posts", "comments", "visits"))
    assert words(posts.cssselect("svg > title")[0]) == "山里人 每月的文章，共 50 篇"
    assert words(comments.cssselect("svg > title")[0]) == "每月评论，共 7 条"
    assert [words(one.cssselect("svg > text")[0]) for one in (posts, comments, visits)] == [
        "每月篇数", "每月评论数", "访问总量",
    ]  # fmt: skip
    assert [words(link[0]) for link in comments.cssselect("a")] == ["2024-11：1 条评论", "2025-01：6 条评论"]
    for link in comments.cssselect("a"):
        assert titles(await page(datasette, link.get("href")))
    assert len(visits.cssselect("circle > title")) == 4


async def test_the_calendar_has_the_days_of_the_chosen_year(datasette: Datasette) -> None:
    newest = await page(datasette, "/read/author/1/plots")
    assert [words(link[0]) for link in plot(newest, "days").cssselect("a")] == [
        "2025-01-03：1 篇", "2025-01-28：1 篇",
    ]  # fmt: skip
    older = await page(datasette, "/read/author/1/plots?year=2024")
    assert words(plot(older, "days").cssselect("svg > title")[0]) == "2024 年有 2 天发过文章"
    await page(datasette, "/read/author/1/plots?year=99999")


async def test_categories_by_year_lead_to_their_lists(datasette: Datasette) -> None:
    shown = await page(datasette, "/read/author/1/plots")
    (table,) = shown.xpath("//*[@aria-labelledby='by-year']/table")
    cells = table.cssselect("tbody a")
    assert sum(int(words(cell)) for cell in cells) == 50
    for cell in cells[:6]:
        assert len(titles(await page(datasette, cell.get("href")))) == int(words(cell))


async def test_people_and_replies_are_counted(datasette: Datasette, archive_path: Path) -> None:
    shown = await page(datasette, "/read/author/1/plots")
    (people,) = shown.xpath("//*[@aria-labelledby='commenters']/table")
    first = people.cssselect("tbody tr")[0]
    assert [words(cell) for cell in first][:3] == ["河边人", "3", "2"]
    answer = await datasette.client.get(first.cssselect("a")[0].get("href"))
    assert "有照片吗" in answer.text
    (replies,) = shown.xpath("//*[@aria-labelledby='replies']/table")
    assert sorted([words(cell) for cell in row] for row in replies.cssselect("tbody tr")) == [
        ["山里人", "河边人", "1"], ["河边人", "山里人", "1"],
    ]  # fmt: skip


async def test_a_post_shows_when_it_was_read(datasette: Datasette, archive_path: Path) -> None:
    shown = await page(datasette, f"/read/post/{post_id(archive_path, 553384)}")
    readings = plot(shown, "readings")
    assert len(readings.cssselect("circle")) == 6
    assert "一半在 2025-02-13 以前" in words(shown.cssselect("section.series figcaption")[0])
    (without,) = read_sql(archive_path, "select id from posts where content_hash is null")[0]
    assert not (await page(datasette, f"/read/post/{without}")).cssselect("#readings")


async def test_a_blog_without_posts_has_a_page_of_plots(own_archive: Path) -> None:
    run_sql(
        own_archive,
        "insert into authors (id, site, uid, url, first_seen_at, last_seen_at) values (9, 'x', 'y', 'z', 'a', 'b')",
    )
    served = Datasette([str(own_archive)])
    assert not (await page(served, "/read/author/9/plots")).cssselect("svg")
    await page(served, "/read/author/99/plots", status=404)
    for database in served.databases.values():
        database.close()
