"""Write the archive of a released version: `python -m tests.store.database.write_released VERSION [CHECKOUT]`.

The program of CHECKOUT, by default this one, backs up a blog and updates it after edits, deletions and comments. The
file is `tests/fixtures/archives/VERSION.db.gz`; a released one never changes.
"""

import gzip
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.demo import DemoHost, sample_blog
from tests.demo.changes import second_state
from tests.paths import FIXTURES, ROOT

RELEASED = FIXTURES / "archives"


def write_archive(path: Path, checkout: Path) -> None:
    """Write the compressed archive to `path`."""
    with TemporaryDirectory() as folder, DemoHost([sample_blog()]) as host:
        db = Path(folder) / "archive.db"
        words = [sys.executable, "-m", "blogarchive"]
        options = ["--db", str(db), "--delay", "0", "-q"]
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        urls = [host.blog_url("31182"), "--site", "creaders"]
        subprocess.run([*words, "backup", *urls, *options], env=environment, cwd=folder)
        host.change("31182", second_state(host.blog("31182")).change)
        subprocess.run([*words, "update", "--full", *options], env=environment, cwd=folder)
        path.write_bytes(gzip.compress(db.read_bytes(), mtime=0))


if __name__ == "__main__":
    version, *checkouts = sys.argv[1:]
    write_archive(RELEASED / f"{version}.db.gz", Path(checkouts[0]) if checkouts else ROOT)
