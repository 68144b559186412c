"""Identify which page of which blog a saved page is.

The first of these that names a page identifies it:

1. the given URL;
2. the URL from the browser or from the file's path;
3. the site's declaration of a post (canonical, og:url);
4. the post's number in the page: a link with the page's title, a hidden form field, the file's name;
5. the site's declaration of another page.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cached_property
from gettext import gettext as _
from http import HTTPStatus
from itertools import chain
from urllib.parse import urljoin

from blogarchive.errors import UsageError
from blogarchive.importing.saved_files import CannotIdentify, SavedPage
from blogarchive.items import CrawledPage, Page, PageKind, ParsedPage, Target
from blogarchive.messages.details import explain_detail
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.html import Element, parse_html
from blogarchive.parsing.saved_copy import find_saved_from, original_url
from blogarchive.parsing.urls import host_of, is_same_host, is_same_page
from blogarchive.sites import base
from blogarchive.sites.links import parse_decimal_id
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.rows import utc_now
from blogarchive.workers.parser_process import run_guarded

# --- the URLs in a page

_URL = re.compile(r"https?://[^\s<>\"'）)，。]+")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

_CANONICAL = re.compile(r"(^|\s)canonical(\s|$)", re.IGNORECASE)
_DIGITS = re.compile(r"\s*[0-9]+\s*")
_MAX_URL = 2_048
_MAX_LINK_TEXT = 1_000  # titles are shorter; a tag without an end makes one link of a whole page


@dataclass(frozen=True, kw_only=True, slots=True)
class PageUrls:
    """The URLs in a page."""

    saved_from: str | None  # written by the browser
    declared: tuple[str, ...]  # by the site: canonical, og:url
    links: tuple[tuple[str, str], ...]  # absolute URLs with the text of the link
    written: tuple[str, ...]  # in the text
    number_fields: tuple[tuple[str, str], ...]  # form fields with digits


def read_page_urls(text: str, base: str | None = None) -> PageUrls:
    """Return the URLs in the page `text`; relative links are resolved against `base` unless the page has a base."""
    saved_from = find_saved_from(text)
    root = parse_html(text)
    declared = [link.get("href", "") for link in root.iter("link") if _CANONICAL.search(link.get("rel", ""))]
    metas = ((meta, (meta.get("property", ""), meta.get("name", ""))) for meta in root.iter("meta"))
    declared += [meta.get("content", "") for meta, names in metas if "og:url" in map(str.lower, names)]
    return PageUrls(
        saved_from=saved_from,
        declared=tuple(filter(None, (original_url(url.strip()) for url in declared))),
        links=tuple(_read_links(root.iter("a"), _read_base(root, saved_from or base))),
        written=tuple(_URL.findall(" ".join(_read_texts(root)))),
        number_fields=tuple(
            (field.get("name", ""), field.get("value", "").strip())
            for field in root.iter("input")
            if "name" in field.attrib and _DIGITS.fullmatch(field.get("value", ""))
        ),
    )


def _url_from_path(name: str) -> str | None:
    """Return the URL in the path of a mirroring tool (`blog.example.net/u/1/202501/2.html`), None if it has none."""
    steps = name.split("/")
    for place, step in enumerate(steps[:-1]):
        if _HOST.fullmatch(step.lower()):
            return "https://" + "/".join(steps[place:])
    return None


def _read_texts(root: Element) -> Iterator[str]:
    """Yield the texts that are no script and no style."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in ("script", "style"):
            yield element.text or ""
        yield element.tail or ""


def _read_base(root: Element, url: str | None) -> str | None:
    href = next(filter(None, (base.get("href", "").strip() for base in root.iter("base"))), "")
    try:
        base = urljoin(url or "", href) or None
    except ValueError:
        return url
    return base if base is None or len(base) <= _MAX_URL else url


def _read_links(anchors: Iterable[Element], base: str | None) -> Iterator[tuple[str, str]]:
    """Yield the http(s) URL and the text of each link; relative ones are resolved against `base`."""
    for anchor in anchors:
        href = anchor.get("href", "").strip()
        try:
            url = urljoin(base, href) if base and len(href) <= _MAX_URL else href
        except ValueError:
            continue
        if url.startswith(("http://", "https://")) and len(url) <= _MAX_URL:
            yield url, _read_link_text(anchor)


def _read_link_text(anchor: Element) -> str:
    """Return the text of a link on one line; of a long one, its beginning."""
    found, length = [], 0
    for text in anchor.itertext():
        found.append(str(text))
        length += len(text)
        if length > _MAX_LINK_TEXT:
            break
    return " ".join("".join(found).split())


# --- a page as a target


def find_target(url: str, site: str | None, *, known: bool = False) -> Target | None:
    """Return the target of `url` at the site of that name, else of its host; None if no site has it.

    `known` finds only sites that have the host by name.
    """
    try:
        found = base.site_by_name(site) if site else base.site_for_url(url)
        parsed = found.parse_url(url)
    except (UsageError, ValueError):
        return None
    if not host_of(parsed.url) or (known and found.has_any_host and site is None):
        return None
    return Target(url=parsed.url, site=found.name, kind=parsed.kind, uid=parsed.uid, number=parsed.number)


def parse_as(saved: SavedPage, target: Target) -> CrawledPage:
    """Return the saved page, parsed and normalized as `target`. Raises `CannotIdentify` if it is no page of a blog."""
    if saved.status != HTTPStatus.OK:
        raise CannotIdentify(_("it came with status {status}"), status=saved.status)
    crawled = to_crawled_page(saved, target)
    if crawled.parsed.kind in (PageKind.UNKNOWN, PageKind.NOTICE):
        notice = crawled.parsed.notice
        why = explain_detail(notice.text[:80], "notice") if notice else _("it is no page of a blog")
        raise CannotIdentify(why)
    if crawled.parsed.author is None and crawled.target.uid is None:
        raise CannotIdentify(_("it does not say which blog it is of"))
    return _as_old_as_its_post(saved, normalize_page(crawled))


def _as_old_as_its_post(saved: SavedPage, crawled: CrawledPage) -> CrawledPage:
    """Return the page. It is parsed at the time of its post if the file claims to be older: many ZIP files say 1980."""
    if all(post.posted or post.read_by is None for post in crawled.parsed.posts):
        return crawled
    later = normalize_page(to_crawled_page(replace(saved, saved_at=utc_now()), crawled.target))
    times = [post.posted.at for post in later.parsed.posts if post.posted and post.posted.at]
    if not times or max(times) <= saved.saved_at:
        return crawled
    saved = replace(saved, saved_at=max(times).astimezone(UTC))
    return normalize_page(to_crawled_page(saved, crawled.target))


def to_crawled_page(saved: SavedPage, target: Target) -> CrawledPage:
    """Return the saved page parsed as `target` in this process, unchecked and not normalized."""
    headers = saved.headers or ((("Content-Type", saved.content_type),) if saved.content_type else ())
    headers = (*headers, ("X-Imported-From", saved.name))
    url = saved.url if saved.headers and saved.url else target.url
    page = Page(url=url, fetched_at=saved.saved_at, status=saved.status, headers=headers, body=saved.body)
    return CrawledPage(target=target, page=page, parsed=base.parse_page(page, target))


def _require_whole(crawled: CrawledPage) -> None:
    """Raise `CannotIdentify` if the page ends before the counters and comments under the post's text."""
    post = next(iter(crawled.parsed.posts), None)
    if post is not None and post.views is post.comment_count is None and crawled.page.is_truncated:
        raise CannotIdentify(_("it ends before the end of the post"))


def _require_blog(crawled: CrawledPage) -> None:
    """Raise `CannotIdentify` if the URL and the page name different blogs."""
    asked, author = crawled.target.uid or "", crawled.parsed.author
    if author is not None and asked.isdigit() and author.uid.isdigit() and asked != author.uid:
        text = _("it is of the blog {uid}, and its URL of the blog {asked}")
        raise CannotIdentify(text, uid=author.uid, asked=asked)


# --- identification

_SHORTEST_CUT = 8  # characters of a title that a sidebar has cut; fewer begin several titles
# The first tag of the text in a page of `export html` or `serve`.
_OWN_PAGE = re.compile(rb'<body class="look (?:site|archive)\b')
_FILE_NUMBER = re.compile(r"(?:(?P<key>\w+)=)?(?P<number>\d{3,})")


def identify(saved: SavedPage, *, url: str | None = None, site: str | None = None) -> CrawledPage:
    """Return the saved page as a crawled page, parsed and normalized. Raises `CannotIdentify` and `ParserKilled`.

    The page is searched and parsed within the limits of the parsers: a stranger may have written it.
    """
    if not saved.body.strip():
        raise CannotIdentify(_("it is empty"))
    if _OWN_PAGE.search(saved.body):  # with --url, its headings would become titles of the blog and its posts
        text = _("blogarchive wrote this page, not the site; `blogarchive merge` copies an archive")
        raise CannotIdentify(text)
    if (refused := base.refuse_large_page(saved.body)) is not None:  # before it is searched for its URL
        raise CannotIdentify(explain_detail(refused.problems[0].detail))
    bare = replace(saved, parts={}, whole=saved.whole and b"")
    crawled = run_guarded(len(saved.body), _identify, bare, url, site)
    return replace(crawled, page=replace(crawled.page, body=saved.whole or saved.body))


def _identify(saved: SavedPage, url: str | None, site: str | None) -> CrawledPage:
    crawled = _parse_target(saved, _Identification(saved, url, site))
    if saved.whole is None:  # SingleFile writes no end tag
        _require_whole(crawled)
    _require_blog(crawled)
    return crawled if url else _as_later_list(crawled)


def _as_later_list(crawled: CrawledPage) -> CrawledPage:
    """Return a list of an unknown host as a later page of the home page, unless it is the first.

    A mirror has lists of tags and months too. The first page of a home page has the blog's URL.
    """
    target, author = crawled.target, crawled.parsed.author
    if author is None or target.kind is not PageKind.HOME or not base.site_by_name(target.site).has_any_host:
        return crawled
    is_first = is_same_page(target.url.removesuffix("index.html"), author.url)
    return crawled if is_first else replace(crawled, target=replace(target, page_no=2))


def _parse_target(saved: SavedPage, identification: "_Identification") -> CrawledPage:
    """Return the page, parsed as the post or the list that it is identified as. Raises `CannotIdentify`."""
    target = identification.find_page()
    if target is not None:
        crawled = parse_as(saved, target)
        # The URL of a host without its own site may be of a list: only the page shows that.
        is_list = crawled.parsed.kind is PageKind.HOME and base.site_by_name(target.site).has_any_host
        if is_list and not (crawled.parsed.listed or crawled.parsed.posts):
            raise CannotIdentify(_("it shows no post, and it lists none"))
        if is_list:
            return replace(crawled, target=replace(target, kind=PageKind.HOME, number=None))
        return crawled
    crawled = parse_as(saved, identification.find_blog())
    if crawled.target.kind is PageKind.HOME and not _lists_posts(crawled.parsed):
        text = _("it is no list of posts, and it does not say which post it is; name its URL with --url")
        raise CannotIdentify(text)
    return crawled


class _Identification:
    """The search for the target of a saved page; `url` and `site` are those that the user named."""

    def __init__(self, saved: SavedPage, url: str | None, site: str | None) -> None:
        self._saved = saved
        self._site = site
        self._given = find_target(url, site) if url else None

    @cached_property
    def _urls(self) -> PageUrls:
        return read_page_urls(self._text, self._given.url if self._given else self._saved.url)

    @cached_property
    def _text(self) -> str:
        return decode(self._saved.body, self._saved.content_type).text

    def find_page(self) -> Target | None:
        """Return the given or found target, None if it is no post. Raises `CannotIdentify` if a post has no number."""
        if self._given is not None and self._given.kind is not PageKind.HOME:
            self._check_given(self._given)
            return self._given
        posts = (one for one in self._declared if one.kind is PageKind.POST)
        own = filter(self._may_be_given, chain(self._targets(self._list_own_urls()), posts))
        if found := next(own, None):
            return found
        listing = self._read_given_list()
        # A given URL below a blog is that of this page: in a diary, a day's URL may be a post's.
        is_of_page = self._given_of_any_host is not None and self._given_of_any_host.uid is None
        if is_of_page or (listing and listing.listed):
            return self._given
        return self._find_by_content() or (self._given if listing else None)

    def _targets(self, urls: Iterable[str | None]) -> Iterator[Target]:
        """Yield the targets of those URLs that a site has."""
        return (target for url in urls if url and (target := find_target(url, self._site)))

    @property
    def _given_of_any_host(self) -> Target | None:
        """Return the given blog if its host has no parsers: only the page shows if it is a list."""
        given = self._given
        return given if given and base.site_by_name(given.site).has_any_host else None

    def _may_be_given(self, found: Target) -> bool:
        """Return whether a page at that URL may be of the given blog.

        If only the host names it, the hosts must be equal.
        """
        given = self._given_of_any_host
        return given is None or is_same_host(found.url, given.url)

    def _read_given_list(self) -> ParsedPage | None:
        """Parse the page as a list of the given blog. Return None if it is no list, or the host has parsers."""
        given = self._given_of_any_host
        parsed = to_crawled_page(self._saved, given).parsed if given else None
        return parsed if parsed and parsed.kind is PageKind.HOME else None

    def _check_given(self, given: Target) -> None:
        """Raise `CannotIdentify` if the browser or the site declares another post than the given one."""
        every = (*self._targets([self._urls.saved_from]), *self._declared)
        declared = [one for one in every if one.number is not None]
        # A page may declare its address with the ending of its file and without it.
        if declared and given.number not in (None, *(one.number for one in declared)):
            text = _("it says that it is {declared}, and not {given}")
            raise CannotIdentify(text, declared=declared[0].url, given=given.url)

    def find_blog(self) -> Target:
        """Return the target of a page that is no post: the declared page, else the blog given or shown.

        Raises `CannotIdentify`.
        """
        found = next(iter(self._declared), None) or self._given or self._find_shown_blog()
        if found is None:
            raise CannotIdentify(_("it has no URL of a known blog; name it with --url"))
        return found

    def _find_shown_blog(self) -> Target | None:
        """Return the home page of the blog whose posts the page lists, if the page shows the blog's id."""
        around = self._find_site()
        if around is None:
            return None
        parsed = to_crawled_page(self._saved, replace(around, kind=PageKind.HOME)).parsed
        author = parsed.author if _lists_posts(parsed) else None
        return find_target(author.url, around.site) if author else None

    @cached_property
    def _declared(self) -> tuple[Target, ...]:
        return tuple(self._targets((*self._urls.declared, *base.find_own_urls(self._text))))

    def _list_own_urls(self) -> Iterator[str | None]:
        """Yield the URLs from the format, the browser and the path, lazily: the second one parses the page."""
        yield self._saved.url
        yield self._urls.saved_from
        yield _url_from_path(self._saved.name)

    def _find_by_content(self) -> Target | None:
        """Return the post whose number a link or a form names; None if it shows no post. Raises `CannotIdentify`."""
        around = self._given or self._find_site()
        if around is None:
            return None
        # A site's parser returns no post for the URL of a home page: another URL of the site replaces it.
        somewhere = replace(around, url=urljoin(around.url, "/"), kind=PageKind.POST, number="0")
        parsed = to_crawled_page(self._saved, somewhere).parsed
        # A text without a time on a page of any host may be a notice.
        posts = (post for post in parsed.posts if post.title and (post.posted or post.read_by is None))
        post = None if _lists_posts(parsed) else next(posts, None)
        home = find_target(parsed.author.url, around.site) if parsed.author else self._given
        if post is None or home is None:
            return None
        title = post.title or ""
        if not post.body_html and not post.images:
            text = _("it has no text of the post {title!r}, but a further page of its comments")
            raise CannotIdentify(text, title=title[:40])
        numbered = self._find_linked(title, home) or self._find_numbered(home)
        if numbered is None:
            text = _("nothing in it says the number of the post {title!r}; name its URL with --url")
            raise CannotIdentify(text, title=title[:40])
        return numbered

    def _find_site(self) -> Target | None:
        """Return a page of the first known site that the page links to or names."""
        for url in (*(link[0] for link in self._urls.links), *self._urls.written):
            target = find_target(url, self._site, known=True)
            if target is not None:
                return Target(url=urljoin(target.url, "/"), site=target.site, kind=PageKind.UNKNOWN)
        return None

    def _links(self, home: Target) -> tuple[tuple[str, str], ...]:
        """Return the page's links; relative ones are resolved against the blog's home page if nothing else is known."""
        if self._given or self._saved.url or self._urls.saved_from:
            return self._urls.links
        return read_page_urls(self._text, home.url).links

    def _find_linked(self, title: str, home: Target) -> Target | None:
        """Return the one post that links with this title lead to; sites cut titles in the sidebar."""
        found: dict[str | None, Target] = {}
        for url, text in self._links(home):
            if text == title or (len(text) >= _SHORTEST_CUT and title.startswith(text.rstrip("….").strip())):
                target = find_target(url, home.site)
                if target is not None and target.kind is PageKind.POST and target.uid in (None, home.uid):
                    found.setdefault(target.number, target)
        return next(iter(found.values())) if len(found) == 1 else None

    def _find_numbered(self, home: Target) -> Target | None:
        """Return the post with the number in a form or in the file's name."""
        site = base.site_by_name(home.site)
        fields = (value for name, value in self._urls.number_fields if site.is_number_field(name))
        numbers = set(map(parse_decimal_id, fields))
        match = _FILE_NUMBER.fullmatch(self._saved.path.stem)
        if not numbers and match and (match["key"] is None or site.is_number_field(match["key"])):
            numbers = {parse_decimal_id(match["number"])}
        number = next(iter(numbers), None)
        if number is None or len(numbers) != 1:
            return None
        known = (find_target(url, home.site) for url, _text in self._links(home))
        posts = (one for one in known if one and one.kind is PageKind.POST and one.number == number)
        linked = next(posts, None)
        url = site.build_post_url(home.url, number)
        target = find_target(url, home.site) if url else None
        found = linked or (target if target and target.number == number else None)
        return found and replace(found, uid=found.uid or home.uid)


def _lists_posts(parsed: ParsedPage) -> bool:
    """Return whether the page is a list of posts; a single row may be a post with too few facts."""
    is_list = parsed.kind not in (PageKind.POST, PageKind.COMMENTS)
    return is_list and (bool(parsed.posts) or len(parsed.listed) > 1)
