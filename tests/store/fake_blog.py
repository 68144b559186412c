"""A fake blog that returns parsed pages: the input of the store without HTML and network."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from blogarchive.items import (
    Author,
    CategoryRow,
    Comment,
    CrawledPage,
    DateText,
    Image,
    Link,
    ListedPost,
    MonthRow,
    Notice,
    NoticeKind,
    Page,
    PageKind,
    ParsedPage,
    Post,
    Target,
)
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import plan, save_page
from blogarchive.store.ledger import frontier, runs
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.ledger.runs import Run
from blogarchive.store.pages.context import SaveResult

SITE = "creaders"
ZONE = ZoneInfo("America/Los_Angeles")
START = datetime(2025, 2, 1, 9, tzinfo=UTC)


@cache
def shown(text: str) -> DateText:
    """Return a date as the dates pipeline returns it."""
    whole = len(text) > 10
    at = datetime.fromisoformat(text).replace(tzinfo=ZONE)
    return DateText(text=text, at=at, precision="second" if whole else "day")


def comment(name: str, when: str, text: str, likes: int = 0) -> Comment:
    return Comment(
        author_name=name,
        author_url=f"http://blog.test/u/{name}/",
        posted=shown(when),
        body_html=f"<p>{text}</p>",
        body_text=text,
        likes=likes,
    )


@dataclass
class Entry:
    """A post of the fake blog."""

    number: int
    title: str | None
    when: str
    text: str
    category: str = "随笔"
    views: int = 10
    likes: int = 1
    comments: list[Comment] = field(default_factory=list)
    claimed: int | None = None  # None: the number of comments
    counted: bool = True  # the page shows that number
    status: int = 200
    notice: NoticeKind | None = None
    listed: bool = True
    images: tuple[Image, ...] = ()

    @property
    def month(self) -> str:
        return self.when[:7]


@dataclass
class FakeBlog:
    """A fake blog with `per_page` posts per listing page and `comments_per_page` comments per page."""

    uid: str = "31182"
    site: str = SITE
    nickname: str = "老墙"
    entries: dict[int, Entry] = field(default_factory=dict)
    months: bool = True
    per_page: int = 3
    comments_per_page: int = 4
    latest: int = 7
    titles: int = 10  # under each category of the sidebar
    crawled_pages: int = 1000
    listings_cut: bool = False
    retitled: dict[int, str] = field(default_factory=dict)  # wrong titles in listings, by post number
    broken: dict[str, ParsedPage | int] = field(
        default_factory=dict
    )  # by URL: the page or status returned instead

    def add(self, *entries: Entry) -> None:
        self.entries.update((entry.number, entry) for entry in entries)

    @property
    def home(self) -> Target:
        return Target(url=self.url(""), site=self.site, kind=PageKind.HOME, uid=self.uid)

    @property
    def blog(self) -> Blog:
        return Blog(site=self.site, uid=self.uid)

    def url(self, rest: str) -> str:
        return f"http://blog.test/u/{self.uid}/{rest}"

    def post_url(self, number: int) -> str:
        return self.url(f"{self.entries[number].month.replace('-', '')}/{number}.html")

    def post_target(self, number: int) -> Target:
        return Target(
            url=self.post_url(number), site=self.site, kind=PageKind.POST, uid=self.uid, number=str(number)
        )

    def crawled(self, target: Target, now: datetime) -> CrawledPage:
        """Return the response at `now` after the pipelines."""
        status, parsed = self.answer(target)
        body = f"<html><body>{self.crawled_pages if status == 200 else ''}{parsed!r}</body></html>".encode()
        headers = (("Content-Type", "text/html"), ("Set-Cookie", "sid=1"))
        page = Page(url=target.url, fetched_at=now, status=status, headers=headers, body=body)
        return CrawledPage(target=target, page=page, parsed=parsed)

    def answer(self, target: Target) -> tuple[int, ParsedPage]:
        replaced = self.broken.get(target.url)
        if isinstance(replaced, ParsedPage):
            return 200, replaced
        if isinstance(replaced, int):
            return replaced, ParsedPage(kind=PageKind.UNKNOWN, encoding="utf-8")
        rest = target.url.removeprefix(self.url(""))
        page_no = 1
        if "?page=" in rest:
            rest, _, number = rest.partition("?page=")
            page_no = int(number)
        if rest == "":
            return 200, self._listing(PageKind.HOME, self._shown(), target.url, page_no)
        if rest.startswith("m/"):
            month = rest[2:]
            there = [entry for entry in self._shown() if entry.month == month]
            return 200, self._listing(PageKind.MONTH, there, target.url, page_no, month)
        if rest.startswith("c/"):
            name = rest[2:]
            there = [entry for entry in self._shown() if entry.category == name]
            return 200, self._listing(PageKind.CATEGORY, there, target.url, page_no, name)
        return self._post(int(rest.split("/")[1].removesuffix(".html")), page_no)

    def _shown(self) -> list[Entry]:
        return sorted(
            (e for e in self.entries.values() if e.listed), key=lambda e: (e.when, e.number), reverse=True
        )

    def named(self, entry: Entry, cut: bool = False) -> ListedPost:
        cut = cut or self.listings_cut
        title = (self.retitled.get(entry.number) or entry.title or "无题")[: 15 if cut else None]
        return ListedPost(
            number=str(entry.number),
            url=self.post_url(entry.number),
            title=title,
            title_cut=cut and len(title) == 15,
            posted=None if cut else shown(entry.when[:10]),
        )

    def _listing(
        self, kind: PageKind, there: list[Entry], url: str, page_no: int, name: str | None = None
    ) -> ParsedPage:
        first = (page_no - 1) * self.per_page
        part = there[first : first + self.per_page]
        links = [self._link(entry) for entry in part]
        if first + self.per_page < len(there):
            following = f"{url.partition('?')[0]}?page={page_no + 1}"
            links.append(Link(url=following, kind=kind, next_page=True, uid=self.uid))
        return replace(
            self._frame(kind),
            listed=tuple(self.named(entry) for entry in part),
            listing=name,
            links=(*self._frame(kind).links, *links),
        )

    def _link(self, entry: Entry) -> Link:
        return Link(
            url=self.post_url(entry.number), kind=PageKind.POST, number=str(entry.number), uid=self.uid
        )

    def _frame(self, kind: PageKind) -> ParsedPage:
        """Return the parts of every page: author card and sidebar."""
        by_month: dict[str, list[str]] = {}
        by_category: dict[str, list[Entry]] = {}
        for entry in self._shown():
            by_month.setdefault(entry.month, []).append(entry.when[:10])
            by_category.setdefault(entry.category, []).append(entry)
        months = [
            MonthRow(month=month, first=shown(min(days)), last=shown(max(days)), url=self.url(f"m/{month}"))
            for month, days in sorted(by_month.items(), reverse=True)
        ]
        categories = [
            CategoryRow(
                name=name,
                url=self.url(f"c/{name}"),
                posts=tuple(self.named(entry, cut=True) for entry in there[: self.titles]),
            )
            for name, there in sorted(by_category.items())
        ]
        links = [
            Link(url=self.home.url, kind=PageKind.HOME, uid=self.uid),
            Link(url="http://blog.test/u/9999/", kind=PageKind.HOME, uid="9999"),
            Link(url="http://blog.test/u/9999/202501/1.html", kind=PageKind.POST, uid="9999", number="1"),
            *(Link(url=row.url or "", kind=PageKind.CATEGORY, uid=self.uid) for row in categories),
        ]
        if self.months:
            links += [Link(url=row.url or "", kind=PageKind.MONTH, uid=self.uid) for row in months]
        return ParsedPage(
            kind=kind,
            encoding="gb18030",
            author=Author(
                uid=self.uid,
                url=self.home.url,
                nickname=self.nickname,
                blog_title=f"{self.nickname}的博客",
                registered=shown("2022-06-17"),
                account_age=3,
                total_visits=self.crawled_pages,
            ),
            latest=tuple(self.named(entry, cut=True) for entry in self._shown()[: self.latest]),
            categories=tuple(categories),
            months=tuple(months) if self.months else (),
            links=tuple(links),
        )

    def _post(self, number: int, page_no: int) -> tuple[int, ParsedPage]:
        entry = self.entries.get(number)
        if entry is None:
            return 404, ParsedPage(kind=PageKind.NOTICE, encoding="utf-8", notice=None)
        if entry.notice is not None:
            words = Notice(kind=entry.notice, text="此文章不存在或已被隐藏")
            return entry.status, ParsedPage(kind=PageKind.NOTICE, encoding="utf-8", notice=words)
        if entry.status != 200:
            return entry.status, ParsedPage(kind=PageKind.UNKNOWN, encoding="utf-8")
        first = (page_no - 1) * self.comments_per_page
        part = entry.comments[first : first + self.comments_per_page]
        further = first + self.comments_per_page < len(entry.comments)
        kind = PageKind.POST if page_no == 1 else PageKind.COMMENTS
        frame = self._frame(kind)
        links = list(frame.links)
        if further:
            url = f"{self.post_url(number)}?page={page_no + 1}"
            links.append(Link(url=url, kind=PageKind.COMMENTS, next_page=True, uid=self.uid))
        claimed = len(entry.comments) if entry.claimed is None else entry.claimed
        post = Post(
            number=str(number),
            url=self.post_url(number),
            title=entry.title,
            posted=shown(entry.when),
            body_html=f"<p>{entry.text}</p>" if page_no == 1 else None,
            body_text=entry.text if page_no == 1 else None,
            images=entry.images,
            views=entry.views,
            likes=entry.likes,
            comment_count=claimed if entry.counted else None,
            comments=tuple(part),
            whole=page_no == 1,
        )
        return 200, replace(frame, posts=(post,), links=tuple(links))


def a_blog(posts: int = 8, comments: int = 2, **more: object) -> FakeBlog:
    """Return a fake blog with `posts` posts over six months, each with `comments` comments."""
    blog = FakeBlog(**more)  # type: ignore[arg-type]
    for index in range(posts):
        number = 500000 + index
        when = f"2024-{index % 6 + 1:02}-{10 + index % 15:02} 08:{index % 60:02}:00"
        blog.add(
            Entry(
                number=number,
                title=f"第{index}篇：论万维网络日志的长短与存亡之道",
                when=when,
                text=f"正文{index}。" * 60,
                category=("随笔", "时政评论", "旧作")[index % 3],
                comments=[
                    comment(
                        f"读者{c}",
                        f"2024-07-{c % 27 + 1:02} 10:{index % 60:02}:{c % 60:02}",
                        f"评论{index}-{c}",
                        c,
                    )
                    for c in range(comments)
                ],
            )
        )
    return blog


@dataclass
class Crawl:
    """The requested URLs of one run, in order, and the result of each save."""

    urls: list[str]
    saved: list[SaveResult]
    run: Run
    finished: bool = True


class Clock:
    """A clock that advances on each call, by a second, so that all times differ."""

    def __init__(self, start: datetime = START, step: timedelta = timedelta(seconds=1)) -> None:
        self.now = start
        self.step = step

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def crawl(
    archive: Archive,
    blog: FakeBlog,
    clock: Clock,
    *,
    full: bool = False,
    stop_after: int | None = None,
    command: str = "backup",
    finish: bool = True,
) -> Crawl:
    """Run a crawl as the spider does, one request at a time; after `stop_after` pages it ends as if killed."""
    run = runs.start_run(archive, command, [blog.uid], now=clock())
    frontier.add_targets(archive, [blog.home], now=clock())
    plan.queue_run(archive, run, [blog.blog], now=clock(), full=full)
    urls: list[str] = []
    saved: list[SaveResult] = []
    while True:
        targets = frontier.next_targets(archive, blog.blog, limit=4, now=clock.now)
        if not targets:
            if plan.queue_more(archive, run, [blog.blog], now=clock()):
                continue
            break
        for target in targets:
            if stop_after is not None and len(urls) >= stop_after:
                return Crawl(urls, saved, run, finished=False)
            urls.append(target.url)
            saved.append(save_page.save_page(archive, blog.crawled(target, clock()), run.id))
            assert len(urls) < 5000, "the crawl does not end"
    if finish:
        runs.finish_run(archive, run, runs.RunEnd(outcome="done", exit_code=0), now=clock())
    return Crawl(urls, saved, run)


_TIMES = {
    "page_id",
    "run_id",
    "fetched_at",
    "captured_at",
    "found_at",
    "found_on",
    "due_at",
    "id",
    "interval_days",
}


def rows(archive: Archive, table: str, *, times: bool = True) -> list[tuple[object, ...]]:
    """Return the sorted rows of a table; without `times`, omit ids and our own times."""
    columns = [str(name) for (name,) in archive.rows(f"select name from pragma_table_info('{table}')")]
    if not times:
        columns = [c for c in columns if c not in _TIMES and not (c.endswith("_at") and c != "posted_at")]
    found = archive.rows(f"select {', '.join(columns)} from {table}")
    return sorted(found, key=repr)


def texts(archive: Archive, sql: str, parameters: Sequence[str | int] = ()) -> list[object]:
    """Return the first column of a query."""
    return archive.column(sql, parameters)
