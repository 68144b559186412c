"""What the answer to a request for a picture is worth."""

from dataclasses import dataclass

from blogarchive.parsing.media import sniff
from blogarchive.parsing.media.dimensions import measure

LARGEST = 20 * 1024 * 1024
"""Bytes. What is larger is not kept: a photograph of a camera is, a film is not."""

ATTEMPTS = 6
"""Some two weeks, by the pauses that grow between attempts."""

FEW_ATTEMPTS = 3
"""Attempts at what is mostly permanent and may be a bad day: three days where a run is made every day."""

_GONE = {400, 404, 410, 414, 451}


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
    attempts: int = ATTEMPTS


def check_image(status: int, body: bytes) -> ImageFile | ImageFailure:
    """The picture in an answer with that status, or why there is none."""
    if status == 200:
        return _looked_at(body)
    if status == 429 or status >= 500:
        return ImageFailure(detail=f"HTTP status {status}", at_once=True)
    # 401 and 403 may be a guard against other sites' pages, or a bad day.
    return ImageFailure(
        detail=f"HTTP status {status}",
        permanent=status in _GONE or status < 400,
        attempts=FEW_ATTEMPTS,
    )


def _looked_at(body: bytes) -> ImageFile | ImageFailure:
    if len(body) > LARGEST:
        return too_large()
    kind = sniff.content_type(body)
    if kind is None:
        return ImageFailure(detail=f"the server sent {sniff.described(body)}", attempts=FEW_ATTEMPTS)
    width, height = measure(body, kind)
    return ImageFile(body=body, content_type=kind, width=width, height=height)


def too_large() -> ImageFailure:
    """The picture is larger than is kept."""
    return ImageFailure(detail=f"larger than {LARGEST // 2**20} MB", permanent=True)
