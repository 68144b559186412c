"""No host keeps a run going: what is called for again and again is left to the next run, which is told."""

from copy import deepcopy
from datetime import timedelta

from blogarchive.items import Page
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue
from blogarchive.store.ingest import plan, save_page
from blogarchive.store.ledger import runs
from tests.store.fake_blog import Clock, Entry, a_blog, crawl, rows, texts


def test_what_is_called_for_again_and_again_waits_for_the_next_run_and_is_a_failure_till_then(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(4)
    crawl(archive, blog, clock)
    target = blog.post_target(500001)
    run = runs.start_run(archive, "update", [], now=clock())
    taken = 0
    while requeue.requeue_target(archive, target, before="~", now=clock()):
        taken += 1
        assert taken < 20
        save_page.save_page(archive, blog.crawled(target, clock()), run.id)
    assert taken == requeue.MAX_REQUEUES
    failure = archive.row(
        "select url, kind, permanent, next_try_at is null, run_id from failures where resolved_at is null"
    )
    assert failure == (target.url, "incomplete", 0, 0, run.id)
    assert target.url in crawl(archive, blog, clock, command="update").urls
    assert rows(archive, "open_failures") == []


def test_further_home_pages_that_are_no_more_are_looked_for_a_few_times_only(
    archive: Archive, clock: Clock
) -> None:
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
    archive.execute("update sweeps set complete_at = started_at where kind = 'home'")
    asked = 0
    while plan.queue_more(archive, run, [blog.blog], now=clock()):
        for target in frontier_queue.next_targets(archive, [blog.blog], limit=9, now=clock()):
            asked += target.url == blog.url("?page=2")
            save_page.save_page(archive, blog.crawled(target, clock()), run.id)
        assert asked < 20
    assert asked == requeue.MAX_REQUEUES


def test_a_post_whose_page_comes_from_a_cache_of_yesterday_turns_no_month_back(
    archive: Archive, clock: Clock
) -> None:
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
