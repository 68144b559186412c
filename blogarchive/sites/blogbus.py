"""BlogBus (博客大巴, closed): its XML export, a `Log` for each post with its comments in it.

It names neither ids nor URLs of posts: a post is identified by its time. Times are those of China.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from gettext import gettext as _
from zoneinfo import ZoneInfo

from blogarchive.items import Author, Comment, Page, ParsedPage, Post, Target
from blogarchive.parsing.html import Element
from blogarchive.sites.exports import (
    ExportSite,
    InvalidExport,
    PostStatus,
    XmlForm,
    add_line_breaks,
    child_text,
    local_time,
    page_of_post,
    parse_body,
    parse_export_page,
    post_url,
    uid_of,
    web_url,
)

_PUBLISHED = ("", "1")
_ZONE = ZoneInfo("Asia/Shanghai")
_SEPARATOR = re.compile(r"[\s,，;；]+")


def _read_post(page: Page, target: Target, zone: ZoneInfo) -> tuple[PostStatus, ParsedPage]:
    document = parse_export_page(page)
    log = document.root.find("Log")
    if log is None:
        raise InvalidExport(_("it is no export of BlogBus"))
    zone = document.zone_or(zone)
    author = _read_author(document.root, document.facts.get("url"))
    number = target.number or re.sub(r"\D", "", child_text(log, "LogDate"))
    if not number:
        raise InvalidExport(_("it has no LogDate, which identifies a post"))
    url = post_url(author.url, number)
    body = parse_body(child_text(log, "Content") or child_text(log, "Excerpt"), url)
    post = Post(
        number=number,
        url=url,
        title=child_text(log, "Title"),
        posted=local_time(child_text(log, "LogDate"), zone),
        categories=tuple(_read_categories(log)),
    )
    status = PostStatus.PUBLISHED if child_text(log, "Status") in _PUBLISHED else PostStatus.DRAFT
    parsed = page_of_post(
        document.encoding, author, post, body, _read_comments(log, url, zone), *document.problems
    )
    return status, parsed


def _exported_at(root: Element) -> datetime | None:
    found = local_time(child_text(root, "Description/ExportTime"), _ZONE)
    return found.at if found else None


SITE = ExportSite(
    name="blogbus",
    title="BlogBus",
    content_type="text/xml",
    read_post=_read_post,
    form=XmlForm(
        root="BlogBusCom",
        element="Log",
        stored=("Description",),
        dropped=("ExportTime",),
        exported_at=_exported_at,
    ),
    post_url=re.compile(r"[?&]post=(\d{14}(?:-\d+)?)$"),
    zone=_ZONE,
    image_hosts=("*.blogbus.com",),
)


def _read_author(root: Element, named_url: str | None) -> Author:
    domain = child_text(root, "Description/DomainName")
    url = named_url or (f"http://{domain}/" if domain else "")
    return Author(uid=uid_of(url), url=url, blog_title=child_text(root, "Description/BlogName") or None)


def _read_categories(log: Element) -> Iterator[str]:
    names = (child_text(log, "Sort"), *_SEPARATOR.split(child_text(log, "Tags")))
    yield from dict.fromkeys(name for name in names if name)


def _read_comments(log: Element, base_url: str, zone: ZoneInfo) -> Iterator[Comment]:
    """Yield the comments, oldest first; the export has the newest first."""
    nodes = log.findall("Comments/Comment")
    for node in sorted(nodes, key=lambda node: child_text(node, "CreateTime")):
        body = parse_body(add_line_breaks(child_text(node, "CommentText")), base_url)
        yield Comment(
            author_name=child_text(node, "NiceName"),
            author_url=web_url(child_text(node, "HomePage"), missing="http://"),
            posted=local_time(child_text(node, "CreateTime"), zone),
            body_html=body.html,
            body_text=body.text,
        )
