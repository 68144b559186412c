"""Redirects followed only where they may lead: to the same host, or to another host of the same site.

A picture's may lead to wherever a picture of its post may come from.

Anything else is refused: a login page elsewhere, an advertiser, an address inside the reader's own network.
"""

from typing import Any
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from blogarchive.sites.base import site_by_name


class RedirectRefused(IgnoreRequest):
    """The page sends its reader where this run does not go."""


def may_lead(site: str, old: str, new: str) -> bool:
    """Whether a page of `site` at URL `old` may send the crawl to URL `new`."""
    there = urlsplit(new)
    hosts = {urlsplit(old).hostname, *site_by_name(site).hosts}
    return there.scheme in ("http", "https") and there.hostname in hosts


class SameSiteRedirectMiddleware(RedirectMiddleware):
    """HTTP redirects within the site; raises `RedirectRefused` for others, and for those to no URL at all."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The answer, or the request for the page that it sends its reader to."""
        try:
            return super().process_response(request, response)
        except ValueError as error:
            raise RedirectRefused(f"redirects to what is no URL: {error}") from error

    def _engine_started(self) -> None:
        """Look for no Referer middleware: pages are asked for without."""

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        allowed = super()._redirect(_checked(redirected, request), request, reason)
        if "picture" in request.cb_kwargs:  # the Referer names the post that shows it, wherever it has moved
            allowed.headers["Referer"] = request.headers["Referer"]
        return allowed


class SameSiteRefreshMiddleware(MetaRefreshMiddleware):
    """The same for `<meta http-equiv=refresh>`; a page that only reloads itself is left as it is."""

    def _engine_started(self) -> None:
        """Look for no Referer middleware: none is sent."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The page, or the request for the page that it sends its reader to."""
        # Most pages have none: a search of bytes costs a hundredth of decoding the page to look for it.
        if "picture" in request.cb_kwargs or b"refresh" not in response.body[:4096].lower():
            return response
        try:
            return super().process_response(request, response)
        except ValueError as error:
            raise RedirectRefused(f"redirects to what is no URL: {error}") from error

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        return super()._redirect(_checked(redirected, request), request, reason)


def _checked(redirected: Request, request: Request) -> Request:
    target = request.cb_kwargs.get("target")
    site = target.site if target else None
    seen = [*request.meta.get("redirect_urls", ()), request.url]
    if redirected.url in seen:
        raise RedirectRefused(f"redirects in a circle: {redirected.url}")
    refusal = request.meta["refusal"](redirected.url) if "refusal" in request.meta else None
    if refusal is not None:
        raise RedirectRefused(f"redirects to {redirected.url}: {refusal}")
    if site and not may_lead(site, request.url, redirected.url):
        raise RedirectRefused(f"redirects to {redirected.url}, which is not of this site")
    return redirected
