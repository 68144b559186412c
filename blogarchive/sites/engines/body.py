"""Choose the element of a page that is the text of its post: by its name, and by where most of the text is."""

from collections import defaultdict
from collections.abc import Iterator, Set
from itertools import islice, takewhile

from blogarchive.parsing.html import BLOCKS, Element
from blogarchive.sites.engines.outline import COMMENTS, HEADINGS, Outline, is_aside
from blogarchive.sites.engines.times import CLOCK, DATE
from blogarchive.sites.engines.urls import PATTERNS, patterns
from blogarchive.sites.markup.elements import ancestors, beside_heading, has_role, names_of

_SURE, _WEAK, _UNSEEN, PROSE, _MORE, _AGE = patterns("body", "sure weak unseen prose more age")
_ADDED, _LICENCE, _CLOSE, _COMMA, _ENDED, _BYLINE = patterns("body", "added licence close comma ended byline")
_Nodes = Set[Element]
_Node = Element | None
_BLOCK_TAGS, _PART_TAGS = (frozenset(PATTERNS["body"][name]) for name in ("block_tags", "part_tags"))
_MAX_LICENCE, _MAX_META, _MAX_EMPTY, _LAST = 260, 160, 9, 2
_MOST, _WHOLE, _LINKS, _BESIDE, _AGREED, _LEAST = 0.5, 0.8, 0.3, 0.3, 0.7, 20


def find_body(outline: Outline, closed: set[Element]) -> tuple[Element | None, bool]:
    """Return the element of the text, and whether two witnesses agree on it: a name, and where most of the text is.

    `closed` are the elements of comments.
    """
    heading, above, around = outline.title.heading, ancestors([outline.title.heading]), ancestors(closed)
    # PluXml has a short text in an `article`, and below it a longer box of the author.
    card = [] if heading is None else [*heading.iterancestors("article")][:1]
    # Magazines have whole other posts below this one. b2evolution has the author and the category in the header of a post.
    more = (x for n in card if outline.size(n) > _MAX_LICENCE for x in n.itersiblings("article"))
    inside = {node for part in (*closed, *beside_heading(heading), *more) for node in part.iter()}
    other = {*inside, heading}
    dense = _find_dense(outline, above, other)
    apart = outline.beside | inside | (ancestors(outline.tree.root.iter("textarea")) - above)
    # Comments have pictures of their authors, titles have icons, a footer has a logo.
    shown = (one for one in outline.select("img") if not card or outline.contains(card[0], one))
    images = set(shown).difference(apart, () if heading is None else heading.iter())
    while dense is not None and card and dense not in card[0].iter() and outline.size(dense) < _MAX_LICENCE:
        other.update(dense.iter())
        dense = _find_dense(outline, above, other)
    marked, dense = _marked(outline, apart, images, dense)
    best = max(marked, key=lambda node: _rank(outline, node, dense), default=None)
    if dense is None:
        return best, best is not None and mark(best) > 1
    wide = _widen(outline, dense, above | around)
    if best is None:
        return wide, _is_most(outline, wide, inside)
    shared = _agree(outline, best, dense)
    if _is_misnamed(outline, best, dense, above):
        return wide, shared > 0
    # Movable Type has the rest of the text beside its start, SPIP has the start beside the rest.
    is_part = any(_MORE.fullmatch(name) for one in next(best.iterancestors()) for name in names_of(one))
    return next(best.iterancestors()) if is_part else best, shared > 0


def _marked(outline: Outline, apart: _Nodes, images: _Nodes, dense: _Node) -> tuple[list[Element], _Node]:
    """Return the elements that are named as the text; also `dense`, or None if the post has pictures alone."""
    shown = (one for one in outline.order if outline.size(one) > 0 or one.find(".//img") is not None)
    marked = [one for one in shown if mark(one) and one not in apart and not has_role(one, COMMENTS)]
    line = "" if dense is None or outline.size(dense) > _MAX_META else outline.text(dense)
    if (dense is not None and not line) or (_ENDED.search(line) and not DATE.search(line)):
        return marked, dense
    # Labels around pictures have more text.
    pictures = [node for node in marked if not images.isdisjoint(node.iter("img"))]
    named = [node for node in marked if mark(node) > 1] if pictures or dense is None else []
    # Teek lists other posts below the innermost one.
    pictures = [*named, *([n for n in pictures if images <= {*n.iter("img")}][-1:] or pictures)]
    return (pictures, None) if pictures else (marked, dense)


def _is_misnamed(outline: Outline, best: Element, dense: Element, above: _Nodes) -> bool:
    """Return whether the element `best`, named as the text, is a worse choice than `dense`, with most of the text."""
    shared, is_around = _agree(outline, best, dense), best in above and not outline.contains(dense, best)
    at = [outline.span(one).start for one in (best, outline.title.heading, dense)]
    # A card and comments are behind it, a box of the theme is above the title.
    is_after = shared == 0 and (at[2] < at[0] or at[0] < at[1] < at[2])
    # The news of Sina and People name the text with the column of links beside it.
    led = [outline.size(one) * outline.link_share(one) for one in (best, dense)]
    is_wide = dense in best.iter() and led[0] - led[1] > _BESIDE * (outline.size(best) - outline.size(dense))
    is_loose = mark(best) < 3 and ((is_wide and shared < _AGREED) or is_around)
    return is_after or is_loose or (mark(best) == 1 and shared < _MOST)


def _is_most(outline: Outline, node: Element, inside: _Nodes) -> bool:
    """Return whether an element has most of the text below the heading of the post."""
    below = range(outline.span(outline.title.heading).stop, len(outline.texts))
    rest = [x for x in below if not (outline.holders[x] in inside or outline.holders[x] in outline.beside)]
    return sum(map(outline.sizes, {*rest} & {*outline.span(node)})) > _WHOLE * sum(map(outline.sizes, rest))


def mark(node: Element) -> int:
    """Return 3 if the data of the page say that the element is the text, 2 if a name does, 1 if it may be, else 0."""
    if node.get("itemprop") == "articleBody" or "articleBody" in (node.get("property") or ""):
        return 3
    if node.tag in ("a", "span", "li", "body", "html", "form", "h1", "h2", "h3", "input", "ul", "table"):
        return 0
    may_be = node.tag in ("article", "main") or node.get("role") == "main" or has_role(node, _WEAK)
    return 2 if has_role(node, _SURE) else int(may_be)


def _rank(outline: Outline, node: Element, dense: Element | None) -> tuple[float, ...]:
    """Return how likely a marked element is the text: without the heading, named so, as large as the dense one, large."""
    # Flasky has the author above a picture, in an element that is also named as the text.
    size = -outline.size(node) if dense is None else outline.size(node) * (1 - outline.link_share(node))
    apart = outline.title.heading is None or not outline.contains(node, outline.title.heading)
    agrees = 1.0 if dense is None else _agree(outline, node, dense)
    return agrees > 0 and apart, mark(node), round(agrees, 2), apart, size


def _agree(outline: Outline, one: Element, other: Element) -> float:
    """Return the share of the text that two elements have in common; 0 if none contains the other."""
    small, large = sorted((outline.size(one), outline.size(other)))
    return (small + 1) / (large + 1) if outline.contains(one, other) or outline.contains(other, one) else 0.0


def _find_dense(outline: Outline, above: set[Element], closed: set[Element | None]) -> Element | None:
    """Return the element with most of the text in paragraphs, outside title, comments and parts that the theme adds.

    As in readability, a paragraph counts for the element around it, half for the next one, and commas count.
    """
    # Reimu names all of the content after the sidebar beside it.
    extra, around = set[Element](), above | ancestors(outline.select("main, #main"))
    blocks: dict[Element, Element] = {}
    for node in outline.order:
        parent = node.getparent()
        is_part = is_aside(node) or (node.tag in _BLOCK_TAGS and has_role(node, _ADDED) and mark(node) < 2)
        if parent in extra or node in closed or (is_part and node not in around):
            extra.add(node)
        blocks[node] = node if parent is None or node.tag in BLOCKS else blocks[parent]
    scores: defaultdict[Element, float] = defaultdict(float)
    parents = {blocks[p] for n in outline.order if n.tag in BLOCKS and (p := n.getparent()) is not None}
    for place, (text, holder) in enumerate(zip(outline.texts, outline.holders, strict=True)):
        # An element that is named as the text may have only lines between `br`.
        inner = block if (block := blocks[holder]) in parents or mark(block) else block.getparent()
        if holder in extra or inner is None or (len(text) < _MAX_LICENCE and _LICENCE.search(text)):
            continue
        # Sentences have commas; menus and lists of titles have none. Headings of comments and of their form may have more
        # letters than a short text.
        size = (outline.sizes(place) + 33 * len(_COMMA.findall(text))) / (4 if holder.tag in HEADINGS else 1)
        scores[inner] += size
        scores[next(inner.iterancestors(), inner)] += size / 2
    best = max(scores, key=lambda node: scores[node] * (1 - outline.link_share(node)), default=None)
    # A page of links has no text: it is no post.
    return best if best is not None and outline.link_share(best) <= _MOST else None


def _widen(outline: Outline, node: Element, stops: set[Element]) -> Element:
    """Return the largest element around `node` that is around no heading, comments or menu."""
    # Mezzanine has columns of links beside the text.
    for one in node.iterancestors():
        links = [outline.size(n) * (outline.link_share(n) - _LINKS) for n in (one, node)]
        # Joomla and LiveJournal have the line of the time in another row than the text.
        rows = outline.span(next(one.iterancestors("table"), one)) if one.tag == "tr" else ()
        is_dated = any(DATE.search(outline.texts[at]) for at in rows if at not in outline.span(node))
        if one in stops or one.tag == "body" or is_dated or links[0] > links[1] + _LEAST:
            break
        node = one
    return next((x for x in islice(node.iterancestors(), 1) if _is_section(outline, node, x, stops)), node)


def _is_section(outline: Outline, node: Element, parent: Element, stops: set[Element]) -> bool:
    """Return whether an element is one section of the text, and its siblings are the other ones.

    So Sphinx, Org and Asciidoctor write texts with headings.
    """
    # MyST has footnotes behind the sections.
    shapes = (node.tag, node.get("class")), ("aside", "footnote-list brackets")
    # Django Cast has the first blocks of a text in another section, which has blocks of the same class.
    blocks = {(x.tag, x.get("class")) for x in node if x.get("class")}
    free = [one for one in parent if one is not node and one in outline.order and one not in stops]
    parts = [one for one in free if one.tag == "p" or (one.tag, one.get("class")) in shapes]
    parts += [x for x in free if not blocks.isdisjoint((y.tag, y.get("class")) for y in x)]
    own = (one for one in parts if outline.link_share(one) < _LINKS and not has_role(one, _ADDED))
    # Verses of Docutils, and tables of words, have neither a comma nor an end.
    is_verse = node.tag == "table" or (shapes[0][1] is not None and outline.size(node) < _MAX_LICENCE)
    prose = (x for x in map(outline.text, own) if is_verse or _COMMA.search(x) or _ENDED.search(x))
    return parent in stops and not all(map(DATE.search, prose))


def added_parts(outline: Outline, body: Element) -> set[Element]:
    """Return the elements in the text that the theme adds: buttons, related posts, lines of licence, the title."""
    most = max(0.4 * outline.size(body), _MAX_LICENCE)
    small = [one for one in _named_parts(outline, body) if outline.size(one) < most or one in outline.beside]
    found = {*small, *_last_lines(outline, body)} - (ancestors(small) - set(small))
    if (title := outline.title.heading) is not None:
        # A theme may show the title above the text that begins with it.
        alike = (one for one in body.iter("h1", "h2") if outline.size(one) == outline.size(title))
        found.update(one for one in alike if outline.text(one) == outline.text(title))
        found.update({title, *_head(outline, body, title)} if outline.contains(body, title) else ())
    return found


def _named_parts(outline: Outline, body: Element) -> list[Element]:
    """Return the elements in the text that a name, or a tag, says to be of the theme; code is of the text."""
    code, found = set[Element](), list[Element]()
    for node in filter(outline.order.__contains__, body.iterdescendants()):
        # Ad Inserter names its boxes `code-block-1`, as others name those of code.
        role = _ADDED if node.tag in _BLOCK_TAGS and node.find(".//pre") is None else _UNSEEN
        # A page may have thousands of empty links in a row.
        near = islice(node.itersiblings("*"), _MAX_EMPTY)
        two = (node, next((x for x in near if x.tag != "a" or outline.size(x)), node))
        is_head = node.tag in HEADINGS and (two[1].tag == "form" or all(has_role(x, _ADDED) for x in two))
        # Beautiful Hugo lists other posts; a heading of Markdown has an id alone.
        is_list = node.tag in HEADINGS and node.get("class") == "see-also"
        # Highlighters name parts of code `comment` and `meta`, as themes name theirs.
        if node.tag in ("pre", "code") or "highlight" in node.get("class", "") or node.getparent() in code:
            code.add(node)
        elif is_list or is_head or node.tag in _PART_TAGS or has_role(node, role):
            found += two[: 1 + is_list]
    return found


def _head(outline: Outline, body: Element, title: Element) -> Iterator[Element]:
    """Yield what stands in the text above its title, and the line with the date below it."""
    for node in takewhile(lambda one: one is not body, (title, *title.iterancestors())):
        yield from (one for one in node.itersiblings(preceding=True) if one in outline.order)
        below = next((one for one in node.itersiblings() if one in outline.order and outline.size(one)), None)
        text = "" if below is None or outline.size(below) >= _MAX_META else outline.text(below)
        if below is not None and (_BYLINE.match(text) or (DATE.search(text) and not PROSE.search(text))):
            yield below


def _last_lines(outline: Outline, body: Element) -> Iterator[Element]:
    """Yield the blocks at the end, or at the start, of the text that state a licence or list other posts."""
    shown, most = [body], min(_MAX_LICENCE, 0.5 * outline.size(body))
    # Themes wrap the text in elements: its first and last lines are inside of all.
    while len(shown) == 1 and len(shown[0]):
        shown = [node for node in shown[0] if node in outline.order and outline.size(node)]
    for nodes, own in ((shown[::-1], _LICENCE), (shown, _BYLINE)):
        seen = 0
        for node in nodes:
            text = outline.text(node) if outline.size(node) < max(most, _MAX_META * (len(shown) > 1)) else ""
            is_part = has_role(node, _ADDED) or has_role(node, COMMENTS)
            # MSN Spaces has the line of the time below the text.
            day = None if node.find(".//a") is None else DATE.match(text)
            is_prose = PROSE.search(text) and outline.link_share(node) < _LINKS
            signs = [_AGE, own] if is_prose else [_AGE, own, _LICENCE, _CLOSE]
            is_tags = text and node.xpath(PATTERNS["body"]["of_tags"])
            if is_tags or any(one.search(text) for one in signs) or (day and CLOCK.match(text[day.end() :])):
                yield node
            elif seen >= _LAST and not is_part:
                break
            seen += not is_part
