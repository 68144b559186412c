"""Parse each page of a printed blog in the order of a crawl; compare it with the blog's data."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from blogarchive.items import Author, Comment, Link, Page, PageKind, ParsedPage, Post, Target
from blogarchive.sites.base import site_by_name
from tests.demo.blogs.truth import DemoBlog, DemoPost
from tests.demo.markup.charset import cut_title
from tests.sites.printed.around import by_month
from tests.sites.printed.pages import print_blog
from tests.sites.printed.style import Style
from tests.sites.printed.urls import BASE

SITE = site_by_name("creaders")
AT = datetime(2025, 2, 1, 9, tzinfo=UTC)


@dataclass
class Walk:
    """The items parsed on the pages of a blog."""

    posts: dict[int, Post] = field(default_factory=dict)
    comments: dict[int, list[Comment]] = field(default_factory=dict)
    members: dict[str | None, set[int]] = field(default_factory=dict)
    listed: dict[str, dict[int, str | None]] = field(default_factory=dict)
    parsed_pages: list[ParsedPage] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


def read_page(url: str, html: str | bytes, kind: PageKind, **target: object) -> ParsedPage:
    """Parse a page for a target of that kind."""
    body = html if isinstance(html, bytes) else html.encode("utf-8", "surrogatepass")
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    page = Page(url=url, fetched_at=AT, status=200, headers=headers, body=body)
    return SITE.parse_page(page, Target(url=url, site="creaders", kind=kind, **target))  # type: ignore[arg-type]


def walk(pages: dict[str, str], blog: DemoBlog) -> Walk:
    """Follow parsed links from the home page on."""
    known = {SITE.parse_url(url).url: html for url, html in pages.items()}
    home = f"{BASE}{blog.path}"
    todo = deque([Target(url=home, site="creaders", kind=PageKind.HOME, uid=blog.uid)])
    seen, walked = {home}, Walk()
    while todo:
        target = todo.popleft()
        html = known.get(target.url)
        if html is None:
            walked.strange.append(f"no such page: {target.kind} {target.url}")
            continue
        page = Page(url=target.url, fetched_at=AT, status=200, headers=(), body=html.encode())
        parsed = SITE.parse_page(page, target)
        _note(walked, target, parsed)
        for link in parsed.links:
            key = link.url if link.kind is not PageKind.POST else f"post {link.number}"
            if link.uid in (None, blog.uid) and key not in seen:
                seen.add(key)
                todo.append(_target(target, link))
    missed = {SITE.parse_url(url).url for url in pages} - {t for t in seen if t.startswith("http")}
    missed -= {SITE.parse_url(post.url).url for post in walked.posts.values()}
    walked.strange.extend(f"never reached: {url}" for url in sorted(missed))
    return walked


def _target(before: Target, link: Link) -> Target:
    return Target(
        url=link.url,
        site="creaders",
        kind=link.kind,
        uid=before.uid,
        number=link.number,
        post_number=link.number if link.kind is PageKind.COMMENTS else None,
        page_no=before.page_no + 1 if link.next_page else 1,
        chain=(before.chain or before.url) if link.next_page else link.url,
    )


def _note(walked: Walk, target: Target, parsed: ParsedPage) -> None:
    walked.parsed_pages.append(parsed)
    if parsed.kind is not target.kind:
        walked.strange.append(f"{target.url}: {target.kind} read as {parsed.kind} {parsed.notice}")
    walked.strange.extend(f"{target.url}: {problem}" for problem in parsed.problems)
    for post in parsed.posts:
        if parsed.kind is PageKind.POST:
            walked.posts[int(post.number)] = post
        walked.comments.setdefault(int(post.number), []).extend(post.comments)
    for listed in parsed.listed:
        number = int(listed.number or 0)
        time = None if listed.posted is None else listed.posted.text
        walked.listed.setdefault(target.kind, {})[number] = time
        if listed.title_cut and target.kind is None:
            walked.strange.append("cut")
        if parsed.kind is PageKind.CATEGORY:
            walked.members.setdefault(parsed.listing, set()).add(number)


def differences(style: Style, blog: DemoBlog) -> list[str]:
    """Return all differences between parsed and printed items; empty if every page is parsed exactly."""
    walked = walk(print_blog(style, blog), blog)
    return [*walked.strange, *_compare(style, blog, walked)]


def _compare(style: Style, blog: DemoBlog, walked: Walk) -> Iterator[str]:
    shown = {post.number: post for post in blog.shown()}
    yield from _differ("posts", sorted(walked.posts, key=str), sorted(shown))
    for number, post in shown.items():
        if number in walked.posts:
            yield from _compare_post(style, post, walked.posts[number], walked.comments.get(number, []))
            names = {name for name, members in walked.members.items() if number in members}
            yield from _differ(f"{number} categories", names, set(post.categories))
    timed = style.entry != "titles"
    times = {number: post.posted_text if timed else None for number, post in shown.items()}
    for kind in (PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY):
        want = (
            times
            if kind is not PageKind.CATEGORY
            else {n: t for n, t in times.items() if shown[n].categories}
        )
        yield from _differ(f"{kind} listed", walked.listed.get(kind), want)
    for parsed in walked.parsed_pages:
        yield from _compare_frame(style, blog, parsed)


def _compare_post(style: Style, want: DemoPost, got: Post, comments: list[Comment]) -> Iterator[str]:
    here = str(want.number)
    yield from _differ(f"{here} title", got.title, want.title.strip() or None)
    yield from _differ(f"{here} time", got.posted and got.posted.text, want.posted_text)
    yield from _differ(f"{here} body", got.body_text, want.body_text)
    yield from _differ(f"{here} pictures", [i.url for i in got.images], _images(want))
    likes = want.likes if style.has("likes") else None
    counts = (want.views, likes, len(want.comments))
    yield from _differ(f"{here} counters", (got.views, got.likes, got.comment_count), counts)
    yield from _differ(f"{here} comments", len(comments), len(want.comments))
    for one, other in zip(comments, want.comments, strict=False):
        url = BASE + other.author_path if other.author_path and style.has("name_links") else None
        read = (one.author_name, one.reply_to, one.posted and one.posted.text, one.body_text)
        yield from _differ(
            f"{here} comment", read, (other.author_name, other.reply_to, other.posted_text, other.text)
        )
        yield from _differ(f"{here} comment likes", one.likes, other.likes if style.has("foot") else None)
        yield from _differ(f"{here} comment url", one.author_url, url)


def _images(post: DemoPost) -> list[str]:
    return [image.src if "://" in image.src else BASE + image.src for image in post.images]


def _compare_frame(style: Style, blog: DemoBlog, parsed: ParsedPage) -> Iterator[str]:
    card = style.has("card")
    want = (
        blog.uid,
        f"{BASE}{blog.path}",
        blog.nickname if card else None,
        blog.title,
        blog.tagline if style.has("tagline") else None,
        blog.registered_on.isoformat() if card else None,
        blog.account_age if card else None,
        blog.total_visits if card else None,
    )
    yield from _differ("author", parsed.author and _author(parsed.author), want)
    latest = [(cut_title(post.title).strip(), str(post.number)) for post in blog.shown()[:7]]
    yield from _differ("latest", _titles(parsed.latest), latest if style.has("latest") else [])
    for row, category in zip(parsed.categories, blog.categories, strict=False):
        posts = [post for post in blog.shown() if category.name in post.categories][:10]
        titles = [(cut_title(post.title).strip(), str(post.number)) for post in posts]
        yield from _differ("category", (row.name, _titles(row.posts)), (category.name, titles))
    yield from _differ("categories", len(parsed.categories), len(blog.categories))
    form = "%Y年%m月%d日" if style.months == "words" else "%Y-%m-%d"
    months = [
        (f"{month[:4]}-{month[4:]}", f"{posts[-1].posted_at:{form}}", f"{posts[0].posted_at:{form}}")
        for month, posts in by_month(blog).items()
    ]
    yield from _differ(
        "months", [(row.month, row.first.text, row.last.text) for row in parsed.months], months
    )


def _titles(posts: tuple) -> list[tuple[str, str | None]]:  # type: ignore[type-arg]
    return [(post.title, post.number) for post in posts]


def _author(author: Author) -> tuple[object, ...]:
    return (
        author.uid,
        author.url,
        author.nickname,
        author.blog_title,
        author.tagline,
        author.registered and author.registered.text,
        author.account_age,
        author.total_visits,
    )


def _differ(what: str, got: object, want: object) -> Iterator[str]:
    if isinstance(got, dict) and isinstance(want, dict):
        got = {key: value for key, value in got.items() if want.get(key, ...) != value}
        want = {key: value for key, value in want.items() if got.get(key, value) != value or key in got}
    if got != want and _bare(got) != _bare(want):
        yield f"{what}: read {got!r:.600}, printed {want!r:.600}"


def _bare(value: object) -> str:
    """Return the value without the zero-width spaces that a mess inserts anywhere."""
    return repr(value).replace("\\u200b", "")
