"""Check the response to a request for an image."""

from dataclasses import dataclass

from blogarchive.messages.details import Detail
from blogarchive.parsing.media import sniff
from blogarchive.parsing.media.dimensions import read_dimensions

MAX_IMAGE_BYTES = 20 * 1024 * 1024
"""A larger file is not stored: photographs of cameras are smaller, films are not."""

MAX_ATTEMPTS = 6
"""About two weeks, by the growing pauses between attempts."""

MAX_ATTEMPTS_REFUSED = 3
"""Attempts after a failure that is mostly permanent but may be temporary: three days of daily runs."""

_PERMANENT_STATUSES = {400, 404, 410, 414, 451}


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageFile:
    """An image as served. `width` and `height` are in pixels, None if the header has no size."""

    body: bytes
    content_type: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageFailure:
    """The reason why there is no image. `permanent`: a retry is useless.

    `retry_now`: a retry in the same run may succeed. The image is given up after `attempts`, one a run.
    """

    detail: str
    permanent: bool = False
    retry_now: bool = False
    attempts: int = MAX_ATTEMPTS


def check_image(status: int, body: bytes) -> ImageFile | ImageFailure:
    """Return the image of a response, or the reason why there is none."""
    if status == 200:
        return _check_body(body)
    if status == 429 or status >= 500:
        return ImageFailure(detail=Detail.IMAGE_STATUS.format(status=status), retry_now=True)
    # 401 and 403 may be a hotlink protection, or temporary.
    return ImageFailure(
        detail=Detail.IMAGE_STATUS.format(status=status),
        permanent=status in _PERMANENT_STATUSES or status < 400,
        attempts=MAX_ATTEMPTS_REFUSED,
    )


def _check_body(body: bytes) -> ImageFile | ImageFailure:
    if len(body) > MAX_IMAGE_BYTES:
        return too_large_failure()
    kind = sniff.detect_image_type(body)
    if kind is None:
        return ImageFailure(detail=sniff.describe_body(body), attempts=MAX_ATTEMPTS_REFUSED)
    width, height = read_dimensions(body, kind)
    return ImageFile(body=body, content_type=kind, width=width, height=height)


def too_large_failure() -> ImageFailure:
    """Return the failure of an image above MAX_IMAGE_BYTES."""
    return ImageFailure(detail=Detail.LARGER_THAN.format(size=MAX_IMAGE_BYTES // 2**20), permanent=True)
