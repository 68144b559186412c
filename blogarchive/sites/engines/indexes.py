"""Lists of posts for machines: sitemaps, feeds, the REST interface of WordPress, search indexes of Hexo, robots.txt."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from blogarchive.items import Comment, DateText, ListedPost, Page
from blogarchive.parsing.content_encoding import unpack_file
from blogarchive.parsing.dates.numbers import parse_digits
from blogarchive.parsing.dates.parse import date_text, parse_stamp
from blogarchive.parsing.html import Element, absolute_url
from blogarchive.parsing.structured_data import json_objects, parse_json, plain_text
from blogarchive.sites.engines import urls
from blogarchive.sites.exports import InvalidExport, child_text, parse_body, parse_xml, time_with_utc, web_url

# Entries: https://www.sitemaps.org/protocol.html
_MAX_ENTRIES, _LONGEST_STAMP, _FEW, BLOGGER_PAGE, _FEW_NUMBERED = 50_000, 60, 10, 150, 3
_SITEMAP, _OTHER_MAPS, _ROOT, _PAGES, _LOW = urls.patterns("indexes", "sitemap other_maps root pages low")

_LINK, _COMPLETE = "{http://www.w3.org/2005/Atom}link", ".//{http://purl.org/syndication/history/1.0}complete"


class Index(NamedTuple):
    """A list of posts. `more` are its further pages, or lists that it names; the walk if it does not name all posts.

    `total` is the number of posts on all its pages, if it states one.
    """

    listed: tuple[ListedPost, ...]
    more: tuple[str, ...]
    commented: tuple[ListedPost, ...] = ()
    total: int | None = None


def read_index(page: Page, text: str, uid: str, now: datetime) -> Index | None:
    """Return the list of posts in a page that is no HTML; None if it is none."""
    # Hosts serve sitemap.xml.gz as a file, without a Content-Encoding.
    text = unpack_file(page.body).decode("utf-8", "replace") if page.body.startswith(b"\x1f\x8b") else text
    root = _ROOT.match(text)
    if urlsplit(page.url).path.endswith("/robots.txt"):
        found = on_host(_SITEMAP.findall(text), page.url, uid)
        # A host without robots.txt may answer with its home page.
        return Index((), found) if found and root is None else None
    if text.lstrip("\ufeff \r\n\t").startswith(("[", "{")):
        return _read_json(page, text, uid, now)
    if root is not None and (kind := root[1].lower()) in urls.PATTERNS["entries"]:
        with suppress(InvalidExport):
            return _read_xml(parse_xml(text.lstrip("\ufeff \r\n\t"))[0], kind, page.url, uid, now)
    return None


def _read_xml(root: Element, kind: str, url: str, uid: str, now: datetime) -> Index:
    nodes = list(islice(root.iter(f"{{*}}{urls.PATTERNS['entries'][kind]}"), _MAX_ENTRIES + 1))
    if kind == "sitemapindex":
        maps = on_host((child_text(node, "{*}loc") for node in nodes), url, uid)
        # WordPress has maps of tags and users beside those of posts.
        of_posts = [one for one in maps if not _OTHER_MAPS.search(urlsplit(one).path.rpartition("/")[2])]
        return Index((), tuple(of_posts) or maps)
    if urls.COMMENT_FEED.search(url):
        return Index((), (urls.after_comments(uid, url),), tuple(_read_entry(x, url, now) for x in nodes))
    links = (node.get("href") for node in root.iter(_LINK) if node.get("rel") in ("next", "prev-archive"))
    more, start = on_host(links, url, uid)[:1], re.search(r"(?<=[?&]start-index=)\d{1,9}", url)
    if start and len(nodes) >= BLOGGER_PAGE:
        more = (f"{url[: start.start()]}{int(start[0]) + len(nodes)}{url[start.end() :]}",)
    # The feed of Hugo has all posts, as sitemaps and search.xml; others have the newest.
    is_hugo = any("Hugo" in (node.text or "") for node in root.iter("generator"))
    is_whole = is_hugo or kind in ("urlset", "search") or root.find(_COMPLETE) is not None
    is_complete = len(nodes) <= _MAX_ENTRIES and bool(more or start or is_whole)
    listed = _own((_read_entry(node, url, now) for node in nodes), uid)
    # Promise: an update of nothing takes three requests. A time made for each request names no change.
    stamps = [parse_stamp(post.version or "", now) for post in listed]
    if all(one and abs(now - one.at) < timedelta(minutes=10) for one in stamps):
        listed = tuple(replace(post, version=None) for post in listed)
    return Index(listed, more if is_complete else (urls.blog_root(uid, url) + urls.WALK,))


def on_host(links: Iterable[str | None], url: str, uid: str) -> tuple[str, ...]:
    """Return the URLs of links on the page at `url` that are on the host of the blog: other origins are not followed."""
    found, host = (absolute_url(link, url) for link in links), uid.partition("/")[0]
    return tuple(one for one in found if one and urls.is_within(one, host))


def _read_entry(node: Element, url: str, now: datetime) -> ListedPost:
    def first(*names: str) -> str:
        return next((text for name in names if (text := child_text(node, f"{{*}}{name}"))), "")

    links = {link.get("rel") or "alternate": link.get("href") for link in node.iterfind("{*}link")}
    link = links.get("alternate") or first("loc", "link", "guid", "url")
    posted = _posted(first("published", "pubDate", "date", "issued"), now)
    version = first("lastmod", "updated", "modified")
    # Blogger has the total.
    return _post(absolute_url(link, url), first("title"), posted, version, parse_digits(first("total")))


def _posted(stamp: str, now: datetime) -> DateText | None:
    return date_text(stamp, parse_stamp(stamp[:_LONGEST_STAMP], now)) if stamp else None


def _own(listed: Iterable[ListedPost], uid: str) -> tuple[ListedPost, ...]:
    """Return the posts of the blog, each once, without lists, which have others below them, and pages."""
    ours = [post for post in listed if post.number and post.url and urls.is_within(post.url, uid)]
    # Beside lower numbers, `/2008/` is the post and no year.
    numbered = {post.number for post in ours if _LOW.fullmatch(post.number or "")}
    title = "?" if len(numbered) >= _FEW_NUMBERED else ""
    found = {x.number or "": x for x in ours if urls.may_be_post(x.url or "", x.title or title)}
    # A post below another one follows it.
    above = {a for a, b in pairwise(sorted(found, key=lambda x: x.split("/"))) if b.startswith(f"{a}/")}
    # Pelican and Nikola have pages in a folder of their own, Hexo lists that of errors; posts may have numbers.
    pages = set(filter(_PAGES.search, found)) - (numbered if len(numbered) > 1 else set())
    above |= pages if 2 * len(pages) < len(found) else set()
    return tuple(found[number] for number in found if number not in above)


def _post(url: str | None, title: str, day: DateText | None, version: str, count: int | None) -> ListedPost:
    own = urls.parse_url(url).url if url and web_url(url) else None
    number = urls.post_number(own) if own else None
    post = ListedPost(title=plain_text(title), number=number, url=own, title_cut=not title, posted=day)
    return replace(post, version=version or None, comment_count=count)


# WordPress, Blogger and Hexo


def _read_json(page: Page, text: str, uid: str, now: datetime) -> Index | None:
    rows = json_objects(value.get("posts") if isinstance(value := parse_json(text), dict) else value)
    if not rows and not isinstance(value, list):
        return None
    listed = (_read_row(row, page.url, now) for row in rows)
    if not (urls.is_rest(page.url, "posts") or any("modified_gmt" in row for row in rows)):
        return Index(_own(listed, uid), ())
    more, total = _next_rest(page, rows), parse_digits(page.header("x-wp-total") or "")
    # A host may state more posts than it sends, without a next page: the walk finds the rest.
    is_cut = not more and (total or 0) > len(rows) and re.search(r"[?&]page=1(?!\d)", page.url)
    own = tuple(post for post in listed if post.url and urls.is_within(post.url, uid))
    rest = urls.blog_root(uid, page.url) + urls.WALK if is_cut else more
    return Index(own, (rest,) if rest else (), total=total)


def _read_row(row: dict[str, Any], url: str, now: datetime) -> ListedPost:
    link = next((str(row[name]) for name in ("permalink", "url", "path", "link") if row.get(name)), None)
    posted = _local_time(row, now) if "date_gmt" in row else _posted(str(row.get("date") or ""), now)
    version = row.get("modified_gmt") or row.get("updated") or ""
    return _post(absolute_url(link, url), _rendered(row, "title"), posted, str(version), None)


def _rendered(row: dict[str, Any], name: str) -> str:
    return str((value.get("rendered") if isinstance(value := row.get(name), dict) else value) or "")


def _local_time(row: dict[str, Any], now: datetime) -> DateText | None:
    """Return the local time with its offset, which the difference to the time in UTC gives."""
    return time_with_utc(str(row.get("date") or ""), str(row.get("date_gmt") or ""), now.tzinfo)


def _next_rest(page: Page, rows: list[dict[str, Any]]) -> str | None:
    """Return the URL of the next page of an interface, by its header or because this one is full.

    A host may allow fewer rows a page than are asked for; a page of a few rows is the last, whatever the header states.
    """
    match, count = re.search(r"(?<=[?&]page=)\d{1,9}", page.url), len({str(row.get("id")) for row in rows})
    if match is None or count < _FEW:
        return None
    pages = parse_digits(page.header("x-wp-totalpages") or "")
    is_last = count < urls.PER_PAGE if pages is None else int(match[0]) >= pages
    return None if is_last else f"{page.url[: match.start()]}{int(match[0]) + 1}{page.url[match.end() :]}"


def read_comments(page: Page, text: str, now: datetime) -> tuple[tuple[Comment, ...], str | None] | None:
    """Return the comments of an answer of WordPress and the URL of their next page; None for another page."""
    if not isinstance(value := parse_json(text), list):
        return None
    asked = dict(parse_qsl(urlsplit(page.url).query)).get("post")
    # A host may ignore the parameter and send the comments of all posts.
    rows = [row for row in json_objects(value) if asked in (None, str(row.get("post") or asked))]
    names = {str(row.get("id")): plain_text(str(row.get("author_name") or "")) for row in rows}
    return tuple(_read_comment(row, names, page.url, now) for row in rows), _next_rest(page, rows)


def _read_comment(row: dict[str, Any], names: dict[str, str], url: str, now: datetime) -> Comment:
    text, at = parse_body(_rendered(row, "content"), url), _local_time(row, now)
    name, to = names[str(row.get("id"))], names.get(str(row.get("parent"))) or None
    comment = Comment(author_name=name, author_url=web_url(str(row.get("author_url") or "")), posted=at)
    return replace(comment, reply_to=to, body_html=text.html, body_text=text.text)
