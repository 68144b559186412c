"""A host of many blogs: the work of each landing, of the start and of the checks, and the turns of the blogs."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.figures import Row
from bench.running import folder
from blogarchive.crawl.options import CrawlOptions
from blogarchive.crawl.progress import CrawlObserver
from blogarchive.crawl.session import SLICE, CrawlSession
from blogarchive.items import Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures, frontier, runs
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.rows import utc_now

HOST = "blog.test"
_FAR = "2099-01-01T00:00:00+00:00"
_SEEN = "2025-01-01T00:00:00+00:00"


def filled(path: Path, blogs: int, *, posts: int, failed: int = 0) -> Archive:
    """Return an archive of blogs of one host, each with `posts` posts to fetch, and with open failures."""
    archive = Archive.open(path, create=True)
    uids = [str(10_000 + n) for n in range(blogs)]
    homes = [f"http://{HOST}/u/{uid}/" for uid in uids]
    with archive.atomic():
        archive.execute_many(
            "insert into authors(site, uid, url, first_seen_at, last_seen_at) values ('creaders', ?, ?, ?, ?)",
            [(uid, url, _SEEN, _SEEN) for uid, url in zip(uids, homes, strict=True)],
        )
        archive.execute_many(
            "insert into frontier(key, url, site, kind, uid, state, found_at, fetched_at, due_at)"
            " values (?1, ?1, 'creaders', 'home', ?2, 'done', 'a', ?3, ?3)",
            [(url, uid, _FAR) for uid, url in zip(uids, homes, strict=True)],
        )
        archive.execute_many(
            "insert into frontier(key, url, site, kind, uid, number, state, priority, rank, found_at)"
            " values (?1, ?2, 'creaders', 'post', ?3, ?4, 'todo', 4, ?5, 'a')",
            [
                (
                    f"creaders/{uid}/{n}{uid}",
                    f"http://{HOST}/u/{uid}/202501/{n}{uid}.html",
                    uid,
                    f"{n}{uid}",
                    -n,
                )
                for uid in uids
                for n in range(1, posts + 1)
            ],
        )
        archive.execute_many(
            "insert into failures(site, uid, url, kind, detail, first_failed_at, last_failed_at)"
            " values ('creaders', ?, ?, 'http', 'status 404', 'a', 'a')",
            [(uids[n % blogs], f"http://{HOST}/f/{n}") for n in range(failed)],
        )
    return archive


def begun(archive: Archive) -> CrawlSession:
    """Return a session of an update of all blogs, whose home pages are not due."""
    archive.execute("update runs set outcome = 'done'")
    options = CrawlOptions(command="update", db=Path(archive.path), media=False)
    session = CrawlSession(
        archive, runs.start_run(archive, "update", now=utc_now()), options, CrawlObserver()
    )
    session.begin(())
    return session


def milliseconds(work: Callable[[], object], rounds: int = 20) -> float:
    """Return the median time of `work`."""
    times = []
    for _round in range(rounds):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return 1000 * median(times)


def widest_lead(session: CrawlSession) -> int:
    """Fetch every target in the order of the session; return the widest lead of a blog over an unfinished one."""
    order: list[Target] = []
    while taken := session.targets.take(HOST, 20, ()):
        for target in taken:
            frontier.mark_fetched(session.archive, target, fetched_at=_FAR, due_at=None)
        order += taken
    total = Counter(target.uid for target in order)
    done: Counter[str | None] = Counter(dict.fromkeys(total, 0))
    lead = 0
    for target in order:
        done[target.uid] += 1
        unfinished = [count for uid, count in done.items() if count < total[uid]]
        lead = max(lead, max(unfinished, default=0) - min(unfinished, default=0))
    return lead


def landing(session: CrawlSession, blog: Blog) -> None:
    """Do what the run does for one stored page, apart from saving it."""
    session.targets.record_change([blog])
    for host in session.targets.changed_hosts():
        session.targets.take(host, 20, ())


def measure(*, small: bool = False) -> list[Row]:
    """Return the rows."""
    blogs, failed = (50, 200) if small else (5000, 20_000)
    with folder() as place:
        with filled(place / "many.db", blogs, posts=0, failed=failed) as archive:
            start = perf_counter()
            session = begun(archive)
            begin = 1000 * (perf_counter() - start) / blogs
            start = perf_counter()
            widest_lead(session)  # checks every blog once
            check = 1000 * (perf_counter() - start) / blogs
            land = milliseconds(lambda: landing(session, session.blogs[7]))
            count = milliseconds(lambda: failures.open_failures(archive, session.blogs[7:8]))
        with filled(place / "few.db", 60, posts=20) as archive:
            lead = widest_lead(begun(archive))
    return [
        Row(f"a landing with {blogs:,} finished blogs: ms", "at most 2", f"{land:.2f}"),
        Row(f"the start of a run over {blogs:,} blogs: ms a blog", "at most 2", f"{begin:.2f}"),
        Row(f"the check of a finished blog, {failed:,} failures: ms", "at most 2", f"{check:.2f}"),
        Row(f"the failures of a blog among {failed:,}: ms", "at most 2", f"{count:.2f}"),
        Row("60 blogs of a host: widest lead in pages", f"at most {SLICE}", str(lead)),
    ]
