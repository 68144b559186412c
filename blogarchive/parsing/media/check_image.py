"""What the answer to a request for a picture is worth."""

from dataclasses import dataclass

from blogarchive.parsing.media import sniff
from blogarchive.parsing.media.dimensions import read_dimensions

MAX_IMAGE_BYTES = 20 * 1024 * 1024
"""Bytes. What is larger is not kept: a photograph of a camera is, a film is not."""

MAX_ATTEMPTS = 6
"""Some two weeks, by the pauses that grow between attempts."""

MAX_ATTEMPTS_REFUSED = 3
"""Attempts at what is mostly permanent and may be a bad day: three days where a run is made every day."""

_PERMANENT_STATUSES = {400, 404, 410, 414, 451}


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageFile:
    """A picture as it was served. `width` and `height` are in pixels, None where the header does not tell."""

    body: bytes
    content_type: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageFailure:
    """Why there is no picture. `permanent`: asking again will not help.

    `at_once`: asking again in this same run may help. After so many `attempts`, a run each, the picture is given up.
    """

    detail: str
    permanent: bool = False
    at_once: bool = False
    attempts: int = MAX_ATTEMPTS


def check_image(status: int, body: bytes) -> ImageFile | ImageFailure:
    """The picture in an answer with that status, or why there is none."""
    if status == 200:
        return _check_body(body)
    if status == 429 or status >= 500:
        return ImageFailure(detail=f"HTTP status {status}", at_once=True)
    # 401 and 403 may be a guard against other sites' pages, or a bad day.
    return ImageFailure(
        detail=f"HTTP status {status}",
        permanent=status in _PERMANENT_STATUSES or status < 400,
        attempts=MAX_ATTEMPTS_REFUSED,
    )


def _check_body(body: bytes) -> ImageFile | ImageFailure:
    if len(body) > MAX_IMAGE_BYTES:
        return too_large_failure()
    kind = sniff.detect_image_type(body)
    if kind is None:
        return ImageFailure(
            detail=f"the server sent {sniff.describe_body(body)}", attempts=MAX_ATTEMPTS_REFUSED
        )
    width, height = read_dimensions(body, kind)
    return ImageFile(body=body, content_type=kind, width=width, height=height)


def too_large_failure() -> ImageFailure:
    """The picture is larger than is kept."""
    return ImageFailure(detail=f"larger than {MAX_IMAGE_BYTES // 2**20} MB", permanent=True)
