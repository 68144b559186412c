"""Blogger (blogspot.com): the Atom file of "Back up content", and `feed.atom` of Google Takeout.

Both have one entry for each post, page and comment. A stored page is the feed with one post and its comments. Takeout
names neither the blog's URL nor that of a post: it has the file name, below the blog's URL.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from gettext import gettext as _
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from blogarchive.items import Author, Comment, Page, ParsedPage, Post, Target
from blogarchive.parsing.html import Element
from blogarchive.sites import exports

_KIND = "http://schemas.google.com/g/2005#kind"
_ID = re.compile(r":blog-(?P<blog>\d+)(?:\.(?:post|page)-(?P<number>\d+))?")
_COMMENT_URL = re.compile(r"/comments/default/(\d+)")
_FEEDS = "https://www.blogger.com/feeds"
# Back up content has no status, Takeout has one in each entry.
_STATUSES = {
    **dict.fromkeys(("", "live"), exports.PostStatus.PUBLISHED),
    **dict.fromkeys(("draft", "scheduled"), exports.PostStatus.DRAFT),
}


def _read_ids(entry: Element) -> tuple[str, str, str]:
    """Return the kind of an entry (`post`, `page`, `comment`, …), its number, and the post of a comment."""
    kinds = (node.get("term", "") for node in entry.iterfind("{*}category") if node.get("scheme") == _KIND)
    # Takeout has an element, Back up content a category with a URL that ends in #post.
    kind = exports.child_text(entry, "{*}type").lower() or next(kinds, "").rpartition("#")[2]
    reply = entry.find("{*}in-reply-to")
    parent = exports.child_text(entry, "{*}parent") or ("" if reply is None else reply.get("ref", ""))
    return kind, _number(exports.child_text(entry, "{*}id")), _number(parent)


def _read_post(page: Page, target: Target, zone: ZoneInfo) -> tuple[exports.PostStatus, ParsedPage]:
    """Return the status and the page of the post; raises `InvalidExport`."""
    from blogarchive.parsing.dates.numbers import parse_digits  # most commands parse no page

    document = exports.parse_export_page(page)
    feed, entry = document.root, document.root.find("{*}entry")
    if entry is None:
        raise exports.InvalidExport(_("it is no feed of Blogger"))
    author = _read_author(feed, document.facts.get("url"))
    kind, number, _parent = _read_ids(entry)
    url = _post_url(entry, author, kind, number)
    text = exports.child_text(entry, "{*}content")
    post = Post(
        number=number,
        url=url,
        title=exports.child_text(entry, "{*}title"),
        posted=exports.offset_time(exports.child_text(entry, "{*}published")),
        comment_count=parse_digits(exports.child_text(entry, "{*}total")),
        categories=tuple(_read_labels(entry)),
    )
    comments = _read_comments(feed, url)
    parsed = exports.page_of_post(document.encoding, author, post, text, comments, *document.problems)
    is_post = kind in ("post", "page") and number
    status = _find_status(entry) if is_post else exports.PostStatus.NO_POST
    return status, parsed


def _exported_at(feed: Element) -> datetime | None:
    """Return the time of the feed: of the last change before the export."""
    found = exports.offset_time(exports.child_text(feed, "{*}updated"))
    return found.at if found else None


SITE = exports.ExportSite(
    name="blogger",
    title="Blogger",
    content_type="application/atom+xml",
    read_post=_read_post,
    form=exports.XmlForm(
        root="feed",
        element="entry",
        stored=("id", "title", "link", "author"),
        exported_at=_exported_at,
        read_ids=_read_ids,
    ),
    post_url=re.compile(r"/feeds/\d+/(?:posts|pages)/default/(\d+)"),
    zone=ZoneInfo("UTC"),
    image_hosts=("*.blogspot.com", "*.googleusercontent.com", "*.ggpht.com"),
)


def _read_author(feed: Element, named_url: str | None) -> Author:
    """Return the author of the blog; raises `InvalidExport` if the feed names no blog."""
    match = _ID.search(exports.child_text(feed, "{*}id"))
    if match is None:
        raise exports.InvalidExport(_("it does not say which blog it is of"))
    return Author(
        uid=match["blog"],
        url=named_url or _link(feed, "alternate") or f"{_FEEDS}/{match['blog']}/posts/default",
        # Takeout names the author in the entries only.
        nickname=exports.child_text(feed, "{*}author/{*}name")
        or exports.child_text(feed, "{*}entry/{*}author/{*}name")
        or None,
        blog_title=exports.child_text(feed, "{*}title") or None,
    )


def _find_status(entry: Element) -> exports.PostStatus:
    """Return whether readers see a post or a comment, by the fields of Back up content and of Takeout."""
    if exports.child_text(entry, "{*}trashed"):
        return exports.PostStatus.TRASHED
    if exports.child_text(entry, "{*}control/{*}draft") == "yes":
        return exports.PostStatus.DRAFT
    # Readers do not see SOFT_TRASHED and SPAM_COMMENT; a status that Google adds later counts as these.
    return _STATUSES.get(exports.child_text(entry, "{*}status").lower(), exports.PostStatus.TRASHED)


def _post_url(entry: Element, author: Author, kind: str, number: str) -> str:
    """Return the URL that readers see; for a draft, which has none, that of its entry at Blogger."""
    name = exports.child_text(entry, "{*}filename")
    # Takeout: the file name is below the URL of the blog, which only the user knows.
    if name and not author.url.startswith(_FEEDS):
        return urljoin(author.url, name)
    folder = "pages" if kind == "page" else "posts"
    return _link(entry, "alternate") or f"{_FEEDS}/{author.uid}/{folder}/default/{number}"


def _read_labels(entry: Element) -> Iterator[str]:
    for node in entry.iterfind("{*}category"):
        if node.get("scheme") != _KIND and (term := node.get("term", "").strip()):
            yield term


def _read_comments(feed: Element, base_url: str) -> Iterator[Comment]:
    """Yield the visible comments, oldest first."""
    entries = [entry for entry in feed.iterfind("{*}entry") if _read_ids(entry)[0] == "comment"]
    names = {_read_ids(entry)[1]: exports.child_text(entry, "{*}author/{*}name") for entry in entries}
    for entry in sorted(entries, key=lambda entry: exports.child_text(entry, "{*}published")):
        if _find_status(entry) is exports.PostStatus.PUBLISHED:
            yield _read_comment(entry, names, base_url)


def _read_comment(entry: Element, names: Mapping[str, str], base_url: str) -> Comment:
    """Return the comment of an entry; `names` has the authors of comments by their numbers."""
    # The comment that is answered: in Back up content a link, in Takeout an element.
    related = _COMMENT_URL.search(_link(entry, "related") or "")
    answered = related[1] if related else _number(exports.child_text(entry, "{*}inReplyTo"))
    return exports.build_comment(
        exports.child_text(entry, "{*}content"),
        base_url,
        author_name=exports.child_text(entry, "{*}author/{*}name"),
        author_url=exports.web_url(exports.child_text(entry, "{*}author/{*}uri")),
        reply_to=names.get(answered) or None,
        posted=exports.offset_time(exports.child_text(entry, "{*}published")),
    )


def _link(node: Element, rel: str) -> str | None:
    return next((link.get("href") for link in node.iterfind("{*}link") if link.get("rel") == rel), None)


def _number(text: str) -> str:
    match = _ID.search(text)
    return (match["number"] or "") if match else ""
