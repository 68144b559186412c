"""Explain each field of a parsed page, with the line of its value: for the first test of a real site."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import groupby

from blogarchive.items import CrawledPage, DateText, Page, PageKind, Target
from blogarchive.messages.details import explain_detail
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.document import Document, parse_document
from blogarchive.parsing.html import Element
from blogarchive.parsing.lines import Line
from blogarchive.sites.base import parse_page, refuse_large_page, site_by_name
from blogarchive.sites.normalize import normalize_page
from blogarchive.store.ingest.validate import StoredState, validate_page

_ITEMS_SHOWN = 3
_COUNTED = ".is_counted"  # False in an answer of the owner, which has selectors of its own
_SOURCES = {"categories.name": "categories", "months.month": "archive_months", "latest.title": "listed.title"}
_COMPUTED = {"kind", "encoding", "unseen_comments", "is_counted", "title_cut", "version", "whole", "read_by"}
_LEAST_ANCHOR = 4  # characters; a shorter text is on many lines
_MAX_WORD = 500  # a search for a long pattern may take the product of both lengths
_ITEM = re.compile(r"(?:.*\[\d+\])?")
_INDEX = re.compile(r"\[[^]]*\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldFinding:
    """A field, its value as text, and its position: `line` counts from 1, `path` is a CSS selector.

    `line` and `path` are None if the page does not show the value: a URL, or an absent value. `selector` is that of the
    site's template which filled the field. It is None if the field is empty or was parsed by words.
    """

    field: str
    value: str
    line: int | None = None
    path: str | None = None
    selector: str | None = None


def examine(page: Page, target: Target) -> tuple[list[FieldFinding], str | None]:
    """Return every field that the parser of the site found on `page`, and the site's template that fits the page.

    Of a list, the first two items and the last; links to next pages are the first links. The template is "none" if none
    fits, and None if the site has none. A page beyond the limits of size is not parsed: its problem names the limit,
    and it has no template.
    """
    if (refused := refuse_large_page(page.body)) is not None:
        return [FieldFinding(field=field, value=value) for field, value in _flatten("", refused)], None
    crawled = _parse(page, target)
    explanation = site_by_name(target.site).explain_page(page, target)
    selectors = {source.field: source.selector for source in explanation.sources} if explanation else {}
    links = tuple(sorted(crawled.parsed.links, key=lambda link: not link.next_page))
    findings = list(_locate(_document(page), _flatten("", replace(crawled.parsed, links=links))))
    uncounted = (one.field for one in findings if one.field.endswith(_COUNTED) and one.value == "False")
    answers = {field.removesuffix(_COUNTED) for field in uncounted}
    findings = [
        one
        if one.value == "none" or one.field.rpartition(".")[0] in answers
        else replace(one, selector=selectors.get(_name_source(one.field)))
        for one in findings
    ]
    return findings, (explanation.template or "none") if explanation else None


def find_refusal(page: Page, target: Target) -> str | None:
    """Return why a backup would not store the page, translated; None if it would."""
    crawled = _parse(page, target)
    if crawled.parsed.kind is PageKind.HOME and site_by_name(target.site).has_any_host:
        # A backup of this URL asks for a home page: only the page shows whether it is one.
        crawled = replace(crawled, target=replace(target, kind=PageKind.HOME, number=None))
    rejection = validate_page(crawled, StoredState())
    return explain_detail(rejection.failure.detail, rejection.failure.kind) if rejection else None


def _parse(page: Page, target: Target) -> CrawledPage:
    return normalize_page(CrawledPage(target=target, page=page, parsed=parse_page(page, target)))


def visible_lines(page: Page) -> list[str]:
    """Return the visible lines of a page, as the parsers see them; none if it is beyond the limits of size."""
    return [] if refuse_large_page(page.body) else [line.text for line in _document(page).lines]


def _document(page: Page) -> Document:
    return parse_document(decode(page.body, page.header("Content-Type")).text)


def _name_source(field: str) -> str:
    """Return the name that the selectors of the field of a parsed page have in an explanation."""
    name = _INDEX.sub("", field)
    if name == "posts.categories":
        return name  # the source of the name `categories` is the sidebar's
    name = name.removeprefix("posts.")
    if name.rpartition(".")[2] in ("body_html", "body_text", "images"):
        return name.rpartition(".")[0] + ".body" if "." in name else "body"
    return f"{name}_at" if name.endswith("posted") else _SOURCES.get(name, name)


def _flatten(prefix: str, item: object) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each field in an item. Of a long tuple, yield its first two items and its last."""
    if isinstance(item, DateText):
        yield prefix, f"{item.text} = {item.at.isoformat() if item.at else 'no time'} ({item.precision})"
    elif isinstance(item, tuple):
        is_long = len(item) > _ITEMS_SHOWN
        for index in (*range(_ITEMS_SHOWN - 1), len(item) - 1) if is_long else range(len(item)):
            if is_long and index == len(item) - 1:
                yield f"{prefix}[…]", f"{len(item)} in all"
            yield from _flatten(f"{prefix}[{index}]", item[index])
        if not item:
            yield prefix, "none"
    elif is_dataclass(item) and not isinstance(item, type):
        for field in fields(item):
            yield from _flatten(f"{prefix}.{field.name}".lstrip("."), getattr(item, field.name))
    else:
        yield prefix, "none" if item is None else str(item)


def _locate(document: Document, values: Iterable[tuple[str, str]]) -> Iterator[FieldFinding]:
    """Yield each value with its position: near the rarest text of its item, then near the field before it.

    A name or a number may be that of another comment too, or be quoted in a text.
    """
    for _item, group in groupby(values, lambda value: _ITEM.match(value[0])[0]):  # type: ignore[index] # matches all
        fields = list(group)
        near = _anchor(document, [_shown_text(field, value) for field, value in fields])
        for field, value in fields:
            text = _shown_text(field, value)
            found = _find(document, text, near=near) if text else None
            if found is None:
                yield FieldFinding(field=field, value=value)
                continue
            line, at = found
            near, node = line.index, line.node_at(at)
            path = " > ".join(map(_css_name, reversed([node, *node.iterancestors()][:4])))
            yield FieldFinding(field=field, value=value, line=line.index + 1, path=path)


def _anchor(document: Document, texts: Iterable[str]) -> int:
    """Return the line of the text that the fewest lines have, the first of several; 0 if none is found."""
    long = (text for text in texts if len(text) >= _LEAST_ANCHOR)
    places = [[line.index for line in document.lines if text in line.text] for text in long]
    return min((lines for lines in places if lines), key=len, default=[0])[0]


def _shown_text(field: str, value: str) -> str:
    """Return what a page may show of a value; "" for a URL and for what the parser computes."""
    text = value.split(" = ")[0] if " = " in value else value.strip().split("\n")[0]
    is_shown = text != "none" and not text.startswith("http") and field.rpartition(".")[2] not in _COMPUTED
    return text if is_shown else ""


def _find(document: Document, text: str, *, near: int) -> tuple[Line, int] | None:
    """Return line and offset of `text`, nearest to line `near`: as a word of its own, else inside a word."""
    number = text.isascii() and text.isdigit()
    if len(text) > _MAX_WORD:
        alone = re.compile(r"(?!)")
    elif number:
        alone = re.compile(rf"(?<!\d)(?<!\d[.,/]){'[,，]?'.join(text)}(?!\d|[.,/]\d)")
    else:
        alone = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    found = [(line, match.start()) for line in document.lines if (match := alone.search(line.text))]
    if not found and not number:
        found = [(line, at) for line in document.lines if (at := line.text.find(text)) >= 0]
    # If two lines are equally near, it is the lower one: most pages show fields in this order.
    return min(found, key=lambda place: (abs(place[0].index - near), place[0].index < near), default=None)


def _css_name(element: Element) -> str:
    ident, classes = element.get("id"), (element.get("class") or "").split()
    return f"{element.tag}{f'#{ident}' if ident else ''}{''.join(f'.{name}' for name in classes)}"
