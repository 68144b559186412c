"""Extract with trafilatura from an archive's pages; print the processor seconds and the number of pages.

`python -m bench.trafilatura_pages ARCHIVE EVERY ASKED`: take every n-th page; extract the `text` with its
comments, or `all`: title, author and date too.
"""

import sqlite3
import sys
import zlib
from time import process_time

import trafilatura


def main() -> None:
    """Extract from the archive in the command line."""
    archive, every, asked = sys.argv[1:]
    with sqlite3.connect(archive) as connection:
        bodies = connection.execute("select body from pages order by id").fetchall()
    pages = [zlib.decompress(body) for (body,) in bodies[:: int(every)]]
    metadata = asked == "all"
    trafilatura.extract(pages[0], include_comments=True, with_metadata=metadata)
    start = process_time()
    for page in pages:
        trafilatura.extract(page, include_comments=True, with_metadata=metadata)
    print(process_time() - start, len(pages))


if __name__ == "__main__":
    main()
