"""Choose where a blog lists all its posts and all comments of a post: an interface of its engine, else a sitemap."""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl, urljoin, urlsplit

from blogarchive.parsing.html import absolute_url, link_url
from blogarchive.sites.engines import urls as blog_urls
from blogarchive.sites.engines.indexes import blogger_url
from blogarchive.sites.engines.lists import find_listed
from blogarchive.sites.engines.outline import Outline
from blogarchive.sites.markup.picker import select_all

_FEED = re.compile(r"^application/(?:rss|atom)\+xml$", re.IGNORECASE)
_OF_COMMENTS = re.compile(r"comment|评论|評論|回复", re.IGNORECASE)
_SITE_TITLE = ".site-title a[href], a.site-title[href], .logo a[href], a.logo[href], a.navbar-brand[href], #logo a[href]"
_COMMENT_FEED: str = blog_urls.PATTERNS["sources"]["comment_feed"]
# One or two posts below a page may be those before and after it.
_MIN_LISTED = 3
_POST_ID = re.compile(r"(?:^|\s)post(?:id)?-(\d+)(?!\S)")
_OLDER_COMMENTS = re.compile(r"(?:comment-page-|[?&]cpage=)\d+(?![^#]*replytocom)[^#]*(?:#comments)?$")


def find_blog(outline: Outline, now: datetime) -> str:
    """Return the uid of the blog to which a page belongs, if its URL does not contain the uid.

    The blog begins at the page if it lists posts below it, else where it links its home, else at the root of the host.
    """
    page = urlsplit(outline.tree.url)
    own = f"{page.netloc}{page.path.rstrip('/')}"
    if not blog_urls.looks_like_post(outline.tree.url) and len(find_listed(outline, own, now)) >= _MIN_LISTED:
        return own
    # The shortest is the home page: feeds of categories are in folders below it.
    for home in (urlsplit(url) for urls in _home_urls(outline) for url in sorted(urls, key=len)):
        is_around = f"{page.path.rstrip('/')}/".startswith(home.path) and home.path.endswith("/")
        if home.netloc == page.netloc and is_around:
            return f"{home.netloc}{home.path.rstrip('/')}"
    return page.netloc


def _home_urls(outline: Outline) -> Iterator[list[str]]:
    """Yield what the page links as its home, then the folders of its feeds, then where the title of the site leads."""
    base = outline.tree.base
    nodes = outline.tree.root.iter("link", "a")
    links = [(node, url) for node in nodes if (url := absolute_url(node.get("href"), base))]
    yield [url for node, url in links if (node.get("rel") or "").lower() == "home"]
    feeds = (row for row in links if _FEED.search(row[0].get("type") or "") and blog_urls.is_index(row[1]))
    of_posts = (url for node, url in feeds if not _OF_COMMENTS.search(node.get("title") or ""))
    yield list(map(blog_urls.folder_of_index, of_posts))
    titles = outline.select(_SITE_TITLE) or outline.select("header a[href]")
    yield [url for node in titles[:1] if (url := absolute_url(node.get("href"), base))]


def first_index(outline: Outline, uid: str) -> str:
    """Return the best list of all posts: WordPress REST, the feed of Blogger, else the sitemap that the page names.

    A feed of the newest comments comes before it.
    """
    root = blog_urls.blog_root(uid, outline.tree.url)
    # Promise: an update of nothing takes three requests. This feed changes with any post or comment.
    nodes = select_all(outline.tree.root, _COMMENT_FEED)
    feeds = (absolute_url(node.get("href"), outline.tree.base) for node in nodes)
    if feed := next((url for url in feeds if url and blog_urls.is_within(url, uid)), None):
        return feed
    api = _link(outline, "https://api.w.org/")
    # Other origins are not followed: a page may name the interface of another blog.
    if api and blog_urls.is_within(api, uid.partition("/")[0]):
        return blog_urls.posts_url(api)
    if "blogger" in outline.metas.get("generator", "").lower():
        return blogger_url(root)
    named = _link(outline, "sitemap")
    # A page may name a map of the site for people, or one on another host.
    is_list = blog_urls.is_index(named) and blog_urls.is_within(named, uid.partition("/")[0])
    return named if is_list else urljoin(root, blog_urls.INDEXES[0])


def _link(outline: Outline, rel: str) -> str:
    links = (node.get("href") for node in outline.tree.root.iter("link") if node.get("rel") == rel)
    return next(filter(None, (absolute_url(link, outline.tree.base) for link in links)), "")


def comment_urls(outline: Outline, uid: str, *, is_complete: bool) -> list[str]:
    """Return the URLs of the comments that the page does not show, none if it shows as many as it counts.

    An interface that has all of them is first.
    """
    older = _older_comments(outline, uid)
    if older is None and is_complete:
        return []
    api, number = _link(outline, "https://api.w.org/"), _post_id(outline)
    whole = blog_urls.rest_url(api, "comments", post=number, order="asc") if api and number else None
    return [url for url in (whole, older) if url]


def _older_comments(outline: Outline, uid: str) -> str | None:
    """Return the page of comments next to this one: the first pages of a theme may be the newest or the oldest."""
    own = blog_urls.parse_url(outline.tree.url).url
    urls = (link_url(anchor, outline.tree.base) or "" for anchor in outline.tree.root.iter("a"))
    pages = (url for url in urls if _OLDER_COMMENTS.search(url) and blog_urls.is_within(url, uid))
    return next((url for url in (blog_urls.parse_url(page).url for page in pages) if url != own), None)


def _post_id(outline: Outline) -> str | None:
    """Return the number of the post in WordPress, from the classes of the body or the short link."""
    body = outline.tree.root.find("body")
    match = _POST_ID.search("" if body is None else body.get("class") or "")
    return match[1] if match else dict(parse_qsl(urlsplit(_link(outline, "shortlink")).query)).get("p")
