"""Scrapy's downloader middlewares: decode responses, add the cookies of a file, follow redirects within a site."""

from collections.abc import Mapping
from http.cookiejar import MozillaCookieJar
from pathlib import Path
from typing import Self
from urllib.parse import urldefrag, urlsplit

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares import redirect
from scrapy.exceptions import IgnoreRequest, NotConfigured, ResponseDataLossError
from scrapy.http import Request, Response
from scrapy.http.cookies import WrappedRequest
from scrapy.responsetypes import responsetypes

from blogarchive.crawl.options import read_cookies
from blogarchive.items import Target
from blogarchive.messages.details import Detail
from blogarchive.parsing import content_encoding
from blogarchive.parsing.urls import host_of, matches_host
from blogarchive.sites.base import site_by_name
from blogarchive.store.media import QueuedImage


class CompressionMiddleware:
    """Requests compressed responses, and replaces their bodies by the decoded ones."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "CompressionMiddleware":
        """Return the middleware, with the limit of the setting `DOWNLOAD_MAXSIZE`."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        """Name the encodings that are accepted."""
        request.headers.setdefault("Accept-Encoding", ", ".join(content_encoding.ENCODINGS))

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response decoded.

        Raises `IgnoreRequest` if it is too large or compressed too often, and `ResponseDataLossError` if nothing of it can
        be decoded. A response in an unknown encoding is returned as it is.
        """
        values = b",".join(response.headers.getlist("Content-Encoding"))
        names = content_encoding.split_tokens(values.decode("latin-1"))
        if not names:
            return response
        max_bytes = request.meta.get("download_maxsize", self._max_bytes)
        try:
            body = content_encoding.decode_content_encoding(response.body, names, max_bytes)
        except content_encoding.UnknownEncoding:
            return response
        except (content_encoding.ContentTooLarge, content_encoding.TooManyParts) as error:
            raise IgnoreRequest(str(error)) from error
        except (content_encoding.ContentTruncated, content_encoding.ContentDamaged) as error:
            if not error.decoded:
                raise ResponseDataLossError from error
            body = error.decoded
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return response.replace(cls=kind, headers=headers, body=body)


BlogKey = tuple[str, str | None]


class CookieFileMiddleware:
    """Adds the cookies of the file in the setting `COOKIES_FILE`, or of the blog's file in `COOKIES_FILES`.

    The jar of None is that of all other blogs.
    """

    def __init__(self, jars: Mapping[BlogKey | None, MozillaCookieJar]) -> None:
        self._jars = jars

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "CookieFileMiddleware":
        """Return the middleware; raises `NotConfigured` if both settings are empty."""
        path: str | None = crawler.settings.get("COOKIES_FILE")
        files = {**({None: path} if path else {}), **crawler.settings["COOKIES_FILES"]}
        if not files:
            raise NotConfigured
        read = {file: read_cookies(Path(file)) for file in files.values()}
        return cls({blog: read[file] for blog, file in files.items()})

    def process_request(self, request: Request) -> None:
        """Replace the Cookie header: a redirected request must not keep that of another URL."""
        request.headers.pop("Cookie", None)
        jar = self._jars.get(_blog_of(request), self._jars.get(None))
        if jar is not None:
            jar.add_cookie_header(WrappedRequest(request))  # type: ignore[arg-type]


def _blog_of(request: Request) -> BlogKey | None:
    """Return site and uid of the blog that the page or image is fetched for; None for robots.txt."""
    item: Target | QueuedImage | None = request.cb_kwargs.get("target") or request.cb_kwargs.get("image")
    return None if item is None else (item.site, item.uid)


_ROBOTS = "/robots.txt"
_MAX_READ = 16  # a blog lacks its lists soon after its home page was read; blogs with lists do not ask again


class FetchOnceMiddleware:
    """Answers a repeated request for a home page or a robots.txt with what the run has just read."""

    def __init__(self) -> None:
        self._read: dict[str, Response] = {}

    def process_request(self, request: Request) -> Response | None:
        """Return the page that the URL without its fragment belongs to, once, if the run has read it."""
        url, fragment = urldefrag(request.url)
        is_again = fragment or ("target" in request.cb_kwargs and url.endswith(_ROBOTS))
        known = self._read.pop(url, None) if is_again else None
        return known and known.replace(request=request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Remember a home page, and a robots.txt, which may also be asked for as a list of sitemaps."""
        target: Target | None = request.cb_kwargs.get("target")
        is_robots = target is None and request.url.endswith(_ROBOTS)
        if response.status in (200, 404) and (is_robots or (target is not None and target.is_home)):
            self._read[target.url if target else request.url] = response
            for url in list(self._read)[:-_MAX_READ]:
                del self._read[url]
        return response


_HEAD = 4096  # bytes; a search costs a hundredth of decoding the page, and most pages have no refresh


class RedirectRefused(IgnoreRequest):
    """The page redirects to a URL that this run does not fetch."""


class _SameSite(redirect.BaseRedirectMiddleware):
    """What the middlewares of redirects and of refreshes have in common."""

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

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the response, or the request for the URL that it leads to; raises `RedirectRefused`."""
        try:
            followed: Request | Response = super().process_response(request, response)  # type: ignore[misc]
        except ValueError as error:
            raise RedirectRefused(Detail.REDIRECT_INVALID.format(error=error)) from error
        if isinstance(followed, Request) and (reason := _refusal(request, followed)):
            raise RedirectRefused(reason)
        return followed


class SameSiteRedirectMiddleware(_SameSite, redirect.RedirectMiddleware):  # type: ignore[misc]
    """Follow HTTP redirects of a page within its site, of an image to allowed hosts, of robots.txt to any host.

    A request names the site by `target` or by `site` in `meta`. Raises `RedirectRefused` for all other redirects.
    """


class SameSiteRefreshMiddleware(_SameSite, redirect.MetaRefreshMiddleware):
    """The same for `<meta http-equiv=refresh>`."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return the response, or the request for the URL that its page refreshes to."""
        if "image" in request.cb_kwargs or b"refresh" not in response.body[:_HEAD].lower():
            return response
        return super().process_response(request, response)


def _refusal(request: Request, redirected: Request) -> str | None:
    """Return why a redirect is refused; None if it is followed."""
    url, target = redirected.url, request.cb_kwargs.get("target")
    site = target.site if target else request.meta.get("site")
    if url in redirected.meta["redirect_urls"]:
        return Detail.REDIRECT_CIRCLE.format(url=url)
    if "refusal" in request.meta and (reason := request.meta["refusal"](url)):
        return Detail.REDIRECT_REFUSED.format(url=url, reason=reason)
    if site and not _is_same_site(site, request.url, url):
        return Detail.REDIRECT_OTHER_SITE.format(url=url)
    return None


def _is_same_site(site: str, old: str, new: str) -> bool:
    is_same_host = host_of(new).removeprefix("www.") == host_of(old).removeprefix("www.")
    is_known = is_same_host or matches_host(host_of(new), site_by_name(site).hosts)
    return urlsplit(new).scheme in ("http", "https") and is_known
