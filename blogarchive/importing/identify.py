"""Identify which page of which blog a saved page is.

It is found by the first of these that names a page:

1. the given URL;
2. the URL from the browser or from the file's path;
3. the site's declaration of a post (canonical, og:url);
4. the post's number in the page: a link with the page's title, a hidden form field, the file's name;
5. the site's declaration of another page.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from gettext import gettext as _
from itertools import chain
from urllib.parse import urljoin

from blogarchive.importing import saved_files
from blogarchive.items import CrawledPage, PageKind, ParsedPage, Target
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.http import host_of
from blogarchive.sites.base import find_own_urls, site_by_name
from blogarchive.sites.links import parse_decimal_id
from blogarchive.workers.parser_process import run_guarded

_SHORTEST_CUT = 8  # characters of a title that a sidebar has cut; fewer begin several titles
_FILE_NUMBER = re.compile(r"(?:(?P<key>\w+)=)?(?P<number>\d{3,})")


def identify(saved: saved_files.SavedPage, *, url: str | None = None, site: str | None = None) -> CrawledPage:
    """Return the saved page as a crawled page, parsed and normalized. Raises `CannotIdentify` and `ParserKilled`.

    The page is searched and parsed within the limits of the parsers: a stranger may have written it.
    """
    if not saved.body.strip():
        raise saved_files.CannotIdentify(_("it is empty"))
    saved_files.require_parsable(saved)
    return run_guarded(len(saved.body), _identify, replace(saved, parts={}), url, site)


def _identify(saved: saved_files.SavedPage, url: str | None, site: str | None) -> CrawledPage:
    crawled = _parse_target(saved, _Identification(saved, url, site))
    saved_files.require_whole(crawled)
    saved_files.require_blog(crawled)
    return crawled


def _parse_target(saved: saved_files.SavedPage, identification: "_Identification") -> CrawledPage:
    target = identification.find_page()
    if target is not None:
        crawled = saved_files.parse_as(saved, target)
        # The URL of a host without its own site may be of a list: only the page shows that.
        is_list = crawled.parsed.kind is PageKind.HOME and site_by_name(target.site).has_any_host
        if is_list and not (crawled.parsed.listed or crawled.parsed.posts):
            raise saved_files.CannotIdentify(_("it shows no post, and it lists none"))
        if is_list:
            return replace(crawled, target=replace(target, kind=PageKind.HOME, number=None))
        return crawled
    crawled = saved_files.parse_as(saved, identification.find_blog())
    if crawled.target.kind is PageKind.HOME and not _lists_posts(crawled.parsed):
        text = _("it is no list of posts, and it does not say which post it is; name its URL with --url")
        raise saved_files.CannotIdentify(text)
    return crawled


class _Identification:
    def __init__(self, saved: saved_files.SavedPage, url: str | None, site: str | None) -> None:
        self._saved = saved
        self._site = site
        self._given = saved_files.find_target(url, site) if url else None

    @cached_property
    def _urls(self) -> saved_files.PageUrls:
        return saved_files.read_page_urls(self._text, self._given.url if self._given else self._saved.url)

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
        # A URL below a blog is of this page alone: in a diary, that of a day may be the URL of a post.
        is_of_page = self._given_of_any_host is not None and self._given_of_any_host.uid is None
        if is_of_page or (listing and listing.listed):
            return self._given
        return self._find_by_content() or (self._given if listing else None)

    def _targets(self, urls: Iterable[str | None]) -> Iterator[Target]:
        """Yield the targets of those URLs that a site has."""
        found = (saved_files.find_target(url, self._site) for url in urls if url)
        return (target for target in found if target is not None)

    @property
    def _given_of_any_host(self) -> Target | None:
        """The given blog if its host has no site of its own: only the page shows whether it is a list or a post."""
        given = self._given
        return given if given and site_by_name(given.site).has_any_host else None

    def _may_be_given(self, found: Target) -> bool:
        """Return whether a page at that URL may be of the given blog: on its host, if only the host names the blog."""
        given = self._given_of_any_host
        hosts = {host_of(one.url).removeprefix("www.") for one in (found, given or found)}
        return len(hosts) == 1

    def _read_given_list(self) -> ParsedPage | None:
        """Return the page as a list of the given blog of any host, None if it is no list or the site is another."""
        given = self._given_of_any_host
        parsed = saved_files.to_crawled_page(self._saved, given).parsed if given else None
        return parsed if parsed and parsed.kind is PageKind.HOME else None

    def _check_given(self, given: Target) -> None:
        """Raise `CannotIdentify` if the browser or the site declares another post than the given one."""
        every = (*self._targets([self._urls.saved_from]), *self._declared)
        declared = [one for one in every if one.number is not None]
        # A page may declare its address with the ending of its file and without it.
        if declared and given.number not in (None, *(one.number for one in declared)):
            text = _("it says that it is {declared}, and not {given}")
            raise saved_files.CannotIdentify(text, declared=declared[0].url, given=given.url)

    def find_blog(self) -> Target:
        """Return the declared page, else the given blog or the one that the page shows, for a page that is no post.

        Raises `CannotIdentify`.
        """
        found = next(iter(self._declared), None) or self._given or self._find_shown_blog()
        if found is None:
            raise saved_files.CannotIdentify(_("it has no URL of a known blog; name it with --url"))
        return found

    def _find_shown_blog(self) -> Target | None:
        """Return the home page of the blog whose posts the page lists, if the page shows the blog's id."""
        around = self._find_site()
        if around is None:
            return None
        parsed = saved_files.to_crawled_page(self._saved, replace(around, kind=PageKind.HOME)).parsed
        author = parsed.author if _lists_posts(parsed) else None
        return saved_files.find_target(author.url, around.site) if author else None

    @cached_property
    def _declared(self) -> tuple[Target, ...]:
        return tuple(self._targets((*self._urls.declared, *find_own_urls(self._text))))

    def _list_own_urls(self) -> Iterator[str | None]:
        """Yield the URLs from the format, the browser and the path, lazily: the second one parses the page."""
        yield self._saved.url
        yield self._urls.saved_from
        yield saved_files.url_from_path(self._saved.name)

    def _find_by_content(self) -> Target | None:
        around = self._given or self._find_site()
        if around is None:
            return None
        # A site's parser returns no post for the URL of a home page: a URL of the site serves as a placeholder.
        somewhere = replace(around, url=urljoin(around.url, "/"), kind=PageKind.POST, number="0")
        parsed = saved_files.to_crawled_page(self._saved, somewhere).parsed
        # A text without a time on a page of any host may be a notice.
        posts = (post for post in parsed.posts if post.title and (post.posted or post.read_by is None))
        post = None if _lists_posts(parsed) else next(posts, None)
        home = saved_files.find_target(parsed.author.url, around.site) if parsed.author else self._given
        if post is None or home is None:
            return None
        title = post.title or ""
        if not post.body_html and not post.images:
            text = _("it has no text of the post {title!r}, but a further page of its comments")
            raise saved_files.CannotIdentify(text, title=title[:40])
        numbered = self._find_linked(title, home) or self._find_numbered(home)
        if numbered is None:
            text = _("nothing in it says the number of the post {title!r}; name its URL with --url")
            raise saved_files.CannotIdentify(text, title=title[:40])
        return numbered

    def _find_site(self) -> Target | None:
        """Return a page of the first known site that the page links to or names."""
        for url in (*(link[0] for link in self._urls.links), *self._urls.written):
            target = saved_files.find_target(url, self._site, known=True)
            if target is not None:
                return Target(url=urljoin(target.url, "/"), site=target.site, kind=PageKind.UNKNOWN)
        return None

    def _links(self, home: Target) -> tuple[tuple[str, str], ...]:
        """Return the page's links; relative ones are resolved against the blog's home page if nothing else is known."""
        if self._given or self._saved.url or self._urls.saved_from:
            return self._urls.links
        return saved_files.read_page_urls(self._text, home.url).links

    def _find_linked(self, title: str, home: Target) -> Target | None:
        """Return the one post that links with this title lead to; sites cut titles in the sidebar."""
        found: dict[str | None, Target] = {}
        for url, text in self._links(home):
            if text == title or (len(text) >= _SHORTEST_CUT and title.startswith(text.rstrip("….").strip())):
                target = saved_files.find_target(url, home.site)
                if target is not None and target.kind is PageKind.POST and target.uid in (None, home.uid):
                    found.setdefault(target.number, target)
        return next(iter(found.values())) if len(found) == 1 else None

    def _find_numbered(self, home: Target) -> Target | None:
        """Return the post with the number in a form or in the file's name."""
        site = site_by_name(home.site)
        fields = (value for name, value in self._urls.number_fields if site.is_number_field(name))
        numbers = set(map(parse_decimal_id, fields))
        match = _FILE_NUMBER.fullmatch(self._saved.path.stem)
        if not numbers and match and (match["key"] is None or site.is_number_field(match["key"])):
            numbers = {parse_decimal_id(match["number"])}
        number = next(iter(numbers), None)
        if number is None or len(numbers) != 1:
            return None
        known = (saved_files.find_target(url, home.site) for url, _text in self._links(home))
        posts = (one for one in known if one and one.kind is PageKind.POST and one.number == number)
        linked = next(posts, None)
        url = site.build_post_url(home.url, number)
        target = saved_files.find_target(url, home.site) if url else None
        found = linked or (target if target and target.number == number else None)
        return found and replace(found, uid=found.uid or home.uid)


def _lists_posts(parsed: ParsedPage) -> bool:
    """Return whether the page is a list of posts; a single row may be a post with too few facts."""
    is_list = parsed.kind not in (PageKind.POST, PageKind.COMMENTS)
    return is_list and (bool(parsed.posts) or len(parsed.listed) > 1)
