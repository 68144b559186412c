"""Lists of posts for machines: sitemaps, feeds, the REST interface of WordPress, search indexes of Hexo, robots.txt."""

import gzip
import json
import re
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lxml import etree

from blogarchive.items import Comment, DateText, ListedPost, Page
from blogarchive.parsing.document import extract_text
from blogarchive.parsing.html import Element, parse_html
from blogarchive.parsing.lines import LineBuilder
from blogarchive.parsing.sanitize import sanitize_element
from blogarchive.sites.engines.times import parse_stamp
from blogarchive.sites.engines.urls import is_within, may_be_post, parse_url, post_number

_MAX_UNPACKED = 20_000_000
_PER_PAGE, _FEW = 100, 10
_BLOGGER_PAGE = 150
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_OTHER_MAPS = re.compile(r"categor|tag|author|page-sitemap|taxonom|user|image|video|product", re.IGNORECASE)
_REST_FIELDS = "id,link,date,date_gmt,modified_gmt,title,comment_status"


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """A list of posts. `more` are its further pages, or lists that it names; `complete`: it says that it names all posts."""

    source: str
    listed: tuple[ListedPost, ...] = ()
    more: tuple[str, ...] = ()
    complete: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Comments:
    """The comments that an interface returns, and the URL of the next page of them."""

    comments: tuple[Comment, ...]
    more: str | None = None


def read_index(page: Page, text: str, uid: str, now: datetime) -> Index | None:
    """Return the list of posts in a page that is no HTML; None if it is none."""
    body = page.body
    if body[:2] == b"\x1f\x8b":
        body = unpack(body)
        text = body.decode("utf-8", "replace")
    start = text.lstrip("\ufeff \r\n\t")[:400]
    if urlsplit(page.url).path.endswith("/robots.txt"):
        found = tuple(urljoin(page.url, one) for one in _SITEMAP_LINE.findall(text))
        return Index(source="robots.txt", more=found) if found and not start.startswith("<") else None
    if start.startswith(("[", "{")):
        return _read_json(page, text, uid, now)
    if not start.startswith("<") or re.match(
        r"(?:<!--.*?-->\s*)*<(?:!doctype html|html)", start, re.IGNORECASE | re.DOTALL
    ):
        return None
    root = _parse_xml(body)
    if root is None:
        return None
    index = _read_xml(root, page.url, now)
    return (
        None
        if index is None
        else replace(
            index,
            listed=_own(index.listed, uid),
            more=tuple(url for url in index.more if is_within(url, uid.partition("/")[0])),
        )
    )


def unpack(body: bytes) -> bytes:
    """Return the content of a gzip file, at most `_MAX_UNPACKED` bytes; empty if it is damaged."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _MAX_UNPACKED)
    except (zlib.error, gzip.BadGzipFile):
        return b""


def _own(listed: tuple[ListedPost, ...], uid: str) -> tuple[ListedPost, ...]:
    """Return the posts of the blog, each once, without lists: a URL with others below it."""
    found: dict[str, ListedPost] = {
        post.number: post
        for post in listed
        if post.url and post.number and is_within(post.url, uid) and may_be_post(post.url)
    }
    above = {number.rsplit("/", count)[0] for number in found for count in range(1, number.count("/") + 1)}
    return tuple(post for number, post in found.items() if number not in above)


def _parse_xml(body: bytes) -> Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root: Element | None = etree.fromstring(body.lstrip(b"\xef\xbb\xbf \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _read_xml(root: Element, url: str, now: datetime) -> Index | None:
    kind = etree.QName(root).localname.lower()
    if kind == "sitemapindex":
        maps = [text for node in root.iterfind("{*}sitemap") if (text := _text(node, "loc"))]
        return Index(
            source="sitemap",
            more=tuple(one for one in maps if not _OTHER_MAPS.search(urlsplit(one).path.rsplit("/", 1)[-1]))
            or tuple(maps),
        )
    if kind == "urlset":
        return Index(
            source="sitemap",
            listed=tuple(
                _post(_text(node, "loc"), "", None, now, _text(node, "lastmod"))
                for node in root.iterfind("{*}url")
            ),
        )
    if kind == "feed":
        return _read_atom(root, url, now)
    if kind in ("rss", "rdf"):
        return _read_rss(root, url, now)
    if kind == "search":
        return Index(
            source="search.xml",
            listed=tuple(
                _post(urljoin(url, _text(node, "url")), _text(node, "title"), None, now)
                for node in root.iterfind("entry")
            ),
        )
    return None


def _read_atom(root: Element, url: str, now: datetime) -> Index:
    posts = []
    for entry in root.iterfind("{*}entry"):
        links = {link.get("rel") or "alternate": link.get("href") or "" for link in entry.iterfind("{*}link")}
        posts.append(
            _post(
                urljoin(url, links.get("alternate", "")),
                _text(entry, "title"),
                _text(entry, "published") or None,
                now,
                _text(entry, "updated"),
            )
        )
    links = {link.get("rel") or "": link.get("href") or "" for link in root.iterfind("{*}link")}
    more = links.get("next") or links.get("prev-archive") or _next_blogger(url, len(posts))
    return Index(
        source="Atom feed",
        listed=tuple(posts),
        more=(urljoin(url, more),) if more else (),
        complete=more is not None or "start-index" in url or _is_complete(root),
    )


def _read_rss(root: Element, url: str, now: datetime) -> Index:
    items = [*root.iterfind("{*}channel/{*}item"), *root.iterfind("{*}item"), *root.iterfind("channel/item")]
    posts = [
        _post(
            urljoin(url, _text(item, "link") or _text(item, "guid")),
            _text(item, "title"),
            _text(item, "pubDate") or _text(item, "date") or None,
            now,
        )
        for item in dict.fromkeys(items)
    ]
    links = [
        node.get("href")
        for node in root.iter("{http://www.w3.org/2005/Atom}link")
        if node.get("rel") in ("next", "prev-archive") and node.get("href")
    ]
    generator = " ".join(node.text or "" for node in root.iter("generator"))
    return Index(
        source="RSS feed",
        listed=tuple(posts),
        more=tuple(urljoin(url, link or "") for link in links[:1]),
        complete=bool(links) or "Hugo" in generator or _is_complete(root),
    )


def _is_complete(root: Element) -> bool:
    return root.find(".//{http://purl.org/syndication/history/1.0}complete") is not None


def _next_blogger(url: str, count: int) -> str | None:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if "start-index" not in query or count < _BLOGGER_PAGE:
        return None
    query["start-index"] = str(int(query["start-index"]) + count)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def _text(node: Element, name: str) -> str:
    found = node.find(f"{{*}}{name}")
    found = node.find(name) if found is None else found
    return "" if found is None else " ".join("".join(map(str, found.itertext())).split())


def _post(url: str, title: str, shown: str | None, now: datetime, version: str = "") -> ListedPost:
    found = parse_stamp(shown, now) if shown else None
    posted = (
        None
        if found is None or shown is None
        else DateText(text=shown, at=found.at, precision=found.precision)
    )
    canonical = parse_url(url).url if url.startswith(("http://", "https://")) else ""
    return ListedPost(
        title=plain_text(title),
        number=post_number(canonical) if canonical else None,
        url=canonical or None,
        title_cut=not title,
        posted=posted,
        version=version or None,
    )


def plain_text(html: str) -> str:
    """Return the text of a title that may contain tags and entities."""
    return (
        " ".join("".join(map(str, parse_html(html).itertext())).split())
        if "<" in html or "&" in html
        else " ".join(html.split())
    )


# WordPress and Hexo


def rest_url(api: str) -> str:
    """Return the URL of the first list of posts of a WordPress interface, the last changed first."""
    query = urlencode(
        {"per_page": _PER_PAGE, "orderby": "modified", "order": "desc", "_fields": _REST_FIELDS, "page": 1}
    )
    base, mark = (api, "&") if "rest_route=" in api else (api.rstrip("/") + "/", "?")
    return f"{base}wp/v2/posts{mark}{query}" if mark == "?" else f"{base.rstrip('/')}/wp/v2/posts&{query}"


def rest_comments_url(api: str, post_id: str) -> str:
    """Return the URL of the comments of a post in a WordPress interface, the oldest first."""
    query = urlencode({"post": post_id, "per_page": _PER_PAGE, "order": "asc", "page": 1})
    return f"{api.rstrip('/')}/wp/v2/comments{'&' if 'rest_route=' in api else '?'}{query}"


def blogger_url(root: str) -> str:
    """Return the URL of the first page of the feed of a blog on Blogger."""
    return f"{urljoin(root, 'feeds/posts/default')}?{urlencode({'max-results': _BLOGGER_PAGE, 'start-index': 1})}"


def _read_json(page: Page, text: str, uid: str, now: datetime) -> Index | None:
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    rows = value if isinstance(value, list) else value.get("posts", []) if isinstance(value, dict) else []
    rows = [row for row in rows if isinstance(row, dict)]
    if isinstance(value, dict) and not rows:
        return None
    if (
        any("modified_gmt" in row for row in rows)
        or "/wp/v2/posts" in page.url
        or "wp%2Fv2%2Fposts" in page.url
    ):
        posts = tuple(_rest_post(row, now) for row in rows)
        return Index(
            source="WordPress REST",
            listed=tuple(post for post in posts if post.url and is_within(post.url, uid)),
            more=(more := _next_rest(page, rows)),
            complete=bool(more) or _has_all(page, len(rows)),
        )
    found = (
        _post(
            urljoin(
                page.url,
                str(row.get("permalink") or row.get("url") or row.get("path") or row.get("link") or ""),
            ),
            str(row.get("title") or ""),
            row.get("date") and str(row["date"]),
            now,
            str(row.get("updated") or ""),
        )
        for row in rows
    )
    return Index(source="content.json", listed=_own(tuple(found), uid))


def _rest_post(row: dict[str, Any], now: datetime) -> ListedPost:
    title = row.get("title")
    rendered = title.get("rendered", "") if isinstance(title, dict) else title
    return _post(
        str(row.get("link") or ""),
        str(rendered or ""),
        _with_offset(row) or None,
        now,
        str(row.get("modified_gmt") or ""),
    )


def _with_offset(row: dict[str, Any]) -> str:
    """Return the local time with its offset, which the difference to the time in UTC gives."""
    local, utc = str(row.get("date") or ""), str(row.get("date_gmt") or "")
    try:
        minutes = round((datetime.fromisoformat(local) - datetime.fromisoformat(utc)).total_seconds() / 60)
    except (ValueError, TypeError):
        return local
    sign = "-" if minutes < 0 else "+"
    return (
        f"{local}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}" if abs(minutes) <= 15 * 60 else local
    )


def _next_rest(page: Page, rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the URL of the next page of an interface, by its header or because this one is full.

    A host may allow fewer rows a page than are asked for; a page of a few rows is the last, whatever the header states.
    """
    match = re.search(r"([?&]page=)(\d+)", page.url)
    pages, count = page.header("x-wp-totalpages") or "", len({str(row.get("id")) for row in rows})
    if match is None or count < _FEW:
        return ()
    is_last = int(match[2]) >= int(pages) if pages.isdecimal() else count < _PER_PAGE
    return (
        ()
        if is_last
        else (f"{page.url[: match.start()]}{match[1]}{int(match[2]) + 1}{page.url[match.end() :]}",)
    )


def _has_all(page: Page, count: int) -> bool:
    """Return whether an interface of one page brings the number of posts that its header states."""
    total = page.header("x-wp-total") or ""
    is_first = re.search(r"[?&]page=1(?!\d)", page.url) is not None
    return not (is_first and total.isdecimal() and int(total) > count)


def read_comments(page: Page, text: str, now: datetime) -> Comments | None:
    """Return the comments of an answer of WordPress or Blogger; None for another page."""
    if text.lstrip("\ufeff \r\n")[:1] == "<":
        return _read_comment_feed(page, now)
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list):
        return None
    asked = dict(parse_qsl(urlsplit(page.url).query)).get("post")
    rows = [row for row in value if isinstance(row, dict) and asked in (None, str(row.get("post") or asked))]
    names = {str(row.get("id")): plain_text(str(row.get("author_name") or "")) for row in rows}
    comments = tuple(_rest_comment(row, names, page.url, now) for row in rows)
    return Comments(comments=comments, more=next(iter(_next_rest(page, rows)), None))


def _rest_comment(row: dict[str, Any], names: dict[str, str], url: str, now: datetime) -> Comment:
    content = row.get("content")
    rendered = content.get("rendered", "") if isinstance(content, dict) else ""
    return _comment(
        names[str(row.get("id"))],
        str(row.get("author_url") or ""),
        names.get(str(row.get("parent"))),
        _with_offset(row),
        str(rendered),
        url,
        now,
    )


def _comment(
    name: str, link: str, to: str | None, stamp: str, content: str, url: str, now: datetime
) -> Comment:
    found = parse_stamp(stamp, now) if stamp else None
    html, text = clean_body(content, url)
    posted = DateText(text=stamp, at=found.at, precision=found.precision) if found else None
    return Comment(
        author_name=name,
        author_url=link if link.startswith(("http://", "https://")) else None,
        reply_to=to or None,
        posted=posted,
        body_html=html,
        body_text=text,
    )


def clean_body(content: str, url: str) -> tuple[str, str]:
    """Return the sanitized HTML and the text of the content of an interface."""
    root = parse_html(f"<div>{content}</div>")
    element = root.find(".//div")
    if element is None:
        return "", ""
    builder = LineBuilder()
    builder.walk(element)
    return sanitize_element(element, url), extract_text(builder.lines)


def _read_comment_feed(page: Page, now: datetime) -> Comments | None:
    root = _parse_xml(page.body)
    if root is None or etree.QName(root).localname != "feed":
        return None
    entries = list(root.iterfind("{*}entry"))
    ids = {
        _text(entry, "id").rpartition("post-")[2]: _text(author, "name")
        for entry in entries
        for author in entry.iterfind("{*}author")
    }
    comments = tuple(_feed_comment(entry, ids, page.url, now) for entry in entries)
    return Comments(comments=comments, more=_next_blogger(page.url, len(entries)))


def _feed_comment(entry: Element, names: dict[str, str], url: str, now: datetime) -> Comment:
    author, number = entry.find("{*}author"), _text(entry, "id").rpartition("post-")[2]
    related = next(
        (link.get("href") or "" for link in entry.iterfind("{*}link") if link.get("rel") == "related"), ""
    )
    link = "" if author is None else _text(author, "uri")
    content = entry.find("{*}content")
    html = "" if content is None else content.text or ""
    return _comment(
        names.get(number, ""),
        link,
        names.get(related.rpartition("/")[2]),
        _text(entry, "published"),
        html,
        url,
        now,
    )
