"""Fixtures of the store tests: an empty archive and a clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from blogarchive.store.database.archive import Archive
from tests.new_archive import new_archive
from tests.store.fake_blog import Clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with Archive.open(new_archive(path)) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()
