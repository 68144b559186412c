"""The rows of the sidebar, in the order in which a reader sees them; a markup only draws them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from blogarchive.demo.blogs.truth import DemoPost
from blogarchive.demo.markup.charset import cut_title
from blogarchive.demo.markup.labels import Labels
from blogarchive.demo.markup.page_content import TITLES_UNDER_CATEGORY, Frame
from blogarchive.demo.markup.tags import calendar_table
from blogarchive.demo.server.urls import Kind, Route, Urls


class Row(StrEnum):
    """What a row of the sidebar is."""

    HEADING = "heading"
    CARD = "card"  # a line of the author's card
    PROFILE = "profile"
    CALENDAR = "calendar"  # `text` is HTML
    TITLE = "title"
    CATEGORY = "category"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class SideRow:
    """One row: its words, not escaped, and where they lead."""

    kind: Row
    text: str
    href: str = ""


def side_rows(frame: Frame, words: Labels, urls: Urls) -> Iterator[SideRow]:
    """Card, calendar, newest titles, categories, months."""
    yield SideRow(kind=Row.HEADING, text=words.card)
    yield from _card(frame, words)
    yield SideRow(kind=Row.HEADING, text="Calendar")
    yield SideRow(kind=Row.CALENDAR, text=_calendar(frame, urls))
    yield SideRow(kind=Row.HEADING, text=words.latest)
    for post in frame.shelf.latest:
        yield _title(frame, post)
    yield SideRow(kind=Row.HEADING, text=words.categories)
    yield from _categories(frame, urls)
    if frame.shelf.spans:
        yield SideRow(kind=Row.HEADING, text=words.months)
    uid = frame.shelf.blog.uid
    for span in frame.shelf.spans:
        href = urls.make(Route(kind=Kind.MONTH, uid=uid, month=span.month))
        yield SideRow(kind=Row.MONTH, text=f"{span.first} - {span.last}", href=href)


def _card(frame: Frame, words: Labels) -> Iterator[SideRow]:
    blog = frame.shelf.blog
    lines = (
        f"{blog.nickname} {words.comma}{blog.account_age}{words.years}",
        f"{words.registered}{words.colon} {blog.registered_on}",
        f"{words.crawled_pages}{words.colon} {blog.total_visits:,} {words.times}",
    )
    for line in lines:
        yield SideRow(kind=Row.CARD, text=line)
    yield SideRow(kind=Row.PROFILE, text=words.profile, href=f"/profile.php?uid={blog.uid}")


def _calendar(frame: Frame, urls: Urls) -> str:
    shelf = frame.shelf
    shown = shelf.listed[0].posted_at.date() if shelf.listed else shelf.blog.registered_on
    return calendar_table(urls, shelf.blog.uid, frame.calendar or shown)


def _title(frame: Frame, post: DemoPost) -> SideRow:
    return SideRow(kind=Row.TITLE, text=cut_title(post.title), href=frame.shelf.blog.post_path(post))


def _categories(frame: Frame, urls: Urls) -> Iterator[SideRow]:
    shelf = frame.shelf
    for category in shelf.blog.categories:
        href = urls.make(Route(kind=Kind.CATEGORY, uid=shelf.blog.uid, number=category.number))
        yield SideRow(kind=Row.CATEGORY, text=f"【{category.name}】", href=href)
        for post in shelf.by_category[category.name][:TITLES_UNDER_CATEGORY]:
            yield _title(frame, post)
