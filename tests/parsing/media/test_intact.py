"""Images are whole or not by their structure. The images are encoded here, not by the program."""

from base64 import b64decode

import pytest

from blogarchive.parsing.images import is_intact
from tests.export.conftest import png

GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////"
    "////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="
)
IMAGES = {"image/png": png(5), "image/gif": GIF, "image/jpeg": JPEG}


@pytest.mark.parametrize("kind", IMAGES)
def test_a_whole_image_is_intact_and_no_part_of_it_is(kind: str) -> None:
    body = IMAGES[kind]
    assert is_intact(body, kind)
    assert not any(is_intact(body[:length], kind) for length in range(len(body)))


def test_a_changed_byte_of_a_png_is_found() -> None:
    body = bytearray(png(5))
    body[-20] ^= 1
    assert not is_intact(bytes(body), "image/png")


def test_other_types_are_not_intact() -> None:
    assert not is_intact(b"<svg/>", "image/svg+xml")
