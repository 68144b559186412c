"""What a markup is, and the markups there are."""

from dataclasses import dataclass
from typing import Protocol

from blogarchive.demo.charset import Charset
from blogarchive.demo.labels import Labels
from blogarchive.demo.urls import Kind, Route, Urls
from blogarchive.demo.views import Frame, ListView, Paging, PostView


@dataclass(frozen=True, kw_only=True, slots=True)
class PageLink:
    """A link of a pager: its number, where it goes."""

    page: int
    href: str


class Markup(Protocol):
    """One way that pages look; every method gives a whole page as text."""

    @property
    def charset(self) -> Charset:
        """How the text becomes bytes."""

    @property
    def urls(self) -> Urls:
        """The forms of its links."""

    def post(self, view: PostView) -> str:
        """A post with a page of its comments."""

    def listing(self, view: ListView) -> str:
        """Home, month, category or day."""

    def notice(self, frame: Frame | None, words: str) -> str:
        """Words in place of content."""

    def labels(self, traditional: bool) -> Labels:
        """The words of the page, with this markup's punctuation."""


def page_link(urls: Urls, paging: Paging, page: int) -> PageLink:
    """The link to another page of the same listing."""
    route = paging.route
    other = Route(
        kind=route.kind, uid=route.uid, month=route.month, number=route.number, day=route.day, page=page
    )
    return PageLink(page=page, href=urls.make(other))


def month_href(urls: Urls, uid: str, month: str) -> str:
    """The link of a month row."""
    return urls.make(Route(kind=Kind.MONTH, uid=uid, month=month))


def category_href(urls: Urls, uid: str, number: int) -> str:
    """The link of a category."""
    return urls.make(Route(kind=Kind.CATEGORY, uid=uid, number=number))
