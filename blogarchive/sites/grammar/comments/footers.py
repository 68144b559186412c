"""The footer of a comment: `回复 | N`, with other words to press beside it, on a line or in pieces on a few."""

import re
from dataclasses import dataclass, replace

from blogarchive.parsing.dates.numbers import whole_number
from blogarchive.parsing.lines.document import Element, enclosing
from blogarchive.sites.grammar.page.dom_position import DomPosition, place_of
from blogarchive.sites.grammar.page.page_view import PageView, Window
from blogarchive.sites.grammar.page.vocabulary import BEGIN, fold

# What a footer shows: 回复, a number, other words to press.
_FOOTER_START = re.compile(rf"{BEGIN}(?=[\s\d回赞点顶踩支反举引删分|·/,\[(])[^{BEGIN}回]{{0,30}}+回\s?复")
_FOOTER = re.compile(
    r"\[?\s*回\s?复\s*\]?(?:\s*\|\s*\[?(?:赞|顶|支持|举报|引用)\]?)*\s*\|?\s*(?:[(\[]?\s*(?P<likes>\d[\d,]*)\s*[)\]]?)?"
)
# Around a 回复 that is a button: more than that nobody can type there.
_BUTTONS = re.compile(
    r"(?:[\s|·/,\[\]]|回\s?复(?:此评论|本帖|本楼|[他她它])?|点?赞|[顶踩]|支持|反对|举报|引用|删除|分享|(?P<likes>\(?\s*\d[\d,]*\s*\)?))+"
)
_COUNT = re.compile(r"(?:[^\w\s(]{1,2}|点?赞|[顶踩]|支持|有用)?\s*:?\s*\(?\s*\d[\d,]*\s*\)?")
_REPLY = re.compile(r"回\s?复(?:此评论|本帖|本楼|[他她它])?")
_MOST_FOOTER_LINES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Footer:
    """Something that reads like a comment's footer; `linked`: 回复 is a link or a button, which nobody can type."""

    first: int
    last: int
    place: DomPosition
    likes: int | None
    linked: bool


def find_footers(view: PageView, start: int, end: int) -> list[Footer]:
    """All that reads like a comment's footer on the lines `[start, end)`, in order."""
    found: list[Footer] = []
    for index in view.whole.beginning(_FOOTER_START, start, end):
        footer = _footer_at(view, index, end) if index >= start else None
        if footer is not None:
            found.append(footer)
            start = footer.last + 1
    return found


def _footer_at(view: PageView, index: int, end: int) -> Footer | None:
    """The footer that begins on line `index`, before line `end`; None where none does."""
    best: Footer | None = None
    for last in range(index, min(index + _MOST_FOOTER_LINES, end)):
        window = view.window(index, last)
        text = window.text.strip()
        if last > index and not _goes_with(view, index, last):
            break
        plain = _FOOTER.fullmatch(text)
        if plain is None and (last > index or _BUTTONS.fullmatch(text) is None):
            continue
        found = _liked_above(view, _footer(view, window, _likes(text)))
        if plain is None:
            return found if found.linked else None
        if found.likes is not None:
            return found
        best = best or (found if found.linked else None)
    return best


def _goes_with(view: PageView, index: int, last: int) -> bool:
    """Whether two lines stand in one element, or in elements that one holds: no pager's number is a footer's."""
    parent = view.lines[index].block.getparent()
    return parent is not None and last in view.document.inside(parent)


def _liked_above(view: PageView, footer: Footer) -> Footer:
    """The footer with the number that begins the element in which its button stands, where it has none of its own."""
    above = footer.first - 1
    parent = view.lines[footer.first].block.getparent()
    if not footer.linked or footer.likes is not None or parent is None:
        return footer
    if view.document.inside(parent).start != above or _COUNT.fullmatch(view.folded[above].strip()) is None:
        return footer
    return replace(footer, first=above, likes=_likes(view.folded[above]))


def _likes(text: str) -> int | None:
    """The first number of a footer, of several the one that is nearest to its beginning: 顶(3) 踩(1)."""
    found = re.search(r"\d[\d,]*", text)
    return None if found is None else whole_number(found[0].replace(",", ""))


def _footer(view: PageView, window: Window, likes: int | None) -> Footer:
    found = _REPLY.search(window.text)
    node = window.node_at(found.start() if found else 0)
    return Footer(
        first=window.first,
        last=window.last,
        place=place_of(view, window.first, window.last, (node,)),
        likes=likes,
        linked=any(_is_button(enclosing(node, tag)) for tag in ("a", "button")) or _is_pressed(node),
    )


def _is_pressed(node: Element) -> bool:
    """Whether the element, no link, has a script of its own for who presses it."""
    return node.get("onclick") is not None and _is_button(node)


def _is_button(node: Element | None) -> bool:
    """Whether the element says 回复 and no more: a link around a whole comment is a box of the newest ones."""
    return (
        node is not None
        and _REPLY.fullmatch(fold("".join(map(str, node.itertext()))).strip(" []\n")) is not None
    )
