"""HTML of a stranger -> HTML that is safe to keep and to show; the one place where HTML is made safe.

The allow-list is nh3's (ammonia): tags, attributes and URL schemes that are not named here do not pass. Players
(iframe, embed, object, video) become a plain link, so that what they showed can still be found.
"""

import nh3
from lxml import etree

from blogarchive.items import Image
from blogarchive.parsing.html.elements import BLOCKS, PLAYED, PREFORMATTED
from blogarchive.parsing.html.parse import Element
from blogarchive.parsing.html.table_text import put_into_cells
from blogarchive.parsing.html.urls import absolute, link_url, picture_url

TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
_ATTRIBUTES: dict[str, set[str]] = {
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
    "*": {"style", "lang", "dir"},
}
_STYLES = {"text-align", "font-weight", "font-style", "text-decoration", "color", "text-indent"}
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=_ATTRIBUTES,
    clean_content_tags={"script", "style", "noscript", "template", "title"},
    url_schemes={"http", "https", "mailto"},
    filter_style_properties=_STYLES,
    link_rel="noopener noreferrer nofollow",
)
# Preformatted text would be escaped twice else; other blocks that do not pass would leave two lines as one.
_CALLED_OTHERWISE = {
    **dict.fromkeys(BLOCKS - TAGS - {"html", "body"}, "div"),
    **dict.fromkeys(PREFORMATTED, "pre"),
    **dict.fromkeys(("menu", "dir"), "ul"),
}
_OF_TABLE = ("table", "tbody", "thead", "tfoot", "tr")  # where a div may not stand
_PICTURES = ("img", "image")
_PLAYERS = {"iframe": "src", "embed": "src", "object": "data", "video": "src", "audio": "src"}
_LATER = ("data-src", "data-lazy-src", "data-original", "data-url")  # where a script finds it
_NAMES_PLAYED = ("movie", "src", "url", "filename")  # a Flash player's parameters, a Windows one's


def clean_html(node: Element, base_url: str) -> str:
    """The content of `node` as safe HTML with absolute URLs; `node` itself is changed, give a copy.

    The same content gives the same text. Scripts, styles, forms and event handlers are gone; the words stay.
    """
    if not len(node) and _is_plain(node.text or ""):
        return (node.text or "").strip()  # as most comments are
    put_into_cells(node)
    for element in list(node.iter("a", *_PICTURES, *_PLAYERS)):
        _mend(element, base_url)
    for element in node.iter(*_CALLED_OTHERWISE):
        _call_otherwise(element)
    parts = [etree.tostring(child, method="html", encoding="unicode") for child in node]
    return _CLEANER.clean(_escape(node.text) + "".join(parts)).strip()


def images_of(node: Element, base_url: str) -> tuple[Image, ...]:
    """The pictures in `node` in order, with absolute http(s) URLs; data: pictures and blanks are left out."""
    urls = (picture_url(element, base_url) for element in node.iter(*_PICTURES))
    return tuple(Image(url=url, position=place) for place, url in enumerate(u for u in urls if u))


def _mend(element: Element, base_url: str) -> None:
    tag = element.tag
    if tag == "a":
        url = link_url(element, base_url)
        _drop(element, "href")
        if url is not None:
            element.set("href", url)
    elif tag in _PICTURES:
        url = picture_url(element, base_url)
        element.tag = "img"
        _drop(element, "src")
        if url is not None:
            element.set("src", url)
    else:
        _link_player(element, absolute(_played(element), base_url))


def _call_otherwise(element: Element) -> None:
    parent = element.getparent()
    if parent is None or parent.tag not in _OF_TABLE:
        element.tag = _CALLED_OTHERWISE[element.tag]


def _played(player: Element) -> str | None:
    """What a player plays, as it says itself or as the parts inside it do: Flash was written in both ways at once."""
    own = [player.get(name) for name in (_PLAYERS[player.tag], *_LATER)]
    for part in player.iterdescendants(*PLAYED):
        named = part.get("name", "").lower() in _NAMES_PLAYED
        own.append((part.get("value") if named else None) if part.tag == "param" else part.get("src"))
    return next((url for url in own if url and not url.lower().startswith("about:")), None)


def _drop(element: Element, name: str) -> None:
    if name in element.attrib:
        del element.attrib[name]


def _link_player(element: Element, url: str | None) -> None:
    for child in list(element):
        element.remove(child)
    element.attrib.clear()
    element.text = None
    element.tag = "span"
    if url is not None:
        element.tag = "a"
        element.set("href", url)
        element.text = url


def _is_plain(text: str) -> bool:
    """Whether HTML writes the text as it is."""
    return text.isprintable() and "&" not in text and "<" not in text and ">" not in text


def _escape(text: str | None) -> str:
    return "" if text is None else text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
