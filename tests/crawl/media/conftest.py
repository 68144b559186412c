"""Hosts that serve images, besides the host of the blog."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.media.media_hosts import ImageHost
from tests.tool import Tool


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path, media=True)


@pytest.fixture
def elsewhere() -> Iterator[ImageHost]:
    """Another loopback address: private, and not the host of the blog."""
    with ImageHost("127.0.0.2") as host:
        yield host


@pytest.fixture
def beside() -> Iterator[ImageHost]:
    """Another service on the address of the blog."""
    with ImageHost("127.0.0.1") as host:
        yield host
