"""The counters of a post: `浏览(1769) (9) 评论(3)`, in any order, on one line or in pieces on a few.

The post's time or its category may stand before them, words to press between and after them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from blogarchive.items import Problem
from blogarchive.reading.numbers import parse_count
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import BEGIN, MOMENT, NUMBER

_VIEWED = r"(?:本文|本篇|此文|本博)?(?:浏览|阅读|点击)"
# A number, with or without brackets, or anything short in brackets.
_VALUE = (
    rf"(?:[(\[【]\s*(?P<value>{NUMBER})\s*[次条人]?\s*[)\]】]|(?P<bare>{NUMBER})\s*[次条人]?"
    r"|[(\[【](?P<junk>[^()\[\]【】]{0,12})[)\]】])"
)
_PRESSED = r"发表评论|文章评论|收藏|分享|打印|举报|转发|转载|推荐|编辑|删除|返回顶部|[tT][oO][pP]"
_ITEM = re.compile(
    rf"[\s|,/·•]*(?:(?:(?P<views>{_VIEWED}(?:次数|人数|数|量)?)|(?P<comments>评论数?)"
    rf"|(?P<likes>赞|顶|推荐|喜欢|支持|点赞)|(?P<shared>分享)|)\s*:?\s*{_VALUE}"
    rf"|\[?(?:{_PRESSED})(?:到:?)?\]?|(?P<uncounted>评论数?))[\s|,/·•]*"
)
# Before the views: the post's time, its category, whose it is.
_BEFORE = (
    rf"(?:(?:(?:(?:发表|发布)(?:于|时间|日期)?|时间|日期)?\s*:?\s*[(\[]?{MOMENT}[)\]]?"
    r"|(?:分类|类别|栏目|作者)\s*:\s*[^\s|]{1,30})[\s|,]*)"
)
_STARTED = re.compile(rf"{_BEFORE}{{0,3}}+")
_STARTS = re.compile(
    rf"{BEGIN}(?=[本此浏阅点评(\[\d发时日分类栏作][^{BEGIN}浏阅点评]*+[浏阅点评]|[浏阅点评])"
    rf"(?:{_VIEWED}|评论|{_BEFORE}{{1,3}}+(?:{_VIEWED}|评论))"
)
_LABELS = ("views", "comments", "likes", "shared")
_ANEW = re.compile(_VIEWED)  # the counters of the next post
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
        shown = _shown(text)
        if shown is None or view.leads_away(index):
            continue
        counters = _counters(index, last, shown)
        if shown["comments"] is not None:
            return counters
        uncounted = uncounted or counters  # unless the number stands on a line of its own
    return uncounted


def _shown(text: str) -> dict[str, str | None] | None:
    """What `text` shows as views, likes and comments; None where it says anything else, or has not both labels.

    The one number that has no label counts likes: a picture stands for theirs. The number of comments may be
    missing, and only its label be there.
    """
    started = _STARTED.match(text)
    place = started.end() if started else 0
    found: dict[str, str | None] = {}
    while place < len(text):
        item = _ITEM.match(text, place)
        if item is None or item.end() == place:
            return None
        place = item.end()
        shown = item["value"] or item["bare"] or item["junk"]
        if shown is None and not item["uncounted"]:
            continue  # words to press
        name = "comments" if item["uncounted"] else next(filter(item.group, _LABELS), "likes")
        if name in found:
            return None
        found[name] = shown
    return {"likes": None, **found} if found.keys() >= {"views", "comments"} else None


def _counters(first: int, last: int, found: dict[str, str | None]) -> Counters:
    """The counts; what is shown in a count's place and is none becomes a problem."""
    counts: dict[str, int | None] = {}
    problems = []
    for field, name in _FIELDS:
        shown = found[name]
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
