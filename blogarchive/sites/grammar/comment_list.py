"""Which of the marks on a page are the page's own comments.

A commenter can type a whole comment, header and footer, into his own. Structure decides: the page's own headers
stand alike (a record each in a list, or blocks of the same path) and a typed one stands inside a comment's text.
Then order and counts: newest first, none earlier than the post, as many as the page claims. Where they disagree,
nothing is returned but the reason: a forged comment must never enter an archive.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise

from blogarchive.items import Comment, Problem
from blogarchive.reading.clean import clean_html
from blogarchive.reading.fragment import cut, text_of
from blogarchive.sites.grammar.comment_marks import (
    Footer,
    Header,
    Place,
    Stand,
    find_footers,
    find_headers,
    place_of,
)
from blogarchive.sites.grammar.view import View

# Blocks that an editor makes of a typed line break: a line in one may be a commenter's as well as the page's.
_TYPED_BLOCKS = frozenset(("p", "div", "body", "center", "blockquote", "pre", "article"))


class Paged(Enum):
    """Whether a post's comments stand on this page alone, begin on it, or go on from an earlier page."""

    NO = "no"
    BEGINS = "begins"
    FURTHER = "further"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comments:
    """The comments of a page, or why they are not to be trusted; `end` is the line after the last one."""

    comments: tuple[Comment, ...]
    problem: Problem | None
    start: int
    end: int

    @property
    def found(self) -> bool:
        """Whether the page shows any, trusted or not."""
        return self.end > self.start

    @property
    def agrees(self) -> bool:
        """Whether structure, order and counts tell the same story."""
        return self.problem is None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Choice:
    headers: list[Header]
    strong: bool  # no line that a commenter can type stands like these headers


def read_comments(
    view: View, start: int, end: int, *, claimed: int | None, paged: Paged, since: datetime | None
) -> Comments:
    """The comments on the lines `[start, end)`.

    `claimed` is the number that the page shows for the whole post, `since` the post's own time.
    """
    headers = find_headers(view, start, end)
    if not headers:
        return Comments(comments=(), problem=_none_found(claimed, paged), start=end, end=start)
    footers = find_footers(view, headers[0].last + 1, end)
    choice, problem = _choose(view, headers, footers, claimed, paged)
    problem = problem or _out_of_order(view, choice, since)
    bounds = _bounds(view, choice.headers, footers, end)
    last = max(stop for _, stop, _ in bounds)
    if problem is not None and problem.kind == "forged":
        return Comments(comments=(), problem=problem, start=headers[0].first, end=last)
    comments = tuple(
        _comment(view, header, *bound) for header, bound in zip(choice.headers, bounds, strict=True)
    )
    return Comments(comments=comments, problem=problem, start=headers[0].first, end=last)


def _none_found(claimed: int | None, paged: Paged) -> Problem | None:
    if not claimed or paged is not Paged.NO:
        return None
    return Problem(
        kind="incomplete", field="comments", detail=f"the page claims {claimed} comments and shows none"
    )


def _choose(
    view: View, headers: list[Header], footers: list[Footer], claimed: int | None, paged: Paged
) -> tuple[_Choice, Problem | None]:
    choices = _choices(view, headers, footers)
    strong = next((choice for choice in choices if choice.strong), None)
    for choice in choices:
        # A forged head makes up for a comment that is on another page, or that the site hides but still counts.
        if paged is Paged.NO and len(choice.headers) == claimed and (choice.strong or strong is None):
            return choice, None
    if strong is None:
        count = "unknown" if claimed is None else str(claimed)
        detail = f"{len(headers)} comment headers that nothing but words tells apart, claimed: {count}"
        return choices[-1], Problem(kind="forged", field="comments", detail=detail)
    shown = len(strong.headers)
    if claimed is None or (paged is not Paged.NO and shown <= claimed):
        return strong, None
    kind: str = "incomplete" if shown < claimed else "forged"
    detail = f"the page claims {claimed} comments and shows {shown}"
    if kind == "incomplete":
        return strong, Problem(kind="incomplete", field="comments", detail=detail)
    return strong, Problem(kind="forged", field="comments", detail=detail)


def _choices(view: View, headers: list[Header], footers: list[Footer]) -> list[_Choice]:
    """The ways to tell the page's own headers, the strictest first; the first header is always its own."""
    found = []
    records = _by_record(view, headers)
    if records is not None:
        found.append(_Choice(headers=records, strong=True))
    for key in (_whole_place, _plain_place):
        alike = [header for header in headers if key(header) == key(headers[0])]
        found.append(_Choice(headers=alike, strong=_is_strong(view, alike, key)))
    delimited = _after_footers(headers, footers)
    if delimited:
        found.append(_Choice(headers=delimited, strong=False))
    found.append(_Choice(headers=headers, strong=False))
    return found


def _whole_place(header: Header) -> Place:
    return header.place


def _plain_place(header: Header) -> Place:
    return header.place.plain()


def _by_record(view: View, headers: list[Header]) -> list[Header] | None:
    """The first header of each record, where every comment has an element of its own in one list."""
    document = view.document
    top = document.common(view.lines[headers[0].first], view.lines[headers[-1].first])
    chosen: dict[int, Header] = {}
    for header in headers:
        record = document.child_towards(top, view.lines[header.first])
        if record is top:
            return None
        inside = document.inside(record)
        leading = all(not view.folded[index] for index in range(inside.start, header.first))
        if inside.start not in chosen:
            if not leading or inside.stop <= header.last + 1:
                return None
            chosen[inside.start] = header
    firsts = list(chosen.values())
    return firsts if len(firsts) > 1 and len({header.place.plain() for header in firsts}) == 1 else None


def _is_strong(view: View, headers: list[Header], key: Callable[[Header], Place]) -> bool:
    """Whether no line of the comments' text could stand where these headers stand."""
    place = key(headers[0])
    if place.stand is Stand.INNER:
        return False
    block = view.lines[headers[0].first].block
    if block.tag not in _TYPED_BLOCKS:
        return True
    known = {index for header in headers for index in range(header.first, header.last + 1)}
    plain = not place.classes
    first, last = headers[0].first, headers[-1].last
    stop = min(last + 4, len(view.lines))
    for index in range(first, stop):
        if index in known or not view.folded[index]:
            continue
        other = place_of(view, index, index, view.lines[index].node_at(0))
        if (other.plain() if plain else other) == place:
            return False
    return True


def _after_footers(headers: list[Header], footers: list[Footer]) -> list[Header]:
    """The first header after each footer that stands like the others: a record ends with its footer."""
    own = [footer for footer in footers if footer.place.plain() == footers[-1].place.plain()]
    chosen = [headers[0]]
    for footer in own:
        following = next((header for header in headers if header.first > footer.last), None)
        if following is not None and following is not chosen[-1]:
            chosen.append(following)
    return chosen if len(chosen) == len(own) else []


def _out_of_order(view: View, choice: _Choice, since: datetime | None) -> Problem | None:
    times = [view.moment(header.posted.text) for header in choice.headers]
    known = [time for time in times if time is not None]
    slack = timedelta(hours=1)  # a clock that goes back in autumn may show a later comment an hour earlier
    newest_first = all(later - earlier <= slack for earlier, later in pairwise(known))
    oldest_first = choice.strong and all(earlier - later <= slack for earlier, later in pairwise(known))
    if not newest_first and not oldest_first:
        return Problem(kind="forged", field="comments", detail="the comments are not in order of time")
    if since is not None and any(since - time > slack for time in known):
        return Problem(kind="forged", field="comments", detail="a comment is earlier than its post")
    return None


def _bounds(
    view: View, headers: list[Header], footers: list[Footer], end: int
) -> list[tuple[int, int, int | None]]:
    """For each header: the line after its text, the line after its record, and its likes."""
    bounds: list[tuple[int, int, int | None]] = []
    for number, header in enumerate(headers):
        last = number + 1 == len(headers)
        limit = end if last else headers[number + 1].first
        own = [footer for footer in footers if header.last < footer.first and footer.last < limit]
        if last and number:
            own = _like_before(own, footers, bounds[0]) or own
        if own:
            bounds.append((own[-1].first, own[-1].last + 1, own[-1].likes))
        else:
            stop = _record_end(view, headers, header) if last else limit
            bounds.append((stop, stop, None))
    return bounds


def _like_before(
    own: list[Footer], footers: list[Footer], first: tuple[int, int, int | None]
) -> list[Footer]:
    """Of the footers after the last header, those that stand like the first comment's."""
    pattern = next((footer for footer in footers if footer.first == first[0]), None)
    return [footer for footer in own if pattern is not None and footer.place.plain() == pattern.place.plain()]


def _record_end(view: View, headers: list[Header], header: Header) -> int:
    """The line after a last comment that has no footer: the end of its record, or of its block."""
    line = view.lines[header.first]
    top = view.document.common(view.lines[headers[0].first], line) if len(headers) > 1 else line.block
    record = view.document.child_towards(top, line)
    parent = record.getparent()
    inside = view.document.inside(record)
    if inside.stop <= header.last + 1 and parent is not None:
        inside = view.document.inside(parent)
    return max(inside.stop, header.last + 1)


def _comment(view: View, header: Header, text_end: int, _record_end: int, likes: int | None) -> Comment:
    lines = view.lines[header.last + 1 : text_end]
    body_html = ""
    if lines:
        body_html = clean_html(cut(view.document, lines[0], lines[-1]), view.url)
    link = header.author_link
    return Comment(
        author_name=header.author_name,
        author_url=None if link is None else view.href(link),
        reply_to=header.reply_to,
        posted=header.posted,
        body_html=body_html,
        body_text=text_of(lines),
        likes=likes,
    )
