"""Parse HTML as browsers do, within limits; find visible elements; resolve URLs."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import cast
from urllib.parse import urljoin, urlsplit

from lxml import etree

# --- limits

MAX_ATTRIBUTES = 100
"""Further attributes of an element are dropped; no element of HTML has as many."""

_MIN_PAGE = 16_384  # bytes: the attributes of a shorter page take no time
_NO_SEPARATORS = bytes({*range(256)} - {*b" \t\n\f\r/\"'"})
_FEW_SEPARATORS = 6_000  # of attributes: so many take half a second, and most pages have fewer
_ATTRIBUTE = rb"""(?:[\s/]++|(?<=["']))[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']++)?+)?+"""
# Consumes every tag as a whole, so that each byte is searched once.
_TAG = re.compile(rb"(<[A-Za-z][^\s/>]*+(?:%s){0,%d}+)(?:%s)*+" % (_ATTRIBUTE, MAX_ATTRIBUTES, _ATTRIBUTE))
# `_TAG` takes a third of the parsing time. Most pages have neither a long tag nor a `>` in an attribute. Each of these
# patterns begins with a fixed character: as one pattern they take three times as long.
_LONG_TAG = re.compile(rb"<[A-Za-z][^>]{400}")
_LONG_VALUE = re.compile(rb"""=\s*+(?:"[^">]*+>|'[^'>]*+>)""")


def _drop_excess_attributes(page: bytes) -> bytes:
    """Return `page` without the attributes of each element after the first `MAX_ATTRIBUTES`."""
    if len(page) < _MIN_PAGE or len(page.translate(None, _NO_SEPARATORS)) < _FEW_SEPARATORS:
        return page
    is_long = _LONG_TAG.search(page) or _LONG_VALUE.search(page)
    # A template, `\1`, takes three times as long.
    return _TAG.sub(lambda tag: tag[1], page) if is_long else page


# --- repairs of the tree

Element = etree._Element

_MARK = "/p"
_MARKED = b"<!--/p-->"
# Allowed in a head (HTML standard, 4.2); any other element begins the body, with or without its tag.
_HEAD_TAGS = frozenset(
    "title meta link base script style noscript template object bgsound basefont isindex".split()  # noqa: SIM905
)
_nested_cells = etree.XPath(
    "descendant::td[not(parent::tr)]|descendant::th[not(parent::tr)]"
    "|descendant::tr[not(parent::table or parent::tbody or parent::thead or parent::tfoot)]"
)
_ROWS_AND_CELLS = frozenset(("table", "tr", "td", "th"))


def _repair_tree(root: Element) -> None:
    """Move the elements that libxml2 misplaced."""
    _move_body_content(root)
    _empty_voids(root)
    _unnest_definitions(root)


def _move_body_content(root: Element) -> None:
    """Move body content out of the head: libxml2 does not know header, main and other new elements."""
    head = next(root.iterchildren("head"), None)
    if head is None:
        return
    first = next((node for node in head if isinstance(node.tag, str) and node.tag not in _HEAD_TAGS), None)
    if first is None:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    moved = [first, *first.itersiblings()]
    moved[-1].tail = (moved[-1].tail or "") + (body.text or "")
    body.text = None
    for position, node in enumerate(moved):
        body.insert(position, node)


def _empty_voids(root: Element) -> None:
    """Move content out of void elements that libxml2 does not know as void."""
    for node in list(root.iter("embed", "image", "wbr", "source", "track")):
        text, tail, children = node.text or "", node.tail or "", list(node)
        node.text = node.tail = None
        for child in reversed(children):
            node.addnext(child)
        node.tail = text if children else text + tail
        if children:
            children[-1].tail = (children[-1].tail or "") + tail


def _unnest_definitions(root: Element) -> None:
    """Make siblings of nested `dt` and `dd`: libxml2 nests them if their end tags are omitted."""
    for node in list(root.iter("dt", "dd")):
        parent = node.getparent()
        if parent is not None and parent.tag in ("dt", "dd"):
            for moved in reversed([node, *node.itersiblings()]):
                parent.addnext(moved)


def _unnest_cells(root: Element) -> None:
    """Make siblings of nested cells and rows: libxml2 nests them if a `font` in a cell is not closed."""
    last: dict[Element, Element] = {}  # the last element moved behind another
    for node in cast("list[Element]", _nested_cells(root)):
        around = _find_nesting_ancestor(node)
        if around is None:
            continue
        last.get(around, around).addnext(node)
        last[around] = node


def _find_nesting_ancestor(node: Element) -> Element | None:
    """Return the cell that contains a cell, or the row that contains a row, in the same table; else None."""
    inner: Iterator[Element] = (up for up in node.iterancestors() if up.tag in _ROWS_AND_CELLS)
    around = next(inner, None)
    if around is None or around.tag == "table":
        return None
    if node.tag == "tr" and around.tag != "tr":
        around = next(inner, None)
        return around if around is not None and around.tag == "tr" else None
    return None if node.tag != "tr" and around.tag == "tr" else around


def _insert_empty_paragraphs(root: Element) -> None:
    """Insert an empty paragraph for a `</p>` without one, as browsers do: it separates two lines."""
    for mark in list(root.iter(etree.Comment)):
        parent = mark.getparent()
        if mark.text != _MARK or parent is None:
            continue
        ended = mark.getprevious()
        if ended is not None and ended.tag == "p" and not ended.tail:
            ended.tail = mark.tail
            parent.remove(mark)
        else:
            paragraph = etree.Element("p")
            paragraph.tail = mark.tail
            parent.replace(mark, paragraph)


# --- parsing

_NON_XML_BYTES = bytes({*range(0x20)} - {*b"\t\n\r"})
_NON_XML_CHARACTERS = ("\ufffe", "\uffff")
_CONTROL_REFERENCE = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])(?![0-9])"
    rb"|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF])(?![0-9a-fA-F]));?"
)
# For an error of libxml2, the tags that may cause it and what replaces them.
_REPAIRS = (
    # The tree shows which of the marked ends are without a paragraph.
    ("Unexpected end tag : p", re.compile(rb"(?i)</p\s*>"), rb"\g<0>" + _MARKED),
    # libxml2 ends a list before these, browsers do not. emlog's search box is a form in the sidebar's list.
    (
        "Unexpected end tag : ul",
        re.compile(rb"(?i)(<ul\b[^>]*+>|</li\s*>)(\s*<(?:form|pre|address|menu)\b)"),
        rb"\1<li>\2",
    ),
)
_STRAY_BREAK_END = re.compile(rb"</[bB][rR]\s*/?>")  # browsers make it a line break
# libxml2 ends the page here, browsers do not; many pages consist of several closed documents.
_PAGE_END = re.compile(rb"</(?:html|body)\b[^>]*>", re.IGNORECASE)


def _tags(names: str) -> re.Pattern[bytes]:
    return re.compile(rf"(?i)</?(?:{names})\b[^>]*>".encode())


# Tags removed step by step from a page nested deeper than libxml2's limit (2048): first style, then structure.
_DEPTH_REDUCTIONS = (
    (_tags("font|span|b|i|u|em|strong|big|small|center|tt|s|strike|nobr|o:p|ins|del|sub|sup|label"), b""),
    (_tags("div|p|blockquote|section|article|dl|dt|dd|ul|ol|li|form|fieldset|pre|h[1-6]"), b"<br>"),
    (_tags("table|tbody|thead|tfoot|tr|td|th|caption"), b"<br>"),
    (re.compile(rb"(?i)<(?!br\b|a\b|/a\b|img\b)[^>]*>"), b" "),
)


def parse_html(text: str) -> Element:
    """Return the root of the tree of a page; never raises. An empty page returns an empty `html`."""
    given = _STRAY_BREAK_END.sub(b"<br>", _encode_for_libxml2(text))
    root, clean = _parse_repaired(given)
    _repair_tree(root)
    # Cells without an end: searching every cell takes a tenth of the parsing time.
    tags = b"" if next(root.iter("td"), None) is None else given.lower()
    if tags.count(b"<td") > tags.count(b"</td"):
        _unnest_cells(root)
    if clean is not given and _MARKED in clean:
        _insert_empty_paragraphs(root)
    return root


def _parse_repaired(clean: bytes) -> tuple[Element, bytes]:
    """Return the root of a page, and the page with the repairs that the errors of libxml2 ask for."""
    root, errors = _parse(clean)
    if any(isinstance(node.tag, str) for node in root.itersiblings()):
        clean = _PAGE_END.sub(b"", clean)
        root, errors = _parse(clean)
    for message, pattern, instead in _REPAIRS:
        if any(message in error for error in errors) and pattern.search(clean):
            clean = pattern.sub(instead, clean)
            root, errors = _parse(clean)
    for pattern, instead in _DEPTH_REDUCTIONS:
        if not errors or "depth" not in errors[-1]:
            break
        clean = pattern.sub(instead, clean)
        root, errors = _parse(clean)
    return root, clean


def _encode_for_libxml2(text: str) -> bytes:
    """Return the text in UTF-8, without what libxml2 stops at and what takes it long."""
    for other in _NON_XML_CHARACTERS:
        if other in text:  # a test takes a tenth of the time of `replace`
            text = text.replace(other, "")
    clean = text.encode("utf-8", "replace")
    if any(map(clean.__contains__, _NON_XML_BYTES)):
        # libxml2 stops at a NUL, so a page could hide text behind one.
        clean = clean.translate(None, _NON_XML_BYTES)
    return _drop_excess_attributes(drop_control_references(clean))


def drop_control_references(html: bytes) -> bytes:
    """Return `html` without character references to characters that XML forbids: lxml refuses them in attributes."""
    return _CONTROL_REFERENCE.sub(b"", html)  # `b"&#" in html` alone takes longer


def _parse(clean: bytes) -> tuple[Element, Sequence[str]]:
    """Return the root and libxml2's errors; the last error is "depth" if it stopped at too deep nesting."""
    if not clean or clean.isspace():
        return etree.Element("html"), ()
    # Not lxml.html's parser: it looks up a Python class for every element.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_blank_text=False)
    root: Element | None = etree.fromstring(clean, parser)
    return etree.Element("html") if root is None else root, [error.message for error in parser.error_log]


# --- visibility

_MAY_HIDE = re.compile(r"display|visibility|:\s*-\d{4}", re.IGNORECASE)
_OUTSIDE = re.compile(r"-\d{4,}(?:\.\d+)?px")  # links that a stranger adds to a page are often outside of it
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Selecting attributes, then their elements, is six times as fast as testing every element.
_select_styled_or_hidden = etree.XPath("descendant-or-self::*/@style/..|descendant-or-self::*/@hidden/..")


def hidden_elements(root: Element) -> frozenset[Element]:
    """Return the elements under `root` that their own attributes hide; style sheets are ignored."""
    styled = cast("list[Element]", _select_styled_or_hidden(root))
    # Some sites hide `body` until a script finds that the page is not in a frame.
    inner = (node for node in styled if node.tag != "body")
    return frozenset(n for n in inner if n.get("hidden") is not None or _hides_element(n.get("style", "")))


def _hides_element(style: str) -> bool:
    """Return whether a style hides its element; the last declaration of a property wins."""
    if not _MAY_HIDE.search(style):
        return False
    values = {}
    for declaration in _COMMENT.sub("", style).lower().split(";"):
        name, _, value = declaration.partition(":")
        values[name.strip()] = value.partition("!")[0].strip()
    is_outside = any(_OUTSIDE.fullmatch(values.get(side, "")) for side in ("left", "top"))
    return is_outside or values.get("display") == "none" or values.get("visibility") == "hidden"


# --- facts of the head

_MAX_BASE_LENGTH = 2000  # each relative link of a page would be as long


def window_title(root: Element) -> str:
    """Return the title of the page in one line; "" if it has none."""
    title = next(root.iter("title"), None)
    return "" if title is None else " ".join("".join(map(str, title.itertext())).split())


def find_base_url(root: Element, url: str) -> str:
    """Return the page's `<base href>`, or `url` if there is none that is usable."""
    # Only in the head: an author may put one into a post.
    hrefs = (node.get("href") for head in root.iterchildren("head") for node in head.iterchildren("base"))
    href = next((href for href in hrefs if href is not None), None)
    base = None if href is None or len(href) > _MAX_BASE_LENGTH else absolute_url(href, url)
    return base if base is not None and base.startswith(("http://", "https://")) else url


# --- elements

_BLOCKS = """
address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol
optgroup p pre section summary table tbody td tfoot th thead tr ul xmp listing plaintext marquee
"""
BLOCKS = frozenset(_BLOCKS.split())
"""Elements that begin and end a line, by their default display (CSS 2.2, 9.2)."""

CELLS = frozenset(("td", "th"))
"""Cells of a table row."""

TABLE_PARTS = ("table", "tbody", "thead", "tfoot", "tr")
"""A table and its parts outside of cells: they contain no text and no block."""

REPLACED = frozenset(("img", "iframe", "embed", "object", "video", "audio", "image"))
"""Elements that show another file."""

PLAYER_PARTS = ("param", "embed", "source")
"""Elements inside a player that name the file it plays."""

_NEVER_SHOWN = """
script style head template noscript select textarea datalist noframes noembed title svg math
"""
NEVER_SHOWN = frozenset(_NEVER_SHOWN.split())
"""Elements whose content is never shown."""

PREFORMATTED = frozenset(("pre", "xmp", "listing", "plaintext"))
"""Elements that preserve spaces and line ends."""


def own_text(node: Element) -> str:
    """Return the text of an element on one line, without that of the elements in it."""
    return " ".join("".join((node.text or "", *(one.tail or "" for one in node))).split())


# --- URLs

# Lazy loaders of the last fifteen years store the URL in one of these, and a blank in `src`.
_LAZY = ("data-original", "data-src", "data-lazy-src", "data-lazyload", "real_src", "original", "file")
_MAX_SOURCES = 20
# Of the names of others, beside a blank: `data-cfsrc` of Cloudflare, `nitro-lazy-src`, `data-actualsrc` of Zhihu, `srcset`.
_LOADER = re.compile(r".src$|srcset$|lazy|original|echo|file$|[-_](?:url|image)$")
# Of the file name of a blank.
_BLANK = re.compile(r"(?i)blank|spacer|loading|placehold|transparent|1x1|lazy|^(?:none|\w)\.gif$")
# Nearly every URL of a page; it is resolved by prepending the origin. No path segment begins with a dot.
_plain_url = re.compile(
    r"(?P<page>(?P<origin>https?://[A-Za-z0-9.-]+(?::(?:\d{1,4}|[1-5]\d{4}))?)?"
    r"/(?:[\w~%-][\w.~%-]*/)*(?:[\w~%-][\w.~%-]*)?)(?:\?[\w=&%.+-]+)?",
    re.ASCII,
)
_plain_query = re.compile(r"\?[\w=&%.+-]+", re.ASCII)
_ADDRESS = re.compile(r"[/.\\]")
_quoted_url = re.compile(r"""["'](https?://[^"'\s]+|/[^"'\s]*|[\w./-]+\.html?)["']""")


def image_url(element: Element, base_url: str) -> str | None:
    """Return the absolute http(s) URL of an image, lazy loaders' attributes first; None if it has none.

    The URL of the page itself, which `#` and other blanks resolve to, is no image.
    """
    for value in (*lazy_urls(element), element.get("src")):
        url = absolute_url(value, base_url)
        if url is not None and _may_be_image(url, base_url):
            return url
    return None


def lazy_urls(element: Element) -> Iterator[str]:
    """Return the URLs in the attributes of lazy loaders, as written; a flag (`data-lazyload="true"`) is none."""
    named = [element.get(name) or "" for name in _LAZY]
    around = next(element.iterancestors("picture"), element)
    # A `picture` has an image and a few sources; each of thousands would look at all others.
    near = (element, *islice(around.iter("source", element.tag), _MAX_SOURCES))
    for one in near if is_blank(element) else ():
        found = ((str(name), str(value)) for name, value in one.attrib.items())
        # A `srcset` has a width behind each URL.
        named += [value.split()[0] for name, value in found if _LOADER.search(name) and value.strip()]
    return filter(_ADDRESS.search, named)


def is_blank(element: Element) -> bool:
    """Return whether the URL of an image is missing, or that of a blank, which a script replaces."""
    url = element.get("src") or ""
    return url[:5] in ("", "data:") or _BLANK.search(url.rpartition("/")[2]) is not None


def _may_be_image(url: str, base_url: str) -> bool:
    """Return whether a URL is http(s) and not the page's own, which `#`, `?` and a bare `//` resolve to."""
    parts = urlsplit(url)
    web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return web and url.partition("#")[0] != base_url.partition("#")[0]


def absolute_url(url: str | None, base_url: str) -> str | None:
    """Return `url` resolved against `base_url`; None if it is missing or invalid."""
    if url is None or not url.strip():
        return None
    if plain := _plain_url.fullmatch(url):
        if plain["origin"]:
            return url
        if base := _plain_base(base_url):
            return base["origin"] + url
    elif _plain_query.fullmatch(url) and (base := _plain_base(base_url)):
        return base["page"] + url
    before, sign, rest = re.sub(r"[\t\r\n]", "", url.strip()).partition("?")
    try:
        # Browsers treat a backslash as a slash; pages written for Internet Explorer have some.
        joined = urljoin(base_url, before.replace("\\", "/") + sign + rest)
        urlsplit(joined).port  # noqa: B018 -- raises if the port is invalid
    except ValueError:
        return None
    return joined


@lru_cache(maxsize=16)  # a page resolves a hundred URLs against one base
def _plain_base(url: str) -> "re.Match[str] | None":
    """Return the groups `origin` and `page` (without the query) of a plain absolute URL, else None."""
    plain = _plain_url.fullmatch(url)
    return plain if plain and plain["origin"] else None


def link_url(anchor: Element, base_url: str) -> str | None:
    """Return the absolute URL of an `a`, or of a `frame`, or None.

    The URL of a `javascript:` link is searched in its title and its onclick.
    """
    href = (anchor.get("href") or anchor.get("src") or "").strip()
    if href.startswith("#"):
        return None
    if href and not href.lower().startswith(("javascript:", "vbscript:", "data:")):
        return absolute_url(href, base_url)
    title = (anchor.get("title") or "").strip()
    if title.startswith(("http://", "https://")):
        return absolute_url(title, base_url)
    found = _quoted_url.search(f"{anchor.get('onclick') or ''} {href}")
    return absolute_url(found.group(1), base_url) if found else None
