"""The comments of a page, read where structure, order and counts tell the same story.

Newest first, none earlier than the post, as many as the page claims. Where they disagree, nothing is returned but
the reason: a forged comment must never enter an archive.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise

from blogarchive.items import Comment, Problem
from blogarchive.reading.clean import clean_html
from blogarchive.reading.fragment import cut, text_of
from blogarchive.sites.grammar.comment_footers import with_footers
from blogarchive.sites.grammar.comment_ground import Marks, begins_with, gather, last_record, record_of
from blogarchive.sites.grammar.comment_marks import Found, Header
from blogarchive.sites.grammar.comment_records import Choice, choices
from blogarchive.sites.grammar.view import View

_SLACK = timedelta(hours=1)  # a clock that goes back in autumn may show a later comment an hour earlier
# More than the words of a pager: 首页 上一页 1 2 3 下一页 >
_PROSE = re.compile(r"[^\s\d<>|\[\]()首上下末尾一页第共前后».…/«-]")


class Paged(Enum):
    """Whether a post's comments stand on this page alone, begin on it, or go on from an earlier page."""

    NO = "no"
    BEGINS = "begins"
    FURTHER = "further"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comments:
    """The comments of a page, or why they are not to be trusted; `end` is the line after the last one.

    `sure`: structure tells the page's own comments, not their number alone, nor that there is but one. `framed`:
    each fills an element of its own. `texts` are the lines that commenters wrote. `possible` is False where the page
    cannot have as many as it claims.
    """

    problem: Problem | None
    start: int
    end: int
    records: tuple["Record", ...] = ()
    comments: tuple[Comment, ...] = ()
    sure: bool = False
    framed: bool = False
    possible: bool = True
    texts: frozenset[int] = frozenset()

    @property
    def found(self) -> bool:
        """Whether the page shows any, trusted or not."""
        return self.end > self.start

    @property
    def agrees(self) -> bool:
        """Whether structure, order and counts tell the same story."""
        return self.problem is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One comment's lines: its header, then its text up to `text_end`, all of it up to `end`."""

    header: Header
    text_end: int
    end: int
    likes: int | None


def read_comments(
    view: View, found: Found, start: int, *, claimed: int | None, paged: Paged, since: datetime | None
) -> Comments:
    """The comments from line `start` on, told from all that was `found`; `with_items` reads what they say.

    `claimed` is the number that the page shows for the whole post, `since` the post's own time.
    """
    found = found.after(start)
    if not found.headers:
        problem = _none_found(claimed, paged)
        end = len(view.lines)
        return Comments(problem=problem, start=end, end=start, possible=problem is None)
    marks = gather(view, found)
    choice, problem = _choose(marks, claimed, paged)
    records = _records(marks, choice.headers)
    problem = problem or _out_of_order(view, choice, since) or _bare(records) or _above(view, records)
    return Comments(
        records=records,
        problem=problem,
        start=marks.headers[0].first,
        end=max(record.end for record in records),
        sure=choice.sure and (len(choice.headers) > 1 or marks.headers[0].is_linked(view)),
        possible=_possible(view, marks, claimed, paged, since),
        framed=choice.framed,
        texts=frozenset(_texts(view, choice, records)),
    )


def with_items(view: View, comments: Comments) -> Comments:
    """The same with what each comment says; without any where one may be forged, or where none shows its text."""
    if comments.problem is not None and comments.problem.kind in ("forged", "unreadable"):
        return comments
    return replace(comments, comments=tuple(_comment(view, record) for record in comments.records))


def _none_found(claimed: int | None, paged: Paged) -> Problem | None:
    if not claimed or paged is not Paged.NO:
        return None
    return Problem(
        kind="incomplete", field="comments", detail=f"the page claims {claimed} comments and shows none"
    )


def _possible(view: View, marks: Marks, claimed: int | None, paged: Paged, since: datetime | None) -> bool:
    """Whether the page's own comments can be among these: typed ones only add to their number."""
    first = view.moment(marks.headers[0].posted.text)
    if claimed == 0 or (first is not None and since is not None and since - first > _SLACK):
        return False
    return claimed is None or paged is not Paged.NO or len(marks.headers) >= claimed


def _choose(marks: Marks, claimed: int | None, paged: Paged) -> tuple[Choice, Problem | None]:
    found = list(choices(marks))
    structured = [choice for choice in found if choice.sure]
    if claimed is not None and paged is Paged.NO:
        # Elsewhere a forged one could make up for those on other pages; so it could for one that the site counts
        # and hides, so that numbers never win over structure.
        agreeing = next((choice for choice in structured or found if len(choice.headers) == claimed), None)
        if agreeing is not None:
            return agreeing, None
    sure = [choice for choice in structured if not choice.doubted]
    if not sure:
        count = "unknown" if claimed is None else str(claimed)
        detail = f"{len(marks.headers)} comment headers that nothing but words tells apart, claimed: {count}"
        return found[-1], Problem(kind="forged", field="comments", detail=detail)
    return sure[0], _miscounted(sure, claimed, paged)


def _miscounted(sure: Sequence[Choice], claimed: int | None, paged: Paged) -> Problem | None:
    shown = len(sure[0].headers)
    if any(choice.headers != sure[0].headers for choice in sure[1:]):
        detail = "the page's structure tells its comments apart in more than one way"
        return Problem(kind="forged", field="comments", detail=detail)
    if claimed is None or (paged is not Paged.NO and shown <= claimed):
        return None
    detail = f"the page claims {claimed} comments and shows {shown}"
    return Problem(kind="incomplete" if shown < claimed else "forged", field="comments", detail=detail)


def _out_of_order(view: View, choice: Choice, since: datetime | None) -> Problem | None:
    times = [view.moment(header.posted.text) for header in choice.headers]
    known = [time for time in times if time is not None]
    newest_first = all(later - earlier <= _SLACK for earlier, later in pairwise(known))
    oldest_first = choice.sure and all(earlier - later <= _SLACK for earlier, later in pairwise(known))
    if not newest_first and not oldest_first:
        return Problem(kind="forged", field="comments", detail="the comments are not in order of time")
    if since is not None and any(since - time > _SLACK for time in known):
        return Problem(kind="forged", field="comments", detail="a comment is earlier than its post")
    return None


def _bare(records: Sequence[Record]) -> Problem | None:
    """What to tell of a comment that shows neither text nor footer, where another one has its footer.

    Tags that a comment leaves open, or closes too often, make the parser put the next one's text elsewhere.
    """
    bare = [r for r in records if r.likes is None and r.text_end <= r.header.last + 1]
    if not bare or all(record.likes is None for record in records):
        return None
    detail = f"{len(bare)} of {len(records)} comments show no text: the markup of another one may be broken"
    return Problem(kind="incomplete", field="comments", detail=detail)


def _above(view: View, records: Sequence[Record]) -> Problem | None:
    """What to tell of comments whose texts stand above their headers, as no page that was seen has them."""
    if any(record.text_end > record.header.last + 1 for record in records):
        return None
    between = (i for record, later in pairwise(records) for i in range(record.end, later.header.first))
    if not any(view.folded[index] for index in between):
        return None
    detail = "no comment shows a text below its header, and there is some above"
    return Problem(kind="unreadable", field="comments", detail=detail)


def _records(marks: Marks, headers: Sequence[Header]) -> tuple[Record, ...]:
    headers, footers = with_footers(marks, headers)
    limits = [header.first for header in headers[1:]] + [marks.end]
    records = []
    for header, footer, limit in zip(headers, footers, limits, strict=True):
        if footer is not None:
            text_end, end, likes = footer.first, footer.last + 1, footer.likes
        else:
            stop = _text_stop(marks, headers) if limit == marks.end else limit
            text_end, end, likes = stop, stop, header.likes
        records.append(Record(header=header, text_end=text_end, end=end, likes=likes))
    return tuple(records)


def _text_stop(marks: Marks, headers: Sequence[Header]) -> int:
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


def _is_furniture(marks: Marks, index: int, typed: set[str], alone: bool) -> bool:
    """Whether a line is the page's and not a commenter's: it stands elsewhere than comments, or is a pager or a label."""
    view = marks.view
    line = view.lines[index]
    if typed and view.folded[index] and view.path(line.node_at(0)) not in typed:
        return True
    words = view.folded[index].strip()
    if line.links() and not _PROSE.search(words):
        return True
    return not alone and index in marks.labels


def _texts(view: View, choice: Choice, records: Sequence[Record]) -> Iterator[int]:
    """The lines of the comments' texts, each within its own element where there is one."""
    for record in records:
        lines = range(record.header.last + 1, record.text_end)
        inside = lines
        if choice.framed:
            inside = view.document.inside(record_of(view, choice.headers, record.header))
        yield from (index for index in lines if index in inside)


def _comment(view: View, record: Record) -> Comment:
    header = record.header
    lines = view.lines[header.last + 1 : record.text_end]
    body_html = clean_html(cut(view.document, lines[0], lines[-1]), view.base) if lines else ""
    return Comment(
        author_name=header.author_name,
        author_url=None if header.author_link is None else view.href(header.author_link),
        reply_to=header.reply_to,
        posted=header.posted,
        body_html=body_html,
        body_text=text_of(lines),
        likes=record.likes,
    )
