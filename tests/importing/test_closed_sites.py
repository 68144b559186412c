"""Saved pages of sites that are closed: they state their URL themselves, and come in any order."""

from pathlib import Path

import pytest

from blogarchive.importing.html import import_html
from tests.importing.archives import rows
from tests.paths import FIXTURES


def _import(tmp_path: Path, case: str, text: str | None = None) -> Path:
    archive, page = tmp_path / "archive.db", tmp_path / "page.html"
    page.write_text(text or (FIXTURES / case / "page.html").read_text("utf-8"), "utf-8")
    report = import_html(archive, page)
    assert report.unplaced == ()
    return archive


@pytest.mark.parametrize(
    ("case", "site", "url", "comments"),
    [
        ("netease/post/comments-not-shown", "netease", "blog.163.com/chho72/blog/static/", 0),
        ("wretch/post/answers", "wretch", "www.wretch.cc/blog/p7119083/46421319", 20),
        ("sina/post/template-2012", "sina", "blog.sina.com.cn/s/blog_", 0),
        ("pixnet/post/answers", "pixnet", "swrvrppjb.pixnet.net/blog/post/33281689", 77),
    ],
)
def test_a_saved_page_is_imported_without_its_url(
    tmp_path: Path, case: str, site: str, url: str, comments: int
) -> None:
    archive = _import(tmp_path, case)
    ((found_site, found_url, count),) = rows(
        archive,
        "select a.site, p.url, (select count(*) from comments) from posts p join authors a on a.id = p.author_id"
        " where p.body_text is not null",
    )
    assert (found_site, count) == (site, comments)
    assert str(found_url).startswith(f"http://{url}")


def test_a_page_of_a_list_names_its_posts(tmp_path: Path) -> None:
    archive = _import(tmp_path, "wretch/category/titles")
    listed = "select count(*) from posts where posted_at is not null"
    assert rows(archive, listed) == [(8,)]


def test_a_home_page_stores_the_posts_that_it_shows_whole_and_names_those_that_it_cuts(
    tmp_path: Path,
) -> None:
    archive = _import(tmp_path, "wretch/home/whole-posts")
    query = "select title, posted_at, body_text, comment_count from posts where posted_at is not null order by number desc"
    assert rows(archive, query) == [
        ("舟橋路村", "2012-08-13T13:25+08:00", "山川日月。\n竹松梅蘭。", 31),
        ("燈火茶米", "2012-08-02T00:49+08:00", None, 0),
        ("at 雨 at 12:00 AM", "2012-08-02T23:05+08:00", "風雨雲霧\nJanuary 1, 2001\n春夏", 2),
    ]


@pytest.mark.parametrize(
    ("case", "found"),
    [("sina/home/all-posts", ("1783810966", 11, 0)), ("wenxuecity/month/template-2005", ("4657", 71, 6))],
)
def test_a_saved_list_is_imported_without_its_url(
    tmp_path: Path, case: str, found: tuple[object, ...]
) -> None:
    archive = _import(tmp_path, case)
    posts = "select uid, count(*), count(body_text) from authors a join posts p on p.author_id = a.id"
    assert rows(archive, posts) == [found]


def test_a_list_of_another_blog_than_its_url_names_is_refused(tmp_path: Path) -> None:
    page = FIXTURES / "sina" / "home" / "all-posts" / "page.html"
    report = import_html(
        tmp_path / "archive.db", page, url="http://blog.sina.com.cn/s/articlelist_1234_0_1.html"
    )
    assert [file.why for file in report.unplaced] == [
        "it is of the blog 1783810966, and its URL of the blog 1234"
    ]


@pytest.mark.parametrize("order", [("comments", "post"), ("post", "comments")])
def test_comments_that_a_page_of_their_own_shows_are_stored_in_any_order(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    number = "ff5cd65eucyzkxph"
    for kind in order:
        page = (FIXTURES / "sina" / kind / "template-2007" / "page.html").read_text("utf-8")
        page = page.replace("6d68834akfthjqyy", number)
        archive = _import(tmp_path, "", f'{page}<input type="hidden" id="src_title{number}">')
    query = (
        "select number, title is not null, body_text is not null, (select count(*) from comments) from posts"
    )
    assert rows(archive, query) == [(number, 1, 1, 6)]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_saved_pages_of_comments_are_stored_in_any_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    second = (FIXTURES / "wretch/comments/second-page/page.html").read_text("utf-8")
    url = "http://www.wretch.cc/blog/l404837310/88684802"
    pages = {
        1: f"<!-- saved from url=(0049){url} -->\n{second.replace(', 2008 ', ', 2007 ')}",
        2: f"<!-- saved from url=(0056){url}&page=2 -->\n{second}",
    }
    for number in order:
        archive = _import(tmp_path, "", pages[number])
    assert rows(
        archive, "select number, url, (select count(*) from comments) from posts where body_text <> ''"
    ) == [("88684802", url, 60)]
