"""What sites of export files share: the site, URLs and ids that an export lacks, and a file's parts.

A stored page is a small export with one post and its comments. A site of export files has no hosts: `blogarchive import`
fills it and no command crawls it.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from gettext import gettext as _
from html import escape, unescape
from html.entities import html5
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urldefrag
from zoneinfo import ZoneInfo

from lxml import etree

from blogarchive import items
from blogarchive.messages.details import Detail
from blogarchive.parsing.html import Element
from blogarchive.parsing.urls import split_web_url
from blogarchive.sites.base import MAX_TAGS, Site

if TYPE_CHECKING:
    from blogarchive.sites.markup.picker import Body

# --- bodies


def parse_body(html: str, base_url: str) -> "Body":
    """Return the body of an HTML fragment; URLs are resolved against `base_url`. Never raises.

    A fragment with more tags than a page may have is shown as it is.
    """
    from blogarchive.sites.markup.picker import Picker, parse_tree, read_body  # most commands parse no page

    # The limit of a page protects the parser from posts of an export too.
    if html.count("<") > MAX_TAGS:
        html = escape(html, quote=False)
    # Without the element, libxml2 wraps text at the beginning in a paragraph.
    tree = parse_tree(f"<body>{html}</body>", base_url)
    return read_body(Picker(tree=tree), next(tree.root.iter("body"), tree.root))


def build_comment(html: str, base_url: str, **fields: Any) -> items.Comment:
    """Return a comment with the text of an HTML fragment and these other fields."""
    body = parse_body(html, base_url)
    return items.Comment(body_html=body.html, body_text=body.text, **fields)


# --- times

# Zones are from 12 hours behind UTC to 14 before it; a larger difference is an edited file.
_MAX_OFFSET = timedelta(hours=15)


def offset_time(text: str) -> items.DateText | None:
    """Return the time of an ISO 8601 text with an offset; None if `text` is empty."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return items.DateText(text=text) if text else None
    if at.tzinfo is None:
        return items.DateText(text=text)
    return items.DateText(text=text, at=at.replace(microsecond=0), precision="second")


def local_time(text: str, zone: tzinfo | None) -> items.DateText | None:
    """Return the time `YYYY-MM-DD HH:MM:SS` in that zone; None if `text` is empty or all zeros."""
    # WordPress writes 0000-00-00 00:00:00 for the time of a draft.
    if not text.strip("0-: "):
        return None
    try:
        at = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return items.DateText(text=text)
    return items.DateText(text=text, at=at.replace(tzinfo=zone), precision="second")


def time_with_utc(text: str, utc_text: str, zone: tzinfo | None) -> items.DateText | None:
    """Return the local time `text` with its offset to `utc_text`; in `zone` if that is no time."""
    local, in_utc = local_time(text, zone), local_time(utc_text, ZoneInfo("UTC"))
    if local is None:
        return in_utc
    if local.at is None or in_utc is None or in_utc.at is None:
        return local
    offset = local.at.replace(tzinfo=UTC) - in_utc.at
    if abs(offset) > _MAX_OFFSET:
        return local
    at = local.at.replace(tzinfo=timezone(timedelta(minutes=round(offset / timedelta(minutes=1)))))
    return items.DateText(text=local.text, at=at, precision="second")


# --- the document


INSTRUCTION = "blogarchive"
"""The processing instruction in a stored page with facts that the user named: `url` of the blog, `zone` of times."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECLARATION = re.compile(r"\A\ufeff?\s*+<\?xml\s[^>]*+>")
# Before the root only white space, comments and instructions: a document type can make entities that fill the memory.
_PROLOG = re.compile(r"(?>\s|<\?.*?\?>|<!--.*?-->)*+<[A-Za-z_]", re.DOTALL)
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)  # an open section ends with the text
_REFERENCE = re.compile(
    r"&(?:#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));|(amp|lt|gt|quot|apos);|([A-Za-z][A-Za-z0-9]*);|)"
)


class InvalidExport(ValueError):
    """The text is no export that can be read; the message is the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class XmlDocument:
    """The root of a page, its charset, the problems of parsing it, and the facts of its instruction."""

    root: Element
    encoding: str
    problems: tuple[items.Problem, ...]
    facts: dict[str, str]

    def zone_or(self, zone: ZoneInfo) -> ZoneInfo:
        """Return the zone that the user named for times without one, else `zone`."""
        return find_zone(self.facts.get("zone", "")) or zone


def parse_export_page(page: items.Page) -> XmlDocument:
    """Return the XML document of a page. Raises `InvalidExport`."""
    from blogarchive.parsing.charset.decoding import decode  # most commands parse no page

    decoded = decode(page.body, page.header("Content-Type"))
    root, is_damaged = parse_xml(decoded.text)
    problem = items.Problem(kind="incomplete", field="body", detail=Detail.XML_DAMAGED)
    problems = (problem,) if is_damaged else ()
    return XmlDocument(root=root, encoding=decoded.encoding, problems=problems, facts=_read_facts(root))


def parse_xml(text: str) -> tuple[Element, bool]:
    """Return the root of an XML text, and whether parts of it may be missing because it is damaged.

    Raises `InvalidExport` if it has a document type, or is no XML.
    """
    text = _FORBIDDEN.sub("", _DECLARATION.sub("", text, count=1))
    if _PROLOG.match(text) is None:
        raise InvalidExport(_("it has a document type, or is no XML"))
    # Parsed strictly first: a parser that recovers drops text without a word.
    for candidate in (text, _escape_references(text)):
        with suppress(etree.XMLSyntaxError):
            return _parse(candidate, recover=False), False
    try:
        root: Element | None = _parse(_escape_references(text), recover=True)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise InvalidExport(_("it is no XML"))
    return root, True


def find_zone(name: str) -> ZoneInfo | None:
    """Return the time zone of that name; None if there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None


def child_text(node: Element, path: str) -> str:
    """Return the text of the first child at `path`, without white space around it; "" if there is none."""
    return (node.findtext(path) or "").strip()


def _parse(text: str, *, recover: bool) -> Element:
    """Return the root of an XML text; raises `XMLSyntaxError` for damage that it does not `recover`."""
    # huge_tree: a post may have images of megabytes in data: URLs. libxml2 still limits the depth.
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
    )
    return etree.fromstring(text.encode(), parser)


def _escape_references(text: str) -> str:
    """Return the text with HTML entities as characters and each bare `&` escaped, outside CDATA sections."""
    parts = _CDATA.split(text)
    parts[::2] = [_REFERENCE.sub(_escape_reference, part) for part in parts[::2]]
    return "".join(parts)


def _escape_reference(match: re.Match[str]) -> str:
    """Return a reference of XML as it is, one of HTML as its character, any other with `&` escaped."""
    hexadecimal, decimal, known, name = match.groups()
    if hexadecimal or decimal:
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return "" if code > sys.maxunicode or _FORBIDDEN.match(chr(code)) else match[0]
    return match[0] if known else html5.get(f"{name};", f"&amp;{name};") if name else "&amp;"


def _read_facts(root: Element) -> dict[str, str]:
    for node in root.itersiblings(preceding=True):
        if isinstance(node, etree._ProcessingInstruction) and node.target == INSTRUCTION:
            return {str(name): unescape(str(value)) for name, value in node.attrib.items()}
    return {}


# --- line ends

_BLOCK_NAMES = (
    "address|article|aside|blockquote|caption|center|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|figure|"
    "footer|form|h[1-6]|header|hr|iframe|li|main|nav|object|ol|p|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_BLOCK = re.compile(rf"(</?(?:{_BLOCK_NAMES})\b[^<>]*+>)", re.IGNORECASE)
_UNCHANGED = re.compile(r"<(?:(pre|script|style|textarea)\b|!--)", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_BREAK = re.compile(r"(?:<br\s*/?>)?\n", re.IGNORECASE)


def add_line_breaks(html: str) -> str:
    """Return `html` with a paragraph for text between blank lines, and `<br>` for each other line end.

    Text in `pre`, `script`, `style` and comments stays as it is, and so do line ends beside a block element.
    """
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in html:
        return html
    parts: list[str] = []
    end = 0
    for part in _find_unchanged(html):
        parts += [_break_blocks(html[end : part.start]), html[part]]
        end = part.stop
    return "".join([*parts, _break_blocks(html[end:])])


def _find_unchanged(html: str) -> Iterator[slice]:
    """Yield the places of the elements and comments that have an end.

    One search shows that those of a name have none.
    """
    position, endless = 0, set[str]()
    while match := _UNCHANGED.search(html, position):
        position, name = match.end(), (match[1] or "").lower()
        end = re.compile(rf"</{name}\s*>" if name else "-->", re.IGNORECASE)
        # A text of a thousand open comments would be searched a thousand times.
        if name in endless or (found := end.search(html, position)) is None:
            endless.add(name)
            continue
        position = found.end()
        yield slice(match.start(), position)


def _break_blocks(html: str) -> str:
    """Return HTML with line breaks; text outside of all block elements is in paragraphs."""
    depth, parts = 0, []
    for index, part in enumerate(_BLOCK.split(html)):
        if index % 2 == 0:
            parts.append(_break_text(part, is_top=depth == 0))
            continue
        parts.append(part)
        if not re.match(r"<(?:hr|col|iframe)\b", part, re.IGNORECASE):
            # As WordPress does it: text beside a block is a paragraph only outside of all blocks.
            depth = max(0, depth - 1) if part.startswith("</") else depth + 1
    return "".join(parts)


def _break_text(text: str, *, is_top: bool) -> str:
    text = text.strip("\n \t")
    paragraphs = [_BREAK.sub("<br>\n", part) for part in _BLANK_LINES.split(text) if part.strip()]
    if not paragraphs or (len(paragraphs) == 1 and not is_top):
        return "".join(paragraphs)
    return "".join(f"<p>{part}</p>\n" for part in paragraphs)


# --- sites


class PostStatus(StrEnum):
    """Whether readers of the blog see a post."""

    PUBLISHED = "published"
    DRAFT = "draft"  # or scheduled
    TRASHED = "trashed"
    NO_POST = "no_post"  # a template, a setting, a menu, an attachment


ReadPost = Callable[[items.Page, items.Target, ZoneInfo], tuple[PostStatus, items.ParsedPage]]
"""Returns the post of a page, with all its visible comments; the zone is that of times without one.

Raises `InvalidExport`.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class XmlForm:
    """The form of a platform's XML: its root, a post's element, and the parts of the head stored with each post.

    `container` is the element in the root that has the posts, "" if it is the root itself. `dropped` are parts of the
    stored elements that change with each export. `exported_at` returns the time of the export (aware) in the container.
    `read_ids` returns kind, number and post of an element, if comments are elements of their own.
    """

    root: str
    container: str = ""
    element: str
    stored: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    exported_at: Callable[[Element], datetime | None]
    read_ids: Callable[[Element], tuple[str, str, str]] | None = None


def page_of_post(
    encoding: str,
    author: items.Author,
    post: items.Post,
    html: str,
    comments: Iterable[items.Comment],
    *problems: items.Problem,
) -> items.ParsedPage:
    """Return the parsed page of a post of that blog, with its text and its comments, and their number."""
    body, shown = parse_body(html, post.url), tuple(comments)
    # The export has all comments of a post, so their number is the count that a page would show.
    count = len(shown) if post.comment_count is None else post.comment_count
    whole = replace(post, body_html=body.html, body_text=body.text, images=body.images)
    whole = replace(whole, comment_count=count, comments=shown)
    return items.ParsedPage(
        kind=items.PageKind.POST, encoding=encoding, author=author, posts=(whole,), problems=problems
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ExportSite(Site):
    """A platform that exports blogs as files.

    `title` is the name of the platform. `post_url` finds the post's number in a URL, in its first group. `form` is
    None if the files are no XML.
    """

    title: str
    content_type: str
    read_post: ReadPost
    post_url: re.Pattern[str]
    form: XmlForm | None = None
    hosts: tuple[str, ...] = ()

    def parse_url(self, url: str) -> items.ParsedUrl:
        """Return the URL without fragment; a post if its number is in the URL, else UNKNOWN: nothing is crawled."""
        bare = urldefrag(url).url
        number = self.post_url.search(bare)
        if number is None:
            return items.ParsedUrl(url=bare, kind=items.PageKind.UNKNOWN)
        return items.ParsedUrl(url=bare, kind=items.PageKind.POST, number=number[1])

    def parse_page(self, page: items.Page, target: items.Target) -> items.ParsedPage:
        """Return the post of the page; the kind is UNKNOWN if the page is no export."""
        try:
            return self.read_post(page, target, self.zone)[1]
        except InvalidExport:
            return items.ParsedPage(kind=items.PageKind.UNKNOWN, encoding="")


# --- URLs

# RFC 2606 reserves the domain: an export that names no URL gets one that leads nowhere.
_NOWHERE = "blog.invalid"


def uid_of(url: str) -> str:
    """Return the uid of a blog at `url`: its host without `www.`, and its path with `-` for `/`.

    Raises `InvalidExport` if `url` is no web address.
    """
    parts = split_web_url(url)
    if parts is None:
        raise InvalidExport(_("it does not say which blog it is of; name the blog's URL with --url"))
    host = (parts.hostname or "").removeprefix("www.")
    path = "-".join(part for part in unquote(parts.path).split("/") if part)
    return "-".join(part for part in (host if host != _NOWHERE else "", path) if part)


def unknown_blog_url(name: str) -> str:
    """Return a URL for a blog if its export names none. The uid of the URL is the author's name."""
    return f"https://{_NOWHERE}/{quote(name.replace('/', '-'), safe='')}/"


def author_of_unknown(url: str) -> str | None:
    """Return the author's name in a URL of `unknown_blog_url`, None for any other URL."""
    return uid_of(url) if url.startswith(f"https://{_NOWHERE}/") else None


def post_url(blog_url: str, number: str) -> str:
    """Return a URL for a post without one in the export: that of the blog with the number as `post=`."""
    return f"{blog_url}{'&' if '?' in blog_url else '?'}post={number}"


def web_url(text: str, *, missing: str = "") -> str | None:
    """Return `text` if it is an http(s) URL, with the scheme `missing` if it has none; else None."""
    if "://" not in text and text and ":" not in text.partition("/")[0]:
        text = missing + text
    return text if split_web_url(text) else None
