"""The comments of a page, trusted only if structure, order and counts agree."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from blogarchive.items import Comment, Problem, comments_problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.document import extract_html, extract_text
from blogarchive.parsing.html import Element
from blogarchive.parsing.sanitize import sanitize_element
from blogarchive.sites.grammar import blocks as comment_blocks, footers as comment_footers
from blogarchive.sites.grammar.headers import CommentHeader, Headers
from blogarchive.sites.grammar.page import BlockPosition, PageView, find_comment_labels, find_labels
from blogarchive.sites.grammar.short_headers import find_short_headers, find_split_headers
from blogarchive.sites.grammar.words import COMMENTS_LABEL

# --- selections of headers: a commenter can type a whole comment into his own


def _iter_selections(markers: comment_footers.CommentMarkers) -> Iterator[comment_blocks.HeaderSelection]:
    """Return the possible selections of the page's own headers, the most trusted first."""
    if len(markers.headers) == 1:
        sure = markers.headers[0].is_linked or not _has_label_below(markers)
        yield comment_blocks.HeaderSelection(headers=markers.headers, sure=sure)
        return
    linked = tuple(header for header in markers.headers if header.is_linked)
    yield from _iter_sure_selections(markers, linked)
    yield comment_blocks.HeaderSelection(headers=_select_like_first(markers), sure=False)
    if linked:
        yield comment_blocks.HeaderSelection(headers=linked, sure=False)
    # The last footer is always the page's own.
    last = {footer.position.without_style for footer in markers.footers[-1:]}
    own = [footer for footer in markers.footers if footer.position.without_style in last]
    delimited = _select_after_footers(markers, own)
    if delimited is not None:
        yield comment_blocks.HeaderSelection(headers=delimited, sure=False)
    yield comment_blocks.HeaderSelection(headers=markers.headers, sure=False)


def _iter_sure_selections(
    markers: comment_footers.CommentMarkers, linked: Headers
) -> Iterator[comment_blocks.HeaderSelection]:
    """Select by structure alone; `linked` are the headers with linked names."""
    for select in (_select_by_element, _select_by_footer, _select_by_link, _select_by_style, _select_by_path):
        headers = select(markers)
        if headers is None:
            continue
        # A linked name is hardly ever typed: a selection without its header is mostly wrong.
        selected = {header.first for header in headers}
        words = [header for header in linked if header.first not in selected]
        framed = select is _select_by_element
        if not words or (framed and all(_is_quoted(markers, headers, header) for header in words)):
            # A deeper header is of an answer, or of a whole comment that another one's text contains.
            depths = {header.position.paths[0].count("/") for header in headers}
            doubted = bool(words) or (select is _select_by_link and len(depths) > 1)
            yield comment_blocks.HeaderSelection(headers=headers, sure=True, framed=framed, doubted=doubted)


def _select_countable(
    markers: comment_footers.CommentMarkers, found: Sequence[comment_blocks.HeaderSelection]
) -> Sequence[comment_blocks.HeaderSelection]:
    """Return the selections that a number may confirm.

    None if a label of comments may be in a text; else those with all linked names.
    """
    if _has_label_below(markers):
        return ()
    # Commenters write nothing above the first header. A guest has no link, and a typed row may have one.
    own = {header.first for header in markers.headers if header.is_linked}
    own |= {header.first for header in _select_like_first(markers)}
    return [selection for selection in found if own <= {header.first for header in selection.headers}]


def _has_label_below(markers: comment_footers.CommentMarkers) -> bool:
    """Check whether a label of comments is below the first header: then a text may be above it."""
    first, view = markers.headers[0].first, markers.view
    labels = (i for i in find_comment_labels(view) if first < i < markers.end)
    return not all(_is_form(view.lines[i].block.getnext()) for i in labels)


def _is_form(node: Element | None) -> bool:
    """Check whether an element is a form to write a comment: the label above it is none of the comments'."""
    return node is not None and node.tag == "form" and node.find(".//textarea") is not None


def _select_by_element(markers: comment_footers.CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select the first header of each element if each comment fills an element of equal position."""
    view, headers = markers.view, markers.headers
    top = view.document.common_ancestor(view.lines[headers[0].first], view.lines[headers[-1].first])
    chosen: dict[Element, CommentHeader] = {}
    for header in headers:
        element = view.document.child_containing(top, view.lines[header.first])
        if element is top:
            return None
        if element not in chosen:
            inside = view.document.lines_in(element)
            if inside.stop <= header.last + 1 or view.has_text(range(inside.start, header.first)):
                return None
            chosen[element] = header
    firsts = tuple(chosen.values())
    # A guest's name may be in an element where others have a link.
    alike = len({(header.position.block_position, header.position.paths[-1]) for header in firsts}) == 1
    if len(firsts) < 2 or not alike:
        return None
    return firsts if _footers_match(markers, chosen) else None


# Promise "no forgery": an open tag in one comment moves others into it.
def _is_quoted(markers: comment_footers.CommentMarkers, headers: Headers, quoted: CommentHeader) -> bool:
    """Check whether no element like a comment's own surrounds a header inside one of the comments.

    If one does, it is another comment that an open tag moved there.
    """
    element = comment_footers.find_comment_element(markers.view, headers, quoted)
    for node, _ in markers.view.iter_around(quoted.first):
        if node is element:
            return True
        if node.tag == element.tag and node.items() == element.items():
            return False
    return False


def _footers_match(markers: comment_footers.CommentMarkers, elements: dict[Element, CommentHeader]) -> bool:
    """Check whether all elements contain a footer or none does: else they are parts of comments."""
    insides = (markers.view.document.lines_in(element) for element in elements)
    return not markers.footers or all(markers.footers_between(i.start - 1, i.stop) for i in insides)


def _select_by_footer(markers: comment_footers.CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select the first header after each footer that nobody can type."""
    return _select_after_footers(markers, comment_footers.find_sure_footers(markers))


def _select_after_footers(
    markers: comment_footers.CommentMarkers, footers: Iterable[comment_footers.CommentFooter]
) -> tuple[CommentHeader, ...] | None:
    """Select the first header and the first after each footer, if each of these has its footer."""
    chosen = [markers.headers[0]]
    count = 0
    for footer in footers:
        count += footer.first > chosen[0].last
        after = markers.header_after(footer.last)
        if after is not None and after is not chosen[-1]:
            chosen.append(after)
    alike = len({header.position.paths for header in chosen}) == 1
    return tuple(chosen) if count == len(chosen) and alike else None


def _select_by_link(markers: comment_footers.CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select all headers if each name links to a blog, as no typed name does."""
    return markers.headers if all(header.is_linked for header in markers.headers) else None


def _select_by_style(markers: comment_footers.CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select headers alone in blocks with a style that no block of typed lines has."""
    first = markers.headers[0].position
    styles = {position.style for position in markers.typed if position.paths[0] == first.paths[0]}
    if first.block_position is not BlockPosition.WHOLE or not styles or first.style in styles:
        return None
    return tuple(header for header in _select_like_first(markers) if header.position.style not in styles)


def _select_by_path(markers: comment_footers.CommentMarkers) -> tuple[CommentHeader, ...] | None:
    """Select headers with parts in elements that contain no typed line."""
    paths = markers.headers[0].position.paths
    typed = {position.paths[:1] * len(paths) for position in markers.typed}
    if not typed or paths in typed:
        return None
    found = tuple(header for header in markers.headers if header.position.paths == paths)
    return found if len(found) > 1 else None  # a sole one may be typed, moved out of its element


def _select_like_first(markers: comment_footers.CommentMarkers) -> tuple[CommentHeader, ...]:
    first = markers.headers[0].position.without_style
    return tuple(header for header in markers.headers if header.position.without_style == first)


# --- all comments

_TAG = re.compile("<[^>]*>")


@dataclass(kw_only=True, slots=True)
class PageComments:
    """The comments of a page, or the reason to distrust them; `end` is the line after the last one.

    `sure`: structure identifies them, not their number alone. `framed`: each comment fills an element.
    `texts` are the lines that commenters wrote. `possible` is False if the page claims comments and shows none.
    """

    problem: Problem | None
    start: int
    end: int
    blocks: tuple[comment_blocks.CommentBlock, ...] = ()
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
    view: PageView, found: comment_footers.MarkerCandidates, start: int, claims: comment_blocks.Claims
) -> PageComments:
    """Return the comments from line `start` on, selected from all markers `found`.

    The result has blocks of lines; `build_comments` adds the items.
    """
    found = _find_unlabelled(view, found, start, claims.count)
    if not found.headers:
        problem = comment_blocks.check_missing(view, start, claims)
        return PageComments(problem=problem, start=len(view.lines), end=start, possible=problem is None)
    markers = comment_footers.build_markers(view, found)
    selection, problem = _choose_headers(markers, claims)
    above = _split_above(markers, selection, start)
    blocks = above or comment_blocks.split_comments(markers, selection.headers)
    problem = problem or comment_blocks.check_times(view, selection, claims.posted_at)
    first = comment_blocks.check_first(view, start, selection.headers, claims, are_below=bool(above))
    first = first or comment_blocks.check_headers(view, blocks)
    problem = first or problem or (None if above else comment_blocks.check_blocks(markers, blocks))
    return PageComments(
        blocks=blocks,
        problem=problem,
        start=above[0].text_begin if above else comment_blocks.find_tops(view, selection.headers)[0],
        end=max(block.end for block in blocks),
        sure=selection.sure and (len(selection.headers) > 1 or markers.headers[0].is_linked),
        framed=selection.framed,
        texts=frozenset(comment_blocks.iter_text_lines(view, selection, blocks)),
    )


def _find_unlabelled(
    view: PageView, found: comment_footers.MarkerCandidates, start: int, claimed: int | None
) -> comment_footers.MarkerCandidates:
    """Return `found`, with headers without labels if it has none with labels.

    If as many as claimed begin above all headers with labels, these are the page's: a commenter quoted the others.
    """
    labelled = found.from_line(start)
    firsts = [header.first for header in labelled.headers]
    if firsts and (not claimed or len(firsts) == claimed):
        return labelled
    quoted = frozenset(firsts)
    headers = [h for h in find_short_headers(view, start, claimed=claimed) if h.first not in quoted]
    # On a page with names and times on lines of their own, a line with both may be typed.
    own = [h for h in headers if h.last > h.first or h.is_linked]
    own = own if any(h.last > h.first for h in own) else headers
    if firsts or len(own) != claimed:
        headers = own if len(own) == claimed else [*find_split_headers(view, start, claimed)] or own
    if firsts and (len(headers) != claimed or headers[0].first >= firsts[0]):
        return labelled
    return found.with_headers(tuple(headers))


def _split_above(
    markers: comment_footers.CommentMarkers, selection: comment_blocks.HeaderSelection, start: int
) -> tuple[comment_blocks.CommentBlock, ...]:
    """Return the blocks of comments with their texts above the headers; none if these are below or missing."""
    above = comment_blocks.split_comments_above(markers.view, selection.headers, start)
    labels = find_labels(markers.view, COMMENTS_LABEL) if above else ()
    # A label between them: the only comment has no text.
    is_parted = any(above[0].text_begin <= i < markers.headers[0].first for i in labels)
    return () if is_parted else above


def build_comments(view: PageView, comments: PageComments) -> PageComments:
    """Return the same with a `Comment` for each block; without any if one may be forged or has no text."""
    if comments.problem is not None and comments.problem.kind in ("forged", "unreadable"):
        return comments
    comments.comments = tuple([_build_comment(view, block) for block in comments.blocks])
    return comments


def _choose_headers(
    markers: comment_footers.CommentMarkers, claims: comment_blocks.Claims
) -> tuple[comment_blocks.HeaderSelection, Problem | None]:
    claimed, found = claims.count, list[comment_blocks.HeaderSelection]()
    # On other pages a forged comment could replace one of another page, or one that the site counts
    # and hides. So a number never wins over structure.
    is_counted = claimed is not None and claims.paging is comment_blocks.Paging.NO
    for selection in _iter_selections(markers):  # most pages need the first one alone
        if is_counted and selection.sure and len(selection.headers) == claimed:
            return selection, None
        found.append(selection)
    structured = [selection for selection in found if selection.sure]
    if is_counted and not structured:
        for selection in _select_countable(markers, found):
            if len(selection.headers) == claimed:
                return selection, None
    sure = [selection for selection in structured if not selection.doubted]
    if not sure:
        count = "unknown" if claimed is None else str(claimed)
        detail = Detail.COMMENTS_WORDS.format(count=len(markers.headers), claimed=count)
        return found[-1], comments_problem("forged", detail)
    return sure[0], comment_blocks.check_count(sure, claims)


def _build_comment(view: PageView, block: comment_blocks.CommentBlock) -> Comment:
    header = block.header
    own = (view.lines[block.text_begin : block.text_end], view.lines[block.answer.start : block.answer.stop])
    parts = [extract_html(view.document, part[0], part[-1]) for part in own if part]
    body_html, lines = "".join(sanitize_element(part, view.base) for part in parts), own[0] + own[1]
    if lines and block.lead:
        signs = (re.escape(escape(sign, quote=False)) for sign in block.lead if not sign.isspace())
        words = r"(?:<[^>]*>|\s)*".join(signs)
        body_html = re.sub(words, lambda found: "".join(_TAG.findall(found[0])), body_html, count=1)
        lines = (replace(lines[0], text=lines[0].text[len(block.lead) :].lstrip()), *lines[1:])
    return Comment(
        author_name=header.author_name,
        author_url=None if header.author is None else header.author.url,
        reply_to=header.reply_to,
        posted=header.posted,
        body_html=body_html,
        body_text=extract_text(lines),
        likes=block.likes,
    )
