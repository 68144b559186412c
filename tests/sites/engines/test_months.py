"""A blog whose home page shows the newest posts alone, and links the others by months."""

from pathlib import Path

import pytest

from blogarchive.messages.details import Detail
from tests.sites.engines.test_lists import following, read
from tests.sites.engines.test_wordpress import TEXT, Blog, night, rows, serve
from tests.tool import run_command

END = "</main></body></html>"
ROW = "<h2><a href='/2025/note.html'>灯</a></h2>"


class MonthlyBlog(Blog):
    """Has three posts on its home page, one a month. A sidebar or another page lists the months."""

    months_at = "/"

    def answer(self, path: str) -> tuple[int, str, str]:
        numbers = sorted(self.posts, reverse=True)
        if path == "/":
            more = self.months() if self.months_at == "/" else f"<a href='{self.months_at}'>Archives</a>"
            aside = f"</main><aside class='sidebar'>{more}</aside>"
            return 200, "text/html", f"{self.list_of(numbers[:3])}{aside}{END}"
        if path == self.months_at:
            return 200, "text/html", f"<html><body><main>{self.months()}</main></body></html>"
        if path.startswith("/2020/") and int(path[6:8]) in self.posts:
            return 200, "text/html", self.list_of([int(path[6:8])]) + END
        if path.startswith("/note-") and int(path[6:8]) in self.posts:
            return 200, "text/html", self.post(int(path[6:8]))
        return 404, "text/html", "<html><body>no</body></html>"

    def months(self) -> str:
        links = (f"<li><a href='/2020/{n:02}/'>2020 年 {n} 月</a> (1)</li>" for n in reversed(self.posts))
        return f"<ul>{''.join(links)}</ul>"

    def list_of(self, numbers: list[int]) -> str:
        shown = (f"<h2><a href='/note-{n:02}'>第 {n} 篇</a></h2><p>2020-{n:02}-05</p>" for n in numbers)
        return f"<!DOCTYPE html><html><head><title>山居</title></head><body><main>{''.join(shown)}"

    def post(self, number: int) -> str:
        head = f"<h1>第 {number} 篇</h1><p>2020-{number:02}-05 08:30</p>"
        text = f"<div class='entry-content'>{TEXT}</div>"
        return f"<!DOCTYPE html><html><head><title>第 {number} 篇 | 山居</title></head><body><main>{head}{text}{END}"


@pytest.mark.parametrize("months_at", ["/", "/archives.html"])
def test_all_posts_of_a_blog_that_lists_them_by_months_are_stored_and_months_are_fetched_once(
    tmp_path: Path, months_at: str
) -> None:
    blog = MonthlyBlog(9)
    blog.months_at = months_at
    with serve(blog) as url:
        first = night(blog, tmp_path, 0, "backup", url)
        assert rows(tmp_path, "select count(*) from posts where body_text is not null") == [(9,)]
        # A sidebar may name the newest months alone.
        assert ("whether all were found is unproved" in first.err) == (months_at == "/")
        status = run_command("status", "--db", "a.db", folder=tmp_path).out
        assert "completeness is unproved" in status
        blog.posts[10] = []
        blog.requested.clear()
        night(blog, tmp_path, 1, "update")
        assert [path for path in blog.requested if path.startswith("/2020/0")] == []
        assert rows(tmp_path, "select count(*) from posts where body_text is not null") == [(10,)]
        assert rows(tmp_path, "select count(*) from posts where missing_from_listing_at is not null") == [
            (0,)
        ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("2020/05/", "May 2020"),
        ("archive/2020-m05", "05/2020 (3)"),
        ("2020/05.html", "2020年5月"),
        ("?m=202005", "May 2020"),
        ("archive.php?year=2020&month=5", "May"),
    ],
)
def test_a_link_to_a_month_is_known_by_its_url_and_its_name(path: str, name: str) -> None:
    page = read("#walk", f"<main>{ROW}</main><aside><a href='/{path}'>{name}</a></aside>")
    assert following(page) == [f"/{path}"]


@pytest.mark.parametrize(
    ("path", "name"), [("2020/05/12/", "12"), ("2020/05.html", "May it rain on all of us")]
)
def test_a_day_of_a_calendar_and_a_post_are_no_month(path: str, name: str) -> None:
    page = read("#walk", f"<main>{ROW}</main><aside><a href='/{path}'>{name}</a></aside>")
    assert following(page) == []


@pytest.mark.parametrize(
    ("more", "followed", "details"),
    [
        ("", ["/categories/life/", "/tag/may"], [Detail.LIST_UNPROVED]),
        ("<a class='next' href='/page/2/'>Next</a>", ["/page/2/"], []),
        ("<a href='/archives/'>Archives</a>", ["/archives/"], []),
        ("<a href='/categories/all/'>Archives</a>", ["/categories/all/"], []),
    ],
    ids=["a list turned by a script", "a list of pages", "an archive", "an archive named as a category"],
)
def test_categories_and_tags_lead_to_posts_where_no_other_list_does(
    more: str, followed: list[str], details: list[str]
) -> None:
    topics = "<nav><a href='/categories/life/'>Life</a> <a href='/tag/may'>May</a> <a href='/tag/may/feed/'>RSS</a></nav>"
    page = read("#walk", f"{topics}<main>{ROW}</main><div class='pages'><span>2</span>{more}</div>")
    assert (following(page), [one.detail for one in page.problems]) == (followed, details)
    # A list that is read once takes no request of an update without news.
    assert {link.is_whole for link in page.links if link.next_page} == {details != []}


def test_a_month_without_posts_leads_to_no_other_months() -> None:
    """Of a host with a new name of a session in each link, there are months without end."""
    months = "<aside><a href='/s2/2020/05/'>May 2020</a> <a href='/s2/2020/06/'>June 2020</a></aside>"
    assert following(read("archives/", months)) == ["/s2/2020/05/", "/s2/2020/06/"]
    assert following(read("s1/2020/05/", months)) == []


@pytest.mark.parametrize(
    ("pager", "expected"),
    [
        ("<b>1</b> <a href='/news?skip=5'>2</a> <a href='/news?skip=10'>3</a>", ["/news?skip=5"]),
        ("[1] <a href='/news?skip=5'>[2]</a>", ["/news?skip=5"]),
        ("<ul><li><span>1</span></li><li><a href='/news?skip=5'>2</a></li></ul>", ["/news?skip=5"]),
        ("<table><tr><td>1</td><td><a href='/news?skip=5'>2</a></td></tr></table>", []),  # of a calendar
        ("<a href='/'>1</a> <a href='/news?skip=5'>2</a>", []),
    ],
)
def test_the_next_page_is_the_link_behind_the_number_of_this_one(pager: str, expected: list[str]) -> None:
    assert following(read("#walk", f"<main>{ROW}</main><p>{pager}</p>")) == expected


def test_an_archive_page_of_months_is_no_post_whatever_its_url() -> None:
    text = "<p>All that was written here, by its month, from the first day to the last one.</p>"
    page = read("news/all.php", f"<h1>News</h1>{text}<a href='/news/all.php?year=2020&amp;month=5'>May</a>")
    assert (page.posts, following(page)) == ((), ["/news/all.php?year=2020&month=5"])


def test_a_later_page_of_a_list_is_no_post_whatever_its_url() -> None:
    start = "<p>In May 2020 the river was low, and nobody came to the bridge before the evening.</p>" * 9
    shown = "".join(f"<h2><a href='/news.php?id={n}'>Day {n}</a></h2>{start}" for n in range(1, 5))
    page = read("news.php?skip=10", f"<main>{shown}</main><p>Posted on May 5, 2020</p>")
    assert (len(page.listed), page.posts) == (4, ())


class SharedMonths(MonthlyBlog):
    """Has posts of two years in each month's list: 4 and 16 are of April."""

    def answer(self, path: str) -> tuple[int, str, str]:
        if path.startswith("/2020/"):
            shown = [number for number in self.posts if number % 12 == int(path[6:8])]
            return (200, "text/html", self.list_of(shown) + END) if shown else super().answer(path)
        return super().answer(path)

    def months(self) -> str:
        links = (f"<li><a href='/2020/{n:02}/'>2020 年 {n} 月</a></li>" for n in {n % 12 for n in self.posts})
        return f"<ul>{''.join(links)}</ul>"

    def list_of(self, numbers: list[int]) -> str:
        return super().list_of(numbers).replace("2020-16-05", "2020-04-09")

    def post(self, number: int) -> str:
        return super().post(number).replace("2020-16-05", "2020-04-09")


@pytest.mark.parametrize("number", [4, 5], ids=["month with another post", "month that is gone"])
def test_a_deleted_post_is_gone_if_the_list_of_its_month_lacks_it(tmp_path: Path, number: int) -> None:
    blog = SharedMonths(9)
    blog.posts[16] = []
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        del blog.posts[number]
        assert night(blog, tmp_path, 45, "update", "--revisits", "40").code == 0
        assert night(blog, tmp_path, 46, "update").code == 0
    gone = rows(tmp_path, "select number from posts where gone_at is not null")
    assert gone == [(f"note-{number:02}",)]


def test_a_heading_with_a_link_to_a_folder_above_a_list_names_no_post() -> None:
    """A blog that moved below a path has its home page there, not at the root of its host."""
    page = read("journal/2020/05/", f"<h1><a href='../../'>山居</a></h1><main>{ROW}</main>")
    assert [post.number for post in page.listed] == ["2025/note.html"]
