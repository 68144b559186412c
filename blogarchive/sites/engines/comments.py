"""Read the comments of a page of unknown markup: parts that repeat under a heading of comments, each with name and time."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain, islice, pairwise, takewhile
from typing import NamedTuple

from blogarchive.items import Comment, Problem, comments_problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.dates.order import Since
from blogarchive.parsing.html import Element, own_text
from blogarchive.sites.engines.body import mark
from blogarchive.sites.engines.comment_parts import APART, HEADING, ITEM, Item, Read, read_items, shows_time
from blogarchive.sites.engines.outline import COMMENTS, HEADINGS, Outline
from blogarchive.sites.engines.times import DATE, MOMENT, YEARLESS, is_edited, links_post
from blogarchive.sites.engines.urls import PATTERNS, patterns
from blogarchive.sites.markup.elements import Shape, ancestors, has_role, names_of, outside_forms, shape_of
from blogarchive.sites.markup.picker import is_media, with_descendants

_COUNT, _ID, _HEADING_OF, _ANSWER, _LINE, _OFF = patterns("comments", "count id heading_of answer line off")
_MOMENT, _PINGS, _PING, _SENTENCE, _CHILD, _ROW = patterns("comments", "moment pings ping sentence child row")
_Nodes = set[Element]
_NO_SECTION, _MAX_GROUPS, _MAX_NOTICE, _MAX_HEADING = frozenset(PATTERNS["comments"]["no_section"]), 6, 60, 20


class FoundComments(NamedTuple):
    """The comments of a page, the elements that contain them, and how many the page counts."""

    comments: tuple[Comment, ...] = ()
    sections: tuple[Element, ...] = ()
    claimed: int | None = None
    problems: tuple[Problem, ...] = ()


def comment_sections(outline: Outline) -> list[Element]:
    """Return the elements that contain the comments of the page, by their names."""
    found, start = list[Element](), -1 if (top := outline.title.heading) is None else outline.order[top]
    below = (node for node, place in outline.order.items() if place > start and node.tag not in _NO_SECTION)
    # Themes number the comments or name each, and do not name their list.
    rows = Counter(x.getparent() for x in outline.order if _ID.search(x.get("id", "")) or has_role(x, _ROW))
    for node in (x for x in below if has_role(x, COMMENTS) or is_media(x, DATE) or rows[x] > 1):
        is_beside = node in outline.beside and (found or "comments" not in names_of(node))
        found += [node] * (not (is_beside or (found and outline.contains(found[-1], node))))
    return found


def read_comments(outline: Outline, sections: list[Element], body: Element, since: Since) -> FoundComments:
    """Return the comments under the text; none, and a problem, if one has no name, or they may be of the text.

    An author can quote comments with their markup. Those of the page stand outside the text, or beside their form.
    `since` is the time of the post if that of a comment needs it.
    """
    text, inner = outside_forms(body, _OFF), under_heading(outline, outline.title.heading)
    apart = [section for section in sections if not outline.contains(body, section)]
    # Sablog-X has no name for comments that stand in the element of the text, beside their form.
    areas = apart or [section for section in sections or inner if section not in text]
    # Those above the last sentence between two of them are quoted in the text. It ends before their form.
    to_form = next((i for i, x in enumerate(areas) if x.find(".//textarea") is not None), 0) or len(areas)
    between = (outline.texts[x.stop : y.start] for x, y in pairwise(map(outline.span, areas[: to_form + 1])))
    cited = max((i for i, row in enumerate(between, 1) if any(map(_SENTENCE.search, row))), default=0)
    areas, under = areas[cited:], under_heading(outline, apart[cited - 1] if apart and cited else body)
    found = _read(outline, areas or under, body, text, since)
    large = {x for x in chain(sections, inner) if outline.size(x) > _MAX_HEADING}
    quoted = [x for x in outline.order if x in text and (x in large or has_role(x, ITEM))]
    last = [] if apart else _closing_comments(outline, quoted, body)
    for others, own in ((under * bool(areas), text), (last, text.difference(last, with_descendants(quoted)))):
        read = _read(outline, others, body, own, since) if others and not found.comments else found
        found = read if read.comments and all(x.kind == "incomplete" for x in read.problems) else found
    in_text = (comments_problem("unreadable", Detail.COMMENTS_IN_TEXT),)
    return found if not quoted or found.comments or found.problems else FoundComments(problems=in_text)


def _closing_comments(outline: Outline, quoted: list[Element], body: Element) -> list[Element]:
    """Return the comments that end the element of the text, behind their heading; static copies have no form."""
    start, inside = outline.span(next(iter(quoted), None)).start, with_descendants(quoted)
    beside = [x for x in range(start, outline.span(body).stop) if outline.holders[x] not in inside]
    # The section with the id `comments` contains its heading, or follows it.
    lines = (*islice((above := outline.holders[start - 1]).iterancestors(*HEADINGS), 1), above, *quoted[:1])
    heads = [x for x in lines if x.get("id") == "comments" or HEADING.fullmatch(outline.text(x))][:1]
    # Below the last comment, in the element around the text, are at most a few characters.
    is_end = mark(body) < 2 and sum(map(outline.sizes, beside)) < _MAX_HEADING
    # An author quotes comments under other words.
    return heads + quoted if is_end and heads and outline.tree.root.find(".//textarea") is None else []


def _read(outline: Outline, areas: list[Element], body: Element, own: _Nodes, since: Since) -> FoundComments:
    """Return the comments in these elements, outside the elements of the post's own text, or the problem."""
    # A link from another blog may be marked as a comment beside a single one.
    apart = outline.beside | with_descendants(one for one in outline.order if has_role(one, _PING))
    named = [one for one in outline.order if has_role(one, ITEM) and one not in apart]
    above = _elements_above(outline, areas, named, body)
    # Without sections, or with that of the form alone, comments are below an element with the name of one.
    inside = (with_descendants(areas) | (with_descendants({*named} - above) - outline.beside)) - own
    count = _find_count(outline, areas[:1], body)
    claimed = max(count or 0, _count_ids(outline, inside, above, body))
    rows = _choose(outline, inside, above, claimed, since)
    pings = {node for node in inside if has_role(node, _PING) or _PING.match(own_text(node))}
    seen = with_descendants([*pings, *(part for item, _ in rows for part in item.parts)])
    kept = [r for r in rows if pings.isdisjoint((*r[0].element.iterancestors(), *r[0].nodes))]
    # In a forum, the post is the first of the comments.
    found = [r for r in kept if r[0].body is None or outline.text(r[0].body) != outline.text(body)]
    # Themes count links from other blogs as comments, or do not.
    more = max(len(rows) - len(kept), sum(n.tag == "li" for n in pings)) * (claimed > len(found))
    # Answers may be without the ids of comments.
    wanted = max(claimed - more, 0 if count not in (None, len(found)) else len(kept))
    is_rest = (found or wanted or count is None) and _has_more(outline, areas, body, seen, bool(found))
    known = tuple(comment for _, comment in found if comment is not None)
    lost = [one.posted.text if one.posted else "" for one in known if not (one.posted and one.posted.at)]
    problems: tuple[Problem, ...] = (comments_problem("unreadable", Detail.NO_TIME_OF_COMMENT),) * bool(lost)
    dated = (one.posted.text for one in known if one.posted and one.posted.at) if since else ()
    problems += (comments_problem("unreadable", Detail.COMMENTS_YEARS),) * any(map(YEARLESS.search, dated))
    if len(known) < len(found) or body in seen:
        known, problems = (), (comments_problem("unreadable", Detail.COMMENT_PARTS),)
    elif is_rest or not all(map(MOMENT.search, filter(None, lost))) or (not found and wanted):
        known, problems = (), (comments_problem("unreadable", Detail.NO_TIME_OF_COMMENT),)
    elif len(known) != wanted:
        detail = Detail.COMMENTS_COUNT.format(claimed=wanted, count=len(known))
        problems += (comments_problem("incomplete", detail),)
    elif left := [text for item, _ in found for text in _left_over(outline, item)]:
        problems += (comments_problem("incomplete", Detail.LEFT_OVER.format(texts=" ".join(left)[:80])),)
    # JPress shows a comment again above each answer to it.
    known = known if claimed else tuple({(x.author_name, x.posted, x.body_text): x for x in known}.values())
    return FoundComments(known, tuple(areas or chain(*(x.parts for x, _ in found))), count, problems)


def _elements_above(outline: Outline, areas: list[Element], named: list[Element], body: Element) -> _Nodes:
    """Return the elements of no single comment: those around all comments, around the text or the title."""
    # b2evolution has an area for each comment; an element around all of them is none of a single one.
    kin = Counter(shape_of(one)[0] for one in outline.order if one.get("class"))
    lone = [one for one in areas if kin[shape_of(one)[0]] < 2 and has_role(one, COMMENTS)]
    # K2 has a `comment-block` around the numbered ones.
    first = [one for one in named if _ID.search(one.get("id") or "")] or named
    # The lists around a single comment, or around one with all answers in it, are none: nothing repeats them.
    single = first[:1] if all(outline.contains(first[0], one) for one in first) else []
    return ancestors([*areas, *single, body, outline.title.heading]).union(lone)


def _count_ids(outline: Outline, inside: _Nodes, above: _Nodes, body: Element) -> int:
    """Return how many comments the ids and names of elements number."""
    # Egloos has the number of the post at the element around all comments.
    rest = (n for n in outline.order.keys() - outline.beside - above if not outline.contains(body, n))
    # The form of Tistory has `comment_47` for the post 47.
    marks = (n.get("id") or n.get("name") or "" for n in chain(inside, rest) if n.tag != "textarea")
    # Roller has two ids for each comment.
    numbers = {(m[0].removesuffix(m[1]), m[1]) for m in map(_ID.search, marks) if m}
    return max(Counter(prefix for prefix, _ in numbers).values(), default=0)


def _has_more(outline: Outline, sections: list[Element], body: Element, seen: _Nodes, is_read: bool) -> bool:
    """Return whether there seem to be more comments outside those that were read, and outside forms.

    These are a moment or a text in the sections, or a moment under their heading; without both, a link to answer or
    several times of day.
    """
    apart, texts = with_descendants(n for one in sections for n in one.iter(*APART)) | seen, outline.texts
    # F2Blog has posts of the same tag in a box of the class of a comment, bjyblog the newest comments beside the post.
    places = [at for one in sections for at in outline.span(one) if outline.holders[at] not in apart]
    shown = " ".join(texts[at] for at in places if not links_post(outline, outline.holders[at], body))
    is_long = not is_read and sum(map(outline.sizes, places)) > _MAX_NOTICE
    # In the element of the text, a sentence beside the comments may be of the text.
    own = (texts[at].strip() for at in places if outline.contains(body, outline.holders[at]))
    said = any(_SENTENCE.search(text) and not _OFF.fullmatch(text) for text in own)
    signed = re.search("[0-9]|(?i:aut(?:h?or|eur)):", shown) if is_long else None
    if is_read or shown:
        return bool(said or signed or _MOMENT.search(shown))
    heads, end = [*_headings(outline, body, 0)], outline.span(body).stop
    # A page that names no comments may show them below its form.
    forms = (outline.span(one).start for one in outline.select("form:has(textarea)"))
    start = next((at for at in chain(heads, () if sections else forms) if at >= end), len(texts))
    after = [at for at in range(end, len(texts)) if outline.holders[at] not in outline.beside | seen]
    # A link to answer, or several times of day, may be of comments that nothing names.
    is_clear = any(outline.holders[at].tag == "a" and _ANSWER.fullmatch(texts[at]) for at in after)
    # Themes leave out the year.
    dated = (at for at in after if _MOMENT.search(DATE.sub("0:00", texts[at])) and not is_edited(outline, at))
    moments = {texts[at]: at for at in dated if not links_post(outline, outline.holders[at], body)}
    # The time of the post may stand below its text.
    is_last = not any(map(DATE.search, texts[: outline.span(body).start]))
    is_clear |= sum(bool(re.search(r"\d:\d\d", text)) for text in moments) > 1 + is_last
    is_counted = any(re.search("[1-9]", texts[place]) for place in heads)
    return is_counted or any(at >= start or is_clear for at in moments.values())


def _headings(outline: Outline, body: Element, start: int) -> Iterator[int]:
    """Yield the places from `start` of the headings of comments, outside the text."""
    own = outline.span(body)
    for place, node in enumerate(outline.holders[start:], start):
        text, is_apart = outline.texts[place].strip(), place not in own and node not in outline.beside
        if is_apart and (HEADING.fullmatch(text) or (node.tag in HEADINGS and _HEADING_OF.match(text))):
            yield place


def under_heading(outline: Outline, above: Element | None) -> list[Element]:
    """Return the elements under the first heading of comments behind the text or the title `above`; none without it."""
    heads = () if above is None else _headings(outline, above, outline.span(above).stop)
    place = next((at for at in heads if outline.holders[at].tag not in ("a", "span", "li")), None)
    if place is None:
        return []
    heading = outline.holders[place]
    node = [heading, *takewhile(lambda one: _is_line(outline, one, heading), heading.iterancestors())][-1]
    is_alone = len(outline.span(heading)) == 1 or node.tag in HEADINGS
    rest = node.itersiblings() if is_alone else (one for one in node if outline.span(one).start > place)
    shown = filter(outline.order.__contains__, rest)
    # Below the heading of FC2 are those of the subjects.
    ends = {tag for tag in HEADINGS if not tag > heading.tag >= HEADINGS[0]}
    return [*takewhile(lambda one: not (one.tag in ends or _PINGS.fullmatch(outline.text(one))), shown)]


def _is_line(outline: Outline, outer: Element, heading: Element) -> bool:
    """Return whether an element around a heading has nothing more than links: `[write a comment]`, as sina has it."""
    rest = outline.size(outer) - outline.size(heading)
    return rest <= min(_MAX_HEADING, round(outline.link_share(outer) * outline.size(outer)))


def _find_count(outline: Outline, sections: list[Element], body: Element) -> int | None:
    """Return the number of comments that a line outside the text, or the heading of the comments, states."""
    first = outline.span(sections[0]).start - 1 if sections else len(outline.texts)
    # Bluelog has the comments in the element around the text.
    at = max(first, stop := min(outline.span(body).stop, first + 1))
    near = range(start := max(stop, at - 2), min(at + 5, len(outline.texts)))
    # A card of another post, above the comments, counts those of that one; a heading may link this post by any URL.
    nodes = [next(outline.holders[x].iterancestors(*HEADINGS), outline.holders[x]) for x in near]
    texts = [outline.texts[x] * (not links_post(outline, n, body)) for x, n in zip(near, nodes, strict=True)]
    # A title of another post above may end with a number; links to pages of comments may stand below the heading.
    rows = (*texts[at - start :][:2], *texts[: at - start][::-1], " ".join(texts[at - start + 1 :])[:120])
    return next((parse_count(one[1] or one[2]) for one in map(_COUNT.search, rows) if one), None)


def _choose(outline: Outline, inside: _Nodes, stops: _Nodes, claim: int, since: Since) -> Read:
    """Return the repeated elements with one time each, outer ones before their answers.

    Times of comments stand in alike elements. Of several such groups the one with as many as the page claims counts,
    else the largest.
    """
    groups: defaultdict[Shape, list[int]] = defaultdict(list)
    for place, (text, holder) in enumerate(zip(outline.texts, outline.holders, strict=True)):
        if holder in inside and shows_time(holder, text):
            # Answers may stand in other elements, comments of the owner in one of another class.
            alike = (holder.tag, _CHILD.sub("", shape_of(holder)[0][1]))
            # bjyblog has the time of a comment in a `p`, that of an answer in an `li`, both of one class.
            for kind in (shape_of(holder), (alike,), ((holder.tag, "*"),), (("*", alike[1]),), (("*", "*"),)):
                groups[kind].append(place)
    # Disqus of 2009 shows no times. Its elements have the numbers of comments. No class is `#number`.
    for node in (one for one in outline.order if one in inside and has_role(one, ITEM) and outline.span(one)):
        groups[((node.tag, "#number"),)].append(outline.span(node).start)
    # A commenter may have written a date: the time is the first one in the element of the comment.
    for kind, every in [*groups.items()]:
        groups[*kind, ("", "")] = sorted({outline.holders[at].getparent(): at for at in every[::-1]}.values())
    # The same times are read once, with the first shape.
    shapes, found = {tuple(places): kind for kind, places in reversed(groups.items())}, []
    for places in sorted(dict.fromkeys(map(tuple, groups.values())), key=len, reverse=True)[:_MAX_GROUPS]:
        rows = read_items(outline, [*places], stops, since)
        read = [one for _, one in rows if one is not None]
        is_whole, shape = len(read) == len(rows), shapes[places]
        exact = sum(one.posted is not None and one.posted.precision in ("minute", "second") for one in read)
        is_named = len(shape) > 1 or (is_whole and shape[0][1] not in ("", "*", "#number"))
        # The commenter may have written a date too.
        of_time = sum(n.tag == "time" or has_role(n, _LINE) for n in (outline.holders[at] for at in places))
        if is_whole or shape[0][1] != "#number":
            found.append(((len(read) == claim and is_whole, is_named, len(rows), of_time, exact), rows))
    return max(found, key=lambda one: one[0], default=((), []))[1]


def _left_over(outline: Outline, item: Item) -> list[str]:
    """Return the sentences of a comment, outside links and forms, that are not in its text or of its name."""
    # HTML ends a `<p>` where a box begins, such as a quotation. The words behind the box are outside of the paragraph.
    nodes = {*item.nodes} - with_descendants(node for part in item.parts for node in part.iter("a", *APART))
    places = set[int]().union(*map(outline.span, item.parts)) - item.shown
    # Drupal repeats the first words of the text as the subject.
    who, said = (item.name or "\n")[0] or "\n", " ".join(outline.texts[x].strip() for x in sorted(item.shown))
    rest = (outline.texts[at].strip() for at in sorted(places) if outline.holders[at] in nodes)
    return [one for one in rest if _SENTENCE.search(one) and who not in one and not said.startswith(one)]
