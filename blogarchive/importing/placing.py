"""Finds which page of which blog a saved page is.

In this order: the address given; the one that the browser or the file's path tells; what the site declares of a
post; the post's number found in the page (the link that has the page's own title, a form's hidden field, the
file's name); at last what the site declares of other pages.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from urllib.parse import urljoin

from blogarchive.errors import UsageError
from blogarchive.importing.addresses import Told, mirrored, told_by
from blogarchive.importing.saved import SavedPage
from blogarchive.items import Page, PageKind, Target, Visit
from blogarchive.reading.decode import decode
from blogarchive.sites.finish import finish
from blogarchive.sites.site import by_name, for_url, read

_SHORTEST_CUT = 8
_FILE_NUMBER = re.compile(r"(?:did=)?(\d{3,})")
_OLD_POST = "/user_blog_diary.php?did="
_LISTINGS = (PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY)


class CannotPlace(Exception):
    """Why a saved page is not brought in."""


def target_of(url: str, site: str | None) -> Target | None:
    """What `url` is to the site of that name, or to the site whose host it has; None where no site knows it."""
    try:
        known = by_name(site) if site else for_url(url)
        address = known.address(url)
    except (UsageError, ValueError):
        return None
    return Target(url=address.url, site=known.name, kind=address.kind, uid=address.uid, number=address.number)


def place(saved: SavedPage, *, url: str | None = None, site: str | None = None) -> Visit:
    """The saved page as a visit, read, tidied and dated; raises `CannotPlace`."""
    if not saved.body.strip():
        raise CannotPlace("nothing is in it")
    return placed(saved, _Placing(saved, url, site).target())


def placed(saved: SavedPage, target: Target) -> Visit:
    """The saved page as a visit for that target; raises `CannotPlace` where it is no page of a blog."""
    visit = _visit(saved, target)
    if visit.reading.kind in (PageKind.UNKNOWN, PageKind.NOTICE):
        notice = visit.reading.notice
        raise CannotPlace(f"it shows a notice: {notice.text[:80]}" if notice else "it is no page of a blog")
    if visit.reading.author is None and visit.target.uid is None:
        raise CannotPlace("nothing in it says whose blog it is")
    return finish(visit)


class _Placing:
    def __init__(self, saved: SavedPage, url: str | None, site: str | None) -> None:
        self._saved = saved
        self._site = site
        self._given = target_of(url, site) if url else None

    @cached_property
    def _told(self) -> Told:
        base = self._given.url if self._given else self._saved.url
        return told_by(decode(self._saved.body, self._saved.content_type).text, base)

    def target(self) -> Target:
        """The page's target; raises `CannotPlace`."""
        if self._given is not None and self._given.kind is not PageKind.HOME:
            return self._given
        for url in self._certain():
            if (target := target_of(url, self._site)) is not None:
                return target
        declared = [target for url in self._told.declared if (target := target_of(url, self._site))]
        posts = [target for target in declared if target.kind is PageKind.POST]
        found = posts[0] if posts else self._by_content() or next(iter(declared), None) or self._given
        if found is None:
            raise CannotPlace("no address of a known blog is in it; name it with --url")
        return found

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
        reading = _visit(self._saved, replace(around, kind=PageKind.POST, number=0)).reading
        title = next((post.title for post in reading.posts if post.title), None)
        home = target_of(reading.author.url, around.site) if reading.author else self._given
        if title is None or home is None:
            return None
        numbered = self._linked(title, home) or self._numbered(home)
        if numbered is None:
            raise CannotPlace(f"nothing in it says the number of the post {title[:40]!r}; name it with --url")
        return numbered

    def _host(self) -> Target | None:
        """Some page of the site that the page belongs to, by the first host of a known site that it names."""
        for url in (*(url for url, _ in self._told.links), *self._told.written):
            target = target_of(url, self._site)
            if target is not None:
                return Target(url=urljoin(target.url, "/"), site=target.site, kind=PageKind.UNKNOWN)
        return None

    def _linked(self, title: str, home: Target) -> Target | None:
        """The one post that a link with this title leads to; the site cuts titles in its sidebar."""
        found: dict[int | str | None, Target] = {}
        for url, words in self._told.links:
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
        known = (target_of(url, home.site) for url, _ in self._told.links)
        linked = next(
            (one for one in known if one and one.kind is PageKind.POST and one.number == number), None
        )
        old = target_of(urljoin(home.url, f"{_OLD_POST}{number}"), home.site)
        found = linked or (old if old and old.number == number else None)
        return found and replace(found, uid=found.uid or home.uid)


def _visit(saved: SavedPage, target: Target) -> Visit:
    headers = saved.headers or ((("Content-Type", saved.content_type),) if saved.content_type else ())
    page = Page(
        url=saved.url if saved.headers and saved.url else target.url,
        fetched_at=saved.saved_at,
        status=200,
        headers=(*headers, ("X-Imported-From", saved.name)),
        body=saved.body,
    )
    return Visit(target=target, page=page, reading=read(page, target))
