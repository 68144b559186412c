"""The lines of each comment: header, text, footer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blogarchive.parsing.html import Element
from blogarchive.sites.grammar.comments.footer_selection import pair_footers
from blogarchive.sites.grammar.comments.header_selection import HeaderSelection
from blogarchive.sites.grammar.comments.headers import CommentHeader
from blogarchive.sites.grammar.comments.marker_context import (
    CommentMarkers,
    find_comment_element,
    find_last_block,
    starts_element,
)
from blogarchive.sites.grammar.page.page_view import PageView

_BUTTON = re.compile(r"[\[(]?(?:[Rr]eply|[Qq]uote|[Rr]eport|引用|举报)[\])]?")
# Any character that no pager has: 首页 上一页 1 2 3 下一页 >
_NOT_PAGER = re.compile(r"[^\s\d<>|\[\]()首上下末尾一页第共前后».…/«-]")


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentBlock:
    """The lines of a comment: its header, its text from `text_begin` to before `text_end`, all before `end`."""

    header: CommentHeader
    text_begin: int
    text_end: int
    end: int
    likes: int | None


def split_comments(markers: CommentMarkers, headers: Sequence[CommentHeader]) -> tuple[CommentBlock, ...]:
    """Return the block of each header."""
    headers, footers = pair_footers(markers, headers)
    limits = [header.first for header in headers[1:]] + [markers.end]
    blocks = []
    for header, footer, limit in zip(headers, footers, limits, strict=True):
        if footer is not None:
            text_end, end, likes = footer.first, footer.last + 1, footer.likes
        else:
            stop = _find_text_end(markers, headers) if limit == markers.end else limit
            text_end, end, likes = _find_end_above_button(markers, header.last + 1, stop), stop, header.likes
        begin = header.last + 1
        blocks.append(CommentBlock(header=header, text_begin=begin, text_end=text_end, end=end, likes=likes))
    return tuple(blocks)


def _find_end_above_button(markers: CommentMarkers, begin: int, end: int) -> int:
    """Return the end of a text without a last line that is a link with the word of a button."""
    view = markers.view
    while end > begin and not view.folded[end - 1].strip():
        end -= 1
    if end == begin or not view.links[end - 1]:
        return end
    words = view.folded[end - 1].strip()
    return end - 1 if _BUTTON.fullmatch(words) and view.links[end - 1][0][0].strip() == words else end


def split_comments_above(
    view: PageView, headers: Sequence[CommentHeader], start: int
) -> tuple[CommentBlock, ...]:
    """Return the block of each header if all are the last lines of their comments; none otherwise.

    Each comment is an element from line `start` on that ends with its header. So nobody can type such a header.
    """
    known = {header.first for header in headers}
    blocks = []
    for header in headers:
        begin = _find_text_above(view, header, known - {header.first})
        if begin is None or begin < start:
            return ()
        blocks.append(
            CommentBlock(
                header=header,
                text_begin=begin,
                text_end=header.first,
                end=header.last + 1,
                likes=header.likes,
            )
        )
    return tuple(blocks)


def _find_text_above(view: PageView, header: CommentHeader, others: set[int]) -> int | None:
    """Return the first line of the innermost element that has text above the header, and none below it."""
    node: Element | None = view.lines[header.first].block
    while node is not None:
        inside = view.document.lines_in(node)
        if any(view.folded[i] for i in range(header.last + 1, inside.stop)) or not others.isdisjoint(inside):
            return None
        if any(view.folded[i] for i in range(inside.start, header.first)):
            return inside.start
        node = node.getparent()
    return None


def _find_text_end(markers: CommentMarkers, headers: Sequence[CommentHeader]) -> int:
    """Find the end of a last comment without footer: the end of its element, or the next template line."""
    view, header = markers.view, headers[-1]
    block = find_last_block(view, headers)
    stop = max(min(block.stop, markers.end), header.last + 1)
    earlier = range(headers[0].last + 1, header.first)
    typed = {view.tag_path(view.lines[i].node_at(0)) for i in earlier if view.folded[i]}
    alone = starts_element(view, block, header)
    return next(
        (i for i in range(header.last + 1, stop) if _is_template_line(markers, i, typed, alone)),
        stop,
    )


def _is_template_line(markers: CommentMarkers, index: int, typed: set[str], alone: bool) -> bool:
    """Check whether the template wrote a line: another position than comments, a pager, or a label."""
    view = markers.view
    line = view.lines[index]
    if typed and view.folded[index]:
        path = view.tag_path(line.node_at(0))
        # A comment in an element of its own may begin with a quotation.
        if path not in typed and not (alone and path.startswith(tuple(f"{each}/" for each in typed))):
            return True
    words = view.folded[index].strip()
    if line.links() and not _NOT_PAGER.search(words):
        return True
    return not alone and index in markers.labels


def iter_text_lines(
    view: PageView, selection: HeaderSelection, blocks: Sequence[CommentBlock]
) -> Iterator[int]:
    """Return the lines of the comments' texts, each inside its own element if there is one."""
    for block in blocks:
        lines = range(block.text_begin, block.text_end)
        inside = lines
        if selection.framed:
            inside = view.document.lines_in(find_comment_element(view, selection.headers, block.header))
        yield from (index for index in lines if index in inside)
