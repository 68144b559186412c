"""Read the comments of a page of unknown markup: parts that repeat under a heading of comments, each with name and time."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice

from blogarchive.items import Comment, DateText, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.html import Element, link_url
from blogarchive.sites.engines.outline import COMMENTS, Outline, has_role, names_of
from blogarchive.sites.engines.times import DATE, date_text, parse_place, parse_stamp
from blogarchive.sites.markup.picker import Picker, read_body, with_descendants

_COUNT = re.compile(
    r"(?i)(?:^|[^\d.:-])(?!(?:19|20)\d\d\b)(\d{1,5})\s*(?:条|篇|个|則|则|份)?\s*(?:评论|留言|回[复應应]|迴響|[ck]omment(?:s|aires?|are?|[aá]rios?|i)?\b|responses?\b|replies|thoughts|gedanken|antworten|pensées|réponses|respuestas|meinungen)"
    r"|(?:评论|留言|comments?)(?:数|列表)?\s*[:：(（\[]\s*(\d{1,5})\s*[)）\]]?"
)
_ITEM = re.compile(
    r"(?i)^(?:li-|div-)?(?:comment|cmt|reply|pl|msg)[-_]?(?:\d+|[0-9a-f]{8,})(?:_li)?$|^comment[-_]?(?:item|body|card|line-box|block|entry|single)$"
)
_ID = re.compile(r"^(?:li-|div-)?(?:comment[-_]?(?=\d+$)|c(?=\d{15,}$))")
_PINGS = {"pingback", "trackback"}
_AUTHOR = re.compile(
    r"(?i)^(?:fn|(?:v|tk-|wl-)?nick(?:name)?|vname|cmt-?author|(?:comment|cmt|reply|user|post)?[-_]?(?:author|name|user(?:name)?|nick(?:name)?|poster|by)(?:[-_]?(?:name|link|info))?)$"
)
_BODY = re.compile(
    r"(?i)^(?:(?:comment|cmt|reply|msg|feedback|vc|tk|wl)?[-_]?(?:content|contents|text|body|con|main|message|entry|word|words|detail|article)s?|vcontent|cmtBody|commentbody)$"
)
_SAYS = re.compile(
    r"(?i)(?:\s*(?:说道|說道|说|說|写道|发表于|评论道|于)|\s+(?:says?|said|wrote|on|at|sagte?|schrieb|meinte?|a\sdit|dit|am|um|le))*\s*[:：,，]?\s*$"
)
_LABELS = re.compile(
    r"(?i)回[复覆應应]|reply|引用|quote|举报|删除|permalink|link|沙发|板凳|地板|支持|反对|匿名|登录后回复|登录以回复|编辑|edit|顶|踩|赞|to|\d{1,4}|\d{1,4}(?:楼|樓|f)|del"
)
_BADGE = re.compile(r"(?i)auth?or|auteur|作者|博主|[楼樓]主|站长|管理员|admin|mod")
_TEXT_TAGS = ("p", "div", "dd", "li", "blockquote", "td", "section", "span")
_NO_SECTION = frozenset("body html a span i form input button main article h1 h2 h3 h4 h5 h6 li".split())  # noqa: SIM905
_MAX_NAME, _MAX_OFFSET = 60, 14
_DIGIT = re.compile("[0-9]")
_REPLY_TO = re.compile(r"^\s*(?:回复\s*@?|@)([^\s:：,，]{1,40})")


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
    inner: list[Element] = field(default_factory=list)  # items of its answers
    above: "_Item | None" = None
    author: str | None = None


def comment_sections(outline: Outline, heading: Element | None) -> list[Element]:
    """Return the elements that contain the comments of the page, by their names."""
    found: list[Element] = []
    start = -1 if heading is None else outline.order[heading]
    for node, place in outline.order.items():
        is_named = has_role(node, COMMENTS) and not has_role(node, _ITEM)
        if place <= start or node.tag in _NO_SECTION or not is_named:
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
    count = _find_count(outline, sections, body)
    inside = _elements_in_comments(outline, sections)
    nodes = inside if sections else outline.order
    ids = {_ID.sub("", name) for node in nodes if _ID.match(name := node.get("id") or "")}
    claimed = max(count or 0, len(ids))
    items = _find_items(outline, sections, inside, claimed, now)
    comments = [_read_item(outline, item, now) for item in items]
    known = tuple(comment for comment in comments if comment is not None)
    sections = sections or [item.element for item in items if item.above is None]
    problems: tuple[Problem, ...] = ()
    pings = {node for node in inside if node.tag == "li" and _PINGS.intersection(names_of(node))}
    pings -= {above for item in items for above in (item.element, *item.element.iterancestors())}
    expected = claimed - len(pings) if ids or count is not None else len(known)
    if ids and expected and not items:
        problems = (_unreadable(Detail.NO_TIME_OF_COMMENT),)
    elif len(known) < len(comments):
        known, problems = (), (_unreadable(Detail.COMMENT_PARTS),)
    elif len(known) != expected:
        detail = Detail.COMMENTS_COUNT.format(claimed=expected, count=len(known))
        problems = (Problem(kind="incomplete", field="comments", detail=detail),)
    return FoundComments(comments=known, sections=tuple(sections), count=count, problems=problems)


def _unreadable(detail: str) -> Problem:
    return Problem(kind="unreadable", field="comments", detail=detail)


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
    outline: Outline, sections: list[Element], inside: set[Element], claimed: int, now: datetime
) -> list[_Item]:
    """Return the repeated elements with one time each, outer ones before the answers in them."""
    places = [
        place
        for place, text in enumerate(outline.texts)
        if len(text) < 200
        and outline.holders[place] in inside
        and DATE.search(text)
        and parse_place(outline, place, now)
    ]
    if not places:
        return []
    shapes = Counter(_shape(outline.holders[place]) for place in places)
    shape = max(shapes, key=shapes.__getitem__)  # of several, the first on the page
    chosen = [place for place in places if _shape(outline.holders[place]) == shape]
    alike = [place for place in places if _shape(outline.holders[place])[0] == shape[0]]
    chosen = alike if len(alike) == claimed else chosen  # answers may stand in other elements
    elements = _lift(outline, [outline.holders[place] for place in chosen], sections)
    items = [_Item(element, place) for element, place in zip(elements, chosen, strict=True)]
    items.sort(key=lambda item: outline.order[item.element])
    known = {item.element: item for item in items}
    for item in items:
        item.above = next((known[one] for one in item.element.iterancestors() if one in known), None)
        if item.above is not None:
            item.above.inner.append(item.element)
    return items


def _elements_in_comments(outline: Outline, sections: list[Element]) -> set[Element]:
    """Return the elements in the sections; without sections, those below an element with the name of a comment."""
    if sections:
        return {node for section in sections for node in section.iter()}
    named = (
        node
        for node in outline.order
        if node.tag not in ("body", "html") and (has_role(node, COMMENTS) or has_role(node, _ITEM))
    )
    return with_descendants(named) - outline.beside


def _shape(node: Element) -> tuple[tuple[str, str], ...]:
    """Return the tags and classes of the element and the one around it, as a template repeats them."""
    shape = []
    for above in (node, *islice(node.iterancestors(), 1)):
        names = (name for name in (above.get("class") or "").split() if not _DIGIT.search(name))
        shape.append((above.tag, min(names, default="")))
    return tuple(shape)


def _lift(outline: Outline, nodes: list[Element], sections: list[Element]) -> list[Element]:
    """Return the elements around these, at one distance from each, as large as they are still different ones."""
    stops = {*sections, *(above for section in sections for above in section.iterancestors())}
    level = nodes
    for _ in range(_MAX_OFFSET):
        parents = [node.getparent() for node in level]
        above = {parent: None for parent in parents if parent is not None and parent not in stops}
        if len(above) < len(level) or any(node.tag in ("body", "html") for node in above):
            break
        level = list(above)
    return level


def _read_item(outline: Outline, item: _Item, now: datetime) -> Comment | None:
    inner = with_descendants(item.inner)
    nodes = [node for node in item.element.iterdescendants() if node in outline.order and node not in inner]
    body = _find_text(outline, item, nodes)
    name, url = _find_name(outline, item, nodes, body)
    if name is None or body is None:
        return None
    posted = _find_posted(outline, item, now)
    drop = _added_to(outline, item, body, nodes) | {one for one in item.inner if outline.contains(body, one)}
    text = read_body(Picker(tree=outline.tree), body, removed=drop)
    to = _REPLY_TO.match(text.text)
    above = None if item.above is None else item.above.author
    item.author = name
    return Comment(
        author_name=name,
        author_url=url,
        posted=posted,
        body_html=text.html,
        body_text=text.text,
        reply_to=above or (to[1] if to else None),
    )


def _find_posted(outline: Outline, item: _Item, now: datetime) -> DateText:
    """Return the time of a comment: its attribute `datetime` or `title` if the shown time is rough, such as `3天前`."""
    found = parse_place(outline, item.place, now)
    text = outline.texts[item.place].strip()
    for above in (outline.holders[item.place], *islice(outline.holders[item.place].iterancestors(), 2)):
        value = above.get("datetime") or above.get("title") or ""
        stamp = parse_stamp(value, now) if re.match(r"\d{4}-\d\d", value) else None
        if stamp is None:
            continue
        is_rough = found is None or found.precision == "day" or "前" in text or "ago" in text
        if is_rough or (found is not None and f"{stamp.at:%H:%M}" == f"{found.at:%H:%M}"):  # with an offset
            found = stamp
    return date_text(text[:80], found) or DateText(text=text[:80])


def _find_name(
    outline: Outline, item: _Item, nodes: list[Element], body: Element | None
) -> tuple[str | None, str | None]:
    """Return the name of the commenter and a link: by a class, the first link or bold text, or the text before the time."""
    if body is not None and outline.contains(body, outline.holders[item.place]):
        body = None  # the text has no element of its own
    outside = [node for node in nodes if body is None or not outline.contains(body, node)]
    named = [
        node
        for node in filter(outline.size, outside)
        if has_role(node, _AUTHOR) or node.get("itemprop") in ("author", "creator", "name")
    ]
    if named:
        name = named[0]
        for node in named:  # the innermost: `<div class="comment-author"><cite class="fn">`
            name = node if outline.contains(name, node) else name
        return _clean(outline, name, item)
    for tags in (("cite", "b", "strong"), ("a",)):
        for node in outside:
            text = outline.text(node)
            is_name = 0 < len(text) <= _MAX_NAME and not DATE.search(text)
            if node.tag in tags and is_name and (tags[0] == "cite" or not _is_label(text)):
                return _clean(outline, node, item)
    # No element has the name: it is the text before the time, as sina writes it.
    for place in range(item.place, outline.span(item.element).start - 1, -1):
        text = "" if body is not None and place in outline.span(body) else outline.texts[place]
        text = text[: match.start()] if place == item.place and (match := DATE.search(text)) else text
        text = _SAYS.sub("", text).strip(" \t\r\n[]()（）|·•:：,，-—#")
        if 0 < len(text) <= _MAX_NAME and not _is_label(text):
            return text, None
    return None, None


def _clean(outline: Outline, node: Element, item: _Item) -> tuple[str | None, str | None]:
    text, last = outline.text(node), outline.texts[outline.span(node).stop - 1].strip()
    text = text.removesuffix(last) or last if _BADGE.fullmatch(last) else text
    text = _SAYS.sub("", DATE.split(text, maxsplit=1)[0]).strip(" \t\r\n:：,，")
    anchor = next(chain(node.iter("a"), node.iterancestors("a")), None)
    is_own = anchor is not None and outline.contains(item.element, anchor)
    url = link_url(anchor, outline.tree.base) if anchor is not None and is_own else None
    return text or None, url if url and url.startswith(("http://", "https://")) else None


def _find_text(outline: Outline, item: _Item, nodes: list[Element]) -> Element | None:
    """Return the element of the comment's text: by a class, else the largest that has not the time."""
    time = outline.holders[item.place]
    apart = [node for node in nodes if not outline.contains(node, time)]
    named = [
        node for node in apart if has_role(node, _BODY) or node.get("itemprop") in ("commentText", "text")
    ]
    if filled := [node for node in named if outline.size(node) or node.find(".//img") is not None]:
        return filled[0]
    blocks = [
        node
        for node in apart
        if node.tag in _TEXT_TAGS
        and outline.size(node)
        and not any(outline.contains(node, one) for one in item.inner)
        and not _is_label(outline.text(node))
        and not _SAYS.fullmatch(outline.text(node))
        and not has_role(node, _AUTHOR)
    ]
    best = max(blocks, key=lambda node: (outline.size(node), -outline.order[node]), default=None)
    if best is None:
        return next(iter(named), None)  # a comment without a text
    parent = best.getparent()
    # Several paragraphs may have no element of their own.
    are_lines = best.tag == "p" and sum(one.tag == "p" for one in blocks) > 1
    return parent if are_lines and parent is not None else best


def _added_to(outline: Outline, item: _Item, body: Element, nodes: list[Element]) -> set[Element]:
    """Return the elements in the text of a comment that the theme adds: its name, its time, buttons."""
    time = outline.holders[item.place]
    found = set()
    for node in nodes:
        if node is body or not outline.contains(body, node):
            continue
        is_button = "reply" in " ".join(names_of(node)).lower() and _is_label(outline.text(node))
        is_head = outline.contains(body, time) and (outline.contains(node, time) or has_role(node, _AUTHOR))
        if is_button or is_head:
            found.add(node)
    return found
