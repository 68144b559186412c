"""The comments of a page, trusted only if structure, order and counts agree."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from blogarchive.items import Comment, DateText, Problem
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
from blogarchive.sites.grammar.headers import CommentHeader, find_short_headers
from blogarchive.sites.grammar.page import PageView, find_dom_position, find_labels
from blogarchive.sites.grammar.selection import HeaderSelection, iter_selections, select_countable
from blogarchive.sites.grammar.words import (
    COMMENTS_LABEL,
    DATE,
    DATETIME,
    HOUR_SIGN,
    RELATIVE_TIME,
    WEEKDAY,
)

# --- comments that end with their time

_BUTTON = r"\[?(?:回复(?:该留言|此评论|本楼)?|删除|引用|举报|[Rr]eply|[Dd]elete)\]?"
_TIME_ALONE = re.compile(
    rf"[(\[]?(?P<time>(?:{WEEKDAY}\s*,?\s*)?{DATETIME}|{DATE}|{RELATIVE_TIME})[)\]]?(?:[\s|]*{_BUTTON})*"
)
_BUTTONS = re.compile(rf"(?:[\s|]*{_BUTTON})+")
_SAID = re.compile(
    r"\s*(?:说道?|說道?|提到|写道|寫道|表示|[Ss]aid|[Ss]ays|[Ww]rote)\s*(?:[:：]|[.…]{1,3})\s*$"
)
_FLOOR = re.compile(r"#?\d{1,4}\s*[楼#.、:]\s*")
_PROSE = re.compile(r"[。！？，!?；…]")
_MAX_NAME_LENGTH = 30
_MAX_BARE_NAME_LENGTH = 20
_MIN_PROSE_SHARE = 0.6  # of the texts, to tell them from names


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    """The lines of a name and a time, and those of the text between them."""

    name: int
    time: int

    @property
    def text(self) -> range:
        return range(self.name + 1, self.time)


# Promise "any order": templates in the manner of Blogger, and `footer` elements, have the time below the text.
def _find_closed_comments(view: PageView, start: int, claimed: int | None) -> tuple[CommentBlock, ...]:
    """Return the comments from line `start` on; none unless they are as many as claimed and all alike."""
    if not claimed:
        return ()
    own = (i for i in find_labels(view, COMMENTS_LABEL) if i >= start and i not in view.sections)
    begin = next((i + 1 for i in own), start)
    end = next((i for i in view.sections if i >= begin and view.is_section(i)), len(view.lines))
    times = {i: match for i in range(begin, end) if (match := _match_time(view, i)) is not None}
    if len(times) != claimed:
        return ()
    spans = _pair(view, begin, list(times))
    if spans is None or not (
        _are_named(view, spans) and (_are_framed(view, spans) or _are_flat(view, spans))
    ):
        return ()
    numbered = all(_FLOOR.match(view.folded[span.name]) for span in spans)
    return tuple(_build_block(view, span, times[span.time], numbered=numbered) for span in spans)


def _match_time(view: PageView, index: int) -> "re.Match[str] | None":
    text = view.folded[index].strip()
    return _TIME_ALONE.fullmatch(text) if text and (HOUR_SIGN.search(text) or text[0].isdigit()) else None


def _pair(view: PageView, begin: int, times: Sequence[int]) -> Sequence[_Span] | None:
    """Return the first line above each time, after the time before it; None if a comment has no text."""
    spans = []
    for time in times:
        lines = (i for i in view.lines_with_text(range(begin, time)) if not _is_button(view, i))
        name = next(lines, None)
        if name is None or next(lines, None) is None or len(view.lines[name].text) > _MAX_NAME_LENGTH:
            return None
        spans.append(_Span(name=name, time=time))
        begin = time + 1
    return spans


def _is_button(view: PageView, index: int) -> bool:
    return _BUTTONS.fullmatch(view.folded[index].strip()) is not None


def _are_named(view: PageView, spans: Sequence[_Span]) -> bool:
    """Check whether the first lines are names: by links, by a word such as 说, or unlike the texts."""
    names = [view.lines[span.name] for span in spans]
    if all(_SAID.search(line.text) for line in names):
        return True
    if all(view.is_home_link(span.name) for span in spans):
        return True
    if len(spans) == 1 or any(
        _PROSE.search(line.text) or len(line.text) > _MAX_BARE_NAME_LENGTH for line in names
    ):
        return False
    prose = sum(any(_PROSE.search(view.lines[i].text) for i in span.text) for span in spans)
    return prose >= _MIN_PROSE_SHARE * len(spans)


def _are_framed(view: PageView, spans: Sequence[_Span]) -> bool:
    """Check whether each comment is an element of three: its name, its text, its time."""
    if len(spans) == 1:
        return False
    document, lines = view.document, view.lines
    top = document.common_ancestor(lines[spans[0].name], lines[spans[-1].name])
    frames = [document.child_containing(top, lines[span.name]) for span in spans]
    if len(set(frames)) < len(frames) or top in frames:
        return False
    for frame, span in zip(frames, spans, strict=True):
        inside = document.lines_in(frame)
        if span.time not in inside or any(view.folded[i] for i in range(inside.start, span.name)):
            return False
        parts = [document.child_containing(frame, lines[i]) for i in (span.name, *span.text, span.time)]
        if frame in parts or len(set(parts)) != 3 or len({parts[0], *parts[1:-1]}) != 2:
            return False
    return len({view.tag_path(lines[span.time].block) for span in spans}) == 1


def _are_flat(view: PageView, spans: Sequence[_Span]) -> bool:
    """Check whether names and times have positions that no line of a text has."""
    names = {view.tag_path(view.lines[span.name].block) for span in spans}
    times = {view.tag_path(view.lines[span.time].block) for span in spans}
    last = {view.tag_path(view.lines[span.time].node_at(0)) for span in spans}
    texts = {view.tag_path(view.lines[i].block) for span in spans for i in view.lines_with_text(span.text)}
    nodes = {
        view.tag_path(view.lines[i].node_at(0)) for span in spans for i in view.lines_with_text(span.text)
    }
    alike = len(names) == 1 and len(times) == 1
    return alike and names.isdisjoint(texts) and (times.isdisjoint(texts) or last.isdisjoint(nodes))


def _build_block(view: PageView, span: _Span, match: "re.Match[str]", *, numbered: bool) -> CommentBlock:
    line, time = view.lines[span.name], view.lines[span.time]
    shown = time.text.strip()[slice(*match.span("time"))].strip()
    floor = _FLOOR.match(view.folded[span.name]) if numbered else None
    begin = 0 if floor is None else floor.end()
    header = CommentHeader(
        first=span.name,
        last=span.name,
        position=find_dom_position(view, span.name, span.name, (line.node_at(0), time.node_at(0))),
        author_name=_SAID.sub("", line.text[begin:]).strip(),
        author_link=line.link_at(begin, begin + 1),
        reply_to=None,
        posted=DateText(text=shown),
    )
    return CommentBlock(
        header=header, text_begin=span.name + 1, text_end=span.time, end=span.time + 1, likes=None
    )


# --- all comments


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
    if not found.headers and paging is Paging.NO and (blocks := _find_closed_comments(view, start, claimed)):
        return _build_closed(view, blocks, posted_at)
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


def _build_closed(
    view: PageView, blocks: tuple[CommentBlock, ...], posted_at: datetime | None
) -> PageComments:
    """Return comments that end with their time; structure and the claimed number have identified them."""
    selection = HeaderSelection(headers=tuple(block.header for block in blocks), sure=True)
    return PageComments(
        problem=check_order(view, selection, posted_at),
        start=blocks[0].text_begin - 1,
        end=blocks[-1].end,
        blocks=blocks,
        sure=True,
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
