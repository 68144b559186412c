"""Choose the element of a page that is the text of its post; libraries and marks only propose elements."""

import re
from collections.abc import Collection, Iterator
from copy import deepcopy
from itertools import islice
from typing import Final

from lxml import etree, html
from lxml.etree import ParserError
from readability import Document
from readability.readability import Unparseable

from blogarchive.parsing.html import Element
from blogarchive.sites.engines.outline import (
    COMMENTS,
    Outline,
    ancestors,
    has_role,
    is_aside,
    names_of,
    title_text,
)
from blogarchive.sites.engines.times import DATE
from blogarchive.sites.markup.picker import remove_elements

_KEY = "data-place"
_WORDS = r"(?:blog|post|article|artical|entry|single|log|topic|story|note|essay|diary)"
_PARTS = r"(?:content|body|text|entry|details?|main|con|inner|views?|article)"
_STRONG = re.compile(
    rf"^(?:(?:js|the|c|single|page|wp-block)[-_]+)?(?:{_WORDS}[-_]*{_PARTS}s?|{_PARTS}[-_]*{_WORDS}|entry|e-content|markdown-body|content__default"
    r"|articleBody|prose|html?edit_views|markdown_views|gh-content|kg-canvas|rich_media_content)(?:[-_]*(?:wrap|box|inner|container|\d+|rich|html))?$",
    re.IGNORECASE,
)
_WEAK = re.compile(
    rf"^{_PARTS}[-_]{_PARTS}$|^(?:content|article|post|text|main|blog|story|page|typo|markdown|cont|read|detail|log|artical)s?(?:[-_]?(?:con|content|inner|area|box|wrap|text))?$",
    re.IGNORECASE,
)
# Parts that a theme adds inside the element of the text.
_ADDED = re.compile(
    r"(?:^|[-_])(?:shar(?:e|ing|edaddy)|social|bdshare\w*|bdsharebuttonbox|jiathis\w*|relat\w*|relpost\w*|wumii\w*|copyrights?|licen[cs]es?|declare|reward|donate|dashang"
    r"|post-?nav\w*|page-?nav\w*|nav-links|pagination|pager|prev|next|next-?prev|prev-?next|tags?|tagcloud|post-?tags|tag-?list|tag-links|cat-links|post-?meta|entry-?meta|meta|(?:post)?metadata|post-?info|entry-?footer|post-?footer|author-?(?:info|box|bio)"
    r"|ratings?|wp-?ratings?|jp-relatedposts|crp_related|yarpp\w*|recommend\w*|adsbygoogle|ads?|advert\w*|google-auto-placed|edit-link|comments?-?(?:link|count|num|head|title|form|place|post)\w*|respond|breadcrumbs?|toc|post-toc"
    r"|thumbs?-?up|like|likes|zan|digg|qrcode|wechat|subscribe\w*|hide-article-box|readall_box|article-bar\w*|post-copyright\w*|post-like|post-views|postviews|screen-reader-text|sr-only|expired-warning|post-outdated)(?:$|[-_])",
    re.IGNORECASE,
)
_BLOCK_TAGS = frozenset(
    "div ul ol section aside p nav footer table dl form fieldset header blockquote hr details".split()  # noqa: SIM905
)
_LICENCE = re.compile(
    r"转载(?:请|本|须|需|时|注明|文章|自由)|轉載請|(?:本文|原文|文章)(?:永久)?(?:链接|地址|作者|标题|出处|来自|由|版权|采用)|版权(?:声明|所有|归)|著作权|未经.{0,12}(?:许可|允许|授权|同意)"
    r"|creative ?commons|CC[ -]BY|知识共享|署名-非商业|all rights reserved|本博客所有文章"
    r"|除特别声明|欢迎转载|禁止转载|严禁转载"
    r"|相关(?:文章|阅读|日志|推荐)[:：]?|^\W*(?:上|下|前|后)一(?:篇|页)|猜你喜欢|分享到|您可能(?:也|还)?喜欢|关注(?:我们|微信公众)"
    r"|(?:Related|Similar) (?:posts|articles)|Share this|标签[:：]|Tags?:|分类[:：]|(?:Filed under|Posted in)",
    re.IGNORECASE,
)
_HEADINGS = ("h1", "h2", "h3")
_NEIGHBOUR = re.compile(
    r"^\W*(?:prev(?:ious)?|next|older|newer|back(?: to)?|home|返回|(?:上|下|前|后|較|较)[一新旧早晚]?(?:篇|页|頁)?)(?:\W|$)",
    re.IGNORECASE,
)
"""A label of a link to another page of the blog, below the text."""
_MAX_LICENCE, _MAX_META, _LAST = 260, 160, 2
_MOST, _WHOLE, _LINKS = 0.5, 0.8, 0.4


def find_body(
    outline: Outline, heading: Element | None, comments: Collection[Element]
) -> tuple[Element | None, bool]:
    """Return the element of the text, and whether two witnesses agree on it."""
    closed = set(comments)
    inside = {node for section in closed for node in section.iter()}
    extracted = _extract(outline, heading, closed)
    marked = [node for node in outline.order if _mark(node) and _is_possible(outline, node, heading, inside)]
    best = max(marked, key=lambda node: _rank(outline, node, extracted, heading), default=None)
    if extracted is None:
        chosen = _around_heading(outline, heading, closed) if best is None else best
        return chosen, best is not None and (_mark(best) > 1 or _is_most(outline, best, heading, inside))
    shared = 0.0 if best is None else _agree(outline, best, extracted)
    is_around = best is not None and _mark(best) == 1 and _is_around(outline, best, extracted, heading)
    if best is not None and not is_around and (_mark(best) >= 2 or shared >= _MOST):
        return best, _mark(best) == 3 or shared > 0 or _is_most(outline, best, heading, inside)
    chosen = _widen(outline, extracted, heading, closed)
    return chosen, best is not None or _is_most(outline, chosen, heading, inside)


def _is_most(outline: Outline, node: Element, heading: Element | None, inside: Collection[Element]) -> bool:
    """Return whether an element has most of what the page shows below its heading."""
    start = 0 if heading is None else outline.span(heading).stop
    span = outline.span(node)
    sizes = [
        (outline.sizes(place), place in span)
        for place in range(start, len(outline.texts))
        if outline.holders[place] not in inside
        and not outline.is_beside(outline.holders[place])
        and (place in span or not DATE.search(outline.texts[place]))
    ]
    return sum(size for size, is_own in sizes if is_own) > _WHOLE * sum(size for size, _ in sizes)


def _around_heading(outline: Outline, heading: Element | None, closed: Collection[Element]) -> Element | None:
    """Return the nearest element around the heading that has more text, for a text too short for readability."""
    if heading is None:
        return None
    for node in heading.iterancestors():
        others = sum(outline.size(one) for one in closed if outline.contains(node, one))
        if outline.size(node) > outline.size(heading) + others and node.tag != "html":
            return node
    return None


def _is_around(outline: Outline, node: Element, extracted: Element, heading: Element | None) -> bool:
    """Return whether an element contains the heading too, and the extracted one in it does not."""
    return (
        heading is not None and outline.contains(node, heading) and not outline.contains(extracted, heading)
    )


def _mark(node: Element) -> int:
    """Return 3 if the data of the page say that the element is the text, 2 if a name does, 1 if it may be, else 0."""
    if node.get("itemprop") == "articleBody" or "articleBody" in (node.get("property") or ""):
        return 3
    names = names_of(node)
    if node.tag in ("a", "span", "li", "body", "html", "form", "h1", "h2", "h3", "input", "ul"):
        return 0
    if any(_STRONG.search(name) for name in names):
        return 2
    return int(node.tag in ("article", "main") or any(_WEAK.search(name) for name in names))


def _is_possible(
    outline: Outline, node: Element, heading: Element | None, inside: Collection[Element]
) -> bool:
    if heading is not None and outline.contains(heading, node):
        return False
    if node in inside or has_role(node, COMMENTS):
        return False
    if outline.is_beside(node):
        return False
    return outline.size(node) > 0 or node.find(".//img") is not None


def _rank(
    outline: Outline, node: Element, extracted: Element | None, heading: Element | None
) -> tuple[float, ...]:
    """Return how likely a marked element is the text: without the heading, strong, as large as the extracted one, small."""
    size = outline.size(node)
    follows = heading is None or outline.span(node).stop > outline.span(heading).stop
    apart = heading is None or not outline.contains(node, heading)
    agrees = 0.0 if extracted is None else _agree(outline, node, extracted)
    related = extracted is None or agrees > 0
    return (
        apart and _mark(node) == 3 and not 0 < agrees < _MOST,
        related and follows and _mark(node) >= 2 and apart,
        related and follows and apart,
        _mark(node) >= 2,
        follows,
        round(agrees, 1),
        size * (1 - outline.link_share(node)) * (1 if apart or extracted is not None else -1),
        outline.order[node],
    )


def _agree(outline: Outline, one: Element, other: Element) -> float:
    """Return the share of the text that two elements have in common; 0 if none contains the other."""
    if not (outline.contains(one, other) or outline.contains(other, one)):
        return 0.0
    sizes = sorted((outline.size(one), outline.size(other)))
    return (sizes[0] + 1) / (sizes[1] + 1)


def _extract(outline: Outline, heading: Element | None, closed: Collection[Element]) -> Element | None:
    """Return the element that readability chooses in the page without its comments and what stands beside the content."""
    body = outline.tree.root.find("body")
    top = outline.tree.root if body is None else body
    copy, originals = deepcopy(top), list(top.iter())
    dropped = []
    for place, (node, original) in enumerate(zip(copy.iter(), originals, strict=True)):
        has_heading = heading is not None and outline.contains(original, heading)
        is_shown = original in outline.order and original not in closed
        is_extra = is_aside(original) or (original.tag in _BLOCK_TAGS and has_role(original, _ADDED))
        if node is copy or (is_shown and (has_heading or not is_extra)):
            node.set(_KEY, str(place))
        else:
            dropped.append(node)
    remove_elements(copy, dropped)
    chosen = _run_readability(f"<html>{html.tostring(copy, encoding='unicode')}</html>")
    is_text = chosen is not None and outline.link_share(originals[chosen]) <= _MOST
    return originals[chosen] if chosen is not None and is_text else None


_NO_PARAGRAPH: Final = ("a", "blockquote", "dl", "div", "img", "ol", "p", "pre", "table", "ul")
"""Beginnings of the tags that readability wants in no paragraph, as its own pattern has them."""


class _Chooser(Document):  # type: ignore[misc]
    """Readability, which notes the element that it chooses."""

    chosen: int | None = None

    def transform_misused_divs_into_paragraphs(self) -> None:
        """Rename and fill elements as readability does, which finds each place by counting, in quadratic time."""
        divs = list(self.tags(self.html, "div"))
        for div in divs:
            tags = (node.tag for node in div.iterdescendants(etree.Element))
            if not any(tag.startswith(_NO_PARAGRAPH) for tag in tags):
                div.tag = "p"
        for div in (div for div in divs if div.tag == "div"):
            if div.text and div.text.strip():
                paragraph = div.makeelement("p")
                paragraph.text, div.text = div.text, None
                div.insert(0, paragraph)
            for child in reversed(list(div)):
                if child.tail and child.tail.strip():
                    paragraph = div.makeelement("p")
                    paragraph.text, child.tail = child.tail, None
                    child.addnext(paragraph)
                if child.tag == "br":
                    child.drop_tree()

    def select_best_candidate(self, candidates):  # type: ignore[no-untyped-def]
        best = super().select_best_candidate(candidates)
        if best:
            place = best["elem"].get(_KEY)
            self.chosen = None if place is None else int(place)
        return best


def _run_readability(text: str) -> int | None:
    chooser = _Chooser(text)
    try:
        chooser.summary()
    except (Unparseable, ParserError, ValueError):
        return None
    return chooser.chosen


def _widen(outline: Outline, node: Element, heading: Element | None, closed: set[Element]) -> Element:
    """Return the largest element around `node` that has neither the heading, comments, nor parts beside the content."""
    around = closed | ancestors(closed)
    while (parent := node.getparent()) is not None and parent.tag not in ("body", "html", "main"):
        if heading is not None and outline.contains(parent, heading):
            break
        if parent in around or outline.is_beside(parent):
            break
        if outline.size(parent) > 1.6 * outline.size(node) + 200 and outline.link_share(parent) > 0.3:
            break
        if parent in outline.around_asides and outline.size(parent) > 1.3 * outline.size(node):
            break
        node = parent
    return node


def added_parts(outline: Outline, body: Element, title: Element | None) -> set[Element]:
    """Return the elements in the text that the theme adds: buttons, related posts, lines of licence, the title."""
    whole = max(1, outline.size(body))
    named = _named_parts(outline, body)
    small = [node for node in named if outline.size(node) < max(0.4 * whole, _MAX_META)]
    outer = set(small) - {node for one in small for node in one.iterdescendants()}
    if sum(map(outline.size, outer)) >= outline.size(body):  # nothing else is left of a short text
        small = [node for node in named if outline.size(node) < 0.4 * whole]
    found = {*small, *_last_lines(outline, body, whole)}
    for heading in _titles(outline, body, title):
        found |= {heading, *_head(outline, body, heading)}
    return found


def _named_parts(outline: Outline, body: Element) -> list[Element]:
    """Return the elements in the text that a name, or a tag, says to be of the theme; code is of the text."""
    code: set[Element] = set()
    found = []
    for node in body.iterdescendants():
        if not isinstance(node.tag, str) or node not in outline.order:
            continue
        if (
            node.getparent() in code
            or node.tag in ("pre", "code")
            or "highlight" in (node.get("class") or "")
        ):
            code.add(node)
            continue
        is_edge = node.tag in ("header", "footer") and _is_edge(outline, body, node)
        if is_edge or (node.tag in _BLOCK_TAGS and has_role(node, _ADDED)):
            found.append(node)
    return found


def _is_edge(outline: Outline, body: Element, node: Element) -> bool:
    """Return whether a header or a footer is that of the post, and not that of a part of the text."""
    own, whole = outline.span(node), outline.span(body)
    is_outermost = own.start == whole.start or own.stop == whole.stop
    is_quote = next(node.iterancestors()).tag == "blockquote"
    return not is_quote and bool(
        is_outermost or outline.link_share(node) > _LINKS or DATE.search(outline.text(node))
    )


def _titles(outline: Outline, body: Element, title: Element | None) -> list[Element]:
    """Return the headings in the text that show the title; a theme may show it above the text too."""
    if title is None:
        return []
    text = title_text(outline, title)
    copies = islice((node for node in body.iter(*_HEADINGS) if node in outline.order), 1)
    return [
        node
        for node in dict.fromkeys((title, *copies))
        if outline.contains(body, node) and title_text(outline, node) == text
    ]


def _head(outline: Outline, body: Element, title: Element) -> Iterator[Element]:
    """Yield what stands in the text above its title, and the line with the date below it."""
    node = title
    while node is not body:
        yield from (one for one in node.itersiblings(preceding=True) if one in outline.order)
        below = next((one for one in node.itersiblings() if one in outline.order and outline.size(one)), None)
        if below is not None and _is_dated_line(outline, below, body):
            yield below
        parent = node.getparent()
        if parent is None:
            return
        node = parent


def _is_dated_line(outline: Outline, node: Element, body: Element) -> bool:
    """Return whether a line shows the time of the post, and not the day that a part of the text is about."""
    if outline.size(node) >= _MAX_META or not DATE.search(outline.text(node)):
        return False
    return node.tag not in _HEADINGS or len(list(islice(body.iter(node.tag), 2))) < 2


def _last_lines(outline: Outline, body: Element, whole: int) -> Iterator[Element]:
    """Yield the blocks at the end, or at the start, of the text that state a licence or list other posts."""
    shown = [node for node in body if node in outline.order and outline.size(node)]
    while len(shown) == 1 and len(shown[0]):
        shown = [node for node in shown[0] if node in outline.order and outline.size(node)]
    for nodes in (shown[::-1], shown):
        seen = 0
        for node in nodes:
            limit = min(_MAX_LICENCE, 0.5 * whole)
            is_short = outline.size(node) < limit or (outline.size(node) < _MAX_META and len(shown) > 1)
            text = outline.text(node)
            is_neighbour = _NEIGHBOUR.search(text) and outline.link_share(node) > _LINKS
            if is_short and (is_neighbour or _LICENCE.search(text)):
                yield node
            elif seen >= _LAST:
                break
            seen += not (has_role(node, _ADDED) or has_role(node, COMMENTS))
