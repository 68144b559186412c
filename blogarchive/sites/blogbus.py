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
from blogarchive.sites import exports

# A post without a status is taken for a visible one; that 0 is a draft is a guess (docs/sites/exports.md).
_PUBLISHED = ("", "1")
_ZONE = ZoneInfo("Asia/Shanghai")
_SEPARATOR = re.compile(r"[\s,，;；]+")


def _read_post(page: Page, target: Target, zone: ZoneInfo) -> tuple[exports.PostStatus, ParsedPage]:
    """Return the status and the page of the post; raises `InvalidExport`."""
    document = exports.parse_export_page(page)
    log = document.root.find("Log")
    if log is None:
        raise exports.InvalidExport(_("it is no export of BlogBus"))
    zone = document.zone_or(zone)
    author = _read_author(document.root, document.facts.get("url"))
    number = target.number or _find_number(log)  # of two posts of one second, the import numbers the second
    url = exports.post_url(author.url, number)
    # Without a content, the excerpt is all that the file has of the text.
    text = exports.child_text(log, "Content") or exports.child_text(log, "Excerpt")
    title, names = exports.child_text(log, "Title"), tuple(_read_categories(log))
    posted = exports.local_time(exports.child_text(log, "LogDate"), zone)
    post = Post(number=number, url=url, title=title, posted=posted, categories=names)
    is_published = exports.child_text(log, "Status") in _PUBLISHED
    status = exports.PostStatus.PUBLISHED if is_published else exports.PostStatus.DRAFT
    comments = _read_comments(log, url, zone)
    parsed = exports.page_of_post(document.encoding, author, post, text, comments, *document.problems)
    return status, parsed


def _find_number(log: Element) -> str:
    """Return the digits of the post's time: the export has no ids. Raises `InvalidExport` if there are none."""
    number = re.sub(r"\D", "", exports.child_text(log, "LogDate"))
    if not number:
        raise exports.InvalidExport(_("it has no LogDate, which identifies a post"))
    return number


def _exported_at(root: Element) -> datetime | None:
    found = exports.local_time(exports.child_text(root, "Description/ExportTime"), _ZONE)
    return found.at if found else None


SITE = exports.ExportSite(
    name="blogbus",
    title="BlogBus",
    content_type="text/xml",
    read_post=_read_post,
    form=exports.XmlForm(
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
    domain = exports.child_text(root, "Description/DomainName")
    url = named_url or (f"http://{domain}/" if domain else "")
    uid = exports.uid_of(url)
    return Author(uid=uid, url=url, blog_title=exports.child_text(root, "Description/BlogName") or None)


def _read_categories(log: Element) -> Iterator[str]:
    names = (exports.child_text(log, "Sort"), *_SEPARATOR.split(exports.child_text(log, "Tags")))
    yield from dict.fromkeys(name for name in names if name)


def _read_comments(log: Element, base_url: str, zone: ZoneInfo) -> Iterator[Comment]:
    """Yield the comments, oldest first; the export has the newest first."""
    nodes = log.findall("Comments/Comment")
    for node in sorted(nodes, key=lambda node: exports.child_text(node, "CreateTime")):
        yield exports.build_comment(
            exports.add_line_breaks(exports.child_text(node, "CommentText")),
            base_url,
            author_name=exports.child_text(node, "NiceName"),
            author_url=exports.web_url(exports.child_text(node, "HomePage"), missing="http://"),
            posted=exports.local_time(exports.child_text(node, "CreateTime"), zone),
        )
