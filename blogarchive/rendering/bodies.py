"""A stored body made fit to be shown: pictures from our own store, nothing loaded from anywhere else.

What is stored is never changed; this is for pages that people look at, in the browser or as files.
"""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import unquote, urljoin, urlsplit

import nh3
from lxml import etree, html

PictureSource = Callable[[str], str | None]
"""Gives the address to show for a picture's absolute URL, or None where the archive does not hold it."""

PostSource = Callable[[str], str | None]
"""Gives the address of our own page for a link's absolute URL, or None where it leads to no post that is held."""

_TAGS = set(
    """a abbr b big blockquote br caption center cite code col colgroup dd del details div dl dt em figcaption
    figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strike
    strong sub summary sup table tbody td tfoot th thead tr tt u ul var wbr""".split()  # noqa: SIM905
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "p": {"align"},
    "div": {"align"},
    "font": {"color"},
    "ol": {"start"},
    "span": {"class"},
}
_SCHEMES = {"http", "https", "mailto"}
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # lxml refuses a text that holds one
_ENCODED = re.compile(r"(?:%20|%[89A-Fa-f][0-9A-Fa-f])+")
_PLACEHOLDER = "not-held"


def _no_post(_url: str) -> None:
    return None


def shown_body(body_html: str, page_url: str, picture: PictureSource, post: PostSource = _no_post) -> str:
    """`body_html` as safe HTML whose pictures come from `picture` and whose links are absolute, or lead to `post`.

    A picture that is not held becomes a link to where it was, with its alternative text. Links are resolved
    against `page_url`, and open without telling the other side where the reader came from. Only http, https
    and mailto links stay; scripts, styles, frames and event handlers never do, whatever the archive holds.
    """
    root = _parsed(body_html)
    for anchor in root.iter("a"):
        if "href" in anchor.attrib:
            _lead(anchor, _absolute(page_url, anchor.attrib["href"]), post)
    for image in list(root.iter("img")):
        _place(image, page_url, picture)
    return nh3.clean(
        _inner(root),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_only_our_class,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def link_urls(body_html: str, page_url: str) -> tuple[str, ...]:
    """The absolute URLs that links in `body_html` lead to, as `shown_body` asks for their posts."""
    found = (_absolute(page_url, anchor.get("href") or "") for anchor in _parsed(body_html).iter("a"))
    return tuple(dict.fromkeys(url for url in found if url))


def _parsed(body_html: str) -> html.HtmlElement:
    text = _NOT_XML.sub("\ufffd", body_html)
    return html.fragment_fromstring(text, create_parent="div", parser=html.HTMLParser(huge_tree=True))


def _inner(root: html.HtmlElement) -> str:
    parts = [escape(root.text or "", quote=False)]
    parts += [str(etree.tostring(child, encoding="unicode", method="html")) for child in root]
    return "".join(parts)


def _absolute(page_url: str, url: str) -> str:
    """`url` made absolute; "" where it is no URL at all."""
    try:
        absolute = urljoin(page_url, url.strip())
        urlsplit(absolute)
    except ValueError:
        return ""
    return absolute


def _lead(anchor: html.HtmlElement, url: str, post: PostSource) -> None:
    """To the post as it is held, its URL kept as the link's title; else to where the link leads."""
    ours = post(url) if url else None
    anchor.set("href", ours or url)
    if ours:
        anchor.set("title", url)


def _place(image: html.HtmlElement, page_url: str, picture: PictureSource) -> None:
    url = _absolute(page_url, image.get("src") or "")
    source = (picture(url) or picture(_as_written(url))) if url else None
    if source is not None:
        image.set("src", source)
        return
    _replace(image, _placeholder(url, image.get("alt") or image.get("title") or "", image))


def _as_written(url: str) -> str:
    """The URL before it was written as HTML, which percent-encodes spaces and what is not ASCII."""
    return _ENCODED.sub(lambda run: unquote(run[0], errors="replace"), url)


def _placeholder(url: str, alt: str, image: html.HtmlElement) -> html.HtmlElement:
    """A note in the picture's place: a link where one is possible, plain words inside another link."""
    linkable = urlsplit(url).scheme in ("http", "https") and not any(True for _ in image.iterancestors("a"))
    note = html.Element("a" if linkable else "span")
    if linkable:
        note.set("href", url)
    marker = html.Element("span")
    marker.set("class", _PLACEHOLDER)
    marker.text = f"［图片未存：{alt.strip() or _file_name(url) or '?'}］"
    note.append(marker)
    return note


def _file_name(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2][:80] if url else ""


def _replace(old: html.HtmlElement, new: html.HtmlElement) -> None:
    parent = old.getparent()
    if parent is None:
        return
    new.tail, old.tail = old.tail, None
    parent.replace(old, new)


def _only_our_class(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return value if tag == "span" and value == _PLACEHOLDER else None
    return value
