"""Comments that begin with a name and end with their time, each on a line of its own, with the text between.

A commenter can type such lines. So the page must show exactly as many times as it claims comments, names and times must
have equal positions, and no line of a text may have one of these positions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.items import DateText
from blogarchive.sites.grammar.comments.headers import CommentHeader
from blogarchive.sites.grammar.comments.segmentation import CommentBlock
from blogarchive.sites.grammar.page.dom_position import find_dom_position
from blogarchive.sites.grammar.page.labels import find_labels
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import (
    COMMENTS_LABEL,
    DATE,
    DATETIME,
    HOUR_SIGN,
    RELATIVE_TIME,
    WEEKDAY,
)

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


def find_closed_comments(view: PageView, start: int, claimed: int | None) -> tuple[CommentBlock, ...]:
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
