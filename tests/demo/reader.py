"""Fetch a page over HTTP and return its visible lines, without the code of blogarchive."""

import http.client
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import html

_BREAKS = re.compile(
    "address|article|aside|blockquote|body|br|dd|div|dl|dt|footer|form|h[1-6]|header|hr|iframe|li|main|nav|ol"
    "|p|pre|section|table|tbody|tr|ul"
)


@dataclass(frozen=True)
class Seen:
    status: int
    headers: dict[str, str]
    body: bytes


def get(url: str, **headers: str) -> Seen:
    """Send one GET request; redirects are not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", url[len(f"http://{parts.netloc}") :], headers=headers)
        response = connection.getresponse()
        body = response.read()
        return Seen(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
    finally:
        connection.close()


def text_of(seen: Seen) -> str:
    """Return the text of a page by its header, else by its declaration; gb2312 means GB18030 with € as 0x80."""
    said = re.search(rb"charset=[\"']?([\w-]+)", seen.headers["content-type"].encode() + seen.body)
    assert said is not None
    name = {"gb2312": "gb18030", "big5": "big5hkscs"}.get(said[1].decode().lower(), said[1].decode())
    if name != "gb18030":
        return seen.body.decode(name)
    return re.sub(
        rb"[\x00-\x7f]+|\x80|[\x81-\xfe][\x30-\x39].{2}|[\x81-\xfe][\x40-\xfe]",
        lambda match: "€".encode() if match[0] == b"\x80" else match[0].decode("gb18030").encode(),
        seen.body,
        flags=re.DOTALL,
    ).decode()


def lines_of(page: str) -> list[str]:
    """Return the visible lines, with white space collapsed and without empty lines."""
    tree = html.fromstring(re.sub(r"^<\?xml[^>]*>", "", page))
    pieces: list[str] = []
    _gather(tree.find("body"), pieces)
    lines = (re.sub(r"[ \t\xa0\r\v\n]+", " ", line).strip() for line in "".join(pieces).split("\f"))
    return [line for line in lines if line]


def _gather(node: html.HtmlElement, pieces: list[str]) -> None:
    if not isinstance(node.tag, str) or node.tag in ("script", "style"):
        return
    breaks = _BREAKS.fullmatch(node.tag) is not None
    pieces.append("\f" if breaks else "")
    own = node.text or ""
    pieces.append(own.replace("\n", "\f") if node.tag == "pre" else own)
    for child in node:
        _gather(child, pieces)
        pieces.append(" " if child.tag == "td" else "")
        pieces.append(child.tail or "")
    pieces.append("\f" if breaks else "")


def links_of(page: str) -> list[tuple[str, str]]:
    """Return the text, or the `alt` of an image, and the href of each link."""
    return [
        ("".join(node.itertext()).strip() or "".join(node.xpath(".//img/@alt")), node.get("href"))
        for node in html.fromstring(page).iter("a")
        if node.get("href")
    ]
