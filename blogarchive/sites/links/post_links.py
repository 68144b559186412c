"""Links from a post or a comment to another post of the same site."""

from urllib.parse import urlsplit

from blogarchive.items import PageKind, ParsedUrl
from blogarchive.parsing.http import matches_host
from blogarchive.sites.base import site_by_name, site_names


def resolve_post_link(site: str, url: str, page_url: str) -> ParsedUrl | None:
    """Return the post that the absolute `url` names; None if it is no post of the site of `page_url`."""
    if site not in site_names():
        return None
    try:
        host, own = urlsplit(url).hostname, urlsplit(page_url).hostname
    except ValueError:
        return None
    if host is None or (host != own and not matches_host(host, site_by_name(site).hosts)):
        return None
    parsed_url = site_by_name(site).parse_url(url)
    return parsed_url if parsed_url.kind is PageKind.POST and parsed_url.number is not None else None
