"""The URLs in a saved page: its own URL as the browser or the site declares it, links, images."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from parsel import Selector

# Chrome, Edge and IE write it before <html>; the number is the length of the URL.
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)
_HEAD = 4000
_URL = re.compile(r"https?://[^\s<>\"'）)，。]+")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

_CANONICAL = r"//link[re:test(@rel, '(^|\s)canonical(\s|$)', 'i')]/@href"
_OG_URL = "//meta[re:test(@property, '^og:url$', 'i') or re:test(@name, '^og:url$', 'i')]/@content"
_TEXT = "//body//text()[not(ancestor::script or ancestor::style)]"
_NUMBER_FIELDS = "//input[@name and re:test(normalize-space(@value), '^[0-9]+$')]"


@dataclass(frozen=True, kw_only=True, slots=True)
class PageUrls:
    """The URLs in a page.

    `saved_from` is written by the browser, `declared` by the site (canonical, og:url); `links` are absolute URLs
    with the text of the link; `written` are URLs in the text; `number_fields` are form fields with digits.
    """

    saved_from: str | None
    declared: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    written: tuple[str, ...]
    number_fields: tuple[tuple[str, str], ...]


def read_page_urls(text: str, base: str | None = None) -> PageUrls:
    """Return the URLs in the page `text`; relative links are resolved against `base` unless the page has a base."""
    match = _SAVED_FROM.search(text, 0, _HEAD)
    saved_from = match[1] if match else None
    page = _parse(text)
    return PageUrls(
        saved_from=saved_from,
        declared=_read_all(page, _CANONICAL) + _read_all(page, _OG_URL),
        links=tuple(_read_links(page, _read_base(page, saved_from or base))),
        written=tuple(_URL.findall(" ".join(page.xpath(_TEXT).getall()))),
        number_fields=tuple(
            (field.attrib["name"], field.attrib["value"].strip()) for field in page.xpath(_NUMBER_FIELDS)
        ),
    )


def find_image_sources(text: str) -> tuple[str, ...]:
    """Return the `src` of every image of the page `text`, each once, as written."""
    return tuple(dict.fromkeys(_read_all(_parse(text), "//img/@src")))


def url_from_path(name: str) -> str | None:
    """Return the URL in the path of a mirroring tool (`blog.example.net/u/1/202501/2.html`), None if it has none."""
    steps = name.split("/")
    for place, step in enumerate(steps[:-1]):
        if _HOST.fullmatch(step.lower()):
            return "https://" + "/".join(steps[place:])
    return None


def _parse(text: str) -> Selector:
    return Selector(text=text, type="html")  # parsel takes a page with an XML declaration for XML


def _read_all(page: Selector, xpath: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, page.xpath(xpath).getall())))


def _read_base(page: Selector, url: str | None) -> str | None:
    try:
        return urljoin(url or "", next(iter(_read_all(page, "//base/@href")), "")) or None
    except ValueError:
        return url


def _read_links(page: Selector, base: str | None) -> Iterator[tuple[str, str]]:
    for anchor in page.xpath("//a"):
        href = anchor.attrib.get("href", "").strip()
        try:
            url = urljoin(base, href) if base else href
        except ValueError:
            continue
        if url.startswith(("http://", "https://")):
            yield url, " ".join(anchor.xpath("string()").get("").split())  # XPath does not normalize U+00A0
