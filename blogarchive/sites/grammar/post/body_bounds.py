"""The end of a post's body, at the page's own counters.

An author can quote counters and a commenter can type some. The body fills an element of its own; the page's
counters are outside it, typed ones inside. If no structure decides, the counters are the page's if order
and count of the comments below them agree.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from blogarchive.items import PageKind, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.html import Element
from blogarchive.parsing.lines import Line
from blogarchive.sites.grammar.comments.comments import PageComments
from blogarchive.sites.grammar.comments.consistency import comments_problem
from blogarchive.sites.grammar.comments.headers import CommentHeader, find_headers
from blogarchive.sites.grammar.comments.short_headers import find_linked_headers
from blogarchive.sites.grammar.page.labels import find_labels
from blogarchive.sites.grammar.page.page_view import PageView
from blogarchive.sites.grammar.page.vocabulary import COMMENTS_LABEL
from blogarchive.sites.grammar.post.counters import Counters, parse_counters_amid
from blogarchive.sites.grammar.post.quoted_lines import is_quoted, is_template_text

_COUNTER_WORDS = re.compile(
    r"^.{0,20}(?:浏览|阅读|点击|评论|查看次数|人气|[Vv]iews)[^\d]{0,6}\d.{0,60}$|\d\s*(?:次(?:浏览|阅读|点击)|[Vv]iews)\s*$"
)
_WORD = re.compile(r"\w")
_FORM_LABEL = "发表评论"
_LINES_NEAR_END = 4
_PLAIN_BLOCKS = frozenset(("p", "div", "font", "center", "blockquote", "pre"))


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyBounds:
    """The lines of a body, from `begin` to before `end`, and the parts that follow it.

    `counters` are the page's own, if it shows any, `comments` those below them. `doubt` is why the comments
    may not be the page's own. `problems` reports lines that may be counters if none can be parsed.
    """

    begin: int
    end: int
    counters: Counters | None
    comments: PageComments
    doubt: Problem | None = None
    problems: tuple[Problem, ...] = ()


def choose_bounds(view: PageView, candidates: Sequence[BodyBounds]) -> BodyBounds:
    """Return the bounds at the page's own counters, among all that match the pattern of counters.

    If nothing decides, the result has a `doubt`.
    """
    possible = [bounds for bounds in candidates if bounds.comments.possible] or candidates
    if len(possible) == 1:
        return possible[0]
    framed = [bounds for bounds in possible if is_framed(view, bounds.begin, bounds.end)]
    if framed and framed[-1] is possible[-1]:
        return framed[-1]  # no later counters to explain
    explaining = [bounds for bounds in possible if _explains_later_counters(bounds, possible)]
    if framed:
        explaining = [bounds for bounds in explaining if bounds is framed[-1]]
    elif len(explaining) > 1:
        counted = all(bounds.counters is not None for bounds in explaining)
        explaining = [bounds for bounds in explaining if counted and bounds.comments.framed]
    if explaining:
        return explaining[0]
    agreeing = sum(bounds.comments.agrees for bounds in possible)
    detail = Detail.COUNTERS_AGREE.format(count=len(candidates), agreeing=agreeing)
    doubt = comments_problem("forged", detail)
    return replace(framed[-1] if framed else _bounds_above_headers(view, possible), doubt=doubt)


def _bounds_above_headers(view: PageView, candidates: Sequence[BodyBounds]) -> BodyBounds:
    """Return the last bounds above the first header with a linked name, else above any header.

    It is better to cut an author's text than to store a commenter's words under the author's name.
    """
    headers = find_headers(view, candidates[0].begin, len(view.lines))
    linked = [header for header in headers if header.is_linked(view)]
    own = [h.first for h in linked if h.position.paths == linked[-1].position.paths] or [
        h.first for h in headers
    ]
    above = [bounds for bounds in candidates if not own or bounds.end < own[0]]
    return above[-1] if above else candidates[0]


def _explains_later_counters(bounds: BodyBounds, others: Sequence[BodyBounds]) -> bool:
    """Check whether these comments are sure by structure and contain all later counters as text."""
    later = [other.end for other in others if other.end > bounds.end]
    comments = bounds.comments
    return comments.agrees and comments.sure and comments.texts.issuperset(later)


def is_framed(view: PageView, start: int, end: int) -> bool:
    """Return True if an element contains these body lines and not the line after them."""
    lines = trim_body(view, start, end)
    if not lines:
        return False
    node = view.document.common_ancestor(lines[0], lines[-1])
    if end < len(view.lines) and view.document.contains(node, view.lines[end]):
        return False
    # One paragraph is no frame: an author can make any number of them.
    return node.tag not in _PLAIN_BLOCKS or len(lines) > 1 or _has_body_class(node, view.hints.body_class)


def _has_body_class(node: Element, body_class: str | None) -> bool:
    return body_class is not None and body_class in (node.get("class") or "").split()


def trim_body(view: PageView, start: int, end: int) -> tuple[Line, ...]:
    """Return the lines of the body without the template's lines at its edges."""
    first, last = start, _find_end_above_links(view, start, end)
    end = last
    while first < last and _is_template_line(view, first):
        first += 1
    while first < last and _is_template_line(view, last - 1):
        last -= 1
    lines = view.lines[first:last]
    return lines if first == start and last == end else _restore_body_lines(view, lines, start, end)


def _is_template_line(view: PageView, index: int) -> bool:
    """Check whether a line has words of templates, or links to categories alone."""
    text, links = view.folded[index].strip(), view.links[index]
    if is_template_text(text):
        return True
    categories = [
        text
        for text, _, parsed_url in links
        if parsed_url is not None and parsed_url.kind is PageKind.CATEGORY
    ]
    return (
        bool(links) and len(categories) == len(links) and not _WORD.search(_without(view, index, categories))
    )


def _without(view: PageView, index: int, texts: Sequence[str]) -> str:
    """Return the text of a line without these parts."""
    rest = view.lines[index].text
    for text in texts:
        rest = rest.replace(text, "", 1)
    return rest


def _restore_body_lines(view: PageView, lines: tuple[Line, ...], start: int, end: int) -> tuple[Line, ...]:
    """Restore edge lines that lie in the element of the body: an author wrote them."""
    if not lines:
        return tuple(line for line in view.lines[start:end] if not line.links())
    node = view.document.common_ancestor(lines[0], lines[-1])
    parent = node.getparent()
    if node.tag in _PLAIN_BLOCKS and len(lines) == 1 and parent is not None:
        node = parent
    first, last = lines[0].index, lines[-1].index + 1
    while first > start and _is_body_line(view, node, view.lines[first - 1]):
        first -= 1
    while last < end and _is_body_line(view, node, view.lines[last]):
        last += 1
    return view.lines[first:last]


def _is_body_line(view: PageView, node: Element, line: Line) -> bool:
    return view.document.contains(node, line) and not line.links()


def _find_end_above_links(view: PageView, start: int, end: int) -> int:
    """Return the first of the last lines that lead to other posts, outside the element of the text; else `end`."""
    if not any(view.links[i] for i in range(max(start, end - _LINES_NEAR_END), end)):
        return end
    first, last, links = start, end, list[int]()
    while first < last and _is_template_line(view, first):
        first += 1
    while last > first and ((away := _leads_away(view, last - 1)) or _is_template_line(view, last - 1)):
        last -= 1
        if away and view.folded[last].strip():
            links.append(last)
    if first == last or not links:
        return end
    node = view.document.common_ancestor(view.lines[first], view.lines[last - 1])
    parent = node.getparent()
    node = parent if node.tag in _PLAIN_BLOCKS and last == first + 1 and parent is not None else node
    outside = list(takewhile(lambda i: not view.document.contains(node, view.lines[i]), links))
    return outside[-1] if outside else end


def _leads_away(view: PageView, index: int) -> bool:
    """Check whether a line has only links to other posts and signs, or is a tag such as #生活, or blank."""
    line, text = view.lines[index], view.lines[index].text.strip()
    if not text or line.media:
        return not line.media
    links = [shown for shown, _, _ in view.links[index]]
    if not links or _WORD.search(_without(view, index, links)):
        return False
    return view.links_to_other_post(index) or (text.startswith("#") and links[0].strip() == text)


def find_counters_amid(view: PageView, start: int, end: int) -> Counters | None:
    """Return counters after other words near the end of a body, in a line outside the body's element."""
    for index in range(max(start + 1, end - _LINES_NEAR_END), end):
        found = parse_counters_amid(view, index)
        if found is not None and is_framed(view, start, index):
            return found
    return None


def report_unparsed_counters(view: PageView, start: int, end: int) -> tuple[Problem, ...]:
    """Return a problem if words of counters with numbers are near the end of a body without counters."""
    near = min(end + _LINES_NEAR_END, len(view.lines))
    near = next((header.first for header in find_headers(view, end, near)), near)
    last = [
        i for i in range(max(start, end - _LINES_NEAR_END), near) if _COUNTER_WORDS.search(view.folded[i])
    ]
    if not last:
        return ()
    detail = Detail.NO_COUNTERS.format(text=view.lines[last[0]].text[:80])
    return (Problem(kind="unreadable", field="views", detail=detail),)


def find_label_below(view: PageView, start: int, headers: Sequence[CommentHeader]) -> int | None:
    """Return the page's own label between a body that begins at `start` and its comments, or None.

    `headers` are the headers of comments from line `start` on.

    If elements separate labels from the body: the one with a header below it, else the last. A commenter's
    label is not among them, since his header is above it. Otherwise: the last label above the first header
    with a linked name, or above any header.
    """
    ends = [index for index in find_labels(view, COMMENTS_LABEL) if index >= start]
    if not ends or ends[0] == start:
        return ends[0] if ends else None
    ends = [i for i in ends if not is_quoted(view, headers, start - 1, start, i)]
    if not ends:
        return None
    framed = [i for i in ends if is_framed(view, start, i)]
    if framed:
        after = dict(zip(ends, [*ends[1:], len(view.lines)], strict=True))
        above = (i for i in framed if any(i < header.first < after[i] for header in headers))
        return next(above, framed[-1])
    if len(ends) > 1 and not headers:
        headers = find_linked_headers(view, ends[0], len(view.lines))
        # Comments of an unknown form may be above the label of a form.
        ends = ends if headers else [i for i in ends if view.folded[i].strip() != _FORM_LABEL] or ends
    first = next(
        (h.first for h in headers if h.is_linked(view)), headers[0].first if headers else ends[-1] + 1
    )
    return [ends[0], *(i for i in ends if i < first)][-1]


def find_end_without_counters(view: PageView, start: int, headers: Sequence[CommentHeader]) -> int | None:
    """Return the end of a body without counters: the next label, or the end of its element.

    `headers` are the headers of comments from line `start` on.
    """
    label = find_label_below(view, start, headers)
    if label is not None:
        return label
    body_class = view.hints.body_class
    hinted = [node for node in view.document.root.iter("div", "td") if _has_body_class(node, body_class)]
    if len(hinted) == 1 and view.document.positions(hinted[0]) is not None:
        return view.document.lines_in(hinted[0]).stop
    end = _find_element_end(view, start)
    if end is None:
        return None
    own = (header.first for header in find_headers(view, start, end))
    return next((index for index in own if is_framed(view, start, index)), end)


def _find_element_end(view: PageView, start: int) -> int | None:
    """Find the end of the innermost element with the title and text after it, at most the next section."""
    node: Element | None = view.lines[start - 1].block
    while node is not None:
        inside = view.document.lines_in(node)
        stop = next((i for i in view.sections if start <= i < inside.stop), inside.stop)
        if any(view.folded[index] for index in range(start, stop)):
            return stop
        node = node.getparent()
    return None
