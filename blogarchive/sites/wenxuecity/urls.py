"""The URLs of blog.wenxuecity.com in its template of 2005-06."""

from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.dates.numbers import parse_digits

_KINDS = {"/archives.php": PageKind.MONTH, "/myblog.php": PageKind.HOME, "/blogview.php": PageKind.POST}
# The keys of a query that select the page; others (c_lang, empty pairs) do not.
_QUERY_KEYS = {
    "/archives.php": ("date", "blogID", "wid"),
    "/myblog.php": ("blogID", "catid", "page"),
    "/blogview.php": ("date", "postID"),
}


def parse_url(url: str) -> ParsedUrl:
    """Return the kind, the ids and the canonical form of an absolute URL. The canonical URL keeps scheme
    and host.
    """
    parts = urlsplit(url.strip())
    query = {key: values[0].strip() for key, values in parse_qs(parts.query).items()}
    kept = {key: query[key] for key in _QUERY_KEYS.get(parts.path, ()) if key in query}
    text = urlencode(kept) if parts.path in _KINDS else parts.query
    canonical = urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", text, ""))
    kind = _KINDS.get(parts.path, PageKind.UNKNOWN)
    if kind is PageKind.POST:
        number = parse_digits(query.get("postID", ""))
        return ParsedUrl(url=canonical, kind=PageKind.UNKNOWN if number is None else kind, number=number)
    if kind is PageKind.HOME and "catid" in query:
        kind = PageKind.CATEGORY
    uid = query.get("blogID")
    return ParsedUrl(url=canonical, kind=kind if uid else PageKind.UNKNOWN, uid=uid)


def build_home_url(page_url: str, uid: str) -> str:
    """Return the home page of a blog on the host of `page_url`."""
    parts = urlsplit(page_url)
    return urlunsplit((parts.scheme, parts.netloc, "/myblog.php", f"blogID={uid}", ""))
