"""The footer of a comment: `回复 | N`, with other buttons beside it, on one line or on a few."""

import re
from dataclasses import dataclass, replace

from blogarchive.parsing.dates.numbers import parse_digits
from blogarchive.parsing.document import find_enclosing
from blogarchive.parsing.html import Element
from blogarchive.sites.grammar.page.dom_position import DomPosition, find_dom_position
from blogarchive.sites.grammar.page.page_view import JoinedLines, PageView
from blogarchive.sites.grammar.page.vocabulary import LINE_START, fold

# A footer: 回复, a number, other buttons.
_FOOTER_START = re.compile(
    rf"{LINE_START}(?=[\s\d回赞点顶踩支反举引删分|·/,\[(])[^{LINE_START}回]{{0,30}}+回\s?复"
)
_FOOTER = re.compile(
    r"\[?\s*回\s?复\s*\]?(?:\s*\|\s*\[?(?:赞|顶|支持|举报|引用)\]?)*\s*\|?\s*(?:[(\[]?\s*(?P<likes>\d[\d,]*)\s*[)\]]?)?"
)
# Buttons around a 回复 that is a button itself; nobody can type more than these there.
_BUTTONS = re.compile(
    r"(?:[\s|·/,\[\]]|回\s?复(?:此评论|本帖|本楼|[他她它])?|点?赞|[顶踩]|支持|反对|举报|引用|删除|分享|(?P<likes>\(?\s*\d[\d,]*\s*\)?))+"
)
# The blog's owner sees it, on some comments only.
_OWNER_BUTTON = re.compile(r"^\[?删除这条评论\]?[\s|]*|[\s|]*\[?删除这条评论\]?$")
_OWNER_BUTTON_ALONE = re.compile(r"\[?删除这条评论\]?")
_COUNT = re.compile(r"(?:[^\w\s(]{1,2}|点?赞|[顶踩]|支持|有用)?\s*:?\s*\(?\s*\d[\d,]*\s*\)?")
_REPLY = re.compile(r"回\s?复(?:此评论|本帖|本楼|[他她它])?")
_MAX_FOOTER_LINES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentFooter:
    """Lines that match the footer of a comment; `linked`: 回复 is a link or a button, which nobody can type."""

    first: int
    last: int
    position: DomPosition
    likes: int | None
    linked: bool


def find_footers(view: PageView, start: int, end: int) -> list[CommentFooter]:
    """Return all footers on the lines `[start, end)` in order, typed ones included."""
    found: list[CommentFooter] = []
    for index in view.line_index.find_lines(_FOOTER_START, start, end):
        footer = _parse_footer_at(view, index, end) if index >= start else None
        if footer is not None:
            found.append(_add_owner_button_above(view, footer, start))
            start = footer.last + 1
    return found


def _parse_footer_at(view: PageView, index: int, end: int) -> CommentFooter | None:
    """Parse the footer that begins on line `index` and ends before line `end`, if there is one."""
    best: CommentFooter | None = None
    for last in range(index, min(index + _MAX_FOOTER_LINES, end)):
        joined = view.join_lines(index, last)
        text = _OWNER_BUTTON.sub("", joined.text.strip())
        if last > index and not _shares_parent(view, index, last):
            break
        without_style = _FOOTER.fullmatch(text)
        if without_style is None and (last > index or _BUTTONS.fullmatch(text) is None):
            continue
        found = _add_likes_above(view, _build_footer(view, joined, _parse_likes(text)))
        if without_style is None:
            return found if found.linked else None
        if found.likes is not None:
            return found
        best = best or (found if found.linked else None)
    return best


def _shares_parent(view: PageView, index: int, last: int) -> bool:
    """Check whether one element contains the blocks of both lines: else the number is a pager's."""
    parent = view.lines[index].block.getparent()
    return parent is not None and last in view.document.lines_in(parent)


def _add_likes_above(view: PageView, footer: CommentFooter) -> CommentFooter:
    """Add the number that begins the element of the footer's button, if the footer has none."""
    above = footer.first - 1
    parent = view.lines[footer.first].block.getparent()
    if not footer.linked or footer.likes is not None or parent is None:
        return footer
    if view.document.lines_in(parent).start != above or _COUNT.fullmatch(view.folded[above].strip()) is None:
        return footer
    return replace(footer, first=above, likes=_parse_likes(view.folded[above]))


def _add_owner_button_above(view: PageView, footer: CommentFooter, start: int) -> CommentFooter:
    """Add the line above the footer if it is the button 删除这条评论 alone; the plain words may be typed."""
    above = footer.first - 1
    if above < start or _OWNER_BUTTON_ALONE.fullmatch(view.folded[above].strip()) is None:
        return footer
    node = view.join_lines(above, above).node_at(0)
    is_button = node.get("onclick") is not None or any(
        find_enclosing(node, tag) is not None for tag in ("a", "button")
    )
    return replace(footer, first=above) if is_button else footer


def _parse_likes(text: str) -> int | None:
    """Parse the first number of a footer: 顶(3) 踩(1) has 3 likes."""
    found = re.search(r"\d[\d,]*", text)
    return None if found is None else parse_digits(found[0].replace(",", ""))


def _build_footer(view: PageView, joined: JoinedLines, likes: int | None) -> CommentFooter:
    found = _REPLY.search(joined.text)
    node = joined.node_at(found.start() if found else 0)
    return CommentFooter(
        first=joined.first,
        last=joined.last,
        position=find_dom_position(view, joined.first, joined.last, (node,)),
        likes=likes,
        linked=any(_is_reply_button(view, find_enclosing(node, tag)) for tag in ("a", "button"))
        or _has_script(view, node),
    )


def _has_script(view: PageView, node: Element) -> bool:
    """Check whether the element is no link but has a click handler."""
    return node.get("onclick") is not None and _is_reply_button(view, node)


def _is_reply_button(view: PageView, node: Element | None) -> bool:
    """Check whether the element has the word 回复 alone: a link around a whole comment is no button."""
    # A link may contain all comments: reading it for each of them would be quadratic.
    if node is None or len(view.document.lines_in(node)) > _MAX_FOOTER_LINES:
        return False
    return _REPLY.fullmatch(fold("".join(map(str, node.itertext()))).strip(" []\n")) is not None
