"""From which hosts a post's pictures are fetched, and which addresses are nobody's business.

A page's author chooses the URLs of its pictures. They must not make this program ask a router, a printer or a
service of the reader's own machine for anything (server-side request forgery).
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from blogarchive.errors import UsageError

ANY_HOST = "*"
"""Stands for all public hosts."""

_HOST = re.compile(r"\*|(\*\.)?[^\s/@:*]+")
_NAT64 = ip_network("64:ff9b::/96")


def parse_hosts(words: Iterable[str]) -> tuple[str, ...]:
    """The hosts that `--media-hosts` names: words of `host`, `*.domain` or `*`, parted by commas.

    Raises `UsageError` for a word that is none of these.
    """
    found = [part.strip().lower().rstrip(".") for word in words for part in word.split(",")]
    for part in found:
        if part and not _HOST.fullmatch(part) and parse_address(part) is None:
            raise UsageError(f"{part!r} is no host; write --media-hosts img.example.com,*.example.org or '*'")
    return tuple(dict.fromkeys(part for part in found if part))


def host_of(url: str) -> str:
    """The host that a URL names, lower case, without a dot at its end; "" where it names none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def port_of(url: str) -> int:
    """The port that a URL leads to; 0 where it cannot be told."""
    try:
        parts = urlsplit(url)
        return parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return 0


def matches_host(host: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns (`host`, `*.domain`, `*`) names the host; `*.domain` names the domain too."""
    return any(
        pattern in (ANY_HOST, host)
        or (pattern.startswith("*.") and (host == pattern[2:] or host.endswith(pattern[1:])))
        for pattern in patterns
    )


def refusal_reason(url: str, *, post_url: str, listed: Sequence[str], asked: Sequence[str]) -> str | None:
    """Why a picture of the post at `post_url` is not fetched from `url`, in words; None where it may be.

    `listed` are the patterns of the post's site, `asked` those of the person. The address that a name leads to is
    not known here: `is_public` is asked once more when the connection is made.
    """
    host, own = host_of(url), host_of(post_url)
    if not host or urlsplit(url).scheme not in ("http", "https") or not port_of(url):
        return "no web address"
    address = parse_address(host)
    if address is not None and not is_public(address):
        if host != own:
            return "a private address"
        if not is_same_service(port_of(url), port_of(post_url)) and host not in asked:
            return "another service on the blog's private address"
    if host == own or matches_host(host, listed) or matches_host(host, asked):
        return None
    return "a host that is not asked for pictures; --media-hosts names more"


def is_same_service(port: int, own: int) -> bool:
    """Whether a port is the blog's own; http and https of one host are one."""
    return port == own or {port, own} == {80, 443}


def parse_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is written as, or None where it is a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet, also where it is wrapped into one of version 6."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
