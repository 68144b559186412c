"""Extracts what trafilatura reads of an archive's pages; prints the seconds and the pages.

`python -m bench.trafilatura_pages ARCHIVE EVERY ASKED`: of every so many pages one; of each the `text` with its
comments, or `all`: title, author and date too.
"""

import sqlite3
import sys
import zlib
from time import perf_counter

import trafilatura


def main() -> None:
    """Read the archive that the command line names."""
    archive, every, asked = sys.argv[1:]
    with sqlite3.connect(archive) as connection:
        bodies = connection.execute("select body from pages order by id").fetchall()
    pages = [zlib.decompress(body) for (body,) in bodies[:: int(every)]]
    metadata = asked == "all"
    trafilatura.extract(pages[0], include_comments=True, with_metadata=metadata)
    start = perf_counter()
    for page in pages:
        trafilatura.extract(page, include_comments=True, with_metadata=metadata)
    print(perf_counter() - start, len(pages))


if __name__ == "__main__":
    main()
