"""The lines of each comment: its header, its text, its footer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blogarchive.sites.grammar.comments.footer_selection import with_footers
from blogarchive.sites.grammar.comments.header_selection import HeaderSelection
from blogarchive.sites.grammar.comments.headers import Header
from blogarchive.sites.grammar.comments.marker_context import (
    CommentMarkers,
    begins_with,
    last_record,
    record_of,
)
from blogarchive.sites.grammar.page.page_view import PageView

# More than the words of a pager: 首页 上一页 1 2 3 下一页 >
_PROSE = re.compile(r"[^\s\d<>|\[\]()首上下末尾一页第共前后».…/«-]")


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentBlock:
    """One comment's lines: its header, then its text up to `text_end`, all of it up to `end`."""

    header: Header
    text_end: int
    end: int
    likes: int | None


def records_of(marks: CommentMarkers, headers: Sequence[Header]) -> tuple[CommentBlock, ...]:
    """Each header with the lines of its comment."""
    headers, footers = with_footers(marks, headers)
    limits = [header.first for header in headers[1:]] + [marks.end]
    records = []
    for header, footer, limit in zip(headers, footers, limits, strict=True):
        if footer is not None:
            text_end, end, likes = footer.first, footer.last + 1, footer.likes
        else:
            stop = _text_stop(marks, headers) if limit == marks.end else limit
            text_end, end, likes = stop, stop, header.likes
        records.append(CommentBlock(header=header, text_end=text_end, end=end, likes=likes))
    return tuple(records)


def _text_stop(marks: CommentMarkers, headers: Sequence[Header]) -> int:
    """The line after a last comment that has no footer: where its element ends, or the page itself goes on."""
    view, header = marks.view, headers[-1]
    record = last_record(view, headers)
    stop = max(min(record.stop, marks.end), header.last + 1)
    earlier = range(headers[0].last + 1, header.first)
    typed = {view.path(view.lines[i].node_at(0)) for i in earlier if view.folded[i]}
    alone = begins_with(view, record, header)
    return next(
        (i for i in range(header.last + 1, stop) if _is_furniture(marks, i, typed, alone)),
        stop,
    )


def _is_furniture(marks: CommentMarkers, index: int, typed: set[str], alone: bool) -> bool:
    """Whether a line is the page's and not a commenter's: it stands elsewhere than comments, or is a pager or a label."""
    view = marks.view
    line = view.lines[index]
    if typed and view.folded[index] and view.path(line.node_at(0)) not in typed:
        return True
    words = view.folded[index].strip()
    if line.links() and not _PROSE.search(words):
        return True
    return not alone and index in marks.labels


def texts_of(view: PageView, choice: HeaderSelection, records: Sequence[CommentBlock]) -> Iterator[int]:
    """The lines of the comments' texts, each within its own element where there is one."""
    for record in records:
        lines = range(record.header.last + 1, record.text_end)
        inside = lines
        if choice.framed:
            inside = view.document.inside(record_of(view, choice.headers, record.header))
        yield from (index for index in lines if index in inside)
