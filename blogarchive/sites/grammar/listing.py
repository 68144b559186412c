"""The posts that a list page names: titles that link to posts, outside the sidebar, each with its time."""

import re
from collections.abc import Sequence

from blogarchive.items import ListedPost, PageKind, Shown
from blogarchive.reading.lines import Line
from blogarchive.sites.grammar.sidebar import cut_title
from blogarchive.sites.grammar.view import View
from blogarchive.sites.grammar.words import DATE, MOMENT, fold, unbulleted

_TIME_LINE = re.compile(
    rf"[\[(]?(?:(?:发表|发布)(?:于|时间|日期)?|时间|日期|于)?\s*:?\s*(?P<time>{MOMENT}|{DATE})[\])]?(?:\s.*)?"
)
_TIME_IN = re.compile(rf"{MOMENT}|{DATE}")
# Links to a post that are not its title.
_NOT_A_TITLE = re.compile(
    r"[\[(<]*\s*(?:阅读全文|查看全文|全文|更多|more|详细|详情|继续阅读|阅读|浏览|评论|发表评论|查看评论|引用|链接|固定链接"
    r"|回复|打印|收藏|分享|编辑|删除|上一篇|下一篇|permalink)\s*[:：]?\s*(?:[(\[]?\s*\d*\s*[)\]]?)?.{0,3}",
    re.IGNORECASE,
)


def read_listing(view: View, lines: Sequence[int]) -> tuple[ListedPost, ...]:
    """The posts named on `lines`, in order, each once; its time from its own line or the ones after it."""
    titled: dict[int | str, tuple[int, ListedPost]] = {}
    for index in lines:
        for post in _titles(view, view.lines[index]):
            if post.number is not None and post.number not in titled:
                titled[post.number] = (index, post)
    places = sorted(place for place, _ in titled.values())
    found = []
    for place, post in titled.values():
        following = next((other for other in places if other > place), place + 5)
        shown = _time_near(view, lines, place, min(following, place + 5), post.title)
        found.append(
            ListedPost(
                title=post.title, number=post.number, url=post.url, title_cut=post.title_cut, posted=shown
            )
        )
    return tuple(found)


def _titles(view: View, line: Line) -> list[ListedPost]:
    found = []
    for text, anchor in line.links():
        title = unbulleted(text).strip()
        if not title or _NOT_A_TITLE.fullmatch(fold(title)):
            continue
        url = view.href(anchor)
        address = None if url is None else view.address(url)
        if address is not None and address.kind is PageKind.POST:
            found.append(
                ListedPost(title=title, number=address.number, url=address.url, title_cut=cut_title(title))
            )
    return found


def _time_near(view: View, lines: Sequence[int], place: int, stop: int, title: str) -> Shown | None:
    text = view.lines[place].text
    after = text.find(title) + len(title)
    for start, end in ((after, len(text)), (0, max(after - len(title), 0))):
        match = _TIME_IN.search(fold(text[start:end]))
        if match is not None:
            return Shown(text=text[start:end][slice(*match.span())])
    allowed = set(lines)
    for index in (*range(place + 1, stop), place - 1):
        if index not in allowed:
            continue
        match = _TIME_LINE.fullmatch(view.folded[index].strip())
        if match is not None:
            return Shown(text=view.lines[index].text.strip()[slice(*match.span("time"))])
    return None
