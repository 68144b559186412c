"""What a link in a post or a comment leads to, where that is a post of the same site."""

from urllib.parse import urlsplit

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.sites.base import by_name, names


def linked_post(site: str, url: str, page_url: str) -> ParsedUrl | None:
    """The post that the absolute `url` names on the site of `page_url`; None where it names none of that site's."""
    if site not in names():
        return None
    try:
        host, own = urlsplit(url).hostname, urlsplit(page_url).hostname
    except ValueError:
        return None
    if host is None or (host != own and host not in by_name(site).hosts):
        return None
    address = by_name(site).address(url)
    return address if address.kind is PageKind.POST and address.number is not None else None
