"""Read the post of a page of an unknown host, each field by two witnesses where the page has them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple

from blogarchive.items import Post, Problem
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import parse_count
from blogarchive.parsing.html import Element, link_url, own_text
from blogarchive.sites.base import FieldSource
from blogarchive.sites.engines.body import added_parts, find_body
from blogarchive.sites.engines.comments import FoundComments, comment_sections, read_comments, under_heading
from blogarchive.sites.engines.outline import HEADINGS, Outline, Title
from blogarchive.sites.engines.times import FoundTime, Surroundings, find_time, is_of_another
from blogarchive.sites.engines.urls import PATTERNS, patterns
from blogarchive.sites.markup.elements import ancestors, block_around
from blogarchive.sites.markup.picker import Picker, read_body, select_all, selector_of, with_descendants

_GENERATOR, _CATEGORY, _NAME, _STATED, _VIEWS = patterns("reader", "generator category name stated views")


class PostReading(NamedTuple):
    """The post of a page, the problems, and the witness of each field."""

    post: Post
    problems: tuple[Problem, ...]
    sources: tuple[FieldSource, ...]


def find_reader(outline: Outline) -> str:
    """Return `engine:` and the engine that made the page, by its generator tag, else by its marks; else `generic`."""
    stated = _GENERATOR.search(outline.metas.get("generator", ""))
    marked = (f"engine:{n}" for n, css in PATTERNS["marks"].items() if select_all(outline.tree.root, css))
    return f"engine:{stated[1].lower()}" if stated else next(marked, "generic")


def read_post(outline: Outline, now: datetime, number: str, url: str) -> PostReading | None:
    """Return the post that the page shows, None if it shows no text; `now` is the fetch time in the site's zone."""
    title, sections = outline.title, comment_sections(outline)
    if (parts := _read(outline, sections, now)) is None:
        return None
    element, agreed, found = parts
    added = added_parts(outline, element).union(found.above)
    # Sections without comments have headings.
    around = Surroundings(outline, element, added, with_descendants([*sections, *found.sections]), now)
    time = find_time(around)
    # Comments in the element of the text are stored once, as comments.
    removed = {*added, *(one for one in found.sections if outline.contains(element, one))}
    body = read_body(Picker(tree=outline.tree), element, removed=removed)
    post = Post(number=number, url=url, title=title.text, posted=time.value, read_by=find_reader(outline))
    views = next((parse_count(n[1]) for n in _stated(around, _VIEWS)), None)
    post = replace(post, body_html=body.html, body_text=body.text, views=views, comment_count=found.claimed)
    post = replace(post, images=body.images, comments=found.comments, categories=_read_categories(around))
    claims = () if found.comments or found.problems else islice(_stated(around, _STATED), 1)
    details = (Detail.COMMENTS_NONE.format(claimed=n[2]) for n in claims)
    unread = (Problem(kind="incomplete", field="comments", detail=one) for one in details)
    problems = (*found.problems, *unread, *_doubts(title, time, agreed and bool(body.text or body.images)))
    return PostReading(post, problems, _sources(title, time, element, found))


def _read(outline: Outline, own: list[Element], now: datetime) -> tuple[Element, bool, FoundComments] | None:
    """Return the element of the text, whether two witnesses agree on it, and the comments."""
    element, agreed = find_body(outline, set(own))
    if element is None:
        return None
    found, under = read_comments(outline, own, element, now), under_heading(outline, outline.title.heading)
    if under and ((start := outline.span(under[0]).start) < outline.span(element).stop or not agreed):
        second, sure = find_body(outline, {*own, *under})  # the text holds the comments
        # Promise "no forgery": with a line of the theme alone before them, they may be the start of the text.
        if second is not None and sure and outline.span(second).stop <= start:
            other = read_comments(outline, own, second, now)
            is_better = other.comments and all(x.kind == "incomplete" for x in other.problems)
            element, agreed = (second, sure) if is_better else (element, agreed)
            found = other if other.comments or (other.problems and not found.comments) else found
    # Comments that are not read may be in the element of the text: static copies have them there, or it has the title too.
    details = {x.detail for x in found.problems if not found.comments}
    is_mixed = Detail.COMMENTS_IN_TEXT in details or (details and outline.title.heading in {*element.iter()})
    return element, agreed and not is_mixed, found


def _read_categories(around: Surroundings) -> tuple[str, ...]:
    """Return the names of categories and tags: the links to their lists that are around the text but not in it.

    A link in a card with a heading of its own is of another post, one beside the content of the whole blog.
    """
    outline, body, added = around.outline, around.body, with_descendants(around.added)
    known = [body] if outline.title.heading is None else [body, outline.title.heading]
    whole = next((node for node in body.iterancestors() if outline.contains(node, known[-1])), body)
    headings = (node for node in outline.order if node.tag in HEADINGS and node not in around.closed)
    cards = ancestors(headings) - ancestors(known) - {body}
    near = next(chain(known[-1].iterancestors("article"), known[-1].iterancestors()), body)
    beside = outline.beside.difference(near.iter())  # Butterfly has them in the banner, Nikola in an `aside`
    names: dict[str, str] = {}
    for anchor in filter(outline.order.__contains__, whole.iter("a")):
        url = link_url(anchor, outline.tree.base) or ""
        is_list = "tag" in (anchor.get("rel") or "").split() or _CATEGORY.search(url)
        is_other = anchor in beside or (outline.contains(body, anchor) and anchor not in added)
        if is_list and not is_other and cards.isdisjoint(anchor.iterancestors()):
            # A count has an element of its own.
            names.setdefault(url, (own_text(anchor) or outline.text(anchor)).lstrip("# "))
    return tuple(filter(_NAME.fullmatch, dict.fromkeys(names.values())))


def _doubts(title: Title, time: FoundTime, is_body_sure: bool) -> Iterator[Problem]:
    # Promise "wrong without a word: none": a field with a single witness is a failure row.
    doubts = [("title", None if title.is_confirmed else Detail.TITLE_ALONE), ("posted_at", time.doubt)]
    doubts.append(("body", None if is_body_sure else Detail.BODY_ALONE))
    return (Problem(kind="unreadable", field=name, detail=detail) for name, detail in doubts if detail)


def _stated(around: Surroundings, sign: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield where short lines above the text, or right below it, match: they state numbers of the post.

    The classes of an element and of its icon are a line before its own: CSDN has an eye beside the number of views.
    """
    outline, end = around.outline, around.text.stop + 1
    nodes = [x for at, x in enumerate(outline.holders[:end]) if at not in around.inside]
    rows = [x for x in dict.fromkeys([*map(block_around, nodes), *nodes]) if outline.size(x) < 120]
    hits = ((x, sign.search(f"{x.xpath(PATTERNS['reader']['classes'])!s}\n{outline.text(x)}")) for x in rows)
    return (n for x, n in hits if n and not is_of_another(around, x))


def _sources(title: Title, time: FoundTime, body: Element, found: FoundComments) -> tuple[FieldSource, ...]:
    name = "window title" if title.heading is None else selector_of(title.heading)
    shown = [("title", name, title.text)] if title.text is not None else []
    shown += [("posted_at", " + ".join(n for n, _ in time.witnesses), at) for _, at in time.witnesses[:1]]
    shown.append(("body", selector_of(body), ""))
    shown.append(("comments", ", ".join(map(selector_of, found.sections)), str(len(found.comments))))
    return tuple(FieldSource(field=field, selector=name, value=value) for field, name, value in shown)
