"""The data for machines that a page has: JSON-LD, `meta` elements, and the values of JSON texts."""

import json
from collections.abc import Iterator
from typing import Any

from blogarchive.parsing import html as dom

_ARTICLES = ("BlogPosting", "Article", "NewsArticle", "ReportageNewsArticle", "TechArticle", "WebPage")


def _json_ld(root: dom.Element) -> list[dict[str, Any]]:
    """Return the objects of JSON-LD of a page, nested ones too; scripts that are no JSON are left out."""
    found: list[dict[str, Any]] = []
    for script in root.iterfind(".//script[@type='application/ld+json']"):
        found += _objects(parse_json(script.text or ""))
    return found


def find_article(root: dom.Element) -> dict[str, Any]:
    """Return the JSON-LD object of an article, by its type, that has a time or a headline; else an empty one."""
    data = _json_ld(root)
    named = (one for kind in _ARTICLES for one in data if kind in _as_list(one.get("@type")))
    return next((one for one in named if "datePublished" in one or "headline" in one), {})


def find_metas(root: dom.Element) -> dict[str, str]:
    """Return the `meta` elements by lower-case name, property or itemprop; the first value counts."""
    found: dict[str, str] = {}
    for node in root.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop")
        if name and (value := " ".join((node.get("content") or "").split())):
            found.setdefault(name.lower(), value)
    return found


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Yield the objects of a value and of their `@graph`."""
    for one in json_objects(_as_list(value)):
        yield one
        yield from _objects(one.get("@graph", []))


def parse_json(text: str) -> object:
    """Return the value of a JSON text, None if it is none."""
    try:
        return json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return None


def json_objects(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def plain_text(html: str) -> str:
    """Return the text of a title that may contain tags and entities."""
    text = "".join(map(str, dom.parse_html(html).itertext())) if "<" in html or "&" in html else html
    return " ".join(text.split())
