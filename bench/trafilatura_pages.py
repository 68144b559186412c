"""Extracts text and comments of an archive's pages with trafilatura; prints the seconds that it took."""

import sqlite3
import sys
import zlib
from time import perf_counter

import trafilatura


def main() -> None:
    """Read the archive that the command line names."""
    with sqlite3.connect(sys.argv[1]) as connection:
        pages = [
            zlib.decompress(body) for (body,) in connection.execute("select body from pages order by id")
        ]
    trafilatura.extract(pages[0], include_comments=True)
    start = perf_counter()
    for page in pages:
        trafilatura.extract(page, include_comments=True)
    print(perf_counter() - start)


if __name__ == "__main__":
    main()
