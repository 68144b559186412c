"""Extracts text and comments of an archive's pages with trafilatura; prints the seconds and the pages.

`python -m bench.trafilatura_pages ARCHIVE [EVERY]`: of every so many pages one.
"""

import sqlite3
import sys
import zlib
from time import perf_counter

import trafilatura


def main() -> None:
    """Read the archive that the command line names."""
    every = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with sqlite3.connect(sys.argv[1]) as connection:
        bodies = connection.execute("select body from pages order by id").fetchall()
    pages = [zlib.decompress(body) for (body,) in bodies[::every]]
    trafilatura.extract(pages[0], include_comments=True)
    start = perf_counter()
    for page in pages:
        trafilatura.extract(page, include_comments=True)
    print(perf_counter() - start, len(pages))


if __name__ == "__main__":
    main()
