"""The rows of the sidebar in order, which a markup prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.demo.blogs.labels import Labels
from tests.demo.blogs.truth import DemoPost
from tests.demo.blogs.urls import Kind, Route, Urls
from tests.demo.markup.charset import cut_title
from tests.demo.markup.page_content import TITLES_UNDER_CATEGORY, PageFrame
from tests.demo.markup.tags import calendar_table


class Row(StrEnum):
    """Kinds of sidebar rows."""

    HEADING = "heading"
    CARD = "card"  # a line of the author's card
    PROFILE = "profile"
    CALENDAR = "calendar"  # `text` is HTML
    TITLE = "title"
    CATEGORY = "category"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class SideRow:
    """A row: its text, not escaped, and its href."""

    kind: Row
    text: str
    href: str = ""


def side_rows(frame: PageFrame, words: Labels, urls: Urls) -> Iterator[SideRow]:
    """Yield card, calendar, newest titles, categories, months."""
    yield SideRow(kind=Row.HEADING, text=words.card)
    yield from _card(frame, words)
    yield SideRow(kind=Row.HEADING, text="Calendar")
    yield SideRow(kind=Row.CALENDAR, text=_calendar(frame, urls))
    yield SideRow(kind=Row.HEADING, text=words.latest)
    for post in frame.index.latest:
        yield _title(frame, post)
    yield SideRow(kind=Row.HEADING, text=words.categories)
    yield from _categories(frame, urls)
    if frame.index.spans:
        yield SideRow(kind=Row.HEADING, text=words.months)
    uid = frame.index.blog.uid
    for span in frame.index.spans:
        href = urls.make(Route(kind=Kind.MONTH, uid=uid, month=span.month))
        yield SideRow(kind=Row.MONTH, text=f"{span.first} - {span.last}", href=href)


def _card(frame: PageFrame, words: Labels) -> Iterator[SideRow]:
    blog = frame.index.blog
    lines = (
        f"{blog.nickname} {words.comma}{blog.account_age}{words.years}",
        f"{words.registered}{words.colon} {blog.registered_on}",
        f"{words.visits}{words.colon} {blog.total_visits:,} {words.times}",
    )
    for line in lines:
        yield SideRow(kind=Row.CARD, text=line)
    yield SideRow(kind=Row.PROFILE, text=words.profile, href=f"/profile.php?uid={blog.uid}")


def _calendar(frame: PageFrame, urls: Urls) -> str:
    index = frame.index
    shown = index.listed[0].posted_at.date() if index.listed else index.blog.registered_on
    return calendar_table(urls, index.blog.uid, frame.calendar or shown)


def _title(frame: PageFrame, post: DemoPost) -> SideRow:
    return SideRow(kind=Row.TITLE, text=cut_title(post.title), href=frame.index.blog.post_path(post))


def _categories(frame: PageFrame, urls: Urls) -> Iterator[SideRow]:
    index = frame.index
    for category in index.blog.categories:
        href = urls.make(Route(kind=Kind.CATEGORY, uid=index.blog.uid, number=category.number))
        yield SideRow(kind=Row.CATEGORY, text=f"【{category.name}】", href=href)
        for post in index.by_category[category.name][:TITLES_UNDER_CATEGORY]:
            yield _title(frame, post)
