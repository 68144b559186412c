"""The URLs of a blog on a host of its own, or below a path: what a URL says before its page is known."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.urls import canonical_parts, readable

PATTERNS = tomllib.loads(Path(__file__).with_name("patterns.toml").read_text("utf-8"))


def patterns(module: str, names: str) -> tuple[re.Pattern[str], ...]:
    """Return the compiled patterns of `names` between spaces, from the section `module` of `patterns.toml`."""
    return tuple(re.compile("".join(PATTERNS[module][name])) for name in names.split())


_SHARED, _OWN_STEP, _TRACKING, _YEAR, _COUNTRY = patterns("urls", "shared own_step tracking year country")
LISTING, _POST_PATH, _INDEX_PATH, MONTH, HOME = patterns("urls", "listing post_path index_path month home")
_LISTING_QUERY, _POST_QUERY, INDEX_FILE, DATED = patterns("urls", "listing_query post_query index_file dated")
COMMENTS_PAGE, COMMENT_FEED, _NO_POST, MARKUP = patterns("urls", "comments_page comment_feed no_post markup")
# Paths of lists of all posts, tried in this order, at last those of the host; other feeds name only the last posts.
INDEXES = tuple(PATTERNS["urls"]["indexes"])

# `WALK` ends the URL of a home page. Its links are followed, because no list of posts was found.
PER_PAGE, _REST_FIELDS, WALK = 100, "id,link,date,date_gmt,modified_gmt,title", "#walk"


@lru_cache(maxsize=4096)
def parse_url(url: str) -> ParsedUrl:
    """Return the kind, the number and the canonical form of a URL; the uid of a home page or on a shared host."""
    if (parts := canonical_parts(_COUNTRY.sub(r"\1.com", url))) is None:
        return ParsedUrl(url=url, kind=PageKind.UNKNOWN)
    netloc, path, asked = parts.netloc, parts.path, parts.query
    # A post that others share has words of the sharer in its URL: it is one post.
    # Bo-Blog has posts at `read.php?5`, which is not `read.php?5=`.
    query = urlencode(parse_qsl(_TRACKING.sub("", asked), True), safe="/").rstrip("=")
    canonical = urlunsplit(parts._replace(query=query, fragment="")) + WALK * (f"#{parts.fragment}" == WALK)
    step = _OWN_STEP.match(path) if _SHARED.search(parts.hostname or "") else None
    uid = f"{netloc}/{step['name']}" if step else None
    kind = _find_kind(path, query, uid)
    own = uid or (netloc if kind is PageKind.HOME and path == "/" else None)
    number = post_number(canonical) if kind is PageKind.POST else None
    return ParsedUrl(url=canonical, kind=kind, uid=own, number=number)


def _find_kind(path: str, query: str, uid: str | None) -> PageKind:
    if is_rest(whole := f"{path}?{query}") or COMMENTS_PAGE.search(whole):
        return PageKind.COMMENTS
    is_root = uid is not None and path.strip("/") == uid.partition("/")[2]
    is_list = (path == "/" or LISTING.search(INDEX_FILE.sub("", path))) and not _POST_QUERY.search(query)
    is_home = is_root or is_index(path) or _LISTING_QUERY.search(query) or is_list
    return PageKind.HOME if is_home else PageKind.POST


def post_number(url: str) -> str:
    """Return the number of a post: its path and query, without slashes around it."""
    # `/a/`, `/a/index.html` and a page of its comments are one post.
    parts = urlsplit(COMMENTS_PAGE.sub(r"\1", url))
    path = readable(INDEX_FILE.sub("", parts.path)).strip("/")
    return f"{path}?{parts.query}" if parts.query else path or "/"


def looks_like_post(url: str) -> bool:
    """Return whether the form of a URL is one of posts: with a date, a number, or the ending of a page."""
    path, query = urlsplit(url)[2:4]
    return bool((_POST_PATH.search(path) and not LISTING.search(path)) or _POST_QUERY.search(query))


def may_be_post(url: str, title: str = "") -> bool:
    """Return whether a URL of a list of posts is a post: not a file, a list, or a page of comments or of the engine."""
    parts = urlsplit(url)
    path = readable(INDEX_FILE.sub("", parts.path))
    # Engines number their posts: `/archives/1998/` and `/1998.html` are the year only if the title has it.
    year = _YEAR.search(path) if title else None
    is_list = year[1] in title if year else path in ("", "/") or LISTING.search(path)
    is_other = _LISTING_QUERY.search(parts.query) or _NO_POST.search(path) or COMMENTS_PAGE.search(url)
    return not ((is_list and not _POST_QUERY.search(parts.query)) or is_other)  # `/?p=5`, `/blog/?p=5`


def is_rest(url: str, kind: str = "comments") -> bool:
    """Return whether the URL is one of the comments of a post, or of another `kind`, in an interface of WordPress."""
    return f"wp/v2/{kind}" in unquote(url)


def is_index(url: str) -> bool:
    """Return whether the URL is one of a list of posts for machines."""
    return bool(_INDEX_PATH.search(urlsplit(url).path) or COMMENT_FEED.search(url)) or is_rest(url, "posts")


def folder_of_index(url: str) -> str:
    """Return the URL of the folder that a feed, or another list of posts, stands in."""
    # The home page of Typecho without rewriting is above `index.php`.
    return urljoin(url, _INDEX_PATH.sub("", urlsplit(url).path).rstrip("/").removesuffix("/index.php") + "/")


def blog_root(uid: str, page_url: str) -> str:
    """Return the URL of the home page of a blog: its uid is host and path."""
    return f"{urlsplit(page_url).scheme or 'https'}://{quote(uid, safe='/:[]@~%')}/"


def rest_url(api: str, kind: str, **query: str) -> str:
    """Return the URL of the first page of `posts` or `comments` in a WordPress interface."""
    asked = urlencode({**query, "per_page": PER_PAGE, "page": 1})
    return f"{api.rstrip('/')}/wp/v2/{kind}{'&' if '?' in api else '?'}{asked}"


def posts_url(api: str) -> str:
    """Return the URL of all posts in a WordPress interface, the one that changed last first."""
    return rest_url(api, "posts", orderby="modified", order="desc", _fields=_REST_FIELDS)


def after_comments(uid: str, url: str) -> str:
    """Return the list of posts to read after the feed of comments at `url`: that of WordPress, else a sitemap."""
    api = re.sub(r"\bfeed=comments-\w+", "rest_route=", re.sub(r"comments/feed/?$", "wp-json", url))
    return posts_url(api) if api != url else blog_root(uid, url) + INDEXES[0]


def is_within(url: str, uid: str) -> bool:
    """Return whether a URL belongs to the blog of that uid."""
    parts, (host, slash, prefix) = urlsplit(url), uid.partition("/")
    own, other = (_COUNTRY.sub(r"\1.com", one.lower().removeprefix("www.")) for one in (parts.netloc, host))
    path, below = f"{readable(parts.path)}/", slash + prefix + slash
    return own == other and parts.scheme[:4] == "http" and path.startswith(below) and "/../" not in path
