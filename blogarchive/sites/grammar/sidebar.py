"""The sidebar: the author's card, the latest titles, the categories, the months.

Its sections are found by their labels outside the post and its comments, so that what an author or a commenter
typed there is never taken for the page's own.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from blogarchive.items import CategoryRow, ListedPost, MonthRow, PageKind, Problem, Shown
from blogarchive.reading.dates import date_range
from blogarchive.reading.lines import Line
from blogarchive.reading.numbers import parse_count
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import (
    CALENDAR_LABEL,
    CARD_LABEL,
    CATEGORIES_LABEL,
    DATE,
    LATEST_LABEL,
    MONTHS_LABEL,
    unbulleted,
)

_AGE = re.compile(r"(?:(?P<name>.*?)\s*,\s*)?(?P<age>\d{1,3})\s*岁")
_REGISTERED = re.compile(rf"注册(?:日期|时间)\s*:?\s*(?P<value>{DATE}|\S.*)?")
_VISITS = re.compile(r"(?:访问总量|总访问量|访问量|总访问)\s*:?\s*(?P<value>.*?)\s*(?:次|人次)?")
_CATEGORY = re.compile(r"【(?P<name>.+)】\s*(?:[(\[]\s*(?P<count>\d+)\s*[)\]])?")
_RANGE = re.compile(
    r"(?P<first>\d{4}\D{1,3}\d{1,2}\D{1,3}?\d{1,2}日?)\s*(?:-+|~|至|到)\s*(?P<last>\d.*\S)(?:\s*[(\[]\s*\d+\s*篇?\s*[)\]])?"
)
_CALENDAR_LINE = re.compile(
    r"\d{1,2}|[日一二三四五六]|(?:星期|周)[日一二三四五六天]|\d{4}\s*年\s*(?:\d{1,2}\s*月)?|\d{1,2}\s*月|[<>«»‹›]{1,2}"
    r"|(?:sun|mon|tue|wed|thu|fri|sat|[smtwf])[a-z]*\.?|.*\d{4}.*|上\s*一?\s*[月年]|下\s*一?\s*[月年]|[\d\s]+|[日一二三四五六\s]+",
    re.IGNORECASE,
)
CUT_BYTES = 30  # the site cuts a title in the sidebar at this many GBK bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """The author's card as shown; None where the card does not say."""

    nickname: str | None = None
    account_age: int | None = None
    registered: Shown | None = None
    total_visits: int | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sidebar:
    """What the sidebar shows, and the lines that are its own."""

    card: Card
    latest: tuple[ListedPost, ...]
    categories: tuple[CategoryRow, ...]
    months: tuple[MonthRow, ...]
    taken: frozenset[int]


def read_sidebar(view: View, outside: Sequence[int]) -> Sidebar:
    """The sidebar, read from the lines `outside` the post and its comments."""
    sections = _sections(view, outside)
    months = [row for row in (_month_row(view, view.lines[i]) for i in outside) if row is not None]
    card = _card(view, sections.get("card", ()))
    latest = _titles(view, sections.get("latest", ()))
    taken = {index for lines in sections.values() for index in lines}
    taken.update(i for i in outside if _month_row(view, view.lines[i]) is not None)
    return Sidebar(
        card=card,
        latest=latest,
        categories=_categories(view, sections.get("categories", ())),
        months=tuple(months),
        taken=frozenset(taken),
    )


def cut_title(title: str) -> bool:
    """Whether a title may have been cut: at 30 GBK bytes (29 where a character did not fit), or with dots."""
    return len(title.encode("gb18030", "replace")) >= CUT_BYTES - 1 or title.endswith(("…", "..."))


def listed_post(view: View, line: Line, *, needs_link: bool) -> ListedPost | None:
    """The post that a sidebar's line names; without `needs_link` a bare title counts too."""
    for text, anchor in line.links():
        url = view.href(anchor)
        address = None if url is None else view.address(url)
        if address is not None and address.kind is PageKind.POST and unbulleted(text):
            title = unbulleted(text).strip()
            return ListedPost(title=title, number=address.number, url=address.url, title_cut=cut_title(title))
    title = unbulleted(line.text).strip()
    if needs_link or not title:
        return None
    return ListedPost(title=title, title_cut=cut_title(title))


def _sections(view: View, outside: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """The lines of each section, its label first; a label counts once, and never inside a link."""
    labels = {
        "card": CARD_LABEL,
        "calendar": CALENDAR_LABEL,
        "latest": LATEST_LABEL,
        "categories": CATEGORIES_LABEL,
        "months": MONTHS_LABEL,
    }
    starts: dict[str, int] = {}
    for place, index in enumerate(outside):
        text = view.folded[index].strip()
        for name, label in labels.items():
            linked = bool(text) and view.lines[index].link_at(0, len(text)) is not None
            if name not in starts and label.fullmatch(text) and not linked:
                starts[name] = place
    order = sorted(starts.items(), key=lambda item: item[1])
    ends = [*(place for _, place in order[1:]), len(outside)]
    return {
        name: tuple(_extent(view, name, outside[start:end]))
        for (name, start), end in zip(order, ends, strict=False)  # one end too many where there is no section
    }


def _extent(view: View, name: str, lines: Sequence[int]) -> Iterable[int]:
    """The lines that belong to a section: a last section ends where its kind of line ends."""
    body = lines[1:]
    if name == "card":
        body = body[:14]
    elif name == "calendar":
        body = _while(
            body, lambda i: not view.folded[i] or bool(_CALENDAR_LINE.fullmatch(view.folded[i].strip()))
        )
    elif name == "months":
        body = _while(body, lambda i: not view.folded[i] or _month_row(view, view.lines[i]) is not None)
    else:
        linked = any(listed_post(view, view.lines[i], needs_link=True) is not None for i in body)
        if linked:
            last = max(i for i in body if _belongs(view, i))
            body = _while(body, lambda i: i <= last and (_belongs(view, i) or not unbulleted(view.folded[i])))
    return (lines[0], *body)


def _belongs(view: View, index: int) -> bool:
    line = view.lines[index]
    named = _CATEGORY.fullmatch(unbulleted(view.folded[index]).strip()) is not None
    return named or _is_more(view, index) or listed_post(view, line, needs_link=True) is not None


def _is_more(view: View, index: int) -> bool:
    return view.folded[index].strip(" []<>.") in ("更多", "全部", "more", "RSS", "查看全部")


def _while(lines: Sequence[int], keep: Callable[[int], bool]) -> Sequence[int]:
    for count, index in enumerate(lines):
        if not keep(index):
            return lines[:count]
    return lines


def _card(view: View, lines: Sequence[int]) -> Card:
    card: dict[str, object] = {}
    problems: list[Problem] = []
    texts = [(index, view.folded[index].strip()) for index in lines[1:] if view.folded[index].strip()]
    for place, (index, text) in enumerate(texts):
        following = texts[place + 1][1] if place + 1 < len(texts) else ""
        if "age" not in card and (match := _AGE.fullmatch(text)):
            card["age"] = int(match["age"])
            named = match["name"]
            before = texts[place - 1][0] if place else None
            name_line = index if named else before
            if name_line is not None:
                raw = view.lines[name_line].text.strip()
                card["nickname"] = (raw[: match.end("name")] if named else raw).strip(" ,，\xa0\u3000")
        elif "registered" not in card and (match := _REGISTERED.fullmatch(text)):
            card["registered"] = (match["value"] or following).strip()
        elif "visits" not in card and (match := _VISITS.fullmatch(text)):
            value = match["value"] or following
            visits = parse_count(value)
            card["visits"] = visits
            if visits is None:
                problems.append(
                    Problem(kind="unreadable", field="total_visits", detail=f"访问总量 shows {value!r}")
                )
    registered = card.get("registered")
    nickname, age, total = card.get("nickname"), card.get("age"), card.get("visits")
    return Card(
        nickname=nickname if isinstance(nickname, str) and nickname else None,
        account_age=age if isinstance(age, int) else None,
        registered=Shown(text=registered) if isinstance(registered, str) and registered else None,
        total_visits=total if isinstance(total, int) else None,
        problems=tuple(problems),
    )


def _titles(view: View, lines: Sequence[int]) -> tuple[ListedPost, ...]:
    rows = [view.lines[i] for i in lines[1:] if unbulleted(view.folded[i]).strip() and not _is_more(view, i)]
    linked = any(listed_post(view, line, needs_link=True) for line in rows)
    found = (listed_post(view, line, needs_link=linked) for line in rows)
    return tuple(post for post in found if post is not None)


def _categories(view: View, lines: Sequence[int]) -> tuple[CategoryRow, ...]:
    rows: list[CategoryRow] = []
    current: list[int] = []
    name, url = "", None
    for index in lines[1:]:
        heading = _category_heading(view, view.lines[index])
        if heading is None:
            current.append(index)
            continue
        if name:
            rows.append(CategoryRow(name=name, url=url, posts=_titles(view, (-1, *current))))
        (name, url), current = heading, []
    if name:
        rows.append(CategoryRow(name=name, url=url, posts=_titles(view, (-1, *current))))
    return tuple(rows)


def _category_heading(view: View, line: Line) -> tuple[str, str | None] | None:
    raw = unbulleted(line.text).strip()
    match = _CATEGORY.fullmatch(raw.replace("（", "(").replace("）", ")"))
    if match is None:
        return None
    urls = [url for _, anchor in line.links() if (url := view.href(anchor)) is not None]
    if any(view.address(url).kind is PageKind.POST for url in urls):
        return None
    return raw[match.start("name") : match.end("name")].strip(), (urls[0] if urls else None)


def _month_row(view: View, line: Line) -> MonthRow | None:
    text = unbulleted(view.folded[line.index]).strip()
    match = _RANGE.fullmatch(text) if text[:1].isdigit() else None
    days = date_range(f"{match['first']} - {match['last']}") if match else None
    if match is None or days is None:
        return None
    raw = unbulleted(line.text).strip()
    urls = [url for _, anchor in line.links() if (url := view.href(anchor)) is not None]
    return MonthRow(
        month=_month(days[0]),
        first=Shown(text=raw[slice(*match.span("first"))]),
        last=Shown(text=raw[slice(*match.span("last"))]),
        url=urls[0] if urls else None,
    )


def _month(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"
