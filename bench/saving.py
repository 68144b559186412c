"""Save new pages into the archive named in the command line until the process is stopped."""

import sys
from itertools import count
from pathlib import Path

from bench.archives import sidebar, visit_of
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.save_page import save_page


def main() -> None:
    """Save pages of one blog, one transaction each."""
    frame = sidebar()
    with Archive.open(Path(sys.argv[1])) as archive:
        for number in count(30_000_000):
            save_page(archive, visit_of(number, frame), None)


if __name__ == "__main__":
    main()
