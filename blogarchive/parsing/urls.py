"""URLs as people type them, their hosts, and patterns of hosts."""

import re
from collections.abc import Iterable, Sequence
from gettext import gettext as _
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from blogarchive.errors import UsageError

# --- URLs as people type them

_AROUND: Final = "《》〈〉<>“”‘’\"'`「」『』【】（）()[]，。；、,; \t\r\n\u3000\ufeff\u200b"
_SCHEME = re.compile(r"(https?)\s*[:：]?\s*[/／]{1,3}(?=[\w\[])", re.IGNORECASE)
# The name of a file, as none.html, is no host; blog.example.org/none.html begins with one.
_TYPED_HOST = re.compile(
    r"(?![^\s/]+\.(?:x?html?|mhtml?|xml|txt|db|w?arc|gz)$)(www\.|[\w-]+(\.[\w-]+)+(:\d+)?([/?#]|$))"
)


def repair_url(text: str) -> str:
    """Return the URL in `text`: without quotes and brackets around it, with https:// if a host begins it.

    A scheme with a full-width colon or a wrong number of slashes is corrected. Other text is returned without the
    characters around it.
    """
    url = text.strip(_AROUND)
    if scheme := _SCHEME.match(url):
        return f"{scheme[1].lower()}://{url[scheme.end() :]}"
    return f"https://{url}" if _TYPED_HOST.match(url) else url


# --- patterns of hosts

# Matches all public hosts.
_ANY_HOST = "*"

_HOST_PATTERN = re.compile(r"\*|(\*\.)?[^\s/@:*]+")
_PLAIN_HOST = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::\d+)?(?![^/?#])", re.ASCII)
_PLAIN_START = re.compile(r"https?://([a-zA-Z0-9.:-]+)(?![^/?#])")
_NAT64 = ip_network("64:ff9b::/96")


def parse_hosts(words: Iterable[str]) -> tuple[str, ...]:
    """Return the host patterns of `--media-hosts`: `host`, `*.domain` or `*`, separated by commas.

    Raise UsageError for any other word.
    """
    found = [part.strip().lower().rstrip(".") for word in words for part in word.split(",")]
    for part in found:
        if part and not _HOST_PATTERN.fullmatch(part) and parse_address(part) is None:
            text = _("{part!r} is no host; write --media-hosts img.example.com,*.example.org or '*'")
            raise UsageError(text, part=part)
    return tuple(dict.fromkeys(part for part in found if part))


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, without a final dot; "" if there is none."""
    if plain := _PLAIN_HOST.match(url):  # as `netloc_of`
        return plain[1]
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def netloc_of(url: str) -> str:
    """Return `host` or `host:port` of a URL as it is written; "" if it has none or is invalid."""
    if plain := _PLAIN_START.match(url):  # most URLs; urlsplit takes ten times as long
        return plain[1]
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def is_same_host(url: str, other: str) -> bool:
    """Return whether two URLs have one host, with or without `www.`."""
    return host_of(url).removeprefix("www.") == host_of(other).removeprefix("www.")


def is_same_page(url: str, other: str) -> bool:
    """Return whether two URLs differ in nothing but http and https, `www.` and a final slash."""
    return _bare(url) == _bare(other)


def _bare(url: str) -> str:
    rest = url.partition("://")[2] or url
    return rest.partition("#")[0].removeprefix("www.").rstrip("/")


# No character that a host has in no script, as in a list or a file that was damaged.
_HOST = re.compile(r"[^\0-$&-,/;-@\[-^`{-\x9f]+")


def split_web_url(url: str) -> SplitResult | None:
    """Return the parts of an http(s) URL with a host and a valid port, None for other text."""
    try:
        parts = urlsplit(url)
        named = _HOST.fullmatch((parts.hostname or "").strip(".")) is not None and "\0" not in url
        usable = named and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


_DEFAULT_PORTS = {"http": 80, "https": 443}
_ENCODED = re.compile("(?:%[0-9A-Fa-f]{2})+")
_ESCAPE, _LETTERS, _UNRESERVED = (re.compile(x) for x in ("%[0-9A-Fa-f]{2}", r"[^\0-\x7f]+", r"[\w.~-]"))


def canonical_parts(url: str) -> SplitResult | None:
    """Return the parts of a URL; None if it is invalid.

    Scheme and host are in lower case. The host has no default port and no dot of DNS, the path no `//`. `%61` is `a`,
    but `%2B` is no `+`.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        # RFC 3986, 6.2.2: browsers write `/小明/` in one of three ways.
        path = _ESCAPE.sub(_plain, _LETTERS.sub(lambda run: quote(run[0]), parts.path))
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host  # an address of IPv6
    # http://host:80/ and http://host/ are one page of the archive.
    netloc = host if port in (None, _DEFAULT_PORTS.get(scheme)) else f"{host}:{port}"
    # Themes that join a folder and a slash write two; hosts answer both.
    return parts._replace(scheme=scheme, netloc=netloc, path=re.sub(r"/{2,}", "/", path) or "/")


def _plain(escape: re.Match[str]) -> str:
    letter = chr(int(escape[0][1:], 16))
    return letter if _UNRESERVED.fullmatch(letter) and letter.isascii() else escape[0].upper()


def readable(url: str) -> str:
    """Return the URL with letters instead of their `%` forms in UTF-8.

    Those of GBK stay: all would be one replacement character, and two blogs or posts must not share a name.
    """
    return _ENCODED.sub(lambda run: text if "\ufffd" not in (text := unquote(run[0])) else run[0], url)


def port_of(url: str) -> int:
    """Return the port of a URL; 0 if it is unknown."""
    try:
        parts = urlsplit(url)
        return parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return 0


def service_name(host: str, port: int) -> str:
    """Return the name of a host that answers at `port`: http and https on their default ports are one service."""
    return host if port in (0, 80, 443) else f"{host}:{port}"


def other_scheme(url: str) -> str:
    """Return the URL with http instead of https, or the reverse."""
    scheme, _separator, rest = url.partition(":")
    return f"{'http' if scheme == 'https' else 'https'}:{rest}"


def service_of(url: str) -> str:
    """Return the name of a URL's service, which has its own lock, delay and failures; "" without a host."""
    return service_name(host_of(url), port_of(url))


def matches_host(host: str, patterns: Sequence[str]) -> bool:
    """Return whether a pattern (`host`, `*.domain`, `*`) matches the host; `*.domain` matches the domain too."""
    domains = tuple(pattern[1:] for pattern in patterns if pattern.startswith("*."))
    return host in patterns or _ANY_HOST in patterns or f".{host}".endswith(domains)


def is_same_service(port: int, own: int) -> bool:
    """Return whether a port is the blog's own; http and https of one host are one service."""
    return port == own or {port, own} == {80, 443}


def parse_address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that a host is written as, or None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is on the public internet, also if it is embedded in an IPv6 address."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
