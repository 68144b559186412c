"""The comments of a page, trusted only if structure, order and counts agree."""

from dataclasses import dataclass, replace
from datetime import datetime

from blogarchive.items import Comment, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.document import extract_html, extract_text
from blogarchive.parsing.sanitize import sanitize_element
from blogarchive.sites.grammar.blocks import (
    CommentBlock,
    Paging,
    are_possible,
    check_closed,
    check_count,
    check_empty,
    check_first,
    check_missing,
    check_order,
    check_text_position,
    check_years,
    comments_problem,
    iter_text_lines,
    split_comments,
    split_comments_above,
)
from blogarchive.sites.grammar.footers import CommentMarkers, MarkerCandidates, build_markers
from blogarchive.sites.grammar.headers import find_short_headers
from blogarchive.sites.grammar.page import PageView, find_labels
from blogarchive.sites.grammar.selection import HeaderSelection, iter_selections, select_countable
from blogarchive.sites.grammar.words import COMMENTS_LABEL


@dataclass(frozen=True, kw_only=True, slots=True)
class PageComments:
    """The comments of a page, or the reason to distrust them; `end` is the line after the last one.

    `sure`: structure identifies them, not their number alone. `framed`: each comment fills an element.
    `texts` are the lines that commenters wrote. `possible` is False if the page cannot have as many as it
    claims.
    """

    problem: Problem | None
    start: int
    end: int
    blocks: tuple[CommentBlock, ...] = ()
    comments: tuple[Comment, ...] = ()
    sure: bool = False
    framed: bool = False
    possible: bool = True
    texts: frozenset[int] = frozenset()

    @property
    def found(self) -> bool:
        """Whether the page shows any comments, trusted or not."""
        return self.end > self.start

    @property
    def agrees(self) -> bool:
        """Whether structure, order and counts agree."""
        return self.problem is None


def parse_comments(
    view: PageView,
    found: MarkerCandidates,
    start: int,
    *,
    claimed: int | None,
    paging: Paging,
    posted_at: datetime | None,
) -> PageComments:
    """Return the comments from line `start` on, selected from all markers `found`.

    `claimed` is the number that the page shows for the whole post, `posted_at` the time of the post. The
    result has blocks of lines; `build_comments` adds the items.
    """
    found = found.from_line(start)
    if not found.headers:
        found = found.with_headers(find_short_headers(view, start, claimed=claimed))
    if not found.headers:
        problem = check_missing(claimed, paging)
        end = len(view.lines)
        return PageComments(problem=problem, start=end, end=start, possible=problem is None)
    markers = build_markers(view, found)
    selection, problem = _choose_headers(markers, claimed, paging)
    first = markers.headers[0].first
    above = split_comments_above(view, selection.headers, start)
    if above and any(above[0].text_begin <= i < first for i in find_labels(view, COMMENTS_LABEL)):
        above = ()  # the only comment has no text
    blocks = above or split_comments(markers, selection.headers)
    problem = problem or check_years(view, selection.headers, posted_at)
    problem = problem or check_order(view, selection, posted_at)
    if not above:
        problem = check_first(view, start, selection.headers, claimed, paging) or problem
    if not above:
        problem = problem or check_closed(markers, blocks)
        problem = problem or check_empty(blocks) or check_text_position(view, blocks)
    return PageComments(
        blocks=blocks,
        problem=problem,
        start=above[0].text_begin if above else first,
        end=max(block.end for block in blocks),
        sure=selection.sure and (len(selection.headers) > 1 or markers.headers[0].is_linked(view)),
        possible=are_possible(view, markers, claimed, paging, posted_at),
        framed=selection.framed,
        texts=frozenset(iter_text_lines(view, selection, blocks)),
    )


def build_comments(view: PageView, comments: PageComments) -> PageComments:
    """Return the same with a `Comment` for each block; without any if one may be forged or has no text."""
    if comments.problem is not None and comments.problem.kind in ("forged", "unreadable"):
        return comments
    return replace(comments, comments=tuple(_build_comment(view, block) for block in comments.blocks))


def _choose_headers(
    markers: CommentMarkers, claimed: int | None, paging: Paging
) -> tuple[HeaderSelection, Problem | None]:
    found = list(iter_selections(markers))
    structured = [selection for selection in found if selection.sure]
    if claimed is not None and paging is Paging.NO:
        # On other pages a forged comment could replace one of another page, or one that the site counts
        # and hides. So a number never wins over structure.
        agreeing = next(
            (each for each in structured or select_countable(markers, found) if len(each.headers) == claimed),
            None,
        )
        if agreeing is not None:
            return agreeing, None
    sure = [selection for selection in structured if not selection.doubted]
    if not sure:
        count = "unknown" if claimed is None else str(claimed)
        detail = Detail.COMMENTS_WORDS.format(count=len(markers.headers), claimed=count)
        return found[-1], comments_problem("forged", detail)
    return sure[0], check_count(sure, claimed, paging)


def _build_comment(view: PageView, block: CommentBlock) -> Comment:
    header = block.header
    lines = view.lines[block.text_begin : block.text_end]
    body_html = sanitize_element(extract_html(view.document, lines[0], lines[-1]), view.base) if lines else ""
    return Comment(
        author_name=header.author_name,
        author_url=None if header.author_link is None else view.resolve_href(header.author_link),
        reply_to=header.reply_to,
        posted=header.posted,
        body_html=body_html,
        body_text=extract_text(lines),
        likes=block.likes,
    )
