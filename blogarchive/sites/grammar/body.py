"""The text of a post between two bounds: the element around it, and lines of the template at its edges."""

import re
from collections.abc import Sequence
from itertools import takewhile

from blogarchive.items import PageKind
from blogarchive.parsing.document import are_in_same_row
from blogarchive.parsing.html import Element
from blogarchive.parsing.lines import Line
from blogarchive.sites.grammar.counters import ONLY_NUMBERS
from blogarchive.sites.grammar.page import BUTTON_TARGET, PageView, find_comment_labels, once_a_page
from blogarchive.sites.grammar.time_lines import HEADING_TAGS, is_template_text, join_label
from blogarchive.sites.grammar.words import BODY_CLASS, fold

_WORD, _LETTER = re.compile(r"\w"), re.compile(r"[^\W\d]")
_AD = re.compile(r".*/ads\.php\?")  # the site wraps links of advertisements
_TAGS, _MAX_TAGS = re.compile(r"(?:标签|关键[词字]|[Tt]ags?)\s*:"), 9
_NEIGHBOUR = re.compile(r"[上下前后後]一?篇|Previous|Next|[浏瀏阅閱点點评評][览覽读讀击擊论論](?=\W{0,2}\d)")
_ARROW = re.compile(r"^[‹«<←]|[›»>→]$")
_MAX_REST_LINES, _MIN_SHARE = 8, 4  # of the template's words below a text
# Of the template, beside the element of a text.
_OWN_TAGS = frozenset(("footer", "nav", "aside", "form"))
_PROSE = re.compile(r"\d:\d\d|[。!?;…]|\w[,，、]|\w\.(?:\s|$)")  # the time is that of a comment
_COUNT = re.compile(r"(?!.*[12]\d{3}).*\d")  # no year
_PLAIN_BLOCKS = frozenset(("p", "div", "font", "center", "blockquote", "pre"))


# Promise "no forgery": an author can type counters, but cannot end the element of his text above them.
def is_framed(view: PageView, start: int, end: int) -> bool:
    """Return True if an element contains these body lines and not the line after them."""
    lines = trim_body(view, start, end)
    if not lines:
        return False
    node = view.document.common_ancestor(lines[0], lines[-1])
    goes_on = end < len(view.lines) and view.document.contains(node, view.lines[end])
    return not goes_on and find_text_frame(view, lines) is node


def find_text_frame(view: PageView, lines: Sequence[Line]) -> Element:
    """Return the element of a text's lines, or that around a paragraph: an author can make any number of them."""
    node = view.document.common_ancestor(lines[0], lines[-1])
    parent = node.getparent()
    is_paragraph = node.tag == "p" or (node.tag in _PLAIN_BLOCKS and len(lines) == 1 and not _is_named(node))
    return parent if is_paragraph and parent is not None and not has_body_class(node) else node


def has_body_class(node: Element) -> bool:
    """Check whether the site's class for the text of a post is among those of the element."""
    return BODY_CLASS in (node.get("class") or "").split()


@once_a_page
def trim_body(view: PageView, start: int, end: int) -> tuple[Line, ...]:
    """Return the lines of the body without the template's lines at its edges."""
    first, end = _find_text(view, start, end)
    last = end
    while last > first + 1 and is_template_line(view, last - 1):
        last -= 1
    lines = view.lines[first:last]
    # The text is a video, or empty: the links may be below 相关文章.
    is_list = first > start and view.lines[first - 1].block.tag in HEADING_TAGS
    known = _leads_away if is_list else _is_around_text
    lines = () if all(known(view, line.index) for line in lines) else lines
    return lines if lines and first == start and last == end else _restore_body_lines(view, lines, start, end)


def _is_named(node: Element) -> bool:
    return node.tag != "p" and any(node.get(name) for name in ("class", "id"))


def is_template_line(view: PageView, index: int) -> bool:
    """Check whether a line or its row has words of templates, or only links to categories, or is a button."""
    line, links = view.lines[index], view.links[index]
    if is_template_text(view.folded[index].strip()):
        return True
    near = view.lines[max(index - 1, 0) : index + 2]
    row = [x for x in near if x is line or are_in_same_row(x, line) or _are_label_and_value(x, line)]
    if len(row) > 1 and is_template_text(join_label(": ".join(view.folded[x.index] for x in row))):
        return True
    # The picture to click and the number of likes. A photo with a number links to a larger one.
    if line.media and ONLY_NUMBERS.fullmatch(line.text) and _all_images_lead(line, BUTTON_TARGET):
        return True
    categories = [text for text, _, _ in view.links_to(index, PageKind.CATEGORY)]
    is_list = bool(links) and len(categories) >= len(links)
    return is_list and not _WORD.search(view.text_without(index, categories))


def _are_label_and_value(one: Line, other: Line) -> bool:
    first, second = (one.block, other.block) if one.index < other.index else (other.block, one.block)
    return second.getparent() is first or (first.tag, second.tag, first.getnext()) == ("dt", "dd", second)


def _restore_body_lines(view: PageView, lines: tuple[Line, ...], start: int, end: int) -> tuple[Line, ...]:
    """Restore edge lines that lie in the element of the body: an author wrote them."""
    if not lines:
        own = (line for line in view.lines[start:end] if not line.links)
        return tuple(line for line in own if not _is_around_text(view, line.index))
    node = find_text_frame(view, lines)
    first, last = lines[0].index, lines[-1].index + 1
    edges = (reversed(view.lines[start:first]), view.lines[last:end])
    above, below = (list(takewhile(lambda line: _is_body_line(view, node, line), edge)) for edge in edges)
    return view.lines[first - len(above) : last + len(below)]


def _is_body_line(view: PageView, node: Element, line: Line) -> bool:
    # 本文网址：URL
    return view.document.contains(node, line) and not line.links and view.url not in line.text


# Promise "no wrong value": tags and neighbours of a post, between text and counters, are no part of the text. Nor are
# a few unknown words in elements with another class than the text.
def _find_text(view: PageView, start: int, end: int) -> tuple[int, int]:
    """Return the first line that is not of the template, and the end of the text.

    That is the first of the template's last lines outside the element of the text; else `end`.
    """
    first = _skip_template(view, start, end)
    around = view.iter_around(first) if first < end else ()
    inner = list(takewhile(lambda each: start <= each[1].start and each[1].stop <= end, around))
    if not inner or (above := inner[-1][0].getparent()) is None:
        return first, end
    frame, inside = inner[-1]
    # One paragraph, of any number of lines, is no frame: the links may be the next one.
    is_block = view.lines[first].block is frame or (len(inside) == 1 and not _is_named(frame))
    is_frame = frame.tag not in _PLAIN_BLOCKS or not is_block or has_body_class(frame)
    shown = [i for i in range(inside.stop, end) if view.folded[i].strip() or view.lines[i].media]
    known = {i for i in shown if is_frame and (_leads_away(view, i) or is_template_line(view, i))}
    rest = [i for i in shown if i not in known]
    is_short, is_bare = _is_short(view, rest, inside), _is_without_prose(view, rest)

    def is_template(index: int) -> bool:
        if index in known:
            return True
        line = view.lines[index]
        node = view.document.child_containing(above, line)
        apart = not view.document.contains(above, line) or (_is_named(node) and node.items() != frame.items())
        is_own = is_bare and (apart or node.tag in _OWN_TAGS) and _has_sign(view, above, index)
        return _is_named(frame) and ((is_short and apart) or is_own)

    last = min(takewhile(is_template, reversed(shown)), default=end)
    return min(first, last), last


def _skip_template(view: PageView, start: int, end: int) -> int:
    """Return the first line of the text, below lines of the template, tags and advertisements."""
    time = view.lines[max(start - 1, 0)].block
    stop = view.document.lines_in(next(time.iterancestors())).stop if time.tag == "li" else end
    first = max(start, stop) if stop < end else start  # 专栏：时政 in the list with the time
    while first < end and (is_template_line(view, first) or _is_tag_or_advertisement(view, first)):
        first += 1
    return first


def _is_short(view: PageView, rest: Sequence[int], inside: range) -> bool:
    """Check whether lines below a text are few and much shorter than it, and none is a label of comments."""
    length, text_length = (sum(len(view.folded[i]) for i in lines) for lines in (rest, inside))
    is_short = len(rest) <= _MAX_REST_LINES and length * _MIN_SHARE <= text_length
    return is_short and not {*rest}.intersection(find_comment_labels(view))


def _is_without_prose(view: PageView, rest: Sequence[int]) -> bool:
    """Check whether the words beside links on these lines are few, and no sentences."""
    said = [view.text_without(i, [text for text, _, _ in view.links[i]]) for i in rest]
    has_prose = any(_PROSE.search(fold(text)) for text in said)
    return not has_prose and sum(map(bool, map(_WORD.search, said))) <= _MAX_REST_LINES


# A line of the template, a neighbour of the post, or a number beside a button.
def _is_around_text(view: PageView, index: int) -> bool:
    text = view.folded[index].strip()
    if is_template_line(view, index) or ONLY_NUMBERS.fullmatch(text):
        return True
    return bool(_NEIGHBOUR.match(text) or _ARROW.search(text)) and _leads_away(view, index)


# Promise "no wrong value": 12 路过 0 鸡蛋, or a heading above links. A verse below another has neither.
def _has_sign(view: PageView, above: Element, index: int) -> bool:
    """Check whether a line has a count or link, or is beside one in a child of `above` or in a heading."""
    line = view.lines[index]
    around = view.document.child_containing(above, line) if view.document.contains(above, line) else above
    parent = line.block.getparent()
    if around is above and parent is not None and line.block.tag in HEADING_TAGS:
        around = parent
    near = (index,) if around is above else view.document.lines_in(around)
    is_beside = any(view.links[i] or ONLY_NUMBERS.fullmatch(view.folded[i]) for i in near)
    return is_beside or _COUNT.match(view.folded[index]) is not None


# 标签：<h3><a>时政</a></h3>
def _is_tag_or_advertisement(view: PageView, index: int) -> bool:
    """Check whether a line is the label of tags alone, a link in that label's element, or an advertisement."""
    if view.lines[index].media and not view.lines[index].text.strip():
        return _all_images_lead(view.lines[index], _AD)
    above = range(index, max(index - _MAX_TAGS, -1) if view.links[index] else index - 1, -1)
    label = next((i for i in above if _TAGS.fullmatch(view.folded[i].strip())), None)
    return label is not None and index in view.document.lines_in(view.lines[label].block)


def _leads_away(view: PageView, index: int) -> bool:
    """Check whether a line has only links and signs, or is blank: other posts, tags, an advertisement."""
    line, links = view.lines[index], [shown for shown, _, _ in view.links[index]]
    if not line.text.strip() or line.media:
        return _all_images_lead(line, _AD)
    rest = _NEIGHBOUR.sub("", view.text_without(index, links))
    # A title of another post may have its date beside it.
    word = _LETTER if view.links_to_other_post(index) else _WORD
    return bool(links) and not word.search(rest)


def _all_images_lead(line: Line, where: "re.Pattern[str]") -> bool:
    """Check whether all images of a line are links to such URLs."""
    return all(anchor is not None and where.match(anchor.get("href") or "") for _, anchor in line.media)
