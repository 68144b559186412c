"""The URLs of a site as patterns: the kind of a page, its ids and its canonical URL."""

import re
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.http import matches_host

_DEFAULT_PORTS = {"http": 80, "https": 443}
Groups = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of URLs. `pattern` matches the whole path; with the keys of `query`, also `?key=value&…` in their order.

    The groups `uid`, `number` and `month` (YYYYMM), or `year` and `mon`, are the ids. `number` and `uid` compute an
    id from the groups instead. `canonical` is a path with the names of groups in braces; without it, the path stays.
    """

    kind: PageKind
    pattern: str
    _: KW_ONLY
    canonical: str | None = None
    query: tuple[str, ...] = ()
    uid: Callable[[Groups], str | None] | None = None
    number: Callable[[Groups], str | None] | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class UrlForms:
    """The forms of a site, tried in order. `host_uid` matches the host name if that contains the uid."""

    hosts: tuple[str, ...]
    forms: tuple[Form, ...]
    host_uid: str | None = None

    def parse(self, url: str) -> ParsedUrl:
        """Return the kind, the ids and the canonical form of an absolute URL on any host. Never raises."""
        return _parse_cached(self, url)

    def resolve(self, path: str, url: str) -> str:
        """Return the canonical URL of a path on the host of `url`."""
        return self.parse(urljoin(url, path)).url

    def is_host(self, host: str) -> bool:
        """Return whether a host belongs to the site."""
        return matches_host(host, self.hosts)

    def find_uid(self, host: str) -> str | None:
        """Return the uid in a host name, or None."""
        match = re.fullmatch(self.host_uid, host) if self.host_uid else None
        return match["uid"] if match else None


@lru_cache(maxsize=2048)  # each page of a blog has the same sidebar
def _parse_cached(forms: UrlForms, url: str) -> ParsedUrl:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ParsedUrl(url=url, kind=PageKind.UNKNOWN)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    netloc = host if port in (None, _DEFAULT_PORTS.get(scheme)) else f"{host}:{port}"
    path = re.sub(r"/{2,}", "/", parts.path) or "/"
    for form in forms.forms:
        if (match := _match(form, path, parts.query)) is not None:
            groups = {"uid": forms.find_uid(host), **match.groupdict()}
            return _build(form, groups, scheme, netloc, _select_query(form, path, parts.query))
    canonical = urlunsplit((scheme, netloc, path, parts.query, ""))
    return ParsedUrl(url=canonical, kind=PageKind.UNKNOWN, uid=forms.find_uid(host))


def _match(form: Form, path: str, query: str) -> "re.Match[str] | None":
    return re.fullmatch(form.pattern, _select_query(form, path, query))


def _select_query(form: Form, path: str, query: str) -> str:
    """Return the path with the pairs of the query that select the page."""
    values = dict(parse_qsl(query, keep_blank_values=True)) if form.query else {}
    pairs = "&".join(f"{key}={quote(values[key], safe='@')}" for key in form.query if values.get(key))
    return f"{path}?{pairs}" if pairs else path


def _build(form: Form, groups: dict[str, str | None], scheme: str, netloc: str, path: str) -> ParsedUrl:
    uid = form.uid(groups) if form.uid else groups.get("uid")
    number = form.number(groups) if form.number else groups.get("number")
    month = groups.get("month") or f"{groups.get('year') or ''}{(groups.get('mon') or '').zfill(2)}"
    if form.canonical is not None:
        path = form.canonical.format_map({key: value or "" for key, value in groups.items()})
    return ParsedUrl(
        url=f"{scheme}://{netloc}{path}",
        kind=form.kind,
        uid=None if uid is None else unquote(uid),
        number=number,
        month=f"{month[:4]}-{month[4:6]}" if month and len(month) >= len("YYYYMM") else None,
    )
