"""The counters under a post: `浏览(1769) (9) 评论(3)`, on one line or in pieces on a few."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from blogarchive.items import Problem
from blogarchive.reading.numbers import parse_count
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import BEGIN, NUMBER

_OF_POST = r"(?:本文|本篇|此文|本博)?"
_LIKES = r"赞|顶|推荐|喜欢|支持|点赞"
_JUNK = r"[^()\[\]]{0,12}"


def _value(name: str, unit: str = "") -> str:
    """A number, with or without brackets, or anything short in brackets."""
    return rf"(?:[(\[]?\s*(?P<{name}>{NUMBER})\s*{unit}\s*[)\]]?|[(\[](?P<{name}_junk>{_JUNK})[)\]])"


_VIEWS = rf"{_OF_POST}(?:浏览|阅读|点击)(?:次数|数|量)?\s*:?\s*{_value('views', '次?')}"
_COMMENTS = rf"评论(?:数)?\s*:?\s*{_value('comments', '条?')}"
_AFTER = r"(?:\s*\|?\s*\[?(?:发表评论|文章评论|收藏|分享|打印|举报|转发|转载|推荐|返回顶部|[tT][oO][pP])\]?)*"
# The number of comments may be missing, and only its label be there.
_COUNTERS = re.compile(
    rf"{_VIEWS}(?:\s*\|?\s*(?:{_LIKES})?\s*:?\s*{_value('likes')})?\s*\|?\s*(?:{_COMMENTS}|评论(?:数)?)"
    rf"(?:\s*\|?\s*(?:{_LIKES})\s*:?\s*{_value('liked')})?{_AFTER}"
)
_TURNED = re.compile(
    rf"{_COMMENTS}\s*\|?\s*{_VIEWS}(?:\s*\|?\s*(?:{_LIKES})?\s*:?\s*{_value('likes')})?{_AFTER}"
)
_VIEWED = rf"{_OF_POST}(?:浏览|阅读|点击)"
_STARTS = re.compile(rf"{BEGIN}(?:{_VIEWED}|评论)")
_ANEW = re.compile(_VIEWED)  # the counters of the next post
_MOST_LINES = 8
_LONGEST = 160  # characters of all these lines
_FIELDS = (("views", "views"), ("likes", "likes"), ("comment_count", "comments"), ("likes", "liked"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """Counters on the lines `first` to `last`; `likes` is None where none is shown, all where they are no numbers."""

    first: int
    last: int
    views: int | None
    likes: int | None
    comments: int | None
    problems: tuple[Problem, ...] = ()


def find_counters(view: View, start: int, end: int) -> list[Counters]:
    """All that reads like counters on the lines `[start, end)`, each made of whole lines."""
    return list(iter_counters(view, start, end))


def iter_counters(view: View, start: int, end: int) -> Iterator[Counters]:
    """The same, one after the other."""
    for index in view.whole.beginning(_STARTS, start, end):
        counters = _counters_at(view, index, end) if index >= start else None
        if counters is not None:
            yield counters
            start = counters.last + 1


def _counters_at(view: View, index: int, end: int) -> Counters | None:
    uncounted: Counters | None = None
    for last in range(index, min(index + _MOST_LINES, end)):
        text = view.window(index, last).text.strip()
        if len(text) > _LONGEST or (last > index and _ANEW.match(view.folded[last])):
            break
        match = _COUNTERS.fullmatch(text) or _TURNED.fullmatch(text)
        if match is None or view.leads_away(index):
            continue
        counters = _counters(index, last, match)
        if match["comments"] or match["comments_junk"]:
            return counters
        uncounted = uncounted or counters  # unless the number stands on a line of its own
    return uncounted


def _counters(first: int, last: int, match: re.Match[str]) -> Counters:
    """The counts; what is shown in a count's place and is none becomes a problem."""
    counts: dict[str, int | None] = {}
    problems = []
    found = match.groupdict()
    for field, name in _FIELDS:
        shown = found.get(name) or found.get(f"{name}_junk")
        count = None if shown is None else parse_count(shown)
        if shown is not None and count is None:
            detail = f"no number: {shown.strip()!r}"
            problems.append(Problem(kind="unreadable", field=field, detail=detail))
        counts[field] = counts.get(field) if count is None else count
    return Counters(
        first=first,
        last=last,
        views=counts["views"],
        likes=counts["likes"],
        comments=counts["comment_count"],
        problems=tuple(problems),
    )
