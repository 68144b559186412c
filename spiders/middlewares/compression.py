"""Decode the Content-Encoding of responses within limits.

Scrapy's middleware is not used: it accepts any number of layers, and takes minutes for zstd frames that hold nothing.
"""

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, ResponseDataLossError
from scrapy.http import Request, Response
from scrapy.responsetypes import responsetypes

from blogarchive.parsing.content_encoding import (
    ENCODINGS,
    ContentDamaged,
    ContentTooLarge,
    ContentTruncated,
    TooManyParts,
    UnknownEncoding,
    decode_content_encoding,
)


class ResponseTooLarge(IgnoreRequest):
    """The response decodes to more than the size limit, or is compressed too often."""


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
        request.headers.setdefault("Accept-Encoding", ", ".join(ENCODINGS))

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response decoded.

        Raises `ResponseTooLarge`, and `ResponseDataLossError` if nothing of it can be decoded. A response in an unknown
        encoding is returned as it is.
        """
        names = _encodings(response)
        if not names:
            return response
        max_bytes = request.meta.get("download_maxsize", self._max_bytes)
        try:
            body = decode_content_encoding(response.body, names, max_bytes)
        except UnknownEncoding:
            return response
        except (ContentTooLarge, TooManyParts) as error:
            raise ResponseTooLarge(str(error)) from error
        except (ContentTruncated, ContentDamaged) as error:
            if not error.decoded:
                raise ResponseDataLossError from error
            body = error.decoded
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return response.replace(cls=kind, headers=headers, body=body)


def _encodings(response: Response) -> list[str]:
    values = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
    return [name for part in values.lower().split(",") if (name := part.strip())]
