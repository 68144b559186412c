"""`blogarchive serve A.db B.db`."""

import urllib.request
from pathlib import Path
from shutil import copy

from tests.browse.served import served


def test_several_archives_are_served_side_by_side(archive_path: Path, tmp_path: Path) -> None:
    second = Path(copy(archive_path, tmp_path / "second.db"))
    for address in served(archive_path, str(second)):
        for page in ("/", "/read/author/1", "/read/in/second", "/read/in/second/feed.atom", "/second/posts"):
            with urllib.request.urlopen(address + page) as response:
                assert response.status == 200, page
