"""Follow redirects only to the same host, or to another host of the same site.

A redirect of an image may lead to every host that images of its post may come from. All other redirects are refused:
to a login page elsewhere, to an advertiser, to an address inside the user's own network.
"""

from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import (
    BaseRedirectMiddleware,
    MetaRefreshMiddleware,
    RedirectMiddleware,
)
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from blogarchive.messages.details import Detail
from blogarchive.parsing.http import host_of, matches_host
from blogarchive.sites.base import site_by_name

_HEAD = 4096  # bytes; a search costs a hundredth of decoding the page, and most pages have no refresh


class RedirectRefused(IgnoreRequest):
    """The page redirects to a URL that this run does not fetch."""


class _SameSite(BaseRedirectMiddleware):
    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware, without the search for Scrapy's Referer middleware, which is not used here."""
        middleware = cls(crawler.settings)
        middleware.crawler = crawler
        return middleware

    def handle_referer(self, request: Request, response: Response) -> None:
        """Keep the Referer of images, which is the URL of the post; pages are requested without one."""
        if "image" not in request.cb_kwargs:
            request.headers.pop("Referer", None)


class SameSiteRedirectMiddleware(_SameSite, RedirectMiddleware):
    """HTTP redirects within the site; raises `RedirectRefused` for all others."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return the response, or the request for the URL that it redirects to."""
        return _check(request, lambda: RedirectMiddleware.process_response(self, request, response))


class SameSiteRefreshMiddleware(_SameSite, MetaRefreshMiddleware):
    """The same for `<meta http-equiv=refresh>`."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return the response, or the request for the URL that its page refreshes to."""
        if "image" in request.cb_kwargs or b"refresh" not in response.body[:_HEAD].lower():
            return response
        return _check(request, lambda: MetaRefreshMiddleware.process_response(self, request, response))


def _check(request: Request, follow: Callable[[], Request | Response]) -> Request | Response:
    try:
        followed = follow()
    except ValueError as error:
        raise RedirectRefused(Detail.REDIRECT_INVALID.format(error=error)) from error
    if isinstance(followed, Request) and (reason := _refusal(request, followed)):
        raise RedirectRefused(reason)
    return followed


def _refusal(request: Request, redirected: Request) -> str | None:
    url, target = redirected.url, request.cb_kwargs.get("target")
    if url in redirected.meta["redirect_urls"]:
        return Detail.REDIRECT_CIRCLE.format(url=url)
    if "refusal" in request.meta and (reason := request.meta["refusal"](url)):
        return Detail.REDIRECT_REFUSED.format(url=url, reason=reason)
    if target and not _is_same_site(target.site, request.url, url):
        return Detail.REDIRECT_OTHER_SITE.format(url=url)
    return None


def _is_same_site(site: str, old: str, new: str) -> bool:
    parts = urlsplit(new)
    hosts = (host_of(old), *site_by_name(site).hosts)
    return parts.scheme in ("http", "https") and matches_host(host_of(new), hosts)
