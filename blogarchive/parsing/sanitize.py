"""Sanitize HTML against XSS: the one place where HTML of a stranger becomes safe to store and to show."""

import re
from html import escape, unescape
from typing import TYPE_CHECKING

import nh3
from lxml import etree

from blogarchive.parsing import html as dom

if TYPE_CHECKING:
    from blogarchive.items import Image

# --- allowed elements and attributes

TAGS = frozenset(
    """a abbr b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption
    figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strike
    strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr""".split()  # noqa: SIM905
)
"""Every other element is removed; its text stays, unless its tag is one of `_TAGS_WITH_CONTENT`."""

# Elements that are removed together with their content.
_TAGS_WITH_CONTENT = frozenset(("script", "style", "noscript", "template", "title"))

# Attributes by tag; `*` is every tag.
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "type"},
    "font": {"color"},
    "p": {"align"},
    "div": {"align"},
    "time": {"datetime"},
    "del": {"datetime"},
    "ins": {"datetime"},
    "*": {"lang", "dir"},
}

STYLES = frozenset(("text-align", "font-weight", "font-style", "text-decoration", "color", "text-indent"))
"""CSS properties that a `style` attribute of a stored body may set; a page shows no `style` attribute."""

# Schemes of `href` and `src`.
_URL_SCHEMES = frozenset(("http", "https", "mailto"))

# `rel` of every link: the other site does not learn where the reader came from.
_LINK_REL = "noopener noreferrer nofollow"

NOT_STORED = "not-stored"
"""The one class that a page may show, on a `span`: the placeholder of an image that is not stored."""


# --- sanitizing


def _cleaner(styles: set[str], classes: dict[str, set[str]], added: dict[str, dict[str, str]]) -> nh3.Cleaner:
    """Return a cleaner that allows these CSS properties and classes, and sets the `added` attributes of a tag."""
    attributes = {**_ATTRIBUTES, "*": _ATTRIBUTES["*"] | ({"style"} if styles else set())}
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=attributes,
        clean_content_tags=set(_TAGS_WITH_CONTENT),
        url_schemes=set(_URL_SCHEMES),
        filter_style_properties=styles,
        allowed_classes=classes,
        set_tag_attribute_values=added,
        link_rel=_LINK_REL,
    )


_STORED = _cleaner(styles=set(STYLES), classes={}, added={})
SHOWN_CLEANER = _cleaner(styles=set(), classes={"span": {NOT_STORED}}, added={"img": {"loading": "lazy"}})
# nh3 escapes the text of an unknown preformatted element twice; without its block, two lines become one.
_RENAMED = {
    **dict.fromkeys(dom.BLOCKS - TAGS - {"html", "body"}, "div"),
    **dict.fromkeys(dom.PREFORMATTED, "pre"),
    **dict.fromkeys(("menu", "dir"), "ul"),
}
_REFERENCE = re.compile(r"&(?:#?[A-Za-z0-9]+;?)?")
_MASK, _SHIFTED = "\ufdd0", "\ufdd1"  # no characters: Unicode reserves them for the inside of programs
# In UTF-8 these begin as the no-break space, which is written as `&nbsp;`.
_NEAR_SPACE = re.compile("[\x80-\xbf]")
_MANY = 10_000  # their square is small below this
_IMAGES = ("img", "image")
_PLAYERS = {"iframe": "src", "embed": "src", "object": "data", "video": "src", "audio": "src"}
_PLAYER_PARAMETERS = ("movie", "src", "url", "filename")  # of Flash and of Windows Media Player


def sanitize(html: str) -> str:
    """Return `html` safe against XSS, to be shown on a page, whatever its source is.

    Attributes `style` are removed: the Content-Security-Policy of the pages refuses them. Images load lazily.
    """
    return _clean(SHOWN_CLEANER, html)


def sanitize_element(node: dom.Element, base_url: str) -> str:
    """Return the content of `node` as HTML to be stored: safe against XSS, URLs absolute. Changes `node`: pass a copy.

    The same content returns the same HTML. Scripts, styles, forms and event handlers are removed; the text stays.
    Lazy images get the URL that a browser would show; a player (iframe, embed, object, video) becomes a link.
    """
    if (plain := _join_plain(node)) is not None:
        return plain.strip()  # most comments
    for element in list(node.iter()):  # naming dozens of tags takes longer than most texts
        if element.tag in _RENAMED:
            parent = element.getparent()
            if parent is None or parent.tag not in dom.TABLE_PARTS:
                element.tag = _RENAMED[element.tag]
        elif element.tag == "a" or element.tag in _IMAGES or element.tag in _PLAYERS:
            _rewrite_url(element, base_url)
    return _clean(_STORED, inner_html(node)).strip()


def _clean(cleaner: nh3.Cleaner, html: str) -> str:
    """Return `html` sanitized.

    The time of nh3 grows with the square of the number of `&` in a text. So it does with characters whose first byte is
    that of the no-break space. Many of these are shifted meanwhile.
    """
    html = html.replace(_MASK, "")
    html = _REFERENCE.sub(_mask_ampersand, html) if "&" in html else html
    if len(html) < _MANY or len(_NEAR_SPACE.findall(html)) < _MANY:
        return cleaner.clean(html).replace(_MASK, "&amp;")
    html = _NEAR_SPACE.sub(lambda found: _SHIFTED + chr(ord(found[0]) + 256), html.replace(_SHIFTED, ""))
    cleaned = re.sub(f"{_SHIFTED}(.)", lambda found: chr(ord(found[1]) - 256), cleaner.clean(html))
    return cleaned.replace("\xa0", "&nbsp;").replace(_MASK, "&amp;")


def _mask_ampersand(reference: re.Match[str]) -> str:
    """Replace a `&` that begins no known reference, and the references of `&` itself: all are written as `&amp;`."""
    text = reference[0]
    if text in ("&", "&amp;"):
        return _MASK
    character = unescape(text)
    if character == text:
        return _MASK + text[1:]
    return _MASK if character == "&" and text.endswith(";") else text


def inner_html(node: dom.Element) -> str:
    """Return the content of `node` as HTML."""
    parts = [etree.tostring(child, method="html", encoding="unicode") for child in node]
    return escape(node.text or "", quote=False) + "".join(parts)


def extract_images(node: dom.Element, base_url: str) -> "tuple[Image, ...]":
    """Return the images in `node` in document order, with absolute http(s) URLs, without data: URLs and blanks."""
    from blogarchive.items import Image  # 12 ms, of exports, which only sanitize

    urls = (dom.image_url(element, base_url) for element in node.iter(*_IMAGES))
    return tuple(Image(url=url, position=position) for position, url in enumerate(u for u in urls if u))


def _rewrite_url(element: dom.Element, base_url: str) -> None:
    """Make the URL of a link or an image absolute; a player becomes a link."""
    tag = element.tag
    if tag == "a":
        _set_url(element, "href", dom.link_url(element, base_url))
    elif tag in _IMAGES:
        element.tag = "img"
        _set_url(element, "src", dom.image_url(element, base_url))
    else:
        _link_player(element, dom.absolute_url(_find_player_url(element), base_url))


def _set_url(element: dom.Element, name: str, url: str | None) -> None:
    element.attrib.pop(name, "")
    if url is not None:
        element.set(name, url)


def _find_player_url(player: dom.Element) -> str | None:
    """Return the URL in the player's own attributes, else in its parts: pages of Flash times wrote both."""
    found = [player.get(_PLAYERS[player.tag]), *dom.lazy_urls(player), player.get("data-url")]
    for part in player.iterdescendants(*dom.PLAYER_PARTS):
        named = part.get("name", "").lower() in _PLAYER_PARAMETERS
        found.append((part.get("value") if named else None) if part.tag == "param" else part.get("src"))
    return next((url for url in found if url and not url.lower().startswith("about:")), None)


def _link_player(element: dom.Element, url: str | None) -> None:
    for child in list(element):
        element.remove(child)
    element.attrib.clear()
    element.text = url
    element.tag = "span" if url is None else "a"
    _set_url(element, "href", url)


def _join_plain(node: dom.Element) -> str | None:
    """Return the content of `node` if it is text and plain paragraphs, which HTML writes unchanged; else None."""
    if any(child.tag != "p" or len(child) or child.keys() for child in node):
        return None
    texts = [node.text or "", *(text or "" for child in node for text in (child.text, child.tail))]
    whole = "".join(texts).replace("\n", "")
    is_plain = whole.isprintable() and "&" not in whole and "<" not in whole and ">" not in whole
    return texts[0] + "".join(map("<p>{}</p>{}".format, texts[1::2], texts[2::2])) if is_plain else None
