"""Tests of the limits on requeues: no host can keep a run going."""

from copy import deepcopy
from datetime import timedelta

from blogarchive.items import Page
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import plan, save_page
from blogarchive.store.ledger import frontier, runs
from tests.store.fake_blog import Clock, Entry, a_blog, crawl, rows, texts


def test_a_target_requeued_too_often_waits_for_the_next_run_with_an_open_failure(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(4)
    crawl(archive, blog, clock)
    target = blog.post_target(500001)
    run = runs.start_run(archive, "update", [], now=clock())
    requeues = 0
    while frontier.requeue_target(archive, target, before="~", now=clock()):
        requeues += 1
        assert requeues < 20
        save_page.save_page(archive, blog.crawled(target, clock()), run.id)
    assert requeues == frontier.MAX_REQUEUES
    failure = archive.row(
        "select url, kind, permanent, next_try_at is null, run_id from failures where resolved_at is null"
    )
    assert failure == (target.url, "incomplete", 0, 0, run.id)
    assert target.url in crawl(archive, blog, clock, command="update").urls
    assert rows(archive, "open_failures") == []


def test_missing_next_home_pages_are_requested_a_few_times_only(archive: Archive, clock: Clock) -> None:
    blog = a_blog(8, months=False)
    crawl(archive, blog, clock)
    blog.months = True
    crawl(archive, blog, clock, full=True)
    clock.now += timedelta(days=40)
    archive.execute("update archive_months set first_post_on = '2001-01-01'")
    blog.broken[blog.url("?page=2")] = 404
    run = runs.start_run(archive, "update", [], now=clock())
    same = Page(url=blog.home.url, fetched_at=clock(), status=304, headers=(), body=b"")
    save_page.save_not_modified(archive, blog.home, same, run.id)
    archive.execute("update _page_chains set complete_at = started_at where kind = 'home'")
    requested = 0
    while plan.queue_more(archive, run, [blog.blog], now=clock()):
        for target in frontier.next_targets(archive, blog.blog, limit=9, now=clock()):
            requested += target.url == blog.url("?page=2")
            save_page.save_page(archive, blog.crawled(target, clock()), run.id)
        assert requested < 20
    assert requested == frontier.MAX_REQUEUES


def test_a_post_page_from_an_old_cache_does_not_revert_a_month(archive: Archive, clock: Clock) -> None:
    blog = a_blog(6)
    crawl(archive, blog, clock)
    yesterday = deepcopy(blog)
    blog.add(Entry(number=500900, title="新的一篇", when="2024-06-28 10:00:00", text="正文。"))
    blog.add(Entry(number=500901, title="又一篇", when="2024-07-02 10:00:00", text="正文。"))
    crawl(archive, blog, clock, command="update")
    shown = (
        "select month || first_post_on || last_post_on || proved_last_on from archive_months order by month"
    )
    today = texts(archive, shown)
    save_page.save_page(archive, yesterday.crawled(yesterday.post_target(500001), clock()), None)
    assert texts(archive, shown) == today
    assert texts(archive, "select url from frontier where state = 'todo'") == []
    assert crawl(archive, blog, clock, command="update").urls == [blog.home.url]
