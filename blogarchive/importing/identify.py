"""Finds which page of which blog a saved page is.

In this order: the address given; the one that the browser or the file's path tells; what the site declares of a
post; the post's number found in the page (the link that has the page's own title, a form's hidden field, the
file's name); at last what the site declares of other pages.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from http import HTTPStatus
from urllib.parse import urljoin

from blogarchive.errors import UsageError
from blogarchive.importing.page_urls import Told, mirrored, told_by
from blogarchive.importing.saved_files import SavedPage
from blogarchive.items import CrawledPage, Page, PageKind, ParsedPage, Target
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.http import is_truncated
from blogarchive.sites.base import parse_page, site_by_name, site_for_url
from blogarchive.sites.normalize import normalize_page

_SHORTEST_CUT = 8
_FILE_NUMBER = re.compile(r"(?:did=)?(\d{3,})")
_OLD_POST = "/user_blog_diary.php?did="


class CannotIdentify(Exception):
    """Why a saved page is not brought in."""


def target_of(url: str, site: str | None) -> Target | None:
    """What `url` is to the site of that name, or to the site whose host it has; None where no site knows it."""
    try:
        known = site_by_name(site) if site else site_for_url(url)
        address = known.parse_url(url)
    except (UsageError, ValueError):
        return None
    return Target(url=address.url, site=known.name, kind=address.kind, uid=address.uid, number=address.number)


def place(saved: SavedPage, *, url: str | None = None, site: str | None = None) -> CrawledPage:
    """The saved page as a visit, read, tidied and dated; raises `CannotIdentify`."""
    if not saved.body.strip():
        raise CannotIdentify("nothing is in it")
    crawled = _placed(saved, _Placing(saved, url, site))
    _require_whole(crawled)
    _require_own(crawled)
    return crawled


def _placed(saved: SavedPage, placing: "_Placing") -> CrawledPage:
    target = placing.told()
    if target is not None:
        return placed(saved, target)
    crawled = placed(saved, placing.blog())
    if crawled.target.kind is PageKind.HOME and not _lists_posts(crawled.parsed):
        raise CannotIdentify(
            "it is no list of posts, and nothing in it says which post it is; name its own address with --url"
        )
    return crawled


def _require_whole(crawled: CrawledPage) -> None:
    """Raise `CannotIdentify` for half a post: a page that breaks off before what stands under a post's text."""
    post = next(iter(crawled.parsed.posts), None)
    if post is not None and post.views is post.comment_count is None and is_truncated(crawled.page.body):
        raise CannotIdentify("it breaks off before the end of the post")


def _require_own(crawled: CrawledPage) -> None:
    """Raise `CannotIdentify` for a page whose address is of another blog than what it says of itself."""
    asked, author = crawled.target.uid or "", crawled.parsed.author
    if author is not None and asked.isdigit() and author.uid.isdigit() and asked != author.uid:
        raise CannotIdentify(f"it is of the blog {author.uid}, and its address of the blog {asked}")


def placed(saved: SavedPage, target: Target) -> CrawledPage:
    """The saved page as a visit for that target; raises `CannotIdentify` where it is no page of a blog."""
    if saved.status != HTTPStatus.OK:
        raise CannotIdentify(f"it came with status {saved.status}")
    crawled = unread(saved, target)
    if crawled.parsed.kind in (PageKind.UNKNOWN, PageKind.NOTICE):
        notice = crawled.parsed.notice
        raise CannotIdentify(
            f"it shows a notice: {notice.text[:80]}" if notice else "it is no page of a blog"
        )
    if crawled.parsed.author is None and crawled.target.uid is None:
        raise CannotIdentify("nothing in it says whose blog it is")
    return normalize_page(crawled)


class _Placing:
    def __init__(self, saved: SavedPage, url: str | None, site: str | None) -> None:
        self._saved = saved
        self._site = site
        self._given = target_of(url, site) if url else None

    @cached_property
    def _told(self) -> Told:
        return told_by(self._text, self._given.url if self._given else self._saved.url)

    @cached_property
    def _text(self) -> str:
        return decode(self._saved.body, self._saved.content_type).text

    def told(self) -> Target | None:
        """The page's target, where it is given or the page tells it; raises `CannotIdentify` for a post without number."""
        if self._given is not None and self._given.kind is not PageKind.HOME:
            self._agree(self._given)
            return self._given
        for url in self._certain():
            if (target := target_of(url, self._site)) is not None:
                return target
        return next((one for one in self._declared if one.kind is PageKind.POST), None) or self._by_content()

    def _agree(self, given: Target) -> None:
        """Raise `CannotIdentify` where the browser or the site says that the page is another post than the one given."""
        saved_from = target_of(self._told.saved_from, self._site) if self._told.saved_from else None
        for told in (saved_from, *self._declared):
            if told and told.number is not None and given.number not in (None, told.number):
                raise CannotIdentify(f"it says that it is {told.url}, and not {given.url}")

    def blog(self) -> Target:
        """What the page may be where it is no post: a page that it declares, or the blog's; raises `CannotIdentify`."""
        found = next(iter(self._declared), None) or self._given
        if found is None:
            raise CannotIdentify("no address of a known blog is in it; name it with --url")
        return found

    @cached_property
    def _declared(self) -> tuple[Target, ...]:
        found = (target_of(url, self._site) for url in self._told.declared)
        return tuple(target for target in found if target is not None)

    def _certain(self) -> Iterator[str]:
        """Addresses told by the format, the browser, the path; the page is parsed only where the first is not."""
        if self._saved.url:
            yield self._saved.url
        if self._told.saved_from:
            yield self._told.saved_from
        if path := mirrored(self._saved.name):
            yield path

    def _by_content(self) -> Target | None:
        around = self._given or self._host()
        if around is None:
            return None
        # No post is read where the page's URL is the blog's home; the site's own page stands for one not known yet.
        somewhere = replace(around, url=urljoin(around.url, "/"), kind=PageKind.POST, number=0)
        parsed = unread(self._saved, somewhere).parsed
        post = next((post for post in parsed.posts if post.title), None)
        home = target_of(parsed.author.url, around.site) if parsed.author else self._given
        if post is None or home is None:
            return None
        title = post.title or ""
        if not post.body_html and not post.images:
            raise CannotIdentify(
                f"it shows no text of the post {title[:40]!r}, but a further page of its comments"
            )
        numbered = self._linked(title, home) or self._numbered(home)
        if numbered is None:
            raise CannotIdentify(
                f"nothing in it says the number of the post {title[:40]!r}; name it with --url"
            )
        return numbered

    def _host(self) -> Target | None:
        """Some page of the site that the page belongs to, by the first host of a known site that it names."""
        for url in (*(url for url, _ in self._told.links), *self._told.written):
            target = target_of(url, self._site)
            if target is not None:
                return Target(url=urljoin(target.url, "/"), site=target.site, kind=PageKind.UNKNOWN)
        return None

    def _links(self, home: Target) -> tuple[tuple[str, str], ...]:
        """The links of the page; relative ones lead on from the blog's home page where nothing else is known."""
        if self._given or self._saved.url or self._told.saved_from:
            return self._told.links
        return told_by(self._text, home.url).links

    def _linked(self, title: str, home: Target) -> Target | None:
        """The one post that a link with this title leads to; the site cuts titles in its sidebar."""
        found: dict[int | str | None, Target] = {}
        for url, words in self._links(home):
            if words == title or (
                len(words) >= _SHORTEST_CUT and title.startswith(words.rstrip("….").strip())
            ):
                target = target_of(url, home.site)
                if target is not None and target.kind is PageKind.POST and target.uid in (None, home.uid):
                    found.setdefault(target.number, target)
        return next(iter(found.values())) if len(found) == 1 else None

    def _numbered(self, home: Target) -> Target | None:
        """A post whose number a form or the file's name tells, by an address of the site that has it."""
        numbers = set(self._told.numbers)
        if not numbers and (match := _FILE_NUMBER.fullmatch(self._saved.path.stem)):
            numbers = {int(match[1])}
        if len(numbers) != 1:
            return None
        (number,) = numbers
        known = (target_of(url, home.site) for url, _ in self._links(home))
        linked = next(
            (one for one in known if one and one.kind is PageKind.POST and one.number == number), None
        )
        old = target_of(urljoin(home.url, f"{_OLD_POST}{number}"), home.site)
        found = linked or (old if old and old.number == number else None)
        return found and replace(found, uid=found.uid or home.uid)


def _lists_posts(parsed: ParsedPage) -> bool:
    """Whether the page is a list: one row may be a post whose page says too little of itself."""
    return bool(parsed.posts) or len(parsed.listed) > 1


def unread(saved: SavedPage, target: Target) -> CrawledPage:
    """The saved page as a visit for that target, whatever it shows, neither tidied nor dated."""
    headers = saved.headers or ((("Content-Type", saved.content_type),) if saved.content_type else ())
    restored = (("X-Imported-Pictures", str(len(saved.beside))),) if saved.beside else ()
    page = Page(
        url=saved.url if saved.headers and saved.url else target.url,
        fetched_at=saved.saved_at,
        status=saved.status,
        headers=(*headers, ("X-Imported-From", saved.name), *restored),
        body=saved.body,
    )
    return CrawledPage(target=target, page=page, parsed=parse_page(page, target))
