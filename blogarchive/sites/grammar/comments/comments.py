"""The comments of a page, read where structure, order and counts tell the same story.

Newest first, none earlier than the post, as many as the page claims. Where they disagree, nothing is returned but
the reason: a forged comment must never enter an archive.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from blogarchive.items import Comment, Problem
from blogarchive.parsing.html.sanitize import sanitize_element
from blogarchive.parsing.lines.extract import cut, text_of
from blogarchive.sites.grammar.comments.consistency import (
    Paged,
    are_possible,
    bare_ones,
    miscounted,
    none_found,
    out_of_order,
    texts_above,
    unclosed,
)
from blogarchive.sites.grammar.comments.header_selection import HeaderSelection, choices, counted
from blogarchive.sites.grammar.comments.marker_context import CommentMarkers, gather
from blogarchive.sites.grammar.comments.markers import Found
from blogarchive.sites.grammar.comments.segmentation import CommentBlock, records_of, texts_of
from blogarchive.sites.grammar.comments.short_headers import bylines_below
from blogarchive.sites.grammar.page.page_view import PageView


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
    records: tuple[CommentBlock, ...] = ()
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


def read_comments(
    view: PageView, found: Found, start: int, *, claimed: int | None, paged: Paged, since: datetime | None
) -> Comments:
    """The comments from line `start` on, told from all that was `found`; `with_items` reads what they say.

    `claimed` is the number that the page shows for the whole post, `since` the post's own time.
    """
    found = found.after(start)
    if not found.headers:
        found = found.headed(bylines_below(view, start, claimed=claimed))
    if not found.headers:
        problem = none_found(claimed, paged)
        end = len(view.lines)
        return Comments(problem=problem, start=end, end=start, possible=problem is None)
    marks = gather(view, found)
    choice, problem = _choose(marks, claimed, paged)
    records = records_of(marks, choice.headers)
    problem = problem or out_of_order(view, choice, since) or unclosed(marks, records)
    problem = problem or bare_ones(records) or texts_above(view, records)
    return Comments(
        records=records,
        problem=problem,
        start=marks.headers[0].first,
        end=max(record.end for record in records),
        sure=choice.sure and (len(choice.headers) > 1 or marks.headers[0].is_linked(view)),
        possible=are_possible(view, marks, claimed, paged, since),
        framed=choice.framed,
        texts=frozenset(texts_of(view, choice, records)),
    )


def with_items(view: PageView, comments: Comments) -> Comments:
    """The same with what each comment says; without any where one may be forged, or where none shows its text."""
    if comments.problem is not None and comments.problem.kind in ("forged", "unreadable"):
        return comments
    return replace(comments, comments=tuple(_comment(view, record) for record in comments.records))


def _choose(
    marks: CommentMarkers, claimed: int | None, paged: Paged
) -> tuple[HeaderSelection, Problem | None]:
    found = list(choices(marks))
    structured = [choice for choice in found if choice.sure]
    if claimed is not None and paged is Paged.NO:
        # Elsewhere a forged one could make up for those on other pages; so it could for one that the site counts
        # and hides, so that numbers never win over structure.
        agreeing = next(
            (each for each in structured or counted(marks, found) if len(each.headers) == claimed), None
        )
        if agreeing is not None:
            return agreeing, None
    sure = [choice for choice in structured if not choice.doubted]
    if not sure:
        count = "unknown" if claimed is None else str(claimed)
        detail = f"{len(marks.headers)} comment headers that nothing but words tells apart, claimed: {count}"
        return found[-1], Problem(kind="forged", field="comments", detail=detail)
    return sure[0], miscounted(sure, claimed, paged)


def _comment(view: PageView, record: CommentBlock) -> Comment:
    header = record.header
    lines = view.lines[header.last + 1 : record.text_end]
    body_html = sanitize_element(cut(view.document, lines[0], lines[-1]), view.base) if lines else ""
    return Comment(
        author_name=header.author_name,
        author_url=None if header.author_link is None else view.href(header.author_link),
        reply_to=header.reply_to,
        posted=header.posted,
        body_html=body_html,
        body_text=text_of(lines),
        likes=record.likes,
    )
