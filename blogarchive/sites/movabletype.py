"""Movable Type: its text format, which Xuite (隨意窩), FC2, Hatena and TypePad export too.

It names neither the blog nor the time zone, and seldom a post's URL. A stored page begins with two fields that the
user named: `BLOG` (a URL) and `ZONE`. A post is identified by its BASENAME, else by its time, else by its text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from gettext import gettext as _
from hashlib import sha256
from zoneinfo import ZoneInfo

from blogarchive.items import Author, Comment, DateText, Page, ParsedPage, Post, Target
from blogarchive.sites import exports

_TIME = re.compile(r"(\d\d?)/(\d\d?)/(\d{4}) (\d\d?):(\d\d)(?::(\d\d))?(?: ([AP])M)?", re.IGNORECASE)
_ISO_TIME = re.compile(r"(\d{4})[-/](\d\d?)[-/](\d\d?)[ T](\d\d?):(\d\d)(?::(\d\d))?")
# A text with such a tag was written as HTML: its line ends are white space.
_HTML_BREAKS = re.compile(r"<(?:p|div|br|table|ul|ol|li|blockquote|h[1-6])\b", re.IGNORECASE)
# Values of CONVERT BREAKS; Xuite writes none (docs/sites/exports.md).
_CONVERTED = ("1", "__default__")
_UNCHANGED = ("0", "richtext")


def _read_post(page: Page, target: Target, zone: ZoneInfo) -> tuple[exports.PostStatus, ParsedPage]:
    from blogarchive.parsing.charset.decoding import decode  # most commands parse no page

    decoded = decode(page.body, page.header("Content-Type"))
    entry, *sections = exports.parse_entry(decoded.text)
    texts = {section.name: section.text for section in reversed(sections)}
    zone = exports.find_zone(entry.field("ZONE")) or zone
    author = _read_author(entry)
    number = target.number or _find_number(entry, texts)
    url = exports.web_url(entry.field("UNIQUE URL")) or exports.post_url(author.url, number)
    post = Post(
        number=number,
        url=url,
        title=entry.field("TITLE"),
        posted=_parse_time(entry.field("DATE"), zone),
        categories=tuple(_read_categories(entry)),
    )
    is_published = entry.field("STATUS").lower() in ("", "publish")
    status = exports.PostStatus.PUBLISHED if is_published else exports.PostStatus.DRAFT
    text, comments = _join_texts(entry, texts), _read_comments(sections, url, zone)
    return status, exports.page_of_post(decoded.encoding, author, post, text, comments)


SITE = exports.ExportSite(
    name="movabletype",
    title="Movable Type",
    content_type="text/plain",
    read_post=_read_post,
    post_url=re.compile(r"[?&]post=([\w.-]+)$"),
    zone=ZoneInfo("Asia/Taipei"),  # of Xuite, from which most of these files come here
    image_hosts=("*.xuite.net",),
)


def _read_author(entry: exports.Section) -> Author:
    url = entry.field("BLOG")
    uid = exports.uid_of(url)
    return Author(uid=uid, url=url, nickname=exports.author_of_unknown(url) or entry.field("AUTHOR") or None)


def _find_number(entry: exports.Section, texts: Mapping[str, str]) -> str:
    """Return the BASENAME, which Hatena writes with slashes, else the time as digits, else a hash of the text.

    Raises `InvalidExport` if the entry has none of them.
    """
    name = re.sub(r"[^\w.-]+", "-", entry.field("BASENAME")).strip("-")
    if name:
        return name
    at = _read_time(entry.field("DATE"))
    if at is not None:
        return re.sub(r"\D", "", at)
    if not (text := texts.get("BODY", "").strip()):
        raise exports.InvalidExport(_("it has no DATE, no BASENAME and no text, which identify a post"))
    return f"text-{sha256(text.encode()).hexdigest()[:12]}"


def _read_time(text: str) -> str | None:
    """Return `YYYY-MM-DD HH:MM:SS` of a time; None if it is none.

    The month comes first, with or without AM and PM; edited files may have the year first.
    """
    text = text.strip()
    if match := _ISO_TIME.fullmatch(text):
        year, month, day, hour, minute, second = (int(group or 0) for group in match.groups())
    elif match := _TIME.fullmatch(text):
        month, day, year, hour, minute, second = (int(group or 0) for group in match.groups()[:6])
        # 12:05 AM is five past midnight.
        if match[7]:
            hour = hour % 12 + (12 if match[7].upper() == "P" else 0)
    else:
        return None
    return f"{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}"


def _parse_time(text: str, zone: ZoneInfo) -> DateText | None:
    found = exports.local_time(_read_time(text) or "", zone)
    if found is None:
        return DateText(text=text) if text else None
    return DateText(text=text, at=found.at, precision=found.precision)


def _join_texts(entry: exports.Section, texts: Mapping[str, str]) -> str:
    parts = (texts.get(name) for name in ("BODY", "EXTENDED BODY"))
    text = "\n\n".join(filter(None, parts)) or texts.get("EXCERPT", "")
    rule = entry.field("CONVERT BREAKS").lower()
    if rule in _CONVERTED or (rule not in _UNCHANGED and not _HTML_BREAKS.search(text)):
        text = exports.add_line_breaks(text)
    return text


def _read_categories(entry: exports.Section) -> Iterator[str]:
    """Yield the categories, then the tags, each once."""
    names = [value for key, value in entry.fields if key in ("PRIMARY CATEGORY", "CATEGORY")]
    names += [tag.strip(' "') for tag in entry.field("TAGS").split(",")]
    yield from dict.fromkeys(name for name in names if name)


def _read_comments(sections: Iterable[exports.Section], base_url: str, zone: ZoneInfo) -> Iterator[Comment]:
    """Yield the comments and the trackbacks, in the order of the file."""
    for section in sections:
        # A reader saw trackbacks in the list of comments.
        if section.name in ("COMMENT", "PING"):
            yield _read_comment(section, base_url, zone)


def _read_comment(section: exports.Section, base_url: str, zone: ZoneInfo) -> Comment:
    # A trackback has the title of the post that links here.
    text = "\n\n".join(part for part in (section.field("TITLE"), section.text) if part)
    return exports.build_comment(
        text if _HTML_BREAKS.search(text) else exports.add_line_breaks(text),
        base_url,
        author_name=section.field("AUTHOR") or section.field("BLOG NAME"),
        author_url=exports.web_url(section.field("URL")),
        posted=_parse_time(section.field("DATE"), zone),
    )
