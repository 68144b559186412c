"""The addresses that a saved page tells of itself, and the links in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree, html

from blogarchive.parsing.dates.numbers import parse_digits

# Chrome, Edge and IE write it before <html>; the number is the URL's length.
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)
_HEAD = 4000
_URL = re.compile(r"https?://[^\s<>\"'）)，。]+")
_TEXT = "//body//text()[not(ancestor::script or ancestor::style)]"
_OWN_NUMBER = {"did", "id", "blogid", "blog_id", "diary_id", "diaryid", "postid", "post_id"}
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a page says of where it was.

    `saved_from` is the browser's own word, `declared` are the site's (canonical, og:url); `links` are absolute URLs
    with the words of the link; `written` are addresses in the text; `numbers` hidden fields of forms that name a post.
    """

    saved_from: str | None
    declared: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    written: tuple[str, ...]
    numbers: tuple[int, ...]


def told_by(text: str, base: str | None = None) -> Told:
    """The addresses in the page `text`; relative links are resolved against `base` where it is given."""
    match = _SAVED_FROM.search(text, 0, _HEAD)
    saved_from = match[1] if match else None
    root = _parsed(text)
    if root is None:
        return Told(saved_from=saved_from, declared=(), links=(), written=(), numbers=())
    return Told(
        saved_from=saved_from,
        declared=tuple(_declared(root)),
        links=tuple(_links(root, _base(root, saved_from or base))),
        written=tuple(_URL.findall(" ".join(map(str, root.xpath(_TEXT))))),
        numbers=tuple(_numbers(root)),
    )


def picture_sources(text: str) -> tuple[str, ...]:
    """The `src` of every picture on the page, each once, as it stands there."""
    root = _parsed(text)
    found = [] if root is None else [(image.get("src") or "").strip() for image in root.iter("img")]
    return tuple(dict.fromkeys(filter(None, found)))


def mirrored(name: str) -> str | None:
    """The address that a path tells where a mirroring tool made it: `blog.example.net/u/1/202501/2.html`."""
    steps = name.split("/")
    for place, step in enumerate(steps[:-1]):
        if _HOST.fullmatch(step.lower()):
            return "https://" + "/".join(steps[place:])
    return None


def _parsed(text: str) -> html.HtmlElement | None:
    # A str with an encoding declaration is refused by lxml; bytes of a known charset are not.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing in it
        return None


def _declared(root: html.HtmlElement) -> Iterator[str]:
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            yield (link.get("href") or "").strip()
    for meta in root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == "og:url" and meta.get("content"):
            yield (meta.get("content") or "").strip()


def _base(root: html.HtmlElement, own: str | None) -> str | None:
    """What relative links are resolved against: what the page says they are, else its own address."""
    declared = next((found.strip() for tag in root.iter("base") if (found := tag.get("href"))), "")
    try:
        return urljoin(own or "", declared) or None
    except ValueError:
        return own


def _links(root: html.HtmlElement, base: str | None) -> Iterator[tuple[str, str]]:
    for anchor in root.iter("a"):
        href = (anchor.get("href") or "").strip()
        try:
            url = urljoin(base, href) if base else href
        except ValueError:
            continue
        if url.startswith(("http://", "https://")):
            yield url, " ".join(str(anchor.text_content()).split())


def _numbers(root: html.HtmlElement) -> Iterator[int]:
    for field in root.iter("input"):
        value = parse_digits((field.get("value") or "").strip())
        if (field.get("name") or "").lower() in _OWN_NUMBER and value is not None:
            yield value
