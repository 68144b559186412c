"""When unreadable pages are asked for again: one soon, one of many in a week, all of them when one is readable."""

from dataclasses import replace
from datetime import timedelta

from blogarchive.items import PageKind, ParsedPage, Problem, Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.ledger import runs
from blogarchive.store.rows import format_utc
from tests.store.fake_blog import Clock, FakeBlog, a_blog, crawl

N = 500000
UNREADABLE = ParsedPage(kind=PageKind.UNKNOWN, encoding="utf-8")


def save(archive: Archive, blog: FakeBlog, clock: Clock, *targets: Target) -> None:
    """Save the pages of these targets in a run of their own, a day later."""
    clock.now += timedelta(days=1)
    run = runs.start_run(archive, "update", now=clock())
    for target in targets:
        save_page.save_page(archive, blog.crawled(target, clock()), run.id)


def waiting(archive: Archive, clock: Clock) -> dict[str, bool]:
    """Return the posts with open failures, and whether they wait for more than a day."""
    found = archive.rows(
        "select number, due_at > ? from frontier where kind = 'post' and url in (select url from open_failures)",
        (format_utc(clock.now + timedelta(days=1)),),
    )
    return {number: bool(waits) for number, waits in found}


def test_a_home_page_with_an_unreadable_field_makes_no_post_wait_but_an_unreadable_home_page_does(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(8)
    crawl(archive, blog, clock)
    home = blog.crawled(blog.home, clock()).parsed
    of_field = Problem(kind="unreadable", field="archive_months", detail="no dates")
    blog.broken[blog.home.url] = replace(home, problems=(of_field,))
    blog.broken |= {blog.post_url(number): UNREADABLE for number in range(N, N + 3)}
    save(archive, blog, clock, blog.home, blog.post_target(N))
    assert archive.rows("select url, field from open_failures where permanent") == [
        (blog.home.url, "archive_months")
    ]
    assert waiting(archive, clock) == {str(N): False}

    field_and_all = replace(UNREADABLE, problems=(of_field,))
    blog.broken[blog.home.url] = field_and_all
    save(archive, blog, clock, blog.home, blog.post_target(N + 1), blog.post_target(N + 2))
    assert waiting(archive, clock) == {str(N): False, str(N + 1): True, str(N + 2): True}

    blog.broken[blog.home.url] = replace(home, problems=(of_field,))
    save(archive, blog, clock, blog.home)
    assert waiting(archive, clock) == {str(N): False, str(N + 1): False, str(N + 2): False}, "released"


def test_one_of_many_unreadable_pages_waits_until_one_of_them_is_readable(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(9)
    crawl(archive, blog, clock)
    blog.broken = {blog.post_url(number): UNREADABLE for number in range(N, N + 8)}
    save(archive, blog, clock, *(blog.post_target(number) for number in range(N, N + 8)))
    assert list(waiting(archive, clock).values()).count(True) == 3, "all but five"
    save(archive, blog, clock, blog.post_target(N + 8))
    assert list(waiting(archive, clock).values()).count(True) == 3, "that one was never unreadable"
    del blog.broken[blog.post_url(N)]
    save(archive, blog, clock, blog.post_target(N))
    assert list(waiting(archive, clock).values()) == [False] * 7
