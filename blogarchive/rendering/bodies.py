"""Render a stored body for a page or a file: rewrite URLs of links and images, then sanitize it."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from blogarchive.parsing.html import Element, drop_control_references
from blogarchive.parsing.sanitize import NOT_STORED, inner_html, sanitize


class ImageToShow(NamedTuple):
    """The URL of a stored image in the page, and its size in pixels; None if that is not known."""

    url: str
    width: int | None = None
    height: int | None = None


ImageSource = Callable[[str], ImageToShow | None]
"""Returns what to show for an image's absolute URL, None if the archive does not have it."""

PostSource = Callable[[str], str | None]
"""Returns the URL of the rendered post for a link's absolute URL, None if it leads to no stored post."""

_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # lxml refuses text with these
_NOT_STORED_TEXT = "［图片未存：{image}］"  # exports are in Chinese
_ENCODED = re.compile(r"(?:%20|%[89A-Fa-f][0-9A-Fa-f])+")


def render_body(
    body_html: str,
    page_url: str,
    image: ImageSource,
    post: PostSource = lambda _url: None,
    *,
    not_stored: str = _NOT_STORED_TEXT,
) -> str:
    """Return `body_html` as sanitized HTML, with images from `image` and links absolute or to `post`.

    URLs are resolved against `page_url`. If `image` returns None, a link to the image's URL takes its place. Its text
    is `not_stored`, with the alternative text for `{image}`. `body_html` may come from a stranger's archive: it is
    sanitized here again.
    """
    root = _parse(body_html)
    for anchor in root.iter("a"):
        if "href" in anchor.attrib:
            _rewrite_link(anchor, _absolute(page_url, str(anchor.attrib["href"])), post)
    for element in list(root.iter("img")):
        _rewrite_image(element, page_url, image, not_stored)
    return sanitize(inner_html(root))


def find_urls(body_html: str, page_url: str) -> tuple[Iterable[str], Iterable[str]]:
    """Return the absolute URLs of images and of links: all that `render_body` passes to `image` and to `post`."""
    root = _parse(body_html)
    images = [_absolute(page_url, element.get("src") or "") for element in root.iter("img")]
    links = [_absolute(page_url, anchor.get("href") or "") for anchor in root.iter("a")]
    return filter(None, (form for url in images for form in (url, _unquote(url)))), filter(None, links)


def _parse(body_html: str) -> Element:
    text = drop_control_references(_NOT_XML.sub("\ufffd", body_html).encode("utf-8", "replace")).decode()
    # A second <body> keeps a `</body>` from ending the first. The parser of `lxml.html` takes 2 ms to load.
    text = f"<html><body><body>{text}</body></html>"
    body = next(etree.fromstring(text, etree.HTMLParser(huge_tree=True)).iterchildren("body"))
    body.text = body.text if (body.text or "").strip() else None
    return body


def _absolute(page_url: str, url: str) -> str:
    """Return `url` made absolute, "" if it is empty or no URL."""
    try:
        absolute = urljoin(page_url, url.strip()) if url.strip() else ""
        urlsplit(absolute)
    except ValueError:
        return ""
    return absolute


def _rewrite_link(anchor: Element, url: str, post: PostSource) -> None:
    """Lead to the rendered post, with the original URL as title, else to the original URL."""
    rendered = post(url) if url else None
    anchor.set("href", rendered or url)
    if rendered:
        anchor.set("title", url)


def _rewrite_image(element: Element, page_url: str, image: ImageSource, not_stored: str) -> None:
    url = _absolute(page_url, element.get("src") or "")
    source = (image(url) or image(_unquote(url))) if url else None
    if source is not None:
        _set_image(element, source)
        return
    file_name = urlsplit(url).path.rpartition("/")[2][:80]
    name = (element.get("alt") or element.get("title") or "").strip() or file_name or "?"
    _replace(element, _make_placeholder(url, not_stored.format(image=name), element))


def _set_image(element: Element, source: ImageToShow) -> None:
    """Set the URL, an alternative text, and the size unless the post states one: a page must not jump."""
    element.set("src", source.url)
    element.set("alt", element.get("alt") or "")
    if source.width and source.height and not element.get("width") and not element.get("height"):
        element.set("width", str(source.width))
        element.set("height", str(source.height))


def _unquote(url: str) -> str:
    """Return the URL as it was before HTML percent-encoded its spaces and non-ASCII characters."""
    return _ENCODED.sub(lambda run: unquote(run[0], errors="replace"), url)


def _make_placeholder(url: str, text: str, element: Element) -> Element:
    """Return a link to the image; plain text for an unusable URL, and for an image inside a link."""
    linkable = urlsplit(url).scheme in ("http", "https") and next(element.iterancestors("a"), None) is None
    note = etree.Element("a", href=url) if linkable else etree.Element("span")
    marker = etree.SubElement(note, "span")
    marker.set("class", NOT_STORED)
    marker.text = text
    return note


def _replace(old: Element, new: Element) -> None:
    parent = old.getparent()
    if parent is None:
        return
    new.tail, old.tail = old.tail, None
    parent.replace(old, new)
