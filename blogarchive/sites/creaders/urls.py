"""The URLs of blog.creaders.net, and the uid of a page's blog."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from sys import intern
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urljoin, urlunsplit

from blogarchive.items import ListedPost, PageKind, ParsedUrl
from blogarchive.parsing.urls import canonical_parts
from blogarchive.sites.links import DECIMAL_UID, IGNORED_KEY, drop_session, parse_decimal_id

# --- URLs

_POST = re.compile(rf"/u/{DECIMAL_UID}/(?P<month>\d{{6}})/(?P<number>\d+)\.html?")
_MONTH = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])")
_CATEGORY = re.compile(rf"/u/{DECIMAL_UID}/(?P<category>\d+)\.html?")
_HOME = re.compile(rf"/u/{DECIMAL_UID}/?(?:index\.(?:html?|php))?")
_OLD_POST = re.compile(r"(?:/(?P<name>[A-Za-z0-9_-]+))?/user_blog_diary\.php")
_OLD_HOME = re.compile(r"/(?P<name>[A-Za-z0-9_][A-Za-z0-9_-]*)/?")
_UNDER_BLOG = re.compile(rf"/u/{DECIMAL_UID}(?:/|$)")
_RESERVED_NAMES = frozenset(
    ("u", "upfile", "images", "img", "css", "js", "search", "login", "register", "blog", "news")
)
# Random numbers and times that bypass a cache.
_CACHE_BUSTER = re.compile(
    r"(?:r|rnd|rand|random|t|_|ts|timestamp|nocache)=(?:0?\.\d{3,}|\d{9,})", re.IGNORECASE | re.ASCII
)
# Nearly every link of a page: apart from its query, such a URL is already canonical.
_CANONICAL = re.compile(
    r"(?P<origin>https?://[a-z0-9.-]+(?::(?!80/|443/)(?:[1-9]\d{0,3}|[1-5]\d{4}))?)"
    r"(?P<path>/(?:[\w~%-][\w.~%-]*/)*(?:[\w~%-][\w.~%-]*)?)(?:\?(?P<query>[\w=&%.+-]*))?",
    re.ASCII,
)
_NEEDS_PARSING = re.compile(r"[&%+;]")  # more than one pair, or something escaped
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?#]*", re.IGNORECASE)


def parse_url(url: str) -> ParsedUrl:
    """Return the kind, the ids and the canonical form of an absolute URL on any host.

    The canonical URL keeps scheme and host. Never raises.
    """
    url = drop_session(url)
    return _parse_cached(url) if len(url) < _MAX_CACHED_LENGTH else _parse_uncached(url)


def _parse_uncached(url: str) -> ParsedUrl:
    """Return the result of `parse_url` for a URL without a session."""
    try:
        origin, path, query = _split_canonical(url)
    except ValueError:  # an invalid port or host
        return ParsedUrl(url=url, kind=PageKind.UNKNOWN)
    canonical = f"{origin}{path}?{query}" if query else origin + path
    canonical = url if url == canonical else canonical  # so the cache stores one string
    if (post := _parse_post(canonical, origin, path, query)) is not None:
        return post
    if not query:
        if match := _HOME.fullmatch(path):
            return ParsedUrl(url=f"{origin}/u/{match['uid']}/", kind=PageKind.HOME, uid=match["uid"])
        if match := _CATEGORY.fullmatch(path):
            return ParsedUrl(url=canonical, kind=PageKind.CATEGORY, uid=match["uid"])
        if (match := _OLD_HOME.fullmatch(path)) and match["name"].lower() not in _RESERVED_NAMES:
            return ParsedUrl(url=f"{origin}/{match['name']}/", kind=PageKind.HOME, uid=match["name"])
    under = _UNDER_BLOG.match(path)
    return ParsedUrl(url=canonical, kind=PageKind.UNKNOWN, uid=under["uid"] if under else None)


def _parse_post(canonical: str, origin: str, path: str, query: str) -> ParsedUrl | None:
    """Return the parsed URL of a post, in the current form or that of 2009 with `did`; else None."""
    if not query and (match := _POST.fullmatch(path)):
        number, month = parse_decimal_id(match["number"]), _parse_month(match["month"])
        if number is None:
            return None
        uid = intern(match["uid"])
        return ParsedUrl(url=canonical, kind=PageKind.POST, uid=uid, number=number, month=month)
    pairs = parse_qs(query) if query and _OLD_POST.fullmatch(path) else {}
    number = parse_did(pairs["did"][0]) if list(pairs) == ["did"] else None
    if number is None:
        return None
    return ParsedUrl(url=f"{origin}{path}?did={number}", kind=PageKind.POST, number=number)


_MAX_CACHED_LENGTH = 300
# Each page of a blog has the same sidebar, and the links of the largest page are read several times.
_parse_cached = lru_cache(maxsize=20_480)(_parse_uncached)


def _split_canonical(url: str) -> tuple[str, str, str]:
    """Return scheme with host, path, and query without `?`, of the canonical URL."""
    if plain := _CANONICAL.fullmatch(url):
        return plain["origin"], plain["path"], _canonical_query(plain["query"] or "")
    parts = canonical_parts(url)
    if parts is None:
        raise ValueError(url)
    path = re.sub(r"/{2,}", "/", _resolve_dots(_PATH_SESSION.sub("", parts.path))).replace(" ", "%20") or "/"
    return urlunsplit((parts.scheme, parts.netloc, "", "", "")), path, _canonical_query(parts.query)


def _canonical_query(query: str) -> str:
    """Return the pairs of a query that select the page."""
    if not query:
        return ""
    if not _NEEDS_PARSING.search(query):
        return "" if _is_ignored(*query.partition("=")[::2]) else query.replace(" ", "%20")
    pairs = parse_qsl(query, True)
    kept = [(key, value) for key, value in pairs if not _is_ignored(key, value)]
    text = query if len(kept) == len(pairs) else urlencode(kept)
    return re.sub("&{2,}", "&", text).strip("&").replace(" ", "%20")


def _is_ignored(key: str, value: str) -> bool:
    return IGNORED_KEY.fullmatch(key) is not None or _CACHE_BUSTER.fullmatch(f"{key}={value}") is not None


def _parse_month(digits: str) -> str | None:
    match = _MONTH.fullmatch(digits)
    return intern(f"{match[1]}-{match[2]}") if match else None


def parse_did(text: str) -> str | None:
    """Return the id in the `did` of an old link: decimal or base64 of the decimal; None otherwise."""
    text = unquote(text).strip()
    if text.isdigit():
        return parse_decimal_id(text)
    try:
        inner = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return parse_decimal_id(inner)


def build_home_url(page_url: str, uid: str) -> str:
    """Return the home page of a blog on the host of `page_url`."""
    # Most pages and blogs; urljoin takes ten times as long.
    if uid.isdigit() and (plain := _CANONICAL.fullmatch(page_url)):
        return f"{plain['origin']}/u/{uid}/"
    return urljoin(page_url, f"/u/{uid}/" if uid.isdigit() else f"/{uid}/")


def _resolve_dots(path: str) -> str:
    """Return a path without the steps `.` and `..`."""
    kept: list[str] = []
    for step in path.split("/"):
        if step == "..":
            if len(kept) > 1:
                kept.pop()
        elif step != ".":
            kept.append(step)
    return "/".join(kept)


# --- the uid of the blog


def resolve_uid(
    page_url: str,
    target_uid: str | None,
    header_url: str | None,
    latest: Sequence[ListedPost],
    listed: Sequence[ListedPost],
) -> str | None:
    """Return the uid of the blog, or None. Sources in order: page URL, target, header URL, linked posts.

    `page_url` and `header_url` are URLs, `target_uid` is a uid. A number wins over the name in an old URL.
    The URL reached wins over the target: a closed blog may redirect to another blog, or show one. An author
    can type a header URL, so it wins only if the posts of the sidebar agree with it.
    """
    own = parse_url(header_url).uid if header_url else None
    linked = next((uid for post in latest if (uid := _post_uid(post))), None) or _majority_uid(listed)
    if own is not None and own == linked and own.isdigit():
        return own
    uids = [uid for uid in (parse_url(page_url).uid, target_uid, own, linked) if uid]
    return next(filter(str.isdigit, uids), uids[0] if uids else None)


def filter_own_posts(listed: Sequence[ListedPost], uid: str) -> tuple[ListedPost, ...]:
    """Return the listed posts that do not belong to another blog.

    A list that has only posts of other blogs replaces the page of this blog.
    """
    return tuple([post for post in listed if _post_uid(post) in (uid, None)])


def _post_uid(post: ListedPost) -> str | None:
    return parse_url(post.url).uid if post.url else None


def _majority_uid(listed: Sequence[ListedPost]) -> str | None:
    """Return the uid of more than half of the posts: a portal lists posts of many blogs."""
    counted = Counter(uid for post in listed if (uid := _post_uid(post)))
    return next((uid for uid, count in counted.items() if 2 * count > len(listed)), None)
