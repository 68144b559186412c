"""Tests of the requests that an update makes, and of those that it avoids."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product

import pytest

from blogarchive.items import PageKind
from blogarchive.store import schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import plan, save_page
from blogarchive.store.ledger import failures, frontier, runs
from blogarchive.store.ledger.coverage import MONTHS_FIELD
from blogarchive.store.ledger.failures import Failure
from tests.store.fake_blog import Clock, Entry, a_blog, comment, crawl, rows, texts

N = 500000


def test_an_update_without_news_or_due_targets_requests_one_page(archive: Archive, clock: Clock) -> None:
    blog = a_blog(30)
    crawl(archive, blog, clock)
    for _ in range(3):
        blog.crawled_pages += 7
        assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]
    assert archive.scalar("select count(*) from pages where url = ?", (blog.home.url,)) == 1


def test_a_new_post_costs_three_requests_home_month_and_post(archive: Archive, clock: Clock) -> None:
    blog = a_blog(30)
    full = crawl(archive, blog, clock)
    blog.add(Entry(number=600000, title="新的", when="2024-06-28 09:00:00", text="新文。" * 20))
    urls = crawl(archive, blog, clock, command="update").urls
    assert set(urls) >= {blog.home.url, blog.url("m/2024-06"), blog.post_url(600000)}
    assert len(urls) < len(full.urls) / 2
    assert all("m/2024-06" in url for url in urls if "/m/" in url)
    assert texts(
        archive,
        "select c.name from post_categories pc join categories c on c.id = pc.category_id"
        " join posts p on p.id = pc.post_id where p.number = 600000",
    ) == ["随笔"]


def test_a_post_that_appears_in_the_past_is_found(archive: Archive, clock: Clock) -> None:
    blog = a_blog(30, latest=0)
    crawl(archive, blog, clock)
    blog.add(
        Entry(number=499999, title="补发", when="2024-03-01 09:00:00", text="补发的。" * 20, category="无类")
    )
    crawl(archive, blog, clock, command="update")
    assert texts(archive, "select title from posts where number = 499999 and content_hash is not null") == [
        "补发"
    ]


def test_a_post_in_the_middle_of_a_month_is_found_within_thirty_days(archive: Archive, clock: Clock) -> None:
    blog = a_blog(30, latest=0, titles=2)  # the sidebar does not show it
    crawl(archive, blog, clock)
    blog.add(Entry(number=400001, title="悄悄补的", when="2024-03-13 09:00:00", text="中间。" * 20))
    blog.entries[400001].category = "随笔"
    start = clock.now
    while clock.now < start + timedelta(days=30):
        clock.now += timedelta(hours=24)
        crawl(archive, blog, clock, command="update")
    assert texts(archive, "select title from posts where number = 400001 and content_hash is not null") != []


@pytest.mark.slow
def test_every_listing_is_fetched_again_within_thirty_days(archive: Archive, clock: Clock) -> None:
    blog = a_blog(30)
    crawl(archive, blog, clock)
    proved: dict[str, list[str]] = {}
    for _ in range(90):
        clock.now += timedelta(hours=24)
        crawl(archive, blog, clock, command="update")
        for month, at in archive.rows("select month, proved_at from archive_months"):
            assert str(at) >= (clock.now - timedelta(days=30)).isoformat()
            proved.setdefault(str(month), []).append(str(at))
    assert all(len(set(times)) >= 4 for times in proved.values())


def test_due_targets_stay_within_the_budget_of_a_run(archive: Archive, clock: Clock) -> None:
    blog = a_blog(60, per_page=50)
    crawl(archive, blog, clock)
    for days in (1, 40, 400, 4000):
        clock.now += timedelta(days=days)
        run = crawl(archive, blog, clock, command="update")
        posts = [url for url in run.urls if url.endswith(".html")]
        assert len(posts) <= schedule.request_budget(60)


def test_blogs_of_a_host_share_a_budget_and_the_longest_due_come_first(
    archive: Archive, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [a_blog(30, per_page=50, uid=uid) for uid in ("31182", "27282")]
    for blog in made:
        crawl(archive, blog, clock)
    for days, blog in enumerate(made, 1):
        archive.execute("update frontier set due_at = ? where uid = ?", (f"2025-03-0{days}", blog.uid))
    clock.now += timedelta(days=60)
    monkeypatch.setattr(schedule, "HOST_BUDGET", 15)
    blogs = [blog.blog for blog in made]
    run = runs.start_run(archive, "update", [], now=clock())
    for _night in range(2):  # targets that a limited run left in the queue count
        plan.queue_run(archive, run, blogs[::-1], now=clock(), hosts=dict.fromkeys(blogs, "host"))
        queued = dict(
            archive.rows(
                "select uid, count(*) from frontier where state = 'todo' and kind = 'post' group by uid"
            )
        )
        assert 10 <= sum(map(int, queued.values())) <= 15
        assert queued["31182"] > queued.get("27282", 0)


def test_the_budget_includes_the_next_pages_of_comments(archive: Archive, clock: Clock) -> None:
    blog = a_blog(30, comments=11, per_page=50)  # three pages of comments per post
    blog.add(replace(blog.entries[500007], number=500900, comments=blog.entries[500007].comments * 15))
    crawl(archive, blog, clock)
    seen: set[str] = set()
    for _ in range(40):
        clock.now += timedelta(days=1)
        run = crawl(archive, blog, clock, command="update")
        posts = [url for url in run.urls if "html" in url]
        assert len(posts) <= schedule.request_budget(31) or len({url.split("?")[0] for url in posts}) == 1
        seen |= {url for url in posts if url.endswith(".html")}
    assert len(seen) == 31, "the one of forty pages as well"


def test_young_posts_are_fetched_daily_and_old_ones_less_often(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    day = clock.now.date()
    blog.add(
        Entry(number=600000, title="昨天的", when=f"{day - timedelta(days=1)} 09:00:00", text="新。" * 90)
    )
    blog.add(Entry(number=300000, title="十年前的", when="2014-01-05 09:00:00", text="旧。" * 90))
    crawl(archive, blog, clock)
    looks: dict[str, list[int]] = {}
    for today in range(1, 200):
        clock.now += timedelta(hours=24) - timedelta(seconds=10)
        for url in crawl(archive, blog, clock, command="update").urls:
            looks.setdefault(url, []).append(today)
    young, old = looks[blog.post_url(600000)], looks.get(blog.post_url(300000), [])
    assert young[:5] == [1, 2, 3, 4, 5]
    assert len(young) > 12
    assert young[-1] - young[-2] > 3
    assert [later - earlier for earlier, later in pairwise(old)] == [40, 52, 67], (
        "ever later without a change"
    )


def test_a_late_comment_makes_a_post_due_daily_again(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    crawl(archive, blog, clock)
    before = str(texts(archive, "select due_at from frontier where kind = 'post'")[0])
    clock.now += timedelta(days=100)
    late = comment("晚来", "2025-05-01 00:00:00", "迟到的评论")
    blog.entries[N].comments.insert(0, late)
    save_page.save_page(archive, blog.crawled(blog.post_target(N), clock()), None)
    due = str(texts(archive, "select due_at from frontier where kind = 'post'")[0])
    assert before < due < (clock.now + timedelta(days=2)).isoformat()


def test_a_changed_title_in_a_listing_requeues_the_post(archive: Archive, clock: Clock) -> None:
    blog = a_blog(6)
    crawl(archive, blog, clock)
    newest = max(blog.entries, key=lambda number: blog.entries[number].when)
    blog.entries[newest].title = "改了题目"
    urls = crawl(archive, blog, clock, command="update").urls
    assert blog.post_url(newest) in urls
    assert texts(archive, f"select title from posts where number = {newest}") == ["改了题目"]
    assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]


def test_an_edited_title_is_noticed_if_listings_cut_it(archive: Archive, clock: Clock) -> None:
    blog = a_blog(6)
    blog.listings_cut = True
    crawl(archive, blog, clock)
    newest = max(blog.entries, key=lambda number: blog.entries[number].when)
    blog.entries[newest].title = f"修订：{blog.entries[newest].title}"
    assert blog.post_url(newest) in crawl(archive, blog, clock, command="update").urls
    assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]
    assert rows(archive, "open_failures") == []


def test_a_title_that_never_agrees_is_one_failure_and_one_request(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3)
    crawl(archive, blog, clock)
    newest = max(blog.entries, key=lambda number: blog.entries[number].when)
    blog.retitled[newest] = "[图]别的题目"
    crawl(archive, blog, clock, command="update")
    assert rows(archive, "open_failures") == []
    for _ in range(2):
        assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]
        assert archive.rows("select kind, field, attempts from open_failures") == [("incomplete", "title", 1)]
    crawl(archive, blog, clock, command="update", full=True)
    assert len(rows(archive, "open_failures")) == 1
    blog.retitled.clear()
    crawl(archive, blog, clock, command="update")
    assert rows(archive, "open_failures") == []


def test_a_full_run_requests_every_page_once(archive: Archive, clock: Clock) -> None:
    blog = a_blog(20, comments=6)
    first = crawl(archive, blog, clock)
    again = crawl(archive, blog, clock, command="update", full=True)
    assert set(again.urls) >= {url for url in first.urls if "?page" not in url}
    assert len(again.urls) == len(set(again.urls))


def test_an_author_who_renames_himself_is_the_same_author(archive: Archive, clock: Clock) -> None:
    blog = a_blog(6)
    crawl(archive, blog, clock)
    blog.nickname = "改名的人"
    assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]
    assert texts(archive, "select nickname from authors") == ["改名的人"]


def test_a_pinned_post_does_not_end_a_crawl_of_home_pages(archive: Archive, clock: Clock) -> None:
    blog = a_blog(30, months=False)
    crawl(archive, blog, clock)
    for number in range(600000, 600007):
        blog.add(
            Entry(
                number=number,
                title=f"新{number}",
                when=f"2024-07-{number - 599980:02} 09:00:00",
                text="新" * 99,
            )
        )
    crawl(archive, blog, clock, command="update")
    assert (
        archive.scalar("select count(*) from posts where number >= 600000 and content_hash is not null") == 7
    )


def test_without_months_home_pages_are_fetched_until_nothing_is_new(archive: Archive, clock: Clock) -> None:
    blog = a_blog(30, months=False)
    crawl(archive, blog, clock)
    assert archive.scalar("select count(*) from posts where content_hash is not null") == 30
    assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]


def test_an_interrupted_crawl_of_home_pages_misses_no_post(archive: Archive, clock: Clock) -> None:
    blog = a_blog(30, months=False, latest=0)
    for entry in blog.entries.values():
        entry.category = "一"
    crawl(archive, blog, clock, stop_after=4)
    blog.add(
        Entry(number=600000, title="插进来的", when="2024-07-01 09:00:00", text="新" * 99, category="一")
    )
    crawl(archive, blog, clock, command="update")
    assert archive.scalar("select count(*) from posts where content_hash is not null") == 31


def test_months_that_disagree_with_the_posts_queue_the_home_pages(archive: Archive, clock: Clock) -> None:
    blog = a_blog(12, latest=0, titles=0)
    hidden = blog.entries[500003]
    for url in (
        blog.url(f"m/{hidden.month}"),
        *(blog.url(f"c/{name}") for name in ("随笔", "时政评论", "旧作")),
    ):
        parsed = blog.crawled(blog.home, clock()).parsed
        blog.broken[url] = replace(parsed, kind=PageKind.MONTH, listed=(), categories=(), links=())
    urls = crawl(archive, blog, clock).urls
    assert blog.url("?page=2") in urls
    assert archive.scalar("select count(*) from posts where content_hash is not null") == 12


def test_a_run_with_since_leaves_older_posts_queued(archive: Archive, clock: Clock) -> None:
    blog = a_blog(12)
    run = runs.start_run(archive, "backup", [], now=clock())
    frontier.add_targets(archive, [blog.home], now=clock())
    plan.queue_run(archive, run, [blog.blog], now=clock())
    since = date(2024, 5, 1)
    requested = []
    while targets := frontier.next_targets(archive, blog.blog, limit=1, now=clock(), since=since):
        requested += targets
        save_page.save_page(archive, blog.crawled(targets[0], clock()), run.id)
    posts = [target.number for target in requested if target.kind is PageKind.POST]
    assert sorted(posts, key=str) == [str(n) for n, entry in blog.entries.items() if entry.when >= "2024-05"]
    crawl(archive, blog, clock)
    assert archive.scalar("select count(*) from posts where content_hash is not null") == 12


def test_a_url_with_the_other_scheme_is_the_stored_target(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3)
    crawl(archive, blog, clock)
    for stored in (blog.home, blog.post_target(min(blog.entries))):
        scheme, _, rest = stored.url.partition("://")
        other = replace(stored, url=f"{'http' if scheme == 'https' else 'https'}://{rest}")
        assert frontier.with_stored_scheme(archive, other).url == stored.url
        assert frontier.with_stored_scheme(archive, stored) == stored
        lost = Failure(kind="network", detail="no answer")
        save_page.save_fetch_failure(archive, stored, lost, None, now=clock())
        assert frontier.with_stored_scheme(archive, other) == other, "a URL with an open failure is not used"


@pytest.mark.parametrize("days", [0, 1, 30, 365, 4000])
def test_a_post_is_due_at_most_daily_and_at_least_twice_a_year(days: int, clock: Clock) -> None:
    quiet, intervals = timedelta(days=days), [None, timedelta(days=1), timedelta(days=170)]
    for number, before, changed in product(range(50), intervals, (True, False)):
        interval = schedule.next_interval(quiet, before, changed=changed)
        due = clock.now.fromisoformat(schedule.post_due_at(f"x/{number}", clock.now, interval))
        assert clock.now + timedelta(hours=19) < due <= clock.now + timedelta(days=180)


def test_an_old_post_is_fetched_sooner_after_a_change_and_later_without_one() -> None:
    old, month = timedelta(days=4000), timedelta(days=30)
    assert schedule.next_interval(old, month, changed=True) < month
    assert month < schedule.next_interval(old, month, changed=False) < 2 * month


def test_a_304_updates_when_the_post_was_seen(archive: Archive, clock: Clock) -> None:
    blog = a_blog(2)
    crawl(archive, blog, clock)
    page = blog.crawled(blog.post_target(N), clock()).page
    before = rows(archive, "posts", times=False), rows(archive, "pages")
    save_page.save_not_modified(archive, blog.post_target(N), page, None)
    assert (rows(archive, "posts", times=False), rows(archive, "pages")) == before
    assert texts(archive, f"select last_seen_at from posts where number = {N}") == [
        page.fetched_at.isoformat()
    ]


def test_a_304_resolves_no_failure_about_what_the_page_shows(archive: Archive, clock: Clock) -> None:
    blog = a_blog(2)
    crawl(archive, blog, clock)
    target = blog.post_target(N)
    for kind, field in (("http", None), ("unreadable", "posted_at")):
        failure = Failure(kind=kind, field=field, detail="…")
        failures.record_failure(archive, blog.blog, target.url, failure, run_id=None, now=clock())
    save_page.save_not_modified(archive, target, blog.crawled(target, clock()).page, None)
    assert texts(archive, "select field from open_failures") == ["posted_at"]


def test_failures_of_an_older_home_url_are_resolved_at_the_new_one(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3)
    crawl(archive, blog, clock)
    older = "http://blog.test/laoqiang/"
    archive.execute("update frontier set key = ?1, url = ?1 where key = ?2", (older, blog.home.url))
    for field in (None, MONTHS_FIELD):
        failure = Failure(kind="incomplete", field=field, detail="…")
        failures.record_failure(archive, blog.blog, older, failure, run_id=None, now=clock())
    assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]
    assert texts(archive, "select url from open_failures") == []


def test_an_emptied_category_is_no_failure_in_a_blog_without_months(archive: Archive, clock: Clock) -> None:
    blog = a_blog(6, months=False)
    crawl(archive, blog, clock)
    for entry in blog.entries.values():
        entry.category = "时政评论" if entry.category == "旧作" else entry.category
    crawl(archive, blog, clock, command="update", full=True)
    assert texts(archive, "select detail from open_failures") == []
    left = "select count(*) from post_categories x join categories c on c.id = x.category_id where c.name = '旧作'"
    assert texts(archive, f"{left} and x.gone_at is null") == [0]
