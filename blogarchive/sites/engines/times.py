"""Find when a post was published, by the data for machines, the URL and the first date by its heading."""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache, cached_property, partial
from itertools import chain, islice
from typing import NamedTuple
from urllib.parse import urlsplit

from blogarchive.items import DateText
from blogarchive.messages.details import Detail
from blogarchive.parsing.dates.numbers import name_words
from blogarchive.parsing.dates.order import SHORT_DATE, Orders, day_orders, fill_year, write_year_first
from blogarchive.parsing.dates.parse import ParsedDate, date_text, parse_date, parse_stamp, parse_url_date
from blogarchive.parsing.html import Element, link_url
from blogarchive.sites.engines.outline import Outline
from blogarchive.sites.engines.urls import PATTERNS, is_within, may_be_post, patterns, post_number
from blogarchive.sites.markup.elements import ancestors

_DATE, _BARE, _AGO = (name_words("".join(PATTERNS["times"][name])) for name in ("date", "yearless", "ago"))
_TIME = f"(?:{_DATE})日?{''.join(PATTERNS['times']['clock'])}"
_MOMENT = f"{_DATE}|{_BARE}|{''.join(PATTERNS['times']['span'])}"
_FORMS = (_DATE, _MOMENT, _BARE, f"{_TIME}?", rf"\s*{_TIME}\s*(?:[|·][^,，。]{{0,40}})?", _AGO)
DATE, MOMENT, YEARLESS, _SHOWN, _LINE, AGO = (re.compile(one, re.IGNORECASE) for one in _FORMS)
_EDITED, _UPDATED, _GAP, CLOCK = patterns("times", "edited updated gap alone")
_OWN, _LOST, _STAMP = patterns("times", "own lost stamp")
# Of the characters behind a date, those of `_WINDOW` belong to it.
_DAY, _WINDOW, _MAX_LINE, _MAX_ABOVE, _MAX_AFTER, _FAR, _EDIT = timedelta(days=1), 48, 300, 5, 12, 2, 3


class FoundTime(NamedTuple):
    """The time of a post; `witnesses` are the values by source, `doubt` why it may be another time."""

    value: DateText | None
    witnesses: tuple[tuple[str, str], ...] = ()
    doubt: str | None = None


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What a page shows around the time of its post: the heading, the text without what the theme adds, comments."""

    outline: Outline
    body: Element
    added: set[Element]
    closed: set[Element]  # the elements of comments

    @cached_property
    def inside(self) -> frozenset[int]:
        """The places of the text."""
        return frozenset(self.outline.span(self.body)).difference(*map(self.outline.span, self.added))

    @cached_property
    def cards(self) -> set[Element]:
        """The elements around titles that lead to other posts, and not around this one."""
        outline, own = self.outline, {self.body, *ancestors((self.body, self.outline.title.heading))}
        linked = {*outline.select(PATTERNS["times"]["linked"])} - self.closed  # a comment has a heading too
        return ancestors(one for one in linked if _leads_away(outline, one)) - own

    @cached_property
    def text(self) -> range:
        """The places from the first to the last of the text."""
        return range(min(self.inside), max(self.inside) + 1) if self.inside else range(0)


def find_time(around: Surroundings) -> FoundTime:
    """Return the time that the page shows, made more precise by the data for machines if they name the same day."""
    (shown, text, weak), stated = _find_shown(around), _find_stated(around)
    # Hatena shows `2年前`, WordPress `3周前`: the data for machines have the day
    is_vague = shown and (shown.precision in ("year", "month") or AGO.match(text or ""))
    shown, text = (None, None) if stated and is_vague else (shown, text)
    witnesses = [*stated, ("URL", parse_url_date(around.outline.tree.url, around.outline.now))]
    witnesses.insert(len(witnesses) if weak else 0, ("shown", shown))
    if not (found := [(name, one) for name, one in witnesses if one is not None]):
        return FoundTime(value=None, doubt=Detail.NO_TIME_OF_POST)
    best = found[0][1]
    for one in (one for _, one in found[1:] if one.at.time() > time.min):
        # The one has an offset. A theme may show the hours of a clock of 12 hours, without the half of the day.
        is_same = best.precision == "minute" and f"{best.at:%H:%M}" in (f"{one.at:%H:%M}", f"{one.at:%I:%M}")
        best = one if one.at.date() == best.at.date() and (best.precision == "day" or is_same) else best
    texts = tuple((name, f"{one.at:%Y-%m-%d %H:%M}") for name, one in found)
    doubt: str | None = weak if best is shown else None
    naive = [(name, one.at.replace(tzinfo=None)) for name, one in found if not (weak and one is shown)]
    gaps = [(name, abs(at - best.at.replace(tzinfo=None))) for name, at in naive]  # a zone moves the day
    agreeing = {name if name in ("shown", "URL") else "data" for name, gap in gaps if gap <= _DAY}
    if len(agreeing) < 2 and any(gap > 2 * _DAY for _, gap in gaps):
        doubt = Detail.TIMES_DIFFER.format(times=", ".join(map(" ".join, texts)))
    return FoundTime(date_text(text if text and not weak else texts[0][1], best), texts, doubt)


def _find_shown(around: Surroundings) -> tuple[ParsedDate | None, str | None, Detail | None]:
    """Return the time, its text, and why it is a weak witness: that of the last change, or a day that is the title."""
    outline = around.outline
    own = outline.span(outline.title.heading) if DATE.search(outline.title.text or "") else range(0)
    for rank, place in sorted((_rank(around, place), place) for place in _dates_outside(around))[:4]:
        if rank[1] < _FAR and (parsed := parse_exact(outline, place)):
            text = " ".join(match[0].split()) if (match := _SHOWN.search(outline.texts[place])) else ""
            weak = Detail.TIME_OF_TITLE if place in own else Detail.ONLY_CHANGED if rank[0] >= _EDIT else None
            return parsed, text or None, weak
    return None, None, None


def _dates_outside(around: Surroundings) -> list[int]:
    """Return the places of texts with a date outside the text of the post, comments, lists and what stands beside."""
    outline, is_other = around.outline, cache(partial(is_of_another, around))
    own = outline.span(outline.title.heading)
    # Old pages have the line of the time without an element, between the heading and the text, or below the lead.
    lines = enumerate(outline.texts[own.stop :][: 3 * bool(own.stop)], own.stop)
    apart = around.inside.difference(at for at, line in lines if _LINE.fullmatch(line[:_MAX_LINE]))
    shown = ((at, x, outline.texts[at]) for at, x in enumerate(outline.holders) if x not in around.closed)
    # Most texts have no digit, and so no date.
    short = (x for x in shown if len(x[2]) < _MAX_LINE and re.search(r"\d", x[2]) and x[0] not in apart)
    # A breadcrumb repeats the title.
    free = (x for x in short if x[0] in own or x[2].strip() != outline.title.text)
    return [at for at, node, text in free if DATE.search(text) and not is_other(node)]


def is_of_another(around: Surroundings, node: Element) -> bool:
    """Return whether a time is of another post: beside the content, in a link to another page, or in a card."""
    outline, heading = around.outline, around.outline.title.heading
    # A script of Fluid writes the title into the banner, which has the time.
    start = -1 if heading is None else outline.order[heading]
    is_early = start < outline.order[node] and outline.span(node).stop <= around.text.start
    is_line = (start >= 0 or node.tag == "time") and is_early
    # Nobelium has the line of the time in a `nav`.
    boxes = [] if is_line else [x for x in (node, *node.iterancestors()) if x in outline.beside]
    is_beside = boxes != [] and (heading is None or not any(outline.contains(x, heading) for x in boxes))
    near = (node, *islice(node.iterancestors(), _MAX_ABOVE), *(() if is_line else node))
    # On a mirror the post has another URL than its own link, the bookmark of WordPress, leads to.
    links = (one for one in near if one.tag == "a" and not one.xpath(PATTERNS["times"]["self"], line=is_line))
    is_apart = is_beside or any(_leads_away(outline, one) for one in links)
    return is_apart or links_post(outline, node) or not around.cards.isdisjoint(node.iterancestors())


def links_post(outline: Outline, node: Element, body: Element | None = None) -> bool:
    """Return whether an element is a link to another post of the host, or in the row of a list that has one.

    With a `body`, it may also be in a card beside it, and the row may link this post by its title.
    """
    tags, own = ("li", "article", "a"), outline.title.text if body is not None else None
    row = next(node.iterancestors(*tags[: 1 + (body is not None)]), node)
    # Themes have the links to the posts before and after in an `article` around the post and its comments.
    rows = (x for x in (row, node) if x.tag in tags and {outline.title.heading, body}.isdisjoint(x.iter()))
    return any(_leads_away(outline, x) or outline.text(x) == own for one in rows for x in one.iter("a"))


def _leads_away(outline: Outline, anchor: Element) -> bool:
    """Return whether a link leads to another post: a folder above its own is a category, one below a trackback."""
    url = link_url(anchor, outline.tree.base) or ""
    own, path = (f"{post_number(one)}/" for one in (outline.tree.url, url))
    # `news.php?readmore=13` is a post, `profile.php?lookup=1` and `print.php?item_id=13` are none.
    is_post = path.startswith(own.rpartition("?")[0]) and is_within(url, urlsplit(outline.tree.url).netloc)
    return is_post and may_be_post(f"/{path[:-1]}") and not (path.startswith(own) or own.startswith(path))


def _rank(around: Surroundings, place: int) -> tuple[int, ...]:
    """Return the rank of a date: between heading and text, then before the heading, then after the text."""
    head = around.outline.span(around.outline.title.heading)
    text, holder = around.text, around.outline.holders[place]
    named = any(_UPDATED.search(one.get("class", "")) for one in (holder, *islice(holder.iterancestors(), 1)))
    edited = _EDIT * is_edited(around.outline, place) or int(named)
    start = text.start if around.outline.title.heading is None else head.start
    end = text.start if text.start > start else start + 30
    if start <= place < end or place in head:
        return (2, edited, 0) if place in head else (edited, 0, place - start)
    # The header of a magazine has the day of today, a menu one of another post.
    own = (holder.get("id", ""), around.outline.texts[place])
    is_near = (place < start and not head) or any(map(_OWN.search, own))
    gap = start - place if place < start else place - (text.stop or end)
    return (1 + edited, 1 if is_near or gap < _MAX_AFTER else _FAR, abs(gap))


def is_edited(outline: Outline, place: int) -> bool:
    """Return whether a label or the data say that the date is the time of the last change.

    The label is before it, or behind it alone.
    """
    # An element without text may end the page.
    texts, nodes, place = outline.texts, outline.holders, min(place, len(outline.texts) - 1)
    # `<time>2020-05-06</time>更新`, but not `Last updated on <time>2020-05-06</time> By`.
    behind = [one for one in nodes[place + 1 : place + 2] if (one.text or " ").isspace()]
    # The title may say `更新`, and a mark in its heading. A label may have 16 characters: `Actualizado el: `.
    before = "" if not place or place - 1 in outline.span(outline.title.heading) else texts[place - 1][-16:]
    label = texts[place + 1][:12] if behind == [nodes[place].getparent()] else before
    return any(map(_EDITED.search, (label, nodes[place].get("itemprop", ""), texts[place][:120])))


def parse_place(outline: Outline, place: int, order: Orders) -> ParsedDate | None:
    """Return the date in a text, None without a date or for one in the future. `order` is that of `write_year_first`."""
    shown = re.sub(r"(?<=\d)h(?=\d\d\b)", ":", outline.texts[place].replace("’", "'")).replace(" '", " 20")
    text = write_year_first(" ".join(shown.split()), order)
    if (match := DATE.search(text)) is None:
        return None
    start, end = match.span()
    if not re.search(r"\d", text[end:]):  # the time of day may be in an element of its own
        # P2 has `9:40 am`, `on` and the date in an element each.
        at = place - 1 - (outline.texts[place - 1].strip() == "on")
        above, below = outline.texts[max(0, at)], " ".join(outline.texts[place + 1 : place + 3])
        text += f" {(below if CLOCK.match(below) else above if CLOCK.fullmatch(above) else '').strip()}"
    # The time of day may be before the date: `14:32, 06/05/2021`, as comments in Vietnamese have it.
    before = re.findall(r"(?:\d{1,2}:\d\d(?::\d\d)?)?[^\d前]*$", text[max(0, start - 22) : start])[0]
    date, after = fill_year(match[0], outline.short_date, order), _GAP.sub(r" \1:", text[end : end + _WINDOW])
    parsed = parse_date(" ".join((before.replace(" on ", " ") + date + after).split()), outline.now)
    return None if parsed is None or parsed.at > outline.now + 2 * _DAY or SHORT_DATE.match(date) else parsed


def parse_exact(outline: Outline, at: int, order: Orders | None = None) -> ParsedDate | None:
    """Return the date in a text; that for machines in an attribute if the shown one is rough, such as `3天前`.

    Without an `order`, that by which the date is of the month in the URL counts, else that of the language.
    """
    text, node, url = outline.texts[at].strip()[:80], outline.holders[at], outline.tree.url
    order = order or day_orders([text], outline.lang, url if order is None else "")
    found = parse_place(outline, at, order)
    stated = map(stated_times, islice(chain([node], node.iterancestors()), 3))
    # Argon has the whole time in an element that it shows under the pointer.
    inner = (text for text in (one.text or "" for one in node) if DATE.search(text))
    stamps = (parse_stamp(write_year_first(one, order), outline.now) for one in chain(inner, *stated))
    # The time of day is not read.
    found = None if found and found.precision == "day" and _LOST.search(DATE.split(text)[-1]) else found
    known = None if AGO.match(text) else found
    for stamp in filter(None, stamps):
        form = "%H:%M" if known and known.precision in ("minute", "second") else "%F"  # with an offset
        # Midnight is of a generator that knows the day alone.
        if known is None or (stamp.at.time() > time.min and f"{stamp.at:{form}}" == f"{known.at:{form}}"):
            known = found = stamp
    return found if known or not outline.is_saved else None


def stated_times(node: Element) -> list[str]:
    """Return the times that attributes of an element state, for machines or as its title."""
    # The longest comes last: a time with an offset is longer than the one for the reader.
    values = sorted((str(one) for name, one in node.attrib.items() if name not in ("href", "src")), key=len)
    return [one[at.start() :] for one in values if re.search(r":\d\d", one) and (at := DATE.search(one))]


def _find_stated(around: Surroundings) -> list[tuple[str, ParsedDate]]:
    outline, now = around.outline, around.outline.now
    found = [("JSON-LD", str(one)) for one in (outline.article_data.get("datePublished"),) if one]
    found += [(f"meta {name}", at) for name, at in outline.metas.items() if _STAMP.search(name)][:1]
    nodes = (n for n in outline.select(PATTERNS["times"]["stated"]) if n not in around.closed)
    apart = ((n, at) for n in nodes if (at := outline.span(n).start) not in around.inside)
    own = (n for n, at in apart if not (is_edited(outline, at) or is_of_another(around, n)))
    found += [("time", n.get("datetime") or n.get("content") or n.get("title") or "") for n in islice(own, 1)]
    return [(n, x) for n, v in found if (x := parse_stamp(v, now)) and x.at <= now + 2 * _DAY]
