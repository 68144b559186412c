"""Tests of runs, the lock, failures, status, verification and field coverage."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blogarchive.errors import ArchiveBusy, ArchiveDamaged, SiteChanged, UsageError
from blogarchive.items import PageKind, ParsedPage, Target
from blogarchive.store.database import connection
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.ledger import blogs, coverage, failures, frontier, runs
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.failures import Failure, reported_failures
from blogarchive.store.ledger.runs import Counts
from blogarchive.store.pages import pages
from blogarchive.store.pages.context import Outcome
from blogarchive.store.read import posts
from blogarchive.store.read.status import read_status
from blogarchive.store.rows import Parameters, parse_utc
from blogarchive.store.verify import verify_archive
from tests.store.fake_blog import SITE, Clock, Entry, a_blog, comment, crawl, rows, texts

N = 500000


@pytest.mark.parametrize("year", [1969, 2201, 9999])
def test_no_run_starts_by_a_clock_of_a_year_in_which_nobody_fetches_pages(
    archive: Archive, year: int
) -> None:
    with pytest.raises(UsageError, match=f"clock is at {year}-12-31"):
        runs.start_run(archive, "backup", now=datetime(year, 12, 31, tzinfo=UTC))


def test_a_run_is_a_row_with_its_counts_and_outcome(archive: Archive, clock: Clock) -> None:
    run = runs.start_run(archive, "backup", ["http://blog.test/"], now=clock())
    end = runs.RunEnd(outcome="done", exit_code=0, counts=Counts(posts_new=3))
    runs.finish_run(archive, run, end, now=clock())
    row = archive.row(
        "select command, arguments, outcome, exit_code, json_extract(counts, '$.posts_new') from runs"
    )
    assert row == ("backup", '["http://blog.test/"]', "done", 0, 3)


def test_a_run_resumes_a_killed_run_but_not_one_of_last_month(archive: Archive, clock: Clock) -> None:
    killed = runs.start_run(archive, "update", [], now=clock())
    next_one = runs.start_run(archive, "update", [], now=clock())
    assert next_one.epoch_at == killed.epoch_at
    assert runs.start_run(archive, "update", ["31182"], now=clock()).epoch_at != killed.epoch_at
    clock.now += timedelta(days=30)
    assert runs.start_run(archive, "update", [], now=clock()).epoch_at != killed.epoch_at
    assert texts(archive, "select outcome from runs where outcome is not null") == ["killed"] * 3


def test_a_run_that_starts_in_the_second_of_an_unfinished_one_resumes_it(
    archive: Archive, clock: Clock
) -> None:
    second = clock()
    first = runs.start_run(archive, "update", [], now=second.replace(microsecond=1))
    runs.finish_run(archive, first, runs.RunEnd(outcome="limited", exit_code=0), now=second)
    resumed = runs.start_run(archive, "update", [], now=second.replace(microsecond=900_000))
    assert (first.resumes, resumed.resumes) == (False, True)
    assert resumed.epoch_at == first.epoch_at
    third = runs.start_run(archive, "update", [], now=clock())
    assert third.begun_at == first.started_at, "as the times of failures: whole seconds"


def test_a_run_resumes_one_that_ended_on_a_full_disk(archive: Archive, clock: Clock) -> None:
    full = runs.start_run(archive, "update", ["full=True"], now=clock())
    runs.finish_run(archive, full, runs.RunEnd(outcome="unwritable", exit_code=6), now=clock())
    assert runs.start_run(archive, "update", ["full=True"], now=clock()).epoch_at == full.epoch_at


def test_after_a_clock_was_set_back_times_continue_from_the_stored_ones(
    archive: Archive, clock: Clock
) -> None:
    crawl(archive, a_blog(2), clock)
    assert runs.start_run(archive, "backup", [], now=clock()).ahead == timedelta()
    (latest,) = texts(archive, "select last_seen_at from authors")
    clock.now -= timedelta(days=9)
    run = runs.start_run(archive, "update", [], now=clock())
    assert timedelta(days=8) < run.ahead < timedelta(days=10)
    assert run.begun_at < str(latest) < run.epoch_at


def test_a_second_run_is_refused_at_once_with_the_holder_of_the_lock(path: Path, clock: Clock) -> None:
    with connection.hold_lock(path, "update 31182", now=clock.now):
        message = r"process \d+ \(update 31182\) since 2025-02-01T09:00:00"
        with (
            pytest.raises(ArchiveBusy, match=message) as caught,
            connection.hold_lock(path, "backup", now=clock.now),
        ):
            pass
        assert caught.value.exit_code == 75
    with connection.hold_lock(path, "backup", now=clock.now):
        pass


def test_the_lock_of_a_killed_process_is_released(path: Path, clock: Clock) -> None:
    script = (
        "import sys, time; from datetime import datetime, UTC; from blogarchive.store.database.connection import hold_lock\n"
        "with hold_lock(sys.argv[1], 'backup', now=datetime.now(UTC)):\n    print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    with (
        pytest.raises(ArchiveBusy, match=f"process {process.pid} "),
        connection.hold_lock(path, "update", now=clock.now),
    ):
        pass
    process.kill()
    process.communicate()
    with connection.hold_lock(path, "update", now=clock.now):
        pass


def test_retry_delays_grow_and_a_permanent_failure_is_not_retried(archive: Archive, clock: Clock) -> None:
    target = Target(url="http://blog.test/x", site="creaders", kind=PageKind.POST, uid="1", number="1")
    network, robots = (
        Failure(kind=kind, detail="x", permanent=kind == "robots") for kind in ("network", "robots")
    )
    waits = []
    for _ in range(8):
        save_page.save_fetch_failure(archive, target, network, None, now=clock())
        waits.append(parse_utc(_due_at(archive) or "") - clock.now.replace(microsecond=0))
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=10)
    assert waits[-1] == timedelta(days=7)
    assert archive.rows("select kind, attempts from open_failures") == [("network", 8)]
    save_page.save_fetch_failure(archive, target, robots, None, now=clock())
    assert _due_at(archive) is None
    blog = Blog(site="creaders", uid="1")
    clock.now += timedelta(days=400)
    assert frontier.next_targets(archive, blog, limit=5, now=clock.now) == []
    failures.requeue_failed(archive, [blog])
    assert [found.url for found in frontier.next_targets(archive, blog, limit=5, now=clock.now)] == [
        target.url
    ]


def _due_at(archive: Archive) -> str | None:
    return archive.text("select due_at from frontier")


def test_a_failed_page_is_retried_when_it_is_due(archive: Archive, clock: Clock) -> None:
    blog = a_blog(2)
    blog.broken[blog.post_url(N)] = 500
    crawl(archive, blog, clock)
    (due,) = texts(archive, "select due_at from frontier where state = 'failed'")
    blog.broken.clear()
    assert blog.post_url(N) not in crawl(archive, blog, clock, command="update").urls
    clock.now = datetime.fromisoformat(str(due))
    assert blog.post_url(N) in crawl(archive, blog, clock, command="update").urls
    assert rows(archive, "open_failures") == []


def test_status_shows_since_when_a_home_page_is_unreachable(archive: Archive, clock: Clock) -> None:
    blog = a_blog(2)
    crawl(archive, blog, clock)
    assert read_status(archive).blogs[0].unreached_since is None
    blog.broken[blog.home.url] = 500
    crawl(archive, blog, clock, command="update")
    since = texts(archive, "select first_failed_at from failures where url = ?", (blog.home.url,))
    clock.now += timedelta(days=3)
    crawl(archive, blog, clock, command="update")
    assert [read_status(archive).blogs[0].unreached_since] == since
    blog.broken.clear()
    crawl(archive, blog, clock, command="update")
    assert read_status(archive).blogs[0].unreached_since is None


def test_a_refusal_is_retried_after_the_delay_of_the_site(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    crawled = blog.crawled(blog.post_target(N), clock())
    page = replace(crawled.page, status=503, headers=(("Retry-After", "86400"),))
    saved = save_page.save_page(archive, replace(crawled, page=page), None)
    assert saved.outcome is Outcome.BLOCKED
    assert texts(archive, "select next_try_at from open_failures") == [
        (clock.now + timedelta(days=1)).isoformat(timespec="seconds")
    ]


def test_a_failure_that_is_not_retried_is_reported_once(archive: Archive, clock: Clock) -> None:
    blog = a_blog(2)
    blog.entries[N].claimed = 9
    first = crawl(archive, blog, clock)
    assert len(reported_failures(archive, [blog.blog], first.run)) == 1
    second = crawl(archive, blog, clock, command="update", full=True)
    assert reported_failures(archive, [blog.blog], second.run) == []
    assert len(failures.open_failures(archive, [blog.blog])) == 1


def test_status_compares_stored_counts_with_claimed_ones(archive: Archive, clock: Clock) -> None:
    blog = a_blog(12)
    blog.broken[blog.post_url(N)] = 500
    crawl(archive, blog, clock)
    found = read_status(archive).blogs[0]
    assert (found.posts_named, found.posts_read, found.open_failures) == (12, 11, 1)
    assert (len(found.months), found.months_complete, found.complete) == (6, 5, False)
    blog.broken.clear()
    blog.entries[N + 1].text = "改。" * 50
    crawl(archive, blog, clock, command="update", full=True)
    found = read_status(archive).blogs[0]
    assert (found.posts_read, found.months_complete, found.comments_held, found.comments_claimed) == (
        12,
        6,
        24,
        24,
    )
    assert (found.edited, found.gone, found.complete, found.waiting) == (1, 0, True, 0)
    assert found.last_good_run == texts(archive, "select max(finished_at) from runs")[0]


def test_an_undamaged_archive_passes_verification(archive: Archive, clock: Clock) -> None:
    crawl(archive, a_blog(5), clock)
    found = verify_archive(archive)
    assert (found.damage, found.lacking, found.pages) == ((), (), pages.count_pages(archive))
    found.require_whole()


def test_changed_bytes_of_a_page_fail_verification(archive: Archive, clock: Clock) -> None:
    crawl(archive, a_blog(5), clock)
    archive.execute("update pages set body = substr(body, 1, length(body) - 9) where id = 3")
    archive.execute("pragma foreign_keys = off")
    archive.execute("update comments set post_id = 12345 where id = 1")
    found = verify_archive(archive)
    assert len(found.damage) == 2
    with pytest.raises(ArchiveDamaged, match="and 1 more"):
        found.require_whole()


def test_fields_that_become_empty_on_all_pages_raise_site_changed(archive: Archive, clock: Clock) -> None:
    blog = a_blog(20)
    first = crawl(archive, blog, clock)
    coverage.check_coverage(archive, first.run, now=clock())
    for entry in blog.entries.values():
        entry.likes = None  # type: ignore[assignment]
    second = crawl(archive, blog, clock, command="update", full=True)
    with pytest.raises(SiteChanged, match=r"post\.likes") as caught:
        coverage.check_coverage(archive, second.run, now=clock())
    assert caught.value.exit_code == 5


def told(archive: Archive, clock: Clock, *changes: tuple[str, str]) -> str:
    run = runs.start_run(archive, "update", now=clock())
    for site, field in changes:
        coverage.open_change(archive, site, field, run_id=run.id, now=clock())
    return coverage.changes_message(archive, lost={"post.title"}) or ""


def test_the_message_about_changes_of_many_blogs_names_each_field_once_and_a_few_blogs(
    archive: Archive, clock: Clock
) -> None:
    fields = "post.title", "post.views", "text.added_above"
    sites = [f"web/{number:02}.example" for number in range(40)]
    message = told(archive, clock, *((site, field) for site in sites for field in fields))
    assert [message.count(f"({field})") for field in fields] == [1, 1, 1]
    named = " ".join(sites[:5])
    assert (f"({named.replace(' ', ', ')}, and 35 more): " in message, sites[5] in message) == (True, False)
    assert f"`blogarchive update {named} --accept-changes`" in message


@pytest.mark.parametrize(
    ("sites", "command"),
    [
        (["creaders"], "update --accept-changes"),
        (["creaders", "web/z.example"], "update web/z.example --accept-changes"),
        (["web/b.example/我的 博客"], "update 'web/b.example/我的 博客' --accept-changes"),
        (["web/b.example/a;rm -rf x"], "update 'web/b.example/a;rm -rf x' --accept-changes"),
    ],
)
def test_the_command_that_agrees_with_changes_names_the_blogs_of_any_host_for_a_shell(
    archive: Archive, clock: Clock, sites: list[str], command: str
) -> None:
    message = told(archive, clock, *((site, "post.title") for site in sites))
    assert (f"`blogarchive {command}`" in message, all(site in message for site in sites)) == (True, True)


def test_pages_that_cannot_be_parsed_raise_site_changed(archive: Archive, clock: Clock) -> None:
    blog = a_blog(20)
    crawl(archive, blog, clock)
    for number in blog.entries:
        blog.broken[blog.post_url(number)] = ParsedPage(kind=PageKind.UNKNOWN, encoding="utf-8")
    run = crawl(archive, blog, clock, command="update", full=True).run
    with pytest.raises(SiteChanged, match=f"post.{coverage.WHOLE_PAGE}"):
        coverage.check_coverage(archive, run, now=clock())
    assert archive.scalar("select count(*) from posts where content_hash is not null") == 20


def test_a_single_page_without_a_field_raises_nothing(archive: Archive, clock: Clock) -> None:
    blog = a_blog(20)
    crawl(archive, blog, clock)
    blog.entries[N].likes = None  # type: ignore[assignment]
    run = crawl(archive, blog, clock, command="update", full=True).run
    coverage.check_coverage(archive, run, now=clock())


def test_blogs_are_found_by_their_uid_or_an_older_one(archive: Archive, clock: Clock) -> None:
    blog = a_blog(2)
    old = replace(blog.home, url="http://blog.test/laoqiang/", uid="laoqiang")
    crawled = blog.crawled(blog.home, clock())
    frontier.add_targets(archive, [old], now=clock())
    save_page.save_page(archive, replace(crawled, target=old, page=replace(crawled.page, url=old.url)), None)
    assert blogs.stored_blogs(archive, ["laoqiang"]) == [Blog(site="creaders", uid="31182")]
    assert blogs.stored_blogs(archive) == [Blog(site="creaders", uid="31182")]
    with pytest.raises(UsageError, match="status"):
        blogs.stored_blogs(archive, ["nobody"])
    home = blogs.home_target(archive, Blog(site="creaders", uid="31182"))
    assert home is not None
    assert home.url == old.url


def test_an_unknown_post_has_no_history(archive: Archive) -> None:
    with pytest.raises(UsageError, match="search"):
        posts.find_posts(archive, "1")


def test_queued_targets_are_found_by_an_index(archive: Archive) -> None:
    plan = archive.rows(
        "explain query plan select url from frontier where site = ? and uid is ? and state = 'todo'"
        " order by priority, rank, id limit 20",
        ("creaders", "1"),
    )
    assert [row[3] for row in plan] == [
        "SEARCH frontier USING INDEX frontier_work (site=? AND uid=? AND state=?)"
    ]


def test_no_statement_of_a_save_scans_a_table(archive: Archive, clock: Clock) -> None:
    blog = a_blog(8, comments=9)
    crawl(archive, blog, clock)
    statements: dict[str, Parameters] = {}
    execute = archive.execute

    def record(sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        statements[sql] = parameters
        return execute(sql, parameters)

    archive.execute = record  # type: ignore[method-assign]
    blog.add(Entry(number=600000, title="新的", when="2024-06-28 09:00:00", text="新文。" * 20))
    blog.entries[N].text = "改了。" * 50
    blog.entries[N].comments.insert(0, comment("新人", "2024-08-03 00:00:00", "新话"))
    urls = [
        blog.post_target(N),
        blog.post_target(600000),
        replace(blog.post_target(N + 1), url=blog.post_url(N + 1)),
    ]
    urls.append(
        Target(
            url=f"{blog.post_url(N)}?page=2",
            site=SITE,
            kind=PageKind.COMMENTS,
            uid=blog.uid,
            post_number=str(N),
            page_no=2,
            chain=blog.post_url(N),
        )
    )
    for target in urls:
        save_page.save_page(archive, blog.crawled(target, clock()), None)
        frontier.next_targets(archive, blog.blog, limit=5, now=clock())
    assert len(statements) > 30
    for sql, parameters in statements.items():
        if sql.split()[0] in ("select", "update", "delete"):
            details = [str(row[3]) for row in execute(f"explain query plan {sql}", parameters)]
            scans = [words for words in details if words.startswith("SCAN ")]
            # A constant row or an array parameter is not a table. Few texts wait for the index, and a site rarely
            # changes. Only a post that is shown under two numbers is compared with the runs.
            small = ("CONSTANT", "json_each", "_search_pending", "site_changes", "SCAN runs")
            scanned = [words for words in scans if not any(word in words for word in small)]
            assert not scanned, (scanned, sql)


def test_targets_in_flight_are_not_handed_out_again_and_newest_posts_come_first(
    archive: Archive, clock: Clock
) -> None:
    for number in range(50):
        url = f"http://creaders.test/{number}"
        target = Target(url=url, site="creaders", kind=PageKind.POST, uid="1", number=str(number))
        frontier.add_targets(archive, [target], now=clock.now)
    blog = Blog(site="creaders", uid="1")
    targets = frontier.next_targets(archive, blog, limit=10, now=clock.now)
    in_flight = frontier.next_targets(archive, blog, limit=10, now=clock.now, exclude=targets)
    assert not {target.url for target in targets} & {target.url for target in in_flight}
    assert [target.number for target in targets[:2]] == ["49", "48"]


def test_our_times_are_utc_in_whatever_zone_they_are_given(archive: Archive) -> None:
    moment = datetime.fromisoformat("2025-02-01T17:00:00.999+08:00")
    run = runs.start_run(archive, "backup", [], now=moment)
    assert run.started_at == "2025-02-01T09:00:00+00:00"
    assert run.epoch_at == "2025-02-01T09:00:00.999000+00:00"
