"""The reading pages and Datasette's pages of a damaged archive: a page or one line, never a traceback."""

from pathlib import Path

import pytest

from tests.faults.damage import KINDS, damaged_copies
from tests.faults.make_archive import make_archive
from tests.faults.serve_pages import bad_answers


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_archive(tmp_path_factory.mktemp("pages")).read_bytes()


@pytest.mark.parametrize("kind", KINDS)
async def test_every_page_of_a_damaged_archive_is_shown_or_says_why_in_one_line(
    kind: str, whole: bytes, tmp_path: Path
) -> None:
    for name, data in damaged_copies(whole, 1, seed=3):
        if name.startswith(f"{kind}-"):
            (tmp_path / f"{name}.db").write_bytes(data)
            assert await bad_answers(tmp_path / f"{name}.db") == []


async def test_the_pages_of_a_whole_archive_are_good(whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(whole)
    assert await bad_answers(tmp_path / "a.db") == []
