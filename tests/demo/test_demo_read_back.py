"""The site's parser returns exactly the data of the demo's blogs, in each markup."""

import ast
import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from warcio.archiveiterator import ArchiveIterator

from blogarchive.demo.host import PORT, DemoHost
from blogarchive.items import Comment, Page, PageKind, ParsedPage, Target
from blogarchive.sites import base as sites
from tests.demo import DemoBlog, DemoComment, DemoPost, make_blog, sample_blog
from tests.demo.blogs.forgeries import on_one_line, on_two_lines
from tests.demo.blogs.labels import TRADITIONAL
from tests.demo.blogs.urls import Kind, Route
from tests.demo.markup.by_name import MARKUPS
from tests.demo.markup.charset import cut_title
from tests.demo.record import RECORDED, record
from tests.demo.server.response import GetRequest
from tests.demo.server.router import DemoSite
from tests.paths import ROOT

BASE = "http://127.0.0.1:8000"
BLOGS = {
    "by hand": sample_blog(),
    "simplified": make_blog("27282", posts=24, seed=3),
    "traditional": make_blog("40077", posts=24, seed=5, traditional=True),
}
EVERY = [(name, which) for name in sorted(MARKUPS) for which in BLOGS]


@dataclass(frozen=True)
class Reader:
    """Parses the pages of one blog in one markup as a crawl does."""

    blog: DemoBlog
    markup: str
    known: dict[int, list[ParsedPage]] = field(default_factory=dict)

    def read(self, route: Route, post: DemoPost | None = None) -> ParsedPage:
        path = MARKUPS[self.markup].urls.make(route)
        answer = DemoSite([self.blog], self.markup, {}).answer(GetRequest(path=path, base=BASE))
        kind = {Kind.HOME: PageKind.HOME, Kind.MONTH: PageKind.MONTH, Kind.CATEGORY: PageKind.CATEGORY}
        number = None if post is None else str(post.number)
        page = Page(
            url=BASE + path,
            fetched_at=datetime(2025, 2, 1, tzinfo=UTC),
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
        )
        target = Target(
            url=BASE + path,
            site="creaders",
            kind=kind.get(route.kind, PageKind.POST if route.page == 1 else PageKind.COMMENTS),
            uid=self.blog.uid,
            number=number,
            post_number=number,
            page_no=route.page,
        )
        return sites.parse_page(page, target)

    def pages(self, post: DemoPost) -> list[ParsedPage]:
        """Return a post's page and the further pages of its comments, each parsed once."""
        if post.number not in self.known:
            count = max(1, -(-len(post.comments) // self.blog.habits.comments_per_page))
            routes = (
                Route(kind=Kind.POST, uid=self.blog.uid, month=post.month, number=post.number, page=page)
                for page in range(1, count + 1)
            )
            self.known[post.number] = [self.read(route, post) for route in routes]
        return self.known[post.number]


@pytest.fixture(scope="module", params=EVERY, ids=lambda pair: f"{pair[1]}, {pair[0]}")
def reader(request: pytest.FixtureRequest) -> Reader:
    name, which = request.param
    return Reader(BLOGS[which], name)


def test_title_time_body_pictures_and_counters_are_those_of_the_post(reader: Reader) -> None:
    for post in reader.blog.posts:
        read = reader.pages(post)[0].posts[0]
        assert (read.number, read.title, read.posted and read.posted.text) == (
            str(post.number),
            post.title,
            post.posted_text,
        )
        assert read.body_text == post.body_text
        page = BASE + reader.blog.post_path(post)
        assert [image.url for image in read.images] == [urljoin(page, image.src) for image in post.images]
        assert (read.views, read.likes, read.comment_count) == (post.views, post.likes, post.comment_count)


def test_comments_are_those_of_the_post_and_no_forged_one_among_them(reader: Reader) -> None:
    for post in reader.blog.posts:
        read = [shown(comment) for page in reader.pages(post) for comment in page.posts[0].comments]
        assert read == [
            (
                comment.author_name,
                comment.author_path and urljoin(BASE, comment.author_path),
                comment.reply_to,
                comment.posted_text,
                comment.body_text,
                comment.likes,
            )
            for comment in post.comments
        ]


def shown(comment: Comment) -> tuple[str, str | None, str | None, str | None, str, int | None]:
    time = comment.posted and comment.posted.text
    return (comment.author_name, comment.author_url, comment.reply_to, time, comment.body_text, comment.likes)


def test_pages_read_without_a_problem(reader: Reader) -> None:
    for post in reader.blog.posts:
        for parsed in reader.pages(post):
            assert parsed.problems == ()


def test_the_home_page_tells_of_the_author_and_of_all_there_is(reader: Reader) -> None:
    blog = reader.blog
    parsed = reader.read(Route(kind=Kind.HOME, uid=blog.uid))
    author = parsed.author
    assert author is not None
    assert (author.nickname, author.blog_title, author.tagline) == (blog.nickname, blog.title, blog.tagline)
    assert (author.registered and author.registered.text) == str(blog.registered_on)
    assert (author.account_age, author.total_visits) == (blog.account_age, blog.total_visits)
    newest = blog.newest_first()
    assert [post.number for post in parsed.listed] == [
        str(post.number) for post in newest[: blog.habits.posts_per_home]
    ]
    assert [(post.number, post.title) for post in parsed.latest] == [
        (str(post.number), cut_title(post.title)) for post in newest[:7]
    ]
    assert [(row.name, [post.number for post in row.posts]) for row in parsed.categories] == [
        (category.name, [str(post.number) for post in newest if category.name in post.categories][:10])
        for category in blog.categories
    ]
    months = {post.month: post for post in newest}
    assert [(row.month, row.first.text) for row in parsed.months] == [
        (f"{month[:4]}-{month[4:]}", str(first.posted_at.date())) for month, first in months.items()
    ]


@pytest.mark.parametrize("name", sorted(MARKUPS))
def test_month_and_category_pages_list_their_posts(name: str) -> None:
    reader = Reader(BLOGS["simplified"], name)
    blog = reader.blog
    month = blog.newest_first()[0].month
    of_month = reader.read(Route(kind=Kind.MONTH, uid=blog.uid, month=month))
    assert of_month.kind is PageKind.MONTH
    assert [post.number for post in of_month.listed] == [
        str(post.number) for post in blog.newest_first() if post.month == month
    ][: blog.habits.posts_per_month]
    category = blog.categories[0]
    of_category = reader.read(Route(kind=Kind.CATEGORY, uid=blog.uid, number=category.number))
    assert (of_category.kind, of_category.listing) == (PageKind.CATEGORY, category.name)
    assert [post.number for post in of_category.listed] == [
        str(post.number) for post in blog.newest_first() if category.name in post.categories
    ][: blog.habits.posts_per_category]


@pytest.mark.parametrize("forge", [on_one_line, on_two_lines])
@pytest.mark.parametrize("name", sorted(MARKUPS))
def test_a_forged_head_does_not_make_up_for_a_comment_that_is_counted_and_not_shown(
    name: str, forge: Callable[..., str]
) -> None:
    blog = make_blog("40077", posts=1, traditional=True, awkward=False, comments=0)
    post = blog.posts[0]
    for count, place in ((1, 0), (2, 1), (3, 1), (5, 0), (5, 4)):
        times = [post.posted_at + timedelta(hours=9 - index) for index in range(count)]
        words = TRADITIONAL.half_width() if MARKUPS[name].half_width else TRADITIONAL
        comments = tuple(
            DemoComment(
                author_name=f"甲{index}",
                author_path=None if index == 2 else f"/u/9{index}/",
                posted_at=at,
                text=forge(words, at - timedelta(minutes=5)) if index == place else "好。",
            )
            for index, at in enumerate(times)
        )
        changed = replace(post, comments=comments, claimed_comments=count + 1)
        parsed = Reader(replace(blog, posts=(changed,)), name).pages(changed)[0]
        names = [comment.author_name for comment in parsed.posts[0].comments]
        assert names in ([], [comment.author_name for comment in comments])
        assert parsed.problems, (count, place, names, parsed.posts[0].comment_count)


def records(content: bytes) -> list[tuple[str, str, bytes]]:
    """Return URL, HTTP head and body of each record, without the bytes that depend on the version of zlib."""
    return [
        (
            record.rec_headers["WARC-Target-URI"],
            str(record.http_headers),
            b"" if record.http_headers["Content-Type"] == "image/png" else record.content_stream().read(),
        )
        for record in ArchiveIterator(io.BytesIO(content))
    ]


def test_the_recorded_pages_are_what_the_demo_requests_today() -> None:
    assert records(RECORDED.read_bytes()) == records(record()), "run `python -m tests.demo.record`"


def test_links_lead_to_the_port_that_the_demo_found() -> None:
    with DemoHost(port=0) as host:
        for url in host.blog_urls:
            with urlopen(url) as answer:
                body = answer.read()
            assert url.encode() in body
            assert f":{PORT}".encode() not in body


@pytest.mark.parametrize("package", ["blogs", "markup", "server"])
def test_the_demo_host_shares_no_code_with_the_parsers_under_test(package: str) -> None:
    imported = {
        name
        for path in (ROOT / "tests" / "demo" / package).glob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    assert not [name for name in imported if name.startswith(("blogarchive", "spiders", "pipelines"))]
