"""Sanitize HTML against XSS: the one place where HTML of a stranger becomes safe to store and to show.

nh3 (ammonia) removes tags, attributes and URL schemes that are not in the allow-list. `sanitize_element` makes the
bodies that are stored; `sanitize` makes HTML safe again when a page shows it (docs/decisions/0056).
"""

import re
from html import unescape

import nh3
from lxml import etree

from blogarchive.items import Image
from blogarchive.parsing.html import allow_list
from blogarchive.parsing.html.allow_list import TAGS
from blogarchive.parsing.html.elements import BLOCKS, PLAYER_PARTS, PREFORMATTED, TABLE_PARTS
from blogarchive.parsing.html.parse import Element
from blogarchive.parsing.html.table_text import wrap_stray_content
from blogarchive.parsing.html.urls import absolute_url, image_url, lazy_urls, link_url


def _cleaner(styles: set[str], classes: dict[str, set[str]], added: dict[str, dict[str, str]]) -> nh3.Cleaner:
    attributes = {**allow_list.ATTRIBUTES, "*": allow_list.ATTRIBUTES["*"] | ({"style"} if styles else set())}
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=attributes,
        clean_content_tags=set(allow_list.TAGS_WITH_CONTENT),
        url_schemes=set(allow_list.URL_SCHEMES),
        filter_style_properties=styles,
        allowed_classes=classes,
        set_tag_attribute_values=added,
        link_rel=allow_list.LINK_REL,
    )


_STORED = _cleaner(styles=set(allow_list.STYLES), classes={}, added={})
_SHOWN = _cleaner(styles=set(), classes={"span": {allow_list.NOT_STORED}}, added={"img": {"loading": "lazy"}})
# nh3 escapes the text of an unknown preformatted element twice; without its block, two lines become one.
_RENAMED = {
    **dict.fromkeys(BLOCKS - TAGS - {"html", "body"}, "div"),
    **dict.fromkeys(PREFORMATTED, "pre"),
    **dict.fromkeys(("menu", "dir"), "ul"),
}
_REFERENCE = re.compile(r"&(?:#?[A-Za-z0-9]+;?)?")
_MASK = "\ufdd0"  # no character: Unicode reserves it for the inside of programs
_IMAGES = ("img", "image")
_PLAYERS = {"iframe": "src", "embed": "src", "object": "data", "video": "src", "audio": "src"}
_PLAYER_PARAMETERS = ("movie", "src", "url", "filename")  # of Flash and of Windows Media Player


def sanitize(html: str) -> str:
    """Return `html` safe against XSS, to be shown on a page, whatever its source is.

    Attributes `style` are removed: the Content-Security-Policy of the pages refuses them. Images load lazily.
    """
    return _clean(_SHOWN, html)


def sanitize_element(node: Element, base_url: str) -> str:
    """Return the content of `node` as HTML to be stored: safe against XSS, URLs absolute. Changes `node`: pass a copy.

    The same content returns the same HTML. Scripts, styles, forms and event handlers are removed; the text stays.
    Lazy images get the URL that a browser would show; a player (iframe, embed, object, video) becomes a link.
    """
    if not len(node) and _is_plain(node.text or ""):
        return (node.text or "").strip()  # most comments
    wrap_stray_content(node)
    for element in list(node.iter("a", *_IMAGES, *_PLAYERS)):
        _rewrite_url(element, base_url)
    for element in node.iter(*_RENAMED):
        _rename_block(element)
    return _clean(_STORED, inner_html(node)).strip()


def _clean(cleaner: nh3.Cleaner, html: str) -> str:
    """Return `html` sanitized; the time of nh3 grows with the square of the number of `&` in a text."""
    html = html.replace(_MASK, "")
    html = _REFERENCE.sub(_mask_ampersand, html) if "&" in html else html
    return cleaner.clean(html).replace(_MASK, "&amp;")


def _mask_ampersand(reference: re.Match[str]) -> str:
    """Replace a `&` that begins no known reference, and the references of `&` itself: all are written as `&amp;`."""
    text = reference[0]
    if text in ("&", "&amp;"):
        return _MASK
    character = unescape(text)
    if character == text:
        return _MASK + text[1:]
    return _MASK if character == "&" and text.endswith(";") else text


def inner_html(node: Element) -> str:
    """Return the content of `node` as HTML."""
    parts = [etree.tostring(child, method="html", encoding="unicode") for child in node]
    return _escape(node.text) + "".join(parts)


def extract_images(node: Element, base_url: str) -> tuple[Image, ...]:
    """Return the images in `node` in document order, with absolute http(s) URLs, without data: URLs and blanks."""
    urls = (image_url(element, base_url) for element in node.iter(*_IMAGES))
    return tuple(Image(url=url, position=position) for position, url in enumerate(u for u in urls if u))


def _rewrite_url(element: Element, base_url: str) -> None:
    tag = element.tag
    if tag == "a":
        _set_url(element, "href", link_url(element, base_url))
    elif tag in _IMAGES:
        element.tag = "img"
        _set_url(element, "src", image_url(element, base_url))
    else:
        _link_player(element, absolute_url(_find_player_url(element), base_url))


def _set_url(element: Element, name: str, url: str | None) -> None:
    element.attrib.pop(name, "")
    if url is not None:
        element.set(name, url)


def _rename_block(element: Element) -> None:
    parent = element.getparent()
    if parent is None or parent.tag not in TABLE_PARTS:
        element.tag = _RENAMED[element.tag]


def _find_player_url(player: Element) -> str | None:
    """Return the URL in the player's own attributes, else in its parts: pages of Flash times wrote both."""
    found = [player.get(_PLAYERS[player.tag]), *lazy_urls(player), player.get("data-url")]
    for part in player.iterdescendants(*PLAYER_PARTS):
        named = part.get("name", "").lower() in _PLAYER_PARAMETERS
        found.append((part.get("value") if named else None) if part.tag == "param" else part.get("src"))
    return next((url for url in found if url and not url.lower().startswith("about:")), None)


def _link_player(element: Element, url: str | None) -> None:
    for child in list(element):
        element.remove(child)
    element.attrib.clear()
    element.text = url
    element.tag = "span" if url is None else "a"
    _set_url(element, "href", url)


def _is_plain(text: str) -> bool:
    """Return whether HTML writes the text unchanged."""
    return text.isprintable() and "&" not in text and "<" not in text and ">" not in text


def _escape(text: str | None) -> str:
    return "" if text is None else text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
