"""WordPress: its export (WXR), an RSS channel with an item for each post, page, attachment and menu entry.

Times are local, each with the same time in UTC beside it. The classic editor stores line ends, which WordPress turns
into paragraphs when it shows the post. The block editor stores paragraphs.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from gettext import gettext as _
from zoneinfo import ZoneInfo

from blogarchive.items import Author, Comment, Page, ParsedPage, Post, Target
from blogarchive.parsing.html import Element
from blogarchive.sites import exports

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_BLOCK_EDITOR = "<!-- wp:"
# WordPress shows the caption as a figure; the image and the words inside the brackets stay.
_CAPTION = re.compile(r"\[/?caption\b[^\[\]]*+\]")
_POSTS = ("post", "page")
# Comments of versions before 5.5 have no type. Others, such as notes of a shop, are not for readers.
_COMMENTS = ("", "comment", "pingback", "trackback")
_STATUSES = {
    # The owner, who exports the blog, reads private posts too.
    **dict.fromkeys(("publish", "private"), exports.PostStatus.PUBLISHED),
    **dict.fromkeys(("draft", "pending", "future"), exports.PostStatus.DRAFT),
}


def _read_post(page: Page, target: Target, zone: ZoneInfo) -> tuple[exports.PostStatus, ParsedPage]:
    """Return the status and the page of the post; raises `InvalidExport`."""
    document = exports.parse_export_page(page)
    channel = document.root.find("channel")
    item = None if channel is None else channel.find("item")
    if channel is None or item is None:
        raise exports.InvalidExport(_("it is no export of WordPress"))
    zone = document.zone_or(zone)
    author = _read_author(channel, document.facts.get("url"))
    number = exports.child_text(item, "{*}post_id")
    if not document.problems:  # a damaged item may lack both
        _require_wxr(number, exports.child_text(item, "{*}post_type"))
    url = _post_url(item, author, number)
    local = exports.child_text(item, "{*}post_date")
    posted = exports.time_with_utc(local, exports.child_text(item, "{*}post_date_gmt"), zone)
    title, names = exports.child_text(item, "title"), tuple(_read_categories(item))
    post = Post(number=number, url=url, title=title, posted=posted, categories=names)
    content, comments = _add_paragraphs(item.findtext(_CONTENT) or ""), _read_comments(item, url, zone)
    parsed = exports.page_of_post(document.encoding, author, post, content, comments, *document.problems)
    return _post_status(item, number), parsed


def _require_wxr(number: str, post_type: str) -> None:
    """Raise `InvalidExport` for a feed, which is RSS as well: it has a few posts, and may cut them."""
    if not (number and post_type):
        text = _("it has no wp:post_id and wp:post_type, as an RSS feed; export the blog as WXR")
        raise exports.InvalidExport(text)


def _exported_at(channel: Element) -> datetime | None:
    try:
        found = parsedate_to_datetime(exports.child_text(channel, "pubDate"))
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else None


SITE = exports.ExportSite(
    name="wordpress",
    title="WordPress",
    content_type="application/rss+xml",
    read_post=_read_post,
    form=exports.XmlForm(
        root="rss",
        container="channel",
        element="item",
        stored=("title", "link", "description", "base_site_url", "base_blog_url", "author"),
        exported_at=_exported_at,
    ),
    post_url=re.compile(r"[?&](?:p|page_id)=(\d+)"),
    zone=ZoneInfo("UTC"),
    image_hosts=("*.files.wordpress.com", "*.wp.com"),
)


def _read_author(channel: Element, named_url: str | None) -> Author:
    """Return the author of the blog; raises `InvalidExport` if no URL of it is known."""
    url = named_url or exports.child_text(channel, "{*}base_blog_url") or exports.child_text(channel, "link")
    names = [exports.child_text(node, "{*}author_display_name") for node in channel.iterfind("{*}author")]
    return Author(
        uid=exports.uid_of(url),
        url=url,
        # A blog of several authors has no single nickname.
        nickname=names[0] or None if len(names) == 1 else None,
        blog_title=exports.child_text(channel, "title") or None,
        tagline=exports.child_text(channel, "description") or None,
    )


def _post_status(item: Element, number: str) -> exports.PostStatus:
    if exports.child_text(item, "{*}post_type") not in _POSTS or not number:
        return exports.PostStatus.NO_POST
    # Plugins have statuses of their own: a post with one is not shown to readers.
    return _STATUSES.get(exports.child_text(item, "{*}status"), exports.PostStatus.TRASHED)


def _post_url(item: Element, author: Author, number: str) -> str:
    """Return the permalink; a draft may have none."""
    urls = (exports.child_text(item, "link"), exports.child_text(item, "guid"))
    web = (url for url in urls if url.startswith(("http://", "https://")))
    return next(web, None) or f"{author.url.rstrip('/')}/?p={number}"


def _add_paragraphs(content: str) -> str:
    if _BLOCK_EDITOR not in content:
        content = exports.add_line_breaks(_CAPTION.sub("", content))
    return content.strip()


def _read_categories(item: Element) -> Iterator[str]:
    """Yield the names of the categories and tags, each once."""
    nodes = (node for node in item.iterfind("category") if node.get("domain") in ("category", "post_tag"))
    yield from dict.fromkeys(name for node in nodes if (name := (node.text or "").strip()))


def _read_comments(item: Element, base_url: str, zone: ZoneInfo) -> Iterator[Comment]:
    """Yield the approved comments and pingbacks, oldest first."""
    nodes = item.findall("{*}comment")
    names = {
        exports.child_text(node, "{*}comment_id"): exports.child_text(node, "{*}comment_author")
        for node in nodes
    }
    # WordPress exports comments by their id; an imported blog has ids in another order than times.
    for node in sorted(nodes, key=lambda node: exports.child_text(node, "{*}comment_date")):
        is_approved = exports.child_text(node, "{*}comment_approved") == "1"
        if is_approved and exports.child_text(node, "{*}comment_type") in _COMMENTS:
            yield _read_comment(node, names, base_url, zone)


def _read_comment(node: Element, names: Mapping[str, str], base_url: str, zone: ZoneInfo) -> Comment:
    """Return the comment of a node; `names` has the authors of comments by their ids."""
    local = exports.child_text(node, "{*}comment_date")
    return exports.build_comment(
        exports.add_line_breaks(exports.child_text(node, "{*}comment_content")),
        base_url,
        author_name=exports.child_text(node, "{*}comment_author"),
        author_url=exports.web_url(exports.child_text(node, "{*}comment_author_url")),
        reply_to=names.get(exports.child_text(node, "{*}comment_parent")) or None,
        posted=exports.time_with_utc(local, exports.child_text(node, "{*}comment_date_gmt"), zone),
    )
