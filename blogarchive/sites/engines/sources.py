"""Choose where a blog lists all its posts and all comments of a post: an interface of its engine, else a sitemap."""

import re
from urllib.parse import parse_qsl, urljoin, urlsplit

from blogarchive.items import Post
from blogarchive.parsing.html import link_url
from blogarchive.sites.engines.indexes import blogger_url, rest_comments_url, rest_url
from blogarchive.sites.engines.outline import Outline
from blogarchive.sites.engines.urls import INDEXES, blog_root, is_within, parse_url

_API = "https://api.w.org/"
_POST_ID = re.compile(r"^post(?:id)?-(\d+)$")
_OLDER_COMMENTS = re.compile(r"(?:comment-page-|[?&]cpage=)\d+(?![^#]*replytocom)[^#]*(?:#comments)?$")


def wordpress_api(outline: Outline) -> str | None:
    """Return the URL of the REST interface that the page states, None without one."""
    found = next(
        (link.get("href") for link in outline.tree.root.iter("link") if link.get("rel") == _API), None
    )
    return None if found is None else urljoin(outline.tree.base, found)


def first_index(outline: Outline, uid: str) -> str | None:
    """Return the best list of all posts: WordPress REST, the feed of Blogger, else a sitemap."""
    root = blog_root(uid, outline.tree.url)
    api = wordpress_api(outline)
    if api is not None and is_within(api, uid.partition("/")[0]):
        return rest_url(api)
    generator = outline.metas.get("generator", "")
    if "blogger" in generator.lower():
        return blogger_url(root)
    return urljoin(root, INDEXES[0])


def comments_url(outline: Outline, post: Post, uid: str) -> str | None:
    """Return the URL of the comments that the page does not show, or None if it shows as many as it counts."""
    api = wordpress_api(outline)
    is_paged = _is_paged(outline)
    if post.comment_count is not None and post.comment_count <= len(post.comments) and not is_paged:
        return None
    number = _post_id(outline)
    if api is not None and number and (is_paged or (post.comment_count or 0) > len(post.comments)):
        return rest_comments_url(api, number)
    return _older_comments(outline, uid) if is_paged else None


def _is_paged(outline: Outline) -> bool:
    return any(_OLDER_COMMENTS.search(anchor.get("href") or "") for anchor in outline.tree.root.iter("a"))


def _older_comments(outline: Outline, uid: str) -> str | None:
    """Return the page of comments next to this one: the first pages of a theme may be the newest or the oldest."""
    urls = (
        link_url(anchor, outline.tree.base)
        for anchor in outline.tree.root.iter("a")
        if _OLDER_COMMENTS.search(anchor.get("href") or "")
    )
    own = parse_url(outline.tree.url).url
    return next(
        (
            parse_url(url).url.partition("#")[0]
            for url in urls
            if url and is_within(url, uid) and parse_url(url).url != own
        ),
        None,
    )


def _post_id(outline: Outline) -> str | None:
    """Return the number of the post in WordPress, from the classes of the body or the short link."""
    body = outline.tree.root.find("body")
    classes = [] if body is None else (body.get("class") or "").split()
    found = next((match[1] for name in classes if (match := _POST_ID.match(name))), None)
    links = outline.tree.root.iter("link")
    short = next((link.get("href") or "" for link in links if link.get("rel") == "shortlink"), "")
    return found or dict(parse_qsl(urlsplit(short).query)).get("p")
