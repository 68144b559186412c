"""Large archives in seconds: most rows by plain SQL, as the store would write them, and pages to save.

A post has 200 characters, ten comments, a frontier row and a page; a page that is saved has 1,500 characters.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from blogarchive.items import (
    Author,
    CategoryRow,
    Comment,
    CrawledPage,
    DateText,
    Link,
    ListedPost,
    MonthRow,
    Page,
    PageKind,
    ParsedPage,
    Post,
    Target,
)
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page

_CACHE_KIB = 1_500_000
ZONE = ZoneInfo("America/Los_Angeles")
START = datetime(2025, 2, 1, 9, tzinfo=UTC)
UID = "27282"
TEXT = "".join(chr(0x4E00 + (7919 * i) % 3000) for i in range(1500))


def shown(when: datetime, *, day: bool = False) -> DateText:
    text = f"{when:%Y-%m-%d}" if day else f"{when:%Y-%m-%d %H:%M:%S}"
    return DateText(text=text, at=when, precision="day" if day else "second")


def url(number: int) -> str:
    return f"http://blog.test/u/{UID}/202501/{number}.html"


def sidebar() -> ParsedPage:
    """Return the sidebar of every page: 60 months, 8 categories with ten titles, 7 newest posts."""

    def named(number: int) -> ListedPost:
        return ListedPost(number=str(number), url=url(number), title=f"题目{number}", title_cut=True)

    months = []
    for month in range(60):
        first = datetime(2020 + month // 12, 1 + month % 12, 2, tzinfo=ZONE)
        last = first + timedelta(days=25)
        where = f"http://blog.test/u/{UID}/m/{month}"
        months.append(
            MonthRow(
                month=f"{first:%Y-%m}", first=shown(first, day=True), last=shown(last, day=True), url=where
            )
        )
    categories = [
        CategoryRow(
            name=f"分类{i}",
            url=f"http://blog.test/u/{UID}/{i}.html",
            posts=tuple(named(10 * i + k) for k in range(10)),
        )
        for i in range(8)
    ]
    links = [Link(url=row.url or "", kind=PageKind.MONTH, uid=UID) for row in months]
    links += [Link(url=row.url or "", kind=PageKind.CATEGORY, uid=UID) for row in categories]
    links += [
        Link(url=post.url or "", kind=PageKind.POST, uid=UID, number=post.number)
        for row in categories
        for post in row.posts
    ]
    return ParsedPage(
        kind=PageKind.POST,
        encoding="gb18030",
        author=Author(
            uid=UID, url=f"http://blog.test/u/{UID}/", nickname="老墙", total_visits=1000, account_age=3
        ),
        latest=tuple(named(n) for n in range(7)),
        categories=tuple(categories),
        months=tuple(months),
        links=tuple(links),
    )


def visit_of(number: int, frame: ParsedPage) -> CrawledPage:
    """Return a crawled post page of about 30 KB with ten comments."""
    when = datetime(2024, 1, 2, tzinfo=ZONE) + timedelta(minutes=number)
    comments = tuple(
        Comment(
            author_name=f"读者{k}",
            posted=shown(when + timedelta(hours=k)),
            body_html=f"<p>{TEXT[k : k + 60]}</p>",
            body_text=TEXT[k : k + 60],
            likes=k,
        )
        for k in range(10)
    )
    text = TEXT[number % 700 :] + str(number)
    post = Post(
        number=str(number),
        url=url(number),
        title=f"题目{number}",
        posted=shown(when),
        body_html=f"<p>{text}</p>",
        body_text=text,
        views=number,
        likes=1,
        comment_count=10,
        comments=comments,
    )
    target = Target(url=url(number), site="creaders", kind=PageKind.POST, uid=UID, number=str(number))
    parsed = ParsedPage(
        kind=PageKind.POST,
        encoding=frame.encoding,
        author=frame.author,
        posts=(post,),
        latest=frame.latest,
        categories=frame.categories,
        months=frame.months,
        links=frame.links,
    )
    body = (text * 5 + "<table><tr><td>" * 700).encode()
    page = Page(
        url=url(number), fetched_at=START + timedelta(seconds=number), status=200, headers=(), body=body
    )
    return CrawledPage(target=target, page=page, parsed=parsed)


@contextmanager
def written_fast(archive: Archive) -> Iterator[None]:
    """Write each page of the file once during the block: no log, no wait for the disk, room for large indexes.

    With the settings of a run, an archive of a million posts wrote 420 GB. After an error the file is damaged.
    """
    archive.execute("pragma journal_mode = off").fetchall()
    archive.execute("pragma synchronous = off")
    archive.execute(f"pragma cache_size = -{_CACHE_KIB}")
    yield
    archive.checkpoint()
    archive.execute("pragma journal_mode = wal").fetchall()


def filled(path: Path, posts: int) -> Archive:
    """Return an archive with `posts` posts, their comments and frontier rows, of one blog."""
    archive = Archive.open(path, create=True)
    save_page.save_page(archive, visit_of(10_000_000, sidebar()), None)
    with written_fast(archive), archive.atomic():
        archive.execute_many(
            "insert into posts(id, author_id, number, url, title, body_html, body_text, content_hash, posted_at,"
            " first_seen_at, last_seen_at) values (?, 1, ?, ?, '题目', ?, ?, 'x', ?, ?, ?)",
            [
                (
                    n + 1000,
                    1_000_000 + n,
                    url(1_000_000 + n),
                    TEXT[:200],
                    TEXT[:200],
                    f"2020-01-{n % 28 + 1:02}",
                    "a",
                    "b",
                )
                for n in range(posts)
            ],
        )
        archive.execute_many(
            "insert into comments(post_id, author_name, body_html, body_text, fingerprint, first_seen_at,"
            " last_seen_at) values (?, '某', '话', '话', ?, 'a', 'b')",
            [(n + 1000, f"{k}|x|某") for n in range(posts) for k in range(10)],
        )
        archive.execute_many(
            "insert into frontier(key, url, site, kind, uid, number, state, priority, rank, found_at, due_at)"
            " values (?, ?, 'creaders', 'post', ?, ?, 'done', 4, ?, 'a', '2030-01-01')",
            [
                (f"creaders/{UID}/{1_000_000 + n}", url(1_000_000 + n), UID, 1_000_000 + n, -n)
                for n in range(posts)
            ],
        )
        archive.execute_many(
            "insert into pages(url, fetched_at, status, body, body_size, sha256, kind, site, reader_version)"
            " values (?, 'a', 200, x'00', 1, ?, 'post', 'creaders', 1)",
            [(url(1_000_000 + n), str(n)) for n in range(posts)],
        )
    return archive
