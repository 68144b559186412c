"""Movable Type: its text format, which Xuite (隨意窩), FC2, Hatena and TypePad export too.

It names neither the blog nor the time zone, and seldom a post's URL. A stored page begins with two fields that the
user named: `BLOG` (a URL) and `ZONE`. A post is identified by its BASENAME, else by its time, else by its text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from hashlib import sha256
from zoneinfo import ZoneInfo

from blogarchive.items import Author, Comment, DateText, Page, ParsedPage, Post, Target
from blogarchive.sites import exports

# --- the text format

_FIELD_NAMES = (
    "TITLE|AUTHOR|DATE|BASENAME|STATUS|ALLOW COMMENTS|ALLOW PINGS|CONVERT BREAKS|PRIMARY CATEGORY|CATEGORY|TAGS|"
    "NO ENTRY|UNIQUE URL|IMAGE"
)
# An author may type AUTHOR: or eight dashes: only these fields may begin an entry.
_FIRST_FIELD = re.compile(rf"(?:{_FIELD_NAMES}):(?: |\t|$)")
_FIELD = re.compile(r"(?P<name>[A-Z][A-Z ]*):[ \t]*(?P<value>.*)")
_SECTION = re.compile(r"(?P<name>BODY|EXTENDED BODY|EXCERPT|KEYWORDS|COMMENT|PING):[ \t]*")
_SECTION_END = re.compile(r"-{4,5}[ \t]*")
_ENTRY_END = re.compile(r"-{8}[ \t]*")
_COMMENT_FIELD = re.compile(r"(?P<name>AUTHOR|EMAIL|IP|URL|DATE|TITLE|BLOG NAME):[ \t]*(?P<value>.*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section of an entry: the lines of fields at its beginning, one of them perhaps repeated, and its text.

    The first section of an entry has its own fields, and no name and no text. Of the others, comments and pings have
    fields.
    """

    name: str
    fields: tuple[tuple[str, str], ...]
    text: str = ""

    def field(self, name: str) -> str:
        """Return the value of the first field of that name, "" if there is none."""
        return next((value for key, value in self.fields if key == name), "")


def begins_entry(line: str) -> bool:
    """Return whether a line is a field that an entry may begin with."""
    return _FIRST_FIELD.match(line) is not None


def may_end_entry(line: str) -> bool:
    """Return whether a line ends an entry if the next one begins an entry or the file ends."""
    return _ENTRY_END.fullmatch(line) is not None


def ends_section(line: str) -> bool:
    """Return whether a line has the dashes of the end of a section."""
    return _SECTION_END.fullmatch(line) is not None


def parse_entry(text: str) -> tuple[Section, ...]:
    """Return the sections of the entry that the text contains."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    blocks = _split_sections(text.split("\n"))
    matches = map(_FIELD.fullmatch, blocks[0])
    fields = [(match["name"], match["value"].strip()) for match in matches if match]
    return (Section(name="", fields=tuple(fields)), *map(_parse_section, blocks[1:]))


def _split_sections(lines: list[str]) -> list[list[str]]:
    """Return the lines of the fields and of each section, without dashes; a section begins with its name."""
    while lines and (not lines[-1].strip() or may_end_entry(lines[-1])):
        lines.pop()
    blocks: list[list[str]] = [[]]
    for index, line in enumerate(lines):
        # An author may type five dashes: they end a section only before the name of another, or at the end.
        following = next((other for other in lines[index + 1 : index + 3] if other.strip()), "")
        if ends_section(line) and (index == len(lines) - 1 or _SECTION.fullmatch(following)):
            blocks.append([])
        else:
            blocks[-1].append(line)
    return [blocks[0], *(block for block in blocks[1:] if any(line.strip() for line in block))]


def _parse_section(lines: Sequence[str]) -> Section:
    """Return the section of these lines: its name, the fields of a comment, its text."""
    start = next(index for index, line in enumerate(lines) if line.strip())
    match = _SECTION.fullmatch(lines[start])
    fields: list[tuple[str, str]] = []
    start += 1
    if match and match["name"] in ("COMMENT", "PING"):
        while start < len(lines) and (found := _COMMENT_FIELD.fullmatch(lines[start])):
            fields.append((found["name"], found["value"].strip()))
            start += 1
    text = "\n".join(lines[start:]).strip("\n")
    return Section(name=match["name"] if match else "", fields=tuple(fields), text=text)


# --- the post of an entry

_TIME = re.compile(r"(\d\d?)/(\d\d?)/(\d{4}) (\d\d?):(\d\d)(?::(\d\d))?(?: ([AP])M)?", re.IGNORECASE)
_ISO_TIME = re.compile(r"(\d{4})[-/](\d\d?)[-/](\d\d?)[ T](\d\d?):(\d\d)(?::(\d\d))?")
# A text with such a tag was written as HTML: its line ends are white space.
_HTML_BREAKS = re.compile(r"<(?:p|div|br|table|ul|ol|li|blockquote|h[1-6])\b", re.IGNORECASE)
# Values of CONVERT BREAKS; Xuite writes none (docs/sites/exports.md).
_CONVERTED = ("1", "__default__")
_UNCHANGED = ("0", "richtext")


def _read_post(page: Page, target: Target, zone: ZoneInfo) -> tuple[exports.PostStatus, ParsedPage]:
    """Return the status and the page of the post; raises `InvalidExport`."""
    from blogarchive.parsing.charset.decoding import decode  # most commands parse no page

    decoded = decode(page.body, page.header("Content-Type"))
    entry, *sections = parse_entry(decoded.text)
    texts = {section.name: section.text for section in reversed(sections)}
    zone = exports.find_zone(entry.field("ZONE")) or zone
    author = _read_author(entry)
    number = target.number or _find_number(entry, texts)
    url = exports.web_url(entry.field("UNIQUE URL")) or exports.post_url(author.url, number)
    title, posted = entry.field("TITLE"), _parse_time(entry.field("DATE"), zone)
    names = tuple(_read_categories(entry))
    post = Post(number=number, url=url, title=title, posted=posted, categories=names)
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


def _read_author(entry: Section) -> Author:
    url = entry.field("BLOG")
    uid = exports.uid_of(url)
    return Author(uid=uid, url=url, nickname=exports.author_of_unknown(url) or entry.field("AUTHOR") or None)


def _find_number(entry: Section, texts: Mapping[str, str]) -> str:
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


def _join_texts(entry: Section, texts: Mapping[str, str]) -> str:
    parts = (texts.get(name) for name in ("BODY", "EXTENDED BODY"))
    text = "\n\n".join(filter(None, parts)) or texts.get("EXCERPT", "")
    rule = entry.field("CONVERT BREAKS").lower()
    if rule in _CONVERTED or (rule not in _UNCHANGED and not _HTML_BREAKS.search(text)):
        text = exports.add_line_breaks(text)
    return text


def _read_categories(entry: Section) -> Iterator[str]:
    """Yield the categories, then the tags, each once."""
    names = [value for key, value in entry.fields if key in ("PRIMARY CATEGORY", "CATEGORY")]
    names += [tag.strip(' "') for tag in entry.field("TAGS").split(",")]
    yield from dict.fromkeys(name for name in names if name)


def _read_comments(sections: Iterable[Section], base_url: str, zone: ZoneInfo) -> Iterator[Comment]:
    """Yield the comments and the trackbacks, in the order of the file."""
    for section in sections:
        # A reader saw trackbacks in the list of comments.
        if section.name in ("COMMENT", "PING"):
            yield _read_comment(section, base_url, zone)


def _read_comment(section: Section, base_url: str, zone: ZoneInfo) -> Comment:
    """Return the comment or the trackback of a section."""
    # A trackback has the title of the post that links here.
    text = "\n\n".join(part for part in (section.field("TITLE"), section.text) if part)
    return exports.build_comment(
        text if _HTML_BREAKS.search(text) else exports.add_line_breaks(text),
        base_url,
        author_name=section.field("AUTHOR") or section.field("BLOG NAME"),
        author_url=exports.web_url(section.field("URL")),
        posted=_parse_time(section.field("DATE"), zone),
    )
