"""A post is fetched again if a listing shows another URL, time or title than is stored."""

from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from blogarchive.items import PageKind, ParsedPage, Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.ledger import frontier
from blogarchive.store.pages.context import is_same_time
from tests.store.fake_blog import SITE, Clock, Entry, FakeBlog, a_blog, crawl, rows, texts

N = 500001


@dataclass
class MovingBlog(FakeBlog):
    """A blog whose posts move to other URLs; `old` is the response to the old URLs."""

    folder: str = "posts"
    scheme: str = "http"
    old: int = 404

    def post_url(self, number: int) -> str:
        return self.url(f"{self.folder}/{number}.html").replace("http", self.scheme, 1)

    def answer(self, target: Target) -> tuple[int, ParsedPage]:
        if target.number is not None and target.url != self.post_url(int(target.number)) and self.old != 200:
            return self.old, ParsedPage(kind=PageKind.UNKNOWN, encoding="utf-8")
        if target.url.startswith("https"):
            target = Target(url=target.url.replace("https", "http", 1), site=target.site, kind=target.kind)
        return super().answer(target)


def a_moving_blog() -> MovingBlog:
    blog = MovingBlog()
    for number in range(500000, 500006):
        when = f"2024-0{number % 6 + 1}-05 08:00:00"
        blog.add(Entry(number=number, title=f"第{number}篇", when=when, text=f"正文{number}。" * 40))
    return blog


def test_moved_posts_are_fetched_from_the_url_in_the_listings(archive: Archive, clock: Clock) -> None:
    blog = a_moving_blog()
    crawl(archive, blog, clock)
    blog.folder = "neu"
    crawl(archive, blog, clock, command="update", full=True)
    assert sorted(map(str, texts(archive, "select url from posts"))) == [
        blog.post_url(number) for number in sorted(blog.entries)
    ]
    assert texts(archive, "select number from posts where gone_at is not null") == []
    assert rows(archive, "open_failures") == []


def test_a_post_gone_from_its_old_url_returns_at_its_new_url(archive: Archive, clock: Clock) -> None:
    blog = a_moving_blog()
    crawl(archive, blog, clock)
    blog.entries[N].listed, blog.entries[N].status = False, 404
    crawl(archive, blog, clock, command="update", full=True)
    assert texts(archive, "select number from posts where gone_at is not null") == [str(N)]
    blog.entries[N].listed, blog.entries[N].status, blog.folder = True, 200, "neu"
    crawl(archive, blog, clock, command="update")
    assert archive.rows("select url, gone_at from posts where number = ?", (N,)) == [(blog.post_url(N), None)]


def test_a_failure_of_the_old_url_is_resolved_by_the_new_url(archive: Archive, clock: Clock) -> None:
    blog = a_moving_blog()
    blog.broken[blog.post_url(N)] = 500
    crawl(archive, blog, clock)
    assert len(rows(archive, "open_failures")) == 1
    blog.folder = "neu"
    crawl(archive, blog, clock, command="update")
    assert rows(archive, "open_failures") == []
    assert texts(archive, "select url from posts where content_hash is not null and number = ?", (N,)) == [
        blog.post_url(N)
    ]


@pytest.mark.parametrize(("folder", "scheme"), [("posts", "https"), ("neu", "http")])
def test_another_scheme_of_a_working_url_costs_no_request(
    archive: Archive, clock: Clock, folder: str, scheme: str
) -> None:
    blog = a_moving_blog()
    crawl(archive, blog, clock)
    before = blog.folder, blog.scheme
    blog.old = 200
    for form in [(folder, scheme), before] * 2:
        blog.folder, blog.scheme = form
        assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]
    assert rows(archive, "open_failures") == []


def test_another_time_in_a_listing_requeues_the_post(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3, months=False)
    crawl(archive, blog, clock)
    blog.entries[N].when = "2024-02-25 07:08:09"
    blog.entries[N].text = "改过的正文"
    assert blog.post_url(N) in crawl(archive, blog, clock, command="update").urls
    assert archive.rows("select posted_at, body_text from posts where number = ?", (N,)) == [
        ("2024-02-25T07:08:09-08:00", "改过的正文")
    ]


def test_a_listing_that_always_shows_another_time_requeues_the_post_once(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(3, months=False)
    crawl(archive, blog, clock)
    archive.execute("update posts set posted_at = '2024-01-01T08:00:00-08:00' where number = ?", (N,))
    archive.execute("update frontier set shown_on = null where number = ?", (N,))
    read = 0
    for _ in range(4):
        read += blog.post_url(N) in crawl(archive, blog, clock, command="update").urls
        archive.execute("update posts set posted_at = '2024-01-01T08:00:00-08:00' where number = ?", (N,))
    assert read == 1


@pytest.mark.parametrize(
    ("day", "feed", "is_same"),
    [
        ("2017-09-09", "2017-09-08T21:00:00+08:00", True),  # midnight in Sydney
        ("2017-09-09", "2017-09-10T06:30:00+08:00", True),  # half past five in the afternoon in Chicago
        ("2017-09-09", "2017-09-08T17:00:00+08:00", False),
        ("2017-09-09", "2017-09-10T20:00:00+08:00", False),
        ("0001-01-01", "0001-01-01T00:00:00+08:00", True),
        ("9999-12-31", "9999-12-31T20:00:00-08:00", True),
    ],
)
def test_a_day_is_the_same_as_a_time_that_has_it_in_another_zone(day: str, feed: str, is_same: bool) -> None:
    assert is_same_time(day, feed) == is_same_time(feed, day) == is_same


@pytest.mark.parametrize(
    ("shown", "stated", "is_same"),
    [
        ("2024-01-01T18:00:05+08:00", "2024-01-01T10:00:05+00:00", True),
        ("2024-01-01T18:00+08:00", "2024-01-01T10:00:05+00:00", True),
        (
            "2024-01-01T18:00:05+08:00",
            "2024-01-01T18:00:05+00:00",
            True,
        ),  # a theme may state no zone of its own
        ("2024-01-01T18:00:05+08:00", "2024-01-01T10:01:05+00:00", False),
        ("2024-01-01T18:00+08:00", "2024-01-01T09:59:59+00:00", False),
        ("9999-12-31T20:00:00-08:00", "9999-12-31T22:00:00-08:00", False),
    ],
)
def test_a_time_is_the_same_in_the_zone_of_another_list(shown: str, stated: str, is_same: bool) -> None:
    assert is_same_time(shown, stated) == is_same_time(stated, shown) == is_same


def test_a_post_whose_two_lists_have_the_day_of_two_zones_is_not_fetched_again(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(3, months=False)
    crawl(archive, blog, clock)
    archive.execute("update posts set posted_at = '2024-02-10T22:00:00-08:00' where number = ?", (N,))
    read = 0
    for night in range(4):
        blog.entries[N].when = "2024-02-11" if night % 2 else "2024-02-10"
        read += blog.post_url(N) in crawl(archive, blog, clock, command="update").urls
    assert read == 0


def test_bullets_before_a_title_are_ignored(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3)
    for number, bullet in zip(blog.entries, ("★ ", "— ", ">"), strict=True):
        blog.entries[number].title = f"{bullet}论长短"
        blog.retitled[number] = "论长短"
    crawl(archive, blog, clock)
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    assert rows(archive, "open_failures") == []
    assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]
    assert texts(archive, "select distinct title from posts where title like '★%'") == ["★ 论长短"]


MONTH = "2024-03"


def test_a_post_that_appears_in_the_second_of_the_first_page_of_its_month_is_not_missed(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(24)
    number = next(entry.number for entry in blog.entries.values() if entry.month == MONTH)
    url = blog.url(f"m/{MONTH}")
    month = Target(url=url, site=SITE, kind=PageKind.MONTH, uid=blog.uid, chain=url)
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    second = clock()
    save_page.save_page(archive, blog.crawled(month, second + timedelta(seconds=0.1)), None)
    assert texts(archive, "select state from frontier where url like '%/m/2024-03'") == ["done"]
    blog.add(Entry(number=600000, title="新的一篇", when=f"{MONTH}-30 10:00:00", text="正文。"))
    post = blog.crawled(blog.post_target(number), second + timedelta(seconds=0.3))
    save_page.save_page(archive, post, None)
    assert texts(archive, "select state from frontier where url like '%/m/2024-03'") == ["todo"]


def test_a_listing_that_redirects_is_stored_under_its_new_url_or_left_to_the_known_one(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(3)
    crawl(archive, blog, clock)

    def redirect(kind: PageKind, old: str, new: str) -> None:
        target = Target(url=blog.url(old), site=SITE, kind=kind, uid=blog.uid)
        found = blog.crawled(target, clock())
        save_page.save_page(archive, replace(found, page=replace(found.page, url=blog.url(new))), None)

    redirect(PageKind.CATEGORY, "c/旧作", new := quote("c/旧作/"))
    for table in ("frontier", "categories"):
        query = f"select url from {table} where url like '%旧作%' or url like '%BD%9C%'"
        assert archive.column(query) == [blog.url(new)]
    due = "select due_at is not null from frontier where url = ?"
    assert archive.scalar(due, (blog.url("m/2024-02"),))
    before = rows(archive, "archive_months", times=False)
    redirect(PageKind.MONTH, "m/2024-02", "m/2024-01")
    assert rows(archive, "archive_months", times=False) == before
    assert not archive.scalar(due, (blog.url("m/2024-02"),)), "the page of the other month is fetched instead"


def test_a_post_that_redirects_from_a_url_without_its_blog_is_fetched_once(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(3)
    (number,) = [*blog.entries][:1]
    target = replace(blog.post_target(number), url=blog.url(f"?did={number}"), uid=None)
    frontier.add_targets(archive, [target], now=clock())
    found = blog.crawled(blog.post_target(number), clock())
    save_page.save_page(archive, replace(found, target=target), None)
    assert texts(archive, "select state from frontier where url like '%did=%'") == ["done"]


def test_a_next_page_of_a_list_that_is_gone_since_a_redesign_named_it_anew_is_no_failure(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(8)
    home = blog.home
    former = replace(home, url=blog.url("?p=2"), page_no=2, chain=home.url)
    frontier.add_targets(archive, [former], now=clock())
    blog.broken[former.url] = 404
    for target in (home, former):
        save_page.save_page(archive, blog.crawled(target, clock()), None)
    assert rows(archive, "open_failures") == []
