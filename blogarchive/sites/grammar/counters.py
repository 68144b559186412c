"""The counters under a post: `浏览(1769) (9) 评论(3)`, on one line or in pieces on a few."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from blogarchive.reading.numbers import parse_count
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import NUMBER

_LIKES = r"赞|顶|推荐|喜欢|支持|点赞"
_COUNTERS = re.compile(
    rf"(?:浏览|阅读|点击)(?:次数|数|量)?\s*:?\s*[(\[]?\s*(?P<views>{NUMBER})\s*次?\s*[)\]]?"
    rf"(?:\s*\|?\s*(?:{_LIKES})?\s*:?\s*[(\[]?\s*(?P<likes>{NUMBER})\s*[)\]]?)?"
    rf"\s*\|?\s*评论(?:数)?\s*:?\s*[(\[]?\s*(?P<comments>{NUMBER})\s*条?\s*[)\]]?"
    rf"(?:\s*\|?\s*(?:{_LIKES})\s*:?\s*[(\[]?\s*(?P<liked>{NUMBER})\s*[)\]]?)?"
    r"(?:\s*\|?\s*\[?(?:发表评论|文章评论|收藏|分享|打印|举报|转发|转载|推荐)\]?)*"
)
_STARTS = ("浏览", "阅读", "点击")
_MOST_LINES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """Counters on the lines `first` to `last`; `likes` is None where none is shown."""

    first: int
    last: int
    views: int | None
    likes: int | None
    comments: int | None


def find_counters(view: View, start: int, end: int) -> list[Counters]:
    """All that reads like counters on the lines `[start, end)`, each made of whole lines."""
    return list(iter_counters(view, start, end))


def iter_counters(view: View, start: int, end: int) -> Iterator[Counters]:
    """The same, one after the other."""
    index = start
    while index < end:
        counters = _counters_at(view, index, end) if view.folded[index].startswith(_STARTS) else None
        if counters is not None:
            yield counters
        index = index + 1 if counters is None else counters.last + 1


def _counters_at(view: View, index: int, end: int) -> Counters | None:
    for last in range(index, min(index + _MOST_LINES, end)):
        match = _COUNTERS.fullmatch(view.window(index, last).text.strip())
        if match is not None and not view.leads_away(index):
            views, likes, comments = (
                None if text is None else parse_count(text)
                for text in (match["views"], match["likes"] or match["liked"], match["comments"])
            )
            return Counters(first=index, last=last, views=views, likes=likes, comments=comments)
    return None
