"""The counters of a post: `浏览(1769) (9) 评论(3)`, in any order, on one line or in pieces on a few.

The post's time or its category may stand before them, words to press between and after them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from blogarchive.items import Problem
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.sites.grammar.page.page_view import PageView, spoken
from blogarchive.sites.grammar.page.vocabulary import BEGIN, NUMBER
from blogarchive.sites.grammar.post.counter_patterns import (
    BEFORE,
    SAID,
    VIEW_WORDS,
    VIEWED,
    Shown,
    in_two_rows,
    labels_first,
    numbers_first,
)

# A number first: its label stands behind it, or begins the next line.
_ABOVE = rf"{NUMBER}[\s次人条篇个位]{{0,6}}(?:{BEGIN}\s*{NUMBER}\s*){{0,4}}(?:{BEGIN}\s*)?"
_NUMBER_FIRST = rf"(?:[已共有总]{{0,2}}\s*{_ABOVE}被?(?:{VIEWED}|评论|赞|点赞|喜欢))"
_FIRST = "浏阅点人访评回留"  # of the labels
_STARTS = re.compile(
    rf"{BEGIN}(?=[本此被{_FIRST}(\[【\d发时日分类栏作已共][^{BEGIN}{_FIRST}]*+[{_FIRST}]|[{_FIRST}])"
    rf"(?:[(\[【]?{VIEWED}(?=[次人数量\s:(\[【\d{BEGIN}])|[(\[【]?评论|{SAID}数?\s*[:(\[]|{BEFORE}{{1,3}}+(?:{VIEWED}|评论))"
)
_NUMBER_STARTS = re.compile(rf"{_STARTS.pattern}|{BEGIN}(?=\s*{_NUMBER_FIRST})")
_NUMBER_BEFORE = re.compile(rf"(?<![\d:./-])\d[\d,.]{{0,11}}[\s次人条篇个位万{BEGIN}]*被?$")
_ENDS = re.compile(rf"(?:次数|人数|数|量)?(?:[\s|,/·•;{BEGIN}]|$)")
_REACH = 20
_ANEW = re.compile(VIEWED)  # the counters of the next post
_IS_NUMBER = re.compile(NUMBER)
_BEGINS_WITH_NUMBER = re.compile(rf"\s*[已共有总]{{0,2}}\s*{NUMBER}\s*(?![\s\d年/.:-])")
_NUMBERS = re.compile(r"[\s\d,.万()\[\]|/:]*\d[\s\d,.万()\[\]|/:]*")
_MOST_LINES = 8
_LONGEST = 160  # characters of all these lines
_FIELDS = (("views", "views"), ("likes", "likes"), ("comment_count", "comments"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """Counters on the lines `first` to `last`; `likes` is None where none is shown, all where they are no numbers."""

    first: int
    last: int
    views: int | None
    likes: int | None
    comments: int | None
    problems: tuple[Problem, ...] = ()


def find_counters(view: PageView, start: int, end: int) -> list[Counters]:
    """All that reads like counters on the lines `[start, end)`, each made of whole lines."""
    return list(iter_counters(view, start, end))


def iter_counters(view: PageView, start: int, end: int) -> Iterator[Counters]:
    """The same, one after the other."""
    for index in view.whole.beginning(_starts(view, start, end), start, end):
        counters = _counters_at(view, index, end) if index >= start else None
        if counters is not None:
            yield counters
            start = counters.last + 1


def _starts(view: PageView, start: int, end: int) -> "re.Pattern[str]":
    """What counters begin with on these lines; a number only where one stands before a label of views."""
    places = _numbered_labels(view.whole.text)
    if any(start <= view.whole.line_at(place) < end for place in places):
        return _NUMBER_STARTS
    return _STARTS


@lru_cache(maxsize=1)  # asked for every entry of a list
def _numbered_labels(text: str) -> Sequence[int]:
    """The places of all labels of views before which a number stands."""
    places = []
    for word in VIEW_WORDS:  # their search is the fastest there is, and most pages have few
        place = text.find(word)
        while place >= 0:
            ends = _ENDS.match(text, place + len(word)) is not None
            if ends and _NUMBER_BEFORE.search(text, max(place - _REACH, 0), place):
                places.append(place)
            place = text.find(word, place + 1)
    return places


def views_alone(view: PageView, start: int, end: int) -> list[Counters]:
    """The lines `[start, end)` that show the views and no number of comments: `浏览：1769`, `1769 次阅读`."""
    found = []
    for index in view.whole.beginning(_starts(view, start, end), start, end):
        text = view.folded[index].strip()
        shown = None if len(text) > _LONGEST else labels_first(text) or numbers_first(text)
        if shown is not None and "views" in shown and not view.leads_away(index):
            found.append(_counters(index, index, shown))
    return found


def pictured(view: PageView, start: int, end: int) -> list[Counters]:
    """The lines `[start, end)` that show numbers, each beside a picture that is its label."""
    found = []
    for index in range(start, end):
        if view.lines[index].media and _NUMBERS.fullmatch(view.folded[index]):
            shown = labels_first(spoken(view, index).strip())
            if shown is not None and shown.keys() >= {"views", "comments"}:
                found.append(_counters(index, index, shown))
    return found


def _counters_at(view: PageView, index: int, end: int) -> Counters | None:
    uncounted: Counters | None = None
    numbered = _BEGINS_WITH_NUMBER.match(view.folded[index]) is not None
    if not numbered and index and _is_numbered(view, index - 1, index):
        return None  # its number stands above it
    for last in range(index, min(index + _MOST_LINES, end)):
        text = view.window(index, last).text.strip()
        if len(text) > _LONGEST or (last > index and not numbered and _ANEW.match(view.folded[last])):
            break
        shown = _numbered(view, index, last, text) if numbered else labels_first(text) or in_two_rows(text)
        if shown is None or not shown.keys() >= {"views", "comments"} or view.leads_away(index):
            continue
        counters = _counters(index, last, shown)
        if shown["comments"] is not None:
            return counters
        uncounted = uncounted or counters  # unless the number stands on a line of its own
    return uncounted


def _numbered(view: PageView, first: int, last: int, text: str) -> Shown | None:
    """The counts of a text that begins with a number: on one line, or in pieces that hold one number and its label."""
    shown = numbers_first(text) or (labels_first(text) if first == last else None)
    if shown is None and last > first:
        shown = in_two_rows(" ".join(_turned(text.split())))
        return shown if shown and _are_alone(view, first, last) else None
    if shown is None or first == last:
        return shown
    return shown if _are_alone(view, first, last) or _are_pairs(view, first, last) else None


def _turned(words: Sequence[str]) -> Sequence[str]:
    """The second half of some words before the first one."""
    half = len(words) // 2
    return [*words[half:], *words[:half]]


def _are_alone(view: PageView, first: int, last: int) -> bool:
    """Whether an element holds these lines and no other."""
    inside = view.document.inside(view.document.common(view.lines[first], view.lines[last]))
    return inside.start >= first and inside.stop <= last + 1


def _are_pairs(view: PageView, first: int, last: int) -> bool:
    """Whether each line that is a number alone stands in an element with the next one and no other."""
    numbers = [i for i in range(first, last + 1) if _IS_NUMBER.fullmatch(view.folded[i].strip())]
    return all(i < last and _is_numbered(view, i, i + 1) for i in numbers)


def _is_numbered(view: PageView, number: int, label: int) -> bool:
    """Whether a line is a number that stands in an element with the next line, its label, and no other."""
    if _IS_NUMBER.fullmatch(view.folded[number].strip()) is None:
        return False
    both = view.document.inside(view.document.common(view.lines[number], view.lines[label]))
    return both.start == number and both.stop == label + 1


def _counters(first: int, last: int, found: Shown) -> Counters:
    """The counts; what is shown in a count's place and is none becomes a problem."""
    counts: dict[str, int | None] = {}
    problems = []
    for field, name in _FIELDS:
        shown = found.get(name)
        counts[field] = None if shown is None else parse_count(shown)
        if shown is not None and counts[field] is None:
            detail = f"no number: {shown.strip()!r}"
            problems.append(Problem(kind="unreadable", field=field, detail=detail))
    return Counters(
        first=first,
        last=last,
        views=counts["views"],
        likes=counts["likes"],
        comments=counts["comment_count"],
        problems=tuple(problems),
    )
