"""Read the lists of a page by selectors: titles, categories, months, links to next pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from blogarchive.items import CategoryRow, Link, ListedPost, MonthRow, PageKind, ParsedUrl
from blogarchive.parsing.dates.parse import parse_date
from blogarchive.parsing.html import Element, absolute_url
from blogarchive.sites.markup.parts import LinkParts, ListParts
from blogarchive.sites.markup.picker import Picker

_CUT_MARKS = ("…", "...", "⋯")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListReader:
    """Reads the lists of one page; `now` is the fetch time in the site's zone."""

    picker: Picker
    parse_url: Callable[[str], ParsedUrl]
    now: datetime

    def titles(self, parts: ListParts | None, within: Element | None = None) -> tuple[ListedPost, ...]:
        """Return the posts that a list names; a row without a link to a post is no post."""
        if parts is None:
            return ()
        picker, listed = self.picker, []
        for element in picker.elements(parts.each, within):
            url = picker.url(parts.title, element)
            found = None if url is None else self.parse_url(url)
            title = picker.value("listed.title", parts.title, element)
            if found is None or found.kind is not PageKind.POST or title is None:
                continue
            is_cut = title.endswith(_CUT_MARKS)
            listed.append(
                ListedPost(
                    title=title.rstrip("….⋯").rstrip() if is_cut else title,
                    number=found.number,
                    url=found.url,
                    title_cut=is_cut,
                    posted=picker.date("listed.posted_at", parts.posted, element),
                    comment_count=picker.count("listed.comment_count", parts.comment_count, element),
                )
            )
        return tuple({post.number: post for post in reversed(listed)}.values())[::-1]

    def categories(self, parts: LinkParts | None) -> tuple[CategoryRow, ...]:
        """Return the categories of the sidebar; the list of a default category may be the home page."""
        rows = []
        for element, name, url in self._rows("categories", parts):
            found = self.parse_url(url) if url else None
            if found is None or found.kind in (PageKind.CATEGORY, PageKind.HOME):
                posts = self.titles(parts.posts if parts else None, element)
                rows.append(CategoryRow(name=name, url=None if found is None else found.url, posts=posts))
        return tuple({(row.name, row.url): row for row in rows}.values())

    def months(self, parts: LinkParts | None) -> tuple[MonthRow, ...]:
        """Return the months that the sidebar links to."""
        rows = []
        for _element, name, url in self._rows("archive_months", parts):
            found = self.parse_url(url) if url else None
            month = (found and found.month) or self._parse_month(name)
            if month is not None:
                rows.append(MonthRow(month=month, url=None if found is None else found.url))
        return tuple({row.month: row for row in rows}.values())

    def next_link(self, selector: str | None, kind: PageKind, number: str | None = None) -> list[Link]:
        """Return the link to the next page, or nothing."""
        url = self.picker.url(selector)
        if url is None:
            return []
        return [Link(url=self.parse_url(url).url, kind=kind, next_page=True, number=number)]

    def link(self, url: str | None, kind: PageKind) -> list[Link]:
        """Return the link to a page of that kind, or nothing."""
        if url is None:
            return []
        found = self.parse_url(url)
        return [Link(url=found.url, kind=kind, number=found.number, uid=found.uid)]

    def _parse_month(self, text: str) -> str | None:
        parsed = parse_date(text, self.now)
        return None if parsed is None or parsed.precision == "year" else f"{parsed.at:%Y-%m}"

    def _rows(self, name: str, parts: LinkParts | None) -> list[tuple[Element, str, str | None]]:
        if parts is None:
            return []
        rows = []
        for element in self.picker.elements(parts.each):
            text = self.picker.value(name, parts.name, element)
            if text is not None:
                url = self.picker.url(parts.url, element)
                rows.append((element, text, absolute_url(url, self.picker.tree.base)))
        return rows
