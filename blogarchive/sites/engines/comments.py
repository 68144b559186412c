"""Read the comments of a page of unknown markup: parts that repeat under a heading of comments, each with name and time."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice

from blogarchive.items import Comment, DateText, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.html import BLOCKS, Element, link_url
from blogarchive.sites.engines.outline import COMMENTS, Outline, ancestors, has_role, names_of
from blogarchive.sites.engines.times import CLOCK, DATE, date_text, parse_place, parse_stamp
from blogarchive.sites.engines.urls import pattern
from blogarchive.sites.markup.picker import Picker, read_body, with_descendants

_COUNT = pattern("comments", "count")
_HEADING = pattern("comments", "heading")
_ITEM = pattern("comments", "item")
_SINGLE = re.compile(r"(?i)^(?:\w+[-_])?(?:comment|cmt|reply)$")
_ID = pattern("comments", "id")
_CREATORS = ("author", "creator", "name")
_PROSE = re.compile(r"[，。！？]|^(?:\S+\s+){16}|[^\W\d]{3}[.!?]\s*$")
_PINGS = {"pingback", "trackback"}
_AUTHOR = pattern("comments", "author")
_BODY = pattern("comments", "body")
_SAYS = pattern("comments", "says")
_BY = pattern("comments", "by")
_SIGNS = " \t\r\n|·•:：,，-—#/"
_LABELS = pattern("comments", "labels")
_BADGE = pattern("comments", "badge")
_TEXT_TAGS = ("p", "div", "dd", "li", "blockquote", "td", "section", "span")
_NO_SECTION = frozenset("body html a span i form input button main article h1 h2 h3 h4 h5 h6 li".split())  # noqa: SIM905
_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6", "cite")
_APART = ("form", "script", "h1", "h2", "h3", "h4", "h5", "h6")
_MAX_NAME, _MAX_OFFSET, _MAX_GROUPS, _MAX_NOTICE = 60, 14, 6, 60
_SURE, _MANY = (
    4,
    3,
)  # ways to find names that may be equal; comments of which some have another name otherwise
_DIGIT = re.compile(r"\S*[0-9]\S*")
_REPLY_TO = re.compile(r"^\s*(?:回复\s*@?|@)([^\s:：,，]{1,40})")


_Name = tuple[str, str | None]
_Read = tuple[list["_Item"], list[Comment | None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundComments:
    """The comments of a page, the elements that contain them, and how many the page counts."""

    comments: tuple[Comment, ...] = ()
    sections: tuple[Element, ...] = ()
    count: int | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True, eq=False)
class _Item:
    element: Element
    place: int  # of its time
    parts: list[Element]  # the element, and those beside it that belong to the comment
    inner: list[Element] = field(default_factory=list)  # items of its answers
    above: "_Item | None" = None
    nodes: list[Element] = field(default_factory=list)
    body: Element | None = None
    name: _Name | None = None


def comment_sections(outline: Outline, heading: Element | None) -> list[Element]:
    """Return the elements that contain the comments of the page, by their names."""
    found: list[Element] = []
    start = -1 if heading is None else outline.order[heading]
    for node, place in outline.order.items():
        if place <= start or node.tag in _NO_SECTION or not has_role(node, COMMENTS) or has_role(node, _ITEM):
            continue
        is_inside = found and outline.contains(found[-1], node)
        is_beside = node in outline.beside and (found or node.get("id") != "comments")
        if not (is_inside or has_role(node, _BODY) or is_beside):
            found.append(node)
    return found


def read_comments(outline: Outline, sections: list[Element], body: Element, now: datetime) -> FoundComments:
    """Return the comments under the text; none, and a problem, if one has no name, or they may be of the text.

    An author can quote comments with their markup. Those of the page stand outside the text, or beside their form.
    """
    outer = [section for section in sections if not outline.contains(body, section)]
    if any(map(outline.size, sections)) and not outer and body.find(".//form") is None:
        return FoundComments(problems=(_unreadable(Detail.COMMENTS_IN_TEXT),))
    sections = outer or sections
    closed = [section for section in sections if not has_role(section, _SINGLE)]
    count = _find_count(outline, closed or sections[:1], body)
    above = ancestors([*sections, body]).union(closed)
    inside = _elements_in_comments(outline, sections, above)
    outside = (node for node in outline.order if not (node in outline.beside or outline.contains(body, node)))
    marks = (_ID.search(node.get("id") or node.get("name") or "") for node in chain(inside, outside))
    ids = {mark[1] for mark in marks if mark}
    claimed = max(count or 0, len(ids))
    items, comments = _find_items(outline, inside, above, claimed, now)
    known = tuple(comment for comment in comments if comment is not None)
    pings = {node for node in inside if node.tag == "li" and _PINGS.intersection(names_of(node))}
    pings -= {above for item in items for above in (item.element, *item.element.iterancestors())}
    expected = claimed - len(pings) if ids or count is not None else len(known)
    problems: tuple[Problem, ...] = ()
    has_times = all(one.posted is not None and one.posted.at is not None for one in known)
    if not has_times or (not items and ((ids and expected) or _has_more(outline, sections, body, pings))):
        known, problems = (), (_unreadable(Detail.NO_TIME_OF_COMMENT),)
    elif len(known) < len(comments):
        known, problems = (), (_unreadable(Detail.COMMENT_PARTS),)
    elif len(known) != expected:
        detail = Detail.COMMENTS_COUNT.format(claimed=expected, count=len(known))
        problems = (Problem(kind="incomplete", field="comments", detail=detail),)
    sections = sections or [part for item in items if item.above is None for part in item.parts]
    return FoundComments(comments=known, sections=tuple(sections), count=count, problems=problems)


def _unreadable(detail: str) -> Problem:
    return Problem(kind="unreadable", field="comments", detail=detail)


def _has_more(outline: Outline, sections: list[Element], body: Element, pings: set[Element]) -> bool:
    """Return whether there seem to be comments: a text in the sections that is no form, or dates under their heading."""
    apart = with_descendants(chain(pings, (node for one in sections for node in one.iter(*_APART))))
    texts = [place for one in sections for place in outline.span(one) if outline.holders[place] not in apart]
    if texts:
        has_digit = any(_DIGIT.search(outline.texts[place]) for place in texts)
        return has_digit and sum(map(outline.sizes, texts)) > _MAX_NOTICE
    own, beside = outline.span(body), outline.beside
    shown = [place for place, node in enumerate(outline.holders) if place not in own and node not in beside]
    heads = [place for place in shown if _HEADING.fullmatch(outline.texts[place].strip())]
    start = next((place for place in heads if place >= own.stop), len(outline.texts))
    is_counted = any(re.search("[1-9]", outline.texts[place]) for place in heads)
    return is_counted or any(DATE.search(outline.texts[place]) for place in shown if place > start)


def _is_label(text: str) -> bool:
    """Return whether a text is no name and no comment, but a button or the number of the comment."""
    return len(text) <= 40 and all(map(_LABELS.fullmatch, re.findall(r"\w+", text)))


def _find_count(outline: Outline, sections: list[Element], body: Element) -> int | None:
    """Return the number of comments that a line outside the text, or the heading of the comments, states."""
    for section in sections:
        start = outline.span(section).start
        shown = outline.texts[max(outline.span(body).stop, start - 1) : start + 4]
        if match := _COUNT.search(" ".join(shown)[:120]):
            return parse_count(match[1] or match[2])
    return None


def _find_items(
    outline: Outline, inside: set[Element], stops: set[Element], claimed: int, now: datetime
) -> _Read:
    """Return the repeated elements with one time each, outer ones before the answers in them, and their comments.

    Times of comments stand in alike elements. Of several such groups the one with as many as the page claims counts,
    else the largest.
    """
    groups: defaultdict[tuple[tuple[str, str], ...], list[int]] = defaultdict(list)
    for place, (text, holder) in enumerate(zip(outline.texts, outline.holders, strict=True)):
        rest = DATE.sub("", text)
        if holder in inside and (rest != text or holder.get("datetime")) and not _PROSE.search(rest):
            shape = _shape(holder)
            groups[shape].append(place)
            groups[shape[:1]].append(place)  # answers may stand in other elements
    found = []
    for shape, places in sorted(groups.items(), key=lambda group: -len(group[1]))[:_MAX_GROUPS]:
        items, comments = _read_items(outline, places, stops, now)
        read = [one for one in comments if one is not None]
        exact = sum(one.posted is not None and one.posted.precision not in (None, "day") for one in read)
        key = (len(read) == claimed == len(items), len(shape) > 1, len(items), exact)
        found.append((key, items, comments))
    return max(found, key=lambda one: one[0], default=((), [], []))[1:]


def _read_items(outline: Outline, places: list[int], stops: set[Element], now: datetime) -> _Read:
    """Return the elements around these times and their comments: each in one element, or in several beside another."""
    elements = _lift([outline.holders[place] for place in places], stops)
    others = {*elements}
    for way in (None, False, True):
        parts = (_beside(outline, element, way, others) for element in elements)
        items = [_Item(*row) for row in zip(elements, places, parts, strict=True)]
        items.sort(key=lambda item: outline.order[item.element])
        known = {item.element: item for item in items}
        for item in items:
            item.above = next((known[one] for one in item.element.iterancestors() if one in known), None)
            if item.above is not None:
                item.above.inner.append(item.element)
        for item in items:
            inner = {*with_descendants(item.inner), item.element}
            every = chain.from_iterable(part.iter() for part in item.parts)
            item.nodes = [node for node in every if node in outline.order and node not in inner]
            item.body = _find_text(outline, item)
        # One way finds the names of all comments. A text that all have beside their time is a label.
        ways = enumerate(zip(*(_find_names(outline, item) for item in items), strict=True))
        good = (row for way, row in ways if all(row) and (way < _SURE or len(row) < _MANY or len({*row}) > 1))
        names = next(good, (None,) * len(items))
        comments = [_read_item(outline, item, name, now) for item, name in zip(items, names, strict=True)]
        if all(comments):
            break
    return items, comments


def _beside(outline: Outline, element: Element, way: bool | None, others: set[Element]) -> list[Element]:
    """Return the element with its siblings, preceding or not, up to the next comment: `dt` and `dd`, or rows of a table."""
    found = [element]
    for one in element.itersiblings(preceding=way) if way is not None else ():
        if one in others or one.tag in _APART:
            break
        found += [one] if one in outline.order else []
    return found


def _elements_in_comments(outline: Outline, sections: list[Element], above: set[Element]) -> set[Element]:
    """Return the elements in the sections; without sections, those below an element with the name of a comment."""
    if sections:
        return with_descendants(sections)
    names = (node for node in outline.order if node.tag not in ("body", "html"))
    named = [node for node in names if has_role(node, COMMENTS) or has_role(node, _ITEM)]
    around = (parent for node in named if (parent := node.getparent()) is not None and parent not in above)
    return with_descendants(chain(around, named)) - outline.beside


def _shape(node: Element) -> tuple[tuple[str, str], ...]:
    """Return the tags and classes of the element and the one around it, as a template repeats them."""
    above = islice(chain((node,), node.iterancestors()), 2)
    names = ((one.tag, _DIGIT.sub(" ", one.get("class") or "").split()) for one in above)
    return tuple((tag, min(classes, default="")) for tag, classes in names)


def _lift(nodes: list[Element], stops: set[Element]) -> list[Element]:
    """Return the elements around these, at one distance from each, as large as they are still different ones."""
    level = nodes
    for _ in range(_MAX_OFFSET):
        parents = [node.getparent() for node in level]
        above = {parent: None for parent in parents if parent is not None and parent not in stops}
        if len(above) < len(level) or any(node.tag in ("body", "html") for node in above):
            break
        level = list(above)
    return level


def _read_item(outline: Outline, item: _Item, name: _Name | None, now: datetime) -> Comment | None:
    item.name, body = name, item.body
    if name is None or body is None:
        return None
    drop = _added_to(outline, item, body) | {one for one in item.inner if outline.contains(body, one)}
    text = read_body(Picker(tree=outline.tree), body, removed=drop)
    to = _REPLY_TO.match(text.text)
    return Comment(
        author_name=name[0],
        author_url=name[1],
        posted=_find_posted(outline, item, now),
        body_html=text.html,
        body_text=text.text,
        reply_to=item.above.name[0] if item.above and item.above.name else to[1] if to else None,
    )


def _find_posted(outline: Outline, item: _Item, now: datetime) -> DateText:
    """Return the time of a comment: its attribute `datetime` or `title` if the shown time is rough, such as `3天前`."""
    found = parse_place(outline, item.place, now)
    text = outline.texts[item.place].strip()[:80]
    above = islice(chain([outline.holders[item.place]], outline.holders[item.place].iterancestors()), 3)
    values = (value for node in above if (value := node.get("datetime") or node.get("title")))
    for stamp in (parse_stamp(value, now) for value in values if re.match(r"\d{4}-\d\d", value)):
        is_rough = found is None or found.precision == "day" or "前" in text or "ago" in text
        if stamp and (is_rough or (found and f"{stamp.at:%H:%M}" == f"{found.at:%H:%M}")):  # with an offset
            found = stamp
    return date_text(text, found) or DateText(text=text)


def _find_names(outline: Outline, item: _Item) -> Iterator[_Name | None]:
    """Yield the name of the commenter and a link by each way to find it.

    It has a class; on the line of the time it is bold, a link or a text before the time, or a text after it; in the
    rest of the comment it is bold, a link, or the text next to the time, as sina writes it.
    """
    body, own, time = item.body, item.place, outline.holders[item.place]
    span: set[int] = set() if body is None or outline.contains(body, time) else {*outline.span(body)}
    free = [node for node in filter(outline.size, item.nodes) if span.isdisjoint(outline.span(node))]
    named = [node for node in free if has_role(node, _AUTHOR) or node.get("itemprop") in _CREATORS]
    for node in named[1:]:  # the innermost: `<div class="comment-author"><cite class="fn">`
        named[0] = node if outline.contains(named[0], node) else named[0]
    yield next((name for node in named[:1] if (name := _name_of(outline, item, node))), None)
    line = _line_of(time)
    near = [node for node in free if outline.contains(line, node)]
    head = [node for node in near if outline.span(node).start < own]
    own_nodes = {item.element, *item.nodes}
    places = [
        place for part in item.parts for place in outline.span(part) if outline.holders[place] in own_nodes
    ]
    text = outline.texts[own]
    start, end = match.span() if (match := DATE.search(text)) else (0, len(text))
    closest = sorted({*places}.difference([own], span), key=lambda place: (abs(place - own), place))
    beside = [place for place in closest if place in outline.span(line)]
    before = [text[:start], *(outline.texts[place] for place in beside if place < own)]
    after = [CLOCK.sub("", text[end:]), *(outline.texts[place] for place in beside if place > own)]
    yield _first_of(outline, item, near, ("cite", "b", "strong"))
    yield _first_of(outline, item, head, ("a",))
    yield _first_text(before)
    yield _first_text(after)
    yield _first_of(outline, item, free, ("cite", "b", "strong"))
    yield _first_of(outline, item, free, ("a",))
    yield _first_text([outline.texts[place] for place in closest])


def _first_of(outline: Outline, item: _Item, nodes: list[Element], tags: tuple[str, ...]) -> _Name | None:
    for node in nodes:
        text = outline.text(node) if node.tag in tags else ""
        is_name = 0 < len(text) <= _MAX_NAME and not DATE.search(text)
        if not is_name or (node.tag == "a" and _is_label(text)):
            continue
        if (name := _name_of(outline, item, node)) and (name[1] or not name[0].isdigit()):  # no number
            return name
    return None


def _first_text(texts: list[str]) -> _Name | None:
    names = (name for name in map(_trim, texts) if 0 < len(name) <= _MAX_NAME)
    good = (name for name in names if not (_is_label(name) or _BADGE.fullmatch(name) or DATE.search(name)))
    return next(((name, None) for name in good), None)


def _line_of(time: Element) -> Element:
    """Return the block around the time of a comment."""
    return next((node for node in (time, *time.iterancestors()) if node.tag in BLOCKS), time)


def _trim(text: str) -> str:
    """Return a name without words that say who wrote: `Posted by`, `says:`."""
    bare = text.strip(_SIGNS).lstrip("])）").rstrip("[(（")
    bare = bare if re.search(r"[\])）]", bare) else bare.lstrip("[(（")
    name = _SAYS.sub("", " " + _BY.sub("", bare)).strip(_SIGNS)
    name = _BADGE.sub("", name) or name
    return name if re.search(r"[\[(（]", name) else name.rstrip("])）")


def _name_of(outline: Outline, item: _Item, node: Element) -> _Name | None:
    """Return the texts in an element that are no labels, up to a date."""
    texts = [outline.texts[place].strip() for place in outline.span(node)]
    date = next((place for place, text in enumerate(texts) if DATE.search(text)), len(texts))
    texts = [*texts[:date], *(DATE.split(text, maxsplit=1)[0] for text in texts[date : date + 1])]
    parts = [text for text in texts if not (_is_label(text) or _BADGE.fullmatch(text))]
    anchor = next(chain(node.iter("a"), node.iterancestors("a")), None)
    is_own = anchor is not None and outline.contains(item.element, anchor)
    url = link_url(anchor, outline.tree.base) if anchor is not None and is_own else None
    name = _trim(" ".join(" ".join(parts or texts).split()))
    return (name, url if url and url.startswith(("http://", "https://")) else None) if name else None


def _find_text(outline: Outline, item: _Item) -> Element | None:
    """Return the element of the comment's text: by a class, else the largest that has not the time."""
    apart = [node for node in item.nodes if not outline.contains(node, outline.holders[item.place])]
    named = [
        node for node in apart if has_role(node, _BODY) or node.get("itemprop") in ("commentText", "text")
    ]
    if filled := [node for node in named if outline.size(node) or node.find(".//img") is not None]:
        text = filled[0]
        for node in filled[1:]:
            rest = outline.text(text).replace(outline.text(node), "", 1)
            text = node if outline.contains(text, node) and _is_label(rest) else text
        return text
    blocks = [
        node
        for node in apart
        if node.tag in _TEXT_TAGS
        and outline.size(node)
        and not any(outline.contains(node, one) for one in item.inner)
        and not _SAYS.fullmatch(f" {outline.text(node)}")
        and not has_role(node, _AUTHOR)
    ]
    line = _line_of(outline.holders[item.place])
    blocks = [node for node in blocks if not outline.contains(line, node)] or blocks
    texts = [node for node in blocks if not _is_label(outline.text(node))]
    texts = texts or [node for node in blocks if not outline.link_share(node)]  # a comment may be `+1`
    best = max(
        texts,
        key=lambda one: (one.tag not in ("span", "li"), outline.size(one), -outline.order[one]),
        default=None,
    )
    if best is None:
        return next(iter(named), None)  # a comment without a text
    parent = best.getparent()
    # Several paragraphs may have no element of their own.
    are_lines = best.tag == "p" and sum(one.tag == "p" for one in blocks) > 1
    return parent if are_lines and parent is not None and outline.contains(item.element, parent) else best


def _added_to(outline: Outline, item: _Item, body: Element) -> set[Element]:
    """Return the elements in the text of a comment that the theme adds: its name, its time, buttons."""
    time = outline.holders[item.place]
    within = {node for node in item.nodes if node is not body and outline.contains(body, node)}
    heads = {
        one for one in within if outline.contains(one, time) or has_role(one, _AUTHOR) or one.tag in _HEADS
    }
    buttons = {
        one for one in within if "reply" in " ".join(names_of(one)).lower() and _is_label(outline.text(one))
    }
    return buttons | heads if outline.contains(body, time) else buttons
