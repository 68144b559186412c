"""A site that is described by data: the forms of its URLs and the templates of its pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from blogarchive.items import Page, PageKind, ParsedPage, ParsedUrl, Target
from blogarchive.parsing.urls import matches_host
from blogarchive.sites.base import Explanation, Site
from blogarchive.sites.markup.parts import Answer, Form, Template, ViewsAnswer, parse_by_forms

if TYPE_CHECKING:
    from blogarchive.sites.markup.page import PageReader

_SCRIPT = re.compile(r"<(/?)script\b", re.IGNORECASE)


def _scripts(text: str) -> Iterator[str]:
    """Return the scripts of a page, one without an end too: a search for each end is quadratic."""
    _before, *parts = _SCRIPT.split(text)  # a slash or none, and the text behind, by turns
    return (script for slash, script in zip(parts[::2], parts[1::2], strict=True) if not slash)


@dataclass(frozen=True, kw_only=True, eq=False)
class MarkupSite(Site):
    """A site of known markup; `name`, `hosts`, `image_hosts` and `zone` (of its times) are those of every `Site`.

    `home` is the path of a blog's home page with `{uid}`; `home_host` is its host if that contains the uid. `host_uid`
    matches such a host. `forms` are the forms of its URLs. `own_url` matches a script in a page: its first group is the
    page's own URL. `own_number` matches the page: its first group that matched is the number of its post. `templates`
    are tried in order.
    """

    home: str
    forms: tuple[Form, ...]
    templates: tuple[Template, ...]
    host_uid: str | None = None
    home_host: str | None = None
    own_url: str | None = None
    own_number: str | None = None
    answer: Answer | None = None
    views_answer: ViewsAnswer | None = None

    def parse_url(self, url: str) -> ParsedUrl:
        """Return the kind, the ids and the canonical form of an absolute URL on any host."""
        return _parse_url(self, url)

    def build_post_url(self, home_url: str, number: str) -> str | None:
        """Return the URL of the post on the host of `home_url`; None if it needs more than uid and number."""
        form = next((form for form in self.forms if form.kind is PageKind.POST and form.canonical), None)
        uid = self.parse_url(home_url).uid
        if form is None or form.canonical is None:
            return None
        try:
            return urljoin(home_url, form.canonical.format(uid=uid, number=number))
        except KeyError:
            return None

    def build_home_url(self, page_url: str, uid: str) -> str:
        """Return the home page of a blog, on its own host if it has one, else on that of `page_url`."""
        parts = urlsplit(page_url)
        own = matches_host(parts.hostname or "", self.hosts) and self.home_host is not None
        host = (self.home_host or "").format(uid=uid) if own else parts.netloc
        return f"{parts.scheme}://{host}{self.home.format(uid=uid)}"

    def find_own_url(self, text: str) -> str | None:
        """Return the URL that a saved page states as its own, in a script or by a post's number; else None."""
        # Only a script counts: an author can type its words into a text.
        if self.own_url is not None:
            urls = (match[1] for part in _scripts(text) if (match := re.search(self.own_url, part)))
            return next(urls, None)
        match = re.search(self.own_number, text) if self.own_number else None
        if match is None:
            return None
        number = next(group for group in match.groups() if group)
        return self.build_post_url(f"http://{self.hosts[0]}/", number)

    def parse_page(self, page: Page, target: Target) -> ParsedPage:
        """Return all that a reader sees on `page`."""
        return self._reader(page, target).parse()

    def explain_page(self, page: Page, target: Target) -> Explanation:
        """Return which template fitted the page, and which selector filled each field."""
        return self._reader(page, target).explain()

    def _reader(self, page: Page, target: Target) -> "PageReader":
        from blogarchive.parsing.charset.decoding import decode  # most commands parse no page
        from blogarchive.sites.markup.page import PageReader

        decoded = decode(page.body, page.header("content-type"))
        text, encoding, now = decoded.text, decoded.encoding, page.fetched_at.astimezone(self.zone)
        return PageReader(site=self, text=text, encoding=encoding, url=page.url, now=now, target=target)


@lru_cache(maxsize=2048)  # each page of a blog has the same sidebar
def _parse_url(site: MarkupSite, url: str) -> ParsedUrl:
    return parse_by_forms(url, site.forms, site.host_uid)
