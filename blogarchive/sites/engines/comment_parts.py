"""Read the parts of comments of unknown markup: the elements of each, its name, its time and its text."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, count, dropwhile, filterfalse, takewhile
from typing import NamedTuple

from blogarchive.items import Comment, DateText
from blogarchive.parsing.dates.order import Orders, Since, day_orders, stamp_of_link
from blogarchive.parsing.dates.parse import date_text, parse_linked, parse_yearless
from blogarchive.parsing.html import BLOCKS, Element, link_url, own_text
from blogarchive.sites.engines.outline import HEADINGS, Outline
from blogarchive.sites.engines.times import CLOCK, MOMENT, YEARLESS, parse_exact, stated_times
from blogarchive.sites.engines.urls import PATTERNS, patterns
from blogarchive.sites.markup.elements import Shape, ancestors, beside, block_around, has_role, lift, shape_of
from blogarchive.sites.markup.picker import Picker, answered, read_body, select_all, with_descendants

BODY, HEADING, ITEM, _OWN, _AUTHOR, _SAYS, _BY = patterns("comments", "body heading item own author says by")
_AFTER, _LABELS, _BADGE, _OWNER, _AGENT, _DAY = patterns("comments", "after_by labels badge owner agent day")
_LINE, _ANSWER, _SENTENCE, _BUTTON, _REPLY, _TO = patterns("comments", "line answer sentence button reply to")
APART = ("form", "script", *HEADINGS)  # elements that are beside the comments
_NO_NAME = re.compile(rf"(?i){MOMENT.pattern}|{''.join(PATTERNS['comments']['no_name'])}")
_SIGNS, _ENDS = " \t\r\n\xa0@|·•⋅∙»›:：,，-—–#", " \t\r\n\xa0@|·•⋅∙,，-—–#"
# A visitor may sign as `666`, `w` or `...`, which are else numbers and signs.
_NAME_TAGS, _ODD = (("cite", "b", "strong"), ("a",), HEADINGS), re.compile(r"^(?:\d+|\W+|\w)$")
_PROSE_TAGS, _TEXT_TAGS = (PATTERNS["comments"][name] for name in ("prose_tags", "text_tags"))
# Ways to cut comments: which siblings belong to one (None: none; False: those after it, True: those before it), and
# whether its text is the element itself (None: the text is beside the name in one block).
_WAYS = ((None, False), (False, False), (2, True), (True, False), (None, True), (None, None))
# By the ways of `_find_names` in `_SURE`, one author may have written all comments. The links and texts that the other
# ways find are labels if they do not differ: of three comments one must, and one more of each `_MANY`.
# The link of a pingback is the title of its post.
_MAX_NAME, _MAX_LINK, _SURE, _MANY, _MAX_NESTED = 60, 160, {*range(5), 6, 9}, 9, 100

_Name = tuple[str, str | None]
_Names = list[tuple[Shape, _Name]]  # in elements of these shapes
_Text = tuple[Element | None, set[int]]  # the element of a text, and its places
_Block = tuple[tuple[int, ...], Element, set[int]]
_Blocks = defaultdict[object, list[_Block]]  # by their shape


@dataclass(slots=True, eq=False)
class Item:
    """The elements of one comment."""

    element: Element
    place: int  # of its time
    parts: list[Element] = field(default_factory=list)  # the element, and those beside it of the comment
    inner: list[Element] = field(default_factory=list)  # items of its answers
    above: "Item | None" = None
    nodes: list[Element] = field(default_factory=list)
    body: Element | None = None
    shown: set[int] = field(default_factory=set)  # places of the text in it
    name: _Name | None = None


Read = list[tuple[Item, Comment | None]]


def read_items(outline: Outline, places: list[int], stops: set[Element], since: Since) -> Read:
    """Return the elements around these times and their comments: each in one element, or in several beside another."""
    elements = lift([outline.holders[place] for place in places], stops)
    # No answers are as deep: each would be read again with all those around it.
    is_deep = sum(len(outline.span(one)) for one in elements) > _MAX_NESTED * len(outline.texts)
    orders, whole, rows = _find_orders(outline, places, since), list[Read](), Read()
    for way, is_whole in () if is_deep or not elements else _WAYS:
        items = _cut(outline, elements, places, way)
        _find_parts(outline, items, is_whole)
        # FC2 has the answer of the owner, without a name, in the comment: its text is no second comment.
        own = [x for x in items if not (x.above and x.shown and x.shown == x.above.shown)]
        rows = [(item, _read_item(outline, item, orders, since)) for item in own]
        whole += [rows] * all(comment for _, comment in rows)
        # SaBlog-X has each text before its time, and links to pages below the last time: these are no text.
        shapes = {x.body is not None and shape_of(x.body)[0] for x in own}
        if whole[-1:] == [rows] and (way is None or len(shapes) == 1):
            return rows
    return next(iter(whole), rows)


def _find_orders(outline: Outline, places: list[int], since: Since) -> Orders:
    """Return the orders of month and day that the dates of comments have, else those of the page, or since its post."""
    days = [text for at in places for text in (outline.texts[at], *stated_times(outline.holders[at]))]
    # Kinja has the time of each comment in milliseconds.
    nodes = outline.select("time[datetime], a[href*='showComment='], a[href*='#c1'], [data-publishtime]")
    stamps = (x.get("datetime") or stamp_of_link(x.get("href") or x.get("data-publishtime")) for x in nodes)
    stated = (f"{outline.text(x)} {at or ''}" for x, at in zip(nodes, stamps, strict=True))
    return day_orders(days) or day_orders(stated) or day_orders(days, outline.lang, since=since)


def _find_parts(outline: Outline, items: list[Item], is_whole: bool | None) -> None:
    """Set the texts and the names of comments: one way finds those of all."""
    for item, (body, shown) in zip(items, _find_texts(outline, items, is_whole), strict=True):
        inner = range(min(shown, default=0), max(shown, default=0))
        # A word in bold type between the lines of a text is no name.
        item.body, item.shown = body, shown.union(() if item.place in inner else inner)
    ways = enumerate(map(_alike, zip(*(_find_names(outline, item) for item in items), strict=True), count()))
    # A text that all have beside their time is a label. Numbers without a class are those of the comments.
    most = ((i, row, {x for x in row if x and x[0].strip("0123456789" * i)}) for i, row in ways if all(row))
    good = (row for i, row, named in most if len(named) > (i not in _SURE) * ((len(row) + 6) // _MANY))
    # SPIP repeats the title of the post in each comment: it is no name, unless other comments have other names.
    good = (row for row in good if any(x and x[0] != outline.title.text for x in row))
    # A button has another URL in each comment, and the same text.
    urls = ((row, len({x and x[0] for x in row}), {x and x[1] for x in row} - {None}) for row in good)
    good = (row for row, names, found in urls if names > 1 or len(found) < max(2, len(row)))
    for item, name in zip(items, next(good, (None,) * len(items)), strict=True):
        item.name = name


def _alike(row: tuple[_Names, ...], way: int) -> list[_Name | None]:
    """Return the first names that all comments have in alike elements; else the first of each by one of the first ways.

    The other ways search the whole comment: its author may type another name.
    """
    shapes = set[Shape].intersection(*({shape for shape, _ in names} for names in row))
    return [next((x for at, x in names if at in shapes or not (shapes or way > 5)), None) for names in row]


def _cut(outline: Outline, elements: list[Element], places: list[int], way: int | None) -> list[Item]:
    """Return the items in the order of the page, each with its own elements: without those of its answers."""
    items = sorted(map(Item, elements, places), key=lambda item: outline.order[item.element])
    known = {item.element: item for item in items}
    for item in items:
        rest = [] if way is None else beside(item.element, bool(way), known.keys(), APART)
        # A copy of Blogger closes the box of a comment above its text: the next name is behind the time.
        box = known.get(n := next(item.element.itersiblings(preceding=True), outline.tree.root), Item(n, -1))
        if way == 2 and shape_of(n)[0] == shape_of(item.element)[0]:
            box.inner += (rest := [x for x in n if outline.span(x).start > box.place])
        shown = filter(outline.order.__contains__, rest)
        # Sablog-X has the heading of all comments in a `div`: it ends the first of them.
        rest = [*takewhile(lambda one: not HEADING.fullmatch(outline.text(one)), shown)]
        item.parts = sorted([item.element, *rest], key=outline.order.__getitem__)
    # Thesis has the answers to a comment in its `dd`, beside the `dt` with its name.
    owners = {part: item for item in items for part in item.parts}
    for item in items:
        outer = [owners[one] for one in item.element.iterancestors() if one in owners]
        item.above = next((x for x in outer if not way or outline.contains(x.element, item.element)), None)
        next(iter(outer), Item(item.element, -1)).inner += [item.element] if way else item.parts
    for item in items:
        # Mezzanine shows a rating of each comment, Drupal votes, themes a form to answer.
        item.inner += chain(*(select_all(part, ".rating, .votes, form") for part in item.parts))
        inner = with_descendants(item.inner)
        item.nodes = [n for x in item.parts for n in x.iter() if n in outline.order and n not in inner]
    for one, above in answered([*known]).items():
        known[one].above = known[one].above or known[above]
    return items


def _read_item(outline: Outline, item: Item, orders: Orders, since: Since) -> Comment | None:
    if item.name is None or item.body is None:
        return None
    time = outline.holders[item.place]
    # Movable Type writes paragraphs without an element around each comment: the body is then that of the page.
    others = () if item.body in item.nodes else {*item.body}.difference(item.parts)
    drop = _added_to(outline, item, item.body, item.name[0]).union(item.inner, others)
    # A theme without an element for the text begins it with `posted by NAME on DAY:`.
    first, head = max(item.place, min(item.shown, default=0)), outline.span(item.body).start
    above = (_trim(outline.texts[at]) for at in range(head, first) if at != item.place)
    is_head = outline.contains(item.body, time) and all(x == item.name[0] or is_label(x) for x in above)
    begin = time if (x := outline.holders[first]) in ancestors([time]) else x
    text = read_body(Picker(tree=outline.tree), item.body, removed=drop, head=begin if is_head else None)
    start, line = outline.span(item.element).start, " ".join(outline.texts[item.place].split())[:80]
    # VOID of Typecho has `回复 @name` between the name and the time.
    before = " ".join(outline.texts[at] for at in range(start, item.place) if at not in item.shown)
    named = _REPLY.match(outline.text(item.body)) or _TO.search(before)
    # A comment without a time has a name, a text, a verb and links to answer alone.
    bare = () if shows_time(time, outline.texts[item.place]) else {*item.nodes}.difference(item.body.iter())
    rest = (x for x in map(own_text, bare) if not (x in item.name[0] or _SAYS.fullmatch(f" {x}")))
    if (time is item.body and not is_head) or not all(map(_ANSWER.fullmatch, rest)):
        return None
    found = parse_exact(outline, item.place, orders) or parse_linked(line, time.get("href"), outline.now)
    # Themes leave out the year.
    found = parse_yearless(line, found, since, outline.now) if YEARLESS.search(line) else found
    # With a precision, no later step parses the text of a time that it does not tell alone.
    at = None if bare else date_text(line, found) or DateText(text=line, precision="day")
    # Tale has all answers to a comment in one list: its link `@name` is more exact.
    to = named[1] if named else (item.above and item.above.name and item.above.name[0]) or None
    comment = Comment(author_name=item.name[0], author_url=item.name[1], posted=at, reply_to=to)
    return replace(comment, body_html=text.html, body_text=text.text)


def shows_time(node: Element, text: str) -> bool:
    """Return whether a text, or an attribute of its element, may be the time of a comment, not of a source it links."""
    is_source = node.tag == "a" and "#" not in node.get("href", "") and not is_label(MOMENT.split(text)[0])
    is_time = (MOMENT.search(text) and not is_source) or node.get("datetime") or any(stated_times(node))
    is_linked = stamp_of_link(node.get("href")) and CLOCK.fullmatch(text.strip())
    return bool((is_time or is_linked) and not _SENTENCE.search(MOMENT.sub("", text)))


def _find_names(outline: Outline, item: Item) -> Iterator[_Names]:
    """Yield the names of the commenter and a link by each way to find it; a name behind `@` is that of another.

    It has a class; on the line of the time it is a link or a text before the time, or a text after it; in the rest of
    the comment it is bold, a link, or the text next to the time, as sina writes it.
    """
    nodes, texts, span, shown = {*item.nodes}, outline.texts, outline.span, item.shown
    every = {place for part in item.parts for place in span(part) if outline.holders[place] in nodes}
    places = {at for at in every - shown if "@" not in (texts[at - 1].rstrip()[-1:], texts[at].lstrip()[:1])}
    free = [n for n in item.nodes if span(n) and span(n).start in places and shown.isdisjoint(span(n))]
    # The innermost of the elements named for the author: `cite.fn` in `div.comment-author`.
    named = [n for n in _authors(outline, free) if not is_label(_ODD.sub("x", outline.text(n)))]
    yield (classed := _with_shapes(outline, item, filterfalse(ancestors(named).__contains__, named)))
    before, after, closest = _texts_by_time(outline, item, places)
    yield _first_text([*dropwhile(lambda one: not _AFTER.match(f"{one} "), after)])
    free = [n for n in free if not _OWN.search(n.get("href", ""))]
    line = block_around(outline.holders[item.place])
    head = [n for n in free if outline.contains(line, n) and span(n).start < item.place]
    # Behind a name in bold type may be a link of its profile, and a verb before the day.
    yield from (_names_in(outline, item, head, tags) for tags in _NAME_TAGS[:2])
    bold, links, heads = (_names_in(outline, item, free, tags) for tags in _NAME_TAGS)
    # A word in bold type in a text is no name if the line of the time begins with `Posted by NAME at`.
    yield _first_text(before[1:] if bold and not _BY.match(before[0].strip()) else before)
    known, near = dict(name for _, name in [*bold, *links]), map(_first_text, (after, closest))
    next_to, nearest = ([(s, (x, known.get(x))) for s, (x, _) in y if not known or x in known] for y in near)
    yield from (next_to, bold, links, nearest, heads)
    # Tistory hides who wrote a secret comment: the element that has the name of another one is empty.
    bare = [(shape_of(n), ("", None)) for n in _authors(outline, [*nodes]) if not (outline.text(n) or len(n))]
    yield [(shape[:1], name) for shape, name in classed or bare * (not (bold or links or nearest or heads))]


def _texts_by_time(outline: Outline, item: Item, places: set[int]) -> tuple[list[str], ...]:
    """Return the texts before the time on its line, those after it, and all of `places`, the closest first."""
    own, line = item.place, outline.span(block_around(outline.holders[item.place]))
    start, end = match.span() if (match := MOMENT.search(text := outline.texts[own])) else (0, len(text))
    closest = {at: outline.texts[at] for at in sorted(places - {own}, key=lambda at: (abs(at - own), at))}
    before = [_DAY.sub("", text[:start]), *(closest[at] for at in closest if at in line and at < own)]
    after = [closest[at] for at in closest if at in line and at > own]
    return before, [*CLOCK.sub("", text[end:].lstrip(" 日")).split("|"), *after], [*closest.values()]


def _names_in(outline: Outline, item: Item, nodes: Iterable[Element], tags: tuple[str, ...]) -> _Names:
    # Business Insider has an explanation in the element, behind the name.
    own = ((n, own_text(n).strip() or outline.text(n)) for n in nodes if n.tag in tags)
    short = (x for x in own if 0 < len(x[1]) <= (_MAX_LINK if outline.link_share(x[0]) == 1 else _MAX_NAME))
    good = (n for n, text in short if not (_NO_NAME.search(text) or (n.tag == "a" and is_label(text))))
    # A visitor of emlog may sign as `2333`.
    return [x for x in _with_shapes(outline, item, good) if x[1][1] or not re.match(r"\d\d?[F.]?$", x[1][0])]


def _with_shapes(outline: Outline, item: Item, nodes: Iterable[Element]) -> _Names:
    return [(shape_of(node), name) for node in nodes if (name := _name_of(outline, item, node))]


def _first_text(texts: list[str]) -> _Names:
    names = [x for x in map(_trim, texts) if len(x) <= _MAX_NAME and not (is_label(x) or _NO_NAME.search(x))]
    # A visitor may sign as `游客`, which is a badge beside another name.
    return [((), (name, None)) for name in sorted(names, key=lambda name: bool(_BADGE.fullmatch(name)))[:1]]


def is_label(text: str) -> bool:
    """Return whether a text is no name and no comment, but a button or the number of the comment."""
    words = re.findall(r"\w+", text)
    return len(text) <= 40 and all(_LABELS.fullmatch(one) or _ANSWER.fullmatch(one) for one in words)


def _trim(text: str) -> str:
    """Return a name without words that say who wrote: `Posted by`, `says:`; at most 200 characters."""
    inner = _BY.sub("", text[:200].lstrip(_SIGNS).rstrip(_ENDS).lstrip("])）").rstrip("[(（"))
    return _BADGE.sub("", name := _SAYS.sub("", f" {inner}").strip(_SIGNS)).rstrip(_ENDS) or name


def _authors(outline: Outline, nodes: list[Element]) -> list[Element]:
    """Return the elements named for the author, without the badge of the owner beside others."""
    # A microformat has `p-content p-name` for a text.
    named = [node for node in nodes if has_role(node, _AUTHOR) and not has_role(node, BODY)]
    return [node for node in named if not _OWNER.fullmatch(outline.text(node))] or named


def _name_of(outline: Outline, item: Item, node: Element) -> _Name | None:
    """Return the texts in an element that are no labels, up to a date."""
    shown = "\0".join(outline.texts[place].strip() for place in outline.span(node))
    texts = (_DAY.sub("", shown[: day.start()]) if (day := MOMENT.search(shown)) else shown).split("\0")
    named = [text for text in texts if _trim(text) and not _ANSWER.fullmatch(text)]
    shown = min(named, key=lambda x: (x[0] in "(（", is_label(x), bool(_BADGE.fullmatch(x))), default="")
    own = (a for a in chain(node.iter("a"), node.iterancestors("a")) if a in item.nodes)
    url = next((link_url(anchor, outline.tree.base) for anchor in own), None)
    odd = _ODD.match(outline.text(node)) if node.tag == "cite" or has_role(node, _AUTHOR) else None
    name = _trim(" ".join(shown.split())) or (odd[0] if odd else "")
    return (name, url if url and url.startswith(("http://", "https://")) else None) if name else None


def _find_texts(outline: Outline, items: list[Item], is_whole: bool | None) -> list[_Text]:
    """Return the elements of the texts of comments by one way: by a class, else the alike ones with the most text."""
    blocks = [_text_blocks(outline, item, is_whole) for item in items]
    alike = ([one[shape] for one in blocks] for shape in blocks[0] if all(shape in one for one in blocks))
    known = [rows for rows in alike if any(row[0][4] for row in rows)]

    def rank(rows: list[_Block]) -> tuple[int, ...]:
        *traits, size, order = map(sum, zip(*(row[0] for row in rows), strict=True))
        return (*traits, len(rows) == 1 and min(rows[0][2], default=0) > items[0].place, size, order)

    rest = [max(one.values(), key=lambda row: row[0], default=((), None, set[int]())) for one in blocks]
    return [row[1:] for row in max(known, key=rank, default=rest)]


def _text_blocks(outline: Outline, item: Item, is_whole: bool | None) -> dict[object, _Block]:
    """Return the elements that may be the text by their shape: the rank of each, and the places of the text in it.

    If it is the whole comment, the text is what stands in it directly. If that is unknown, it is beside the name.
    """
    found, marks, last = _Blocks(list), _find_marks(outline, item), outline.tree.root
    for node in item.nodes:
        is_apart = not outline.contains(node, marks.time)
        is_body = is_apart and node.tag not in HEADINGS and node not in marks.above and has_role(node, BODY)
        is_outer = not is_whole if not is_apart else is_whole is None and node in marks.above
        if is_outer or node is marks.time or node in marks.names or not (is_body or node.tag in _TEXT_TAGS):
            continue
        own = _own_places(outline, node, marks, is_body=is_body)
        shown = " ".join(text for at in own if not MOMENT.fullmatch(text := outline.texts[at].strip()))
        # The text goes on in a paragraph that is bold as a whole, or a link with `rel=nofollow`.
        is_bare, above = node.tag in _PROSE_TAGS and not node.get("class"), next(node.iterancestors())
        is_free = all(one.get("rel") for one in node.iter("a")) and not is_label(shown)
        is_more = is_body or (is_bare and is_apart and above is last and is_free)
        # A comment may be a link alone, where others have a text.
        is_alone = is_apart and is_bare and outline.link_share(node) == 1 and not found[("p", ""), above.tag]
        if (is_none := not is_more and _is_no_text(outline, node, own, shown, marks)) and not is_alone:
            continue
        last = above if is_bare else last
        # If the text is in the item itself, an element inside the item is more likely the name.
        is_here, is_below = is_apart != bool(is_whole), not outline.contains(marks.line, node)
        traits = (is_body, is_here, is_below, node.tag not in ("span", "li"))
        _add_block(outline, found, node, {*own}, (*traits, 0 if is_none or is_label(shown) else len(shown)))
    return {(alike, place): row for alike, rows in found.items() for place, row in enumerate(rows)}


class _Marks(NamedTuple):
    """What is not the text of a comment."""

    time: Element
    line: Element  # the block around the time
    names: set[Element]  # of the commenter and the browser, with the elements in them
    above: set[Element]  # the elements around the names
    heads: set[int]  # places in answers, headings and forms
    start: range  # the places of the name before the time, if the text is behind it on one line


def _find_marks(outline: Outline, item: Item) -> _Marks:
    line = block_around(time := outline.holders[item.place])
    apart = [node for node in item.nodes if not outline.contains(node, time)]
    authors = _authors(outline, apart)
    heads = {*chain(*map(outline.span, (*item.inner, *(node for node in apart if node.tag in APART))))}
    behind = " ".join(outline.texts[item.place + 1 : outline.span(line).stop])
    start = range(outline.span(line).start, 0 if is_label(behind) else item.place)
    agents = (node for node in apart if has_role(node, _AGENT))
    return _Marks(time, line, with_descendants([*authors, *agents]), ancestors(authors), heads, start)


def _own_places(outline: Outline, node: Element, marks: _Marks, *, is_body: bool) -> list[int]:
    """Return the places of the text in an element; in one around the time, those directly in it."""
    if outline.contains(node, marks.time):
        return [place for place in outline.span(node) if outline.holders[place] is node]
    # bjyblog writes `NAME：text` in one paragraph, and `NAME 回复 NAME：text` for an answer.
    names = marks.names if node in marks.above and marks.names <= {*node.iter()} else ()
    own = [at for at in outline.span(node) if at not in marks.heads and outline.holders[at] not in names]
    return [x for x in own if not (is_body and outline.holders[x].tag == "a" and is_label(outline.texts[x]))]


def _is_no_text(outline: Outline, node: Element, own: list[int], shown: str, marks: _Marks) -> bool:
    """Return whether an element shows the name, the time or buttons of a comment, and no text."""
    is_apart = not outline.contains(node, marks.time)
    links = outline.link_share(node) if is_apart else 0
    # A comment may be a link alone, but no line with the link of its author.
    # Jianshu has `NAME：` before the text of an answer.
    is_link = (links == 1 or (links > 0.5 and shown.endswith((":", "：")))) and not shown.startswith("http")
    is_link |= links > 0 and has_role(node, _LINE)
    is_name = node.tag == "span" and outline.span(node).start in marks.start
    is_bold = {*own}.issubset(chain(*map(outline.span, node.iter(*_NAME_TAGS[0]))))
    words = [outline.texts[place] for place in own if outline.holders[place] not in marks.names]
    # A comment may be `+1`: a label alone in a block is a text, but not that of a button to answer.
    is_part = links > 0 or len(words) < len(own) or (node.tag in ("span", "li") and is_apart)
    is_button = (is_part or _ANSWER.fullmatch(shown)) and is_label(" ".join(words))
    return is_link or is_name or is_bold or bool(is_button or _SAYS.fullmatch(f" {shown}"))


def _add_block(outline: Outline, found: _Blocks, node: Element, own: set[int], rank: tuple[int, ...]) -> None:
    """Add an element to those of its shape; paragraphs, lists and code in one element are one text."""
    (_, name), is_prose = shape_of(node)[0], node.tag in _PROSE_TAGS
    # Highlighters wrap code in boxes.
    span = outline.span(node) if node.tag in ("pre", "table") else None
    parent = next(x for x in node.iterancestors() if outline.span(x) != span)
    rows = found[("p" if is_prose else node.tag, name), parent.tag]
    if is_prose and rows and parent in (rows[-1][1], rows[-1][1].getparent()):
        rows[-1] = ((*rank[:4], rows[-1][0][4] + rank[4], outline.order[node]), parent, rows[-1][2] | own)
    else:
        # A parser ends `<p>` at a quotation in it: the rest of the text has no element of its own.
        behind = outline.span(parent)[outline.span(node).stop - outline.span(parent).start :]
        rest = {at for at in behind if node.tag == "blockquote" and outline.holders[at] is parent}
        rows.append(((*rank, outline.order[node]), parent if rest else node, own | rest))


def _added_to(outline: Outline, item: Item, body: Element, name: str) -> set[Element]:
    """Return the elements in the text of a comment that the theme adds: its name, its time, buttons."""
    time, answered_one = outline.holders[item.place], (item.above and item.above.name) or ()

    def is_added(one: Element) -> bool:
        # Code and quotations are of the text.
        text, is_block = outline.text(one), one.tag in BLOCKS and one.tag not in ("pre", "blockquote")
        is_apart = (is_block or _trim(text) == name) and text and item.shown.isdisjoint(outline.span(one))
        is_head = outline.contains(body, time) and (_trim(text) == name or outline.contains(one, time))
        # RAW of Typecho has the name of the answered one, as bold text, before the text.
        is_link = outline.link_share(one) > 0 or (text[1:] in answered_one and not is_block)
        is_answer = _ANSWER.match(text) and is_label(_ANSWER.sub(" ", text)) and is_link
        is_alone = outline.link_share(one) == 1
        is_to = is_alone and text.startswith("@")
        is_button = is_label(text) and ((is_alone and is_block) or _BUTTON.search(one.get("class") or ""))
        return bool(is_apart or is_head or is_answer or is_to or is_button or has_role(one, _AGENT))

    return {one for one in item.nodes if one is not body and outline.contains(body, one) and is_added(one)}
