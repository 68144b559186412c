"""A real command in a process of its own, against a real server on loopback."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "blogarchive")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


class Tool:
    """The command line, with an archive in a folder of the test's own; pictures are tried in tests/crawl/media."""

    def __init__(self, folder: Path, *, pictures: bool = False) -> None:
        self.folder = folder
        self.pictures = pictures
        self.db = folder / "archive.db"
        self._started: list[subprocess.Popen[str]] = []

    def command(self, *words: str, delay: float = 0) -> list[str]:
        walking = words[0] in ("backup", "update")
        how = ["--db", str(self.db), *(["--delay", str(delay)] if walking else [])]
        if walking and not self.pictures:
            how.append("--no-media")
        if words[0] == "backup":
            how += ["--site", "creaders"]
        return [*COMMAND, *words, *how]

    def start(self, *words: str, delay: float = 0) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self.command(*words, delay=delay),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process

    def close(self) -> None:
        """End what a failing test left running."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def run(self, *words: str, delay: float = 0) -> Ran:
        return ended(self.start(*words, delay=delay))

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.db)) as connection:
            return connection.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Write to the archive, as if time had passed or a disk had erred."""
        with closing(sqlite3.connect(self.db)) as connection, connection:
            connection.execute(sql)

    def scalar(self, sql: str) -> int:
        found = self.rows(sql)[0][0]
        assert isinstance(found, int)
        return found


def ended(process: subprocess.Popen[str]) -> Ran:
    out, err = process.communicate(timeout=50)
    assert "Traceback" not in err, err
    return Ran(code=process.returncode, out=out, err=err)


def contents(db: Path) -> dict[str, list[tuple[object, ...]]]:
    """What an archive holds, by natural keys: without ids, times of ours and counts of tries."""
    with closing(sqlite3.connect(db)) as connection:
        return {name: sorted(connection.execute(sql).fetchall(), key=repr) for name, sql in _CONTENTS.items()}


_CONTENTS = {
    "authors": "select site, uid, nickname, blog_title, tagline, url, registered_on from authors",
    "posts": (
        "select a.uid, p.number, p.url, p.title, p.posted_at, p.posted_at_text, p.body_html, p.body_text,"
        " p.content_hash, p.views, p.likes, p.comment_count, p.gone_reason"
        " from posts p join authors a on a.id = p.author_id"
    ),
    "comments": (
        "select p.number, c.author_name, c.author_url, c.reply_to, c.body_html, c.body_text, c.posted_at,"
        " c.likes, c.fingerprint from comments c join posts p on p.id = c.post_id"
    ),
    "categories": "select a.uid, c.name, c.url from categories c join authors a on a.id = c.author_id",
    "post_categories": (
        "select p.number, c.name from post_categories x join posts p on p.id = x.post_id"
        " join categories c on c.id = x.category_id"
    ),
    "months": "select month, first_post_on, last_post_on, url from archive_months",
    "pictures": "select p.number, m.url, m.position from post_media m join posts p on p.id = m.post_id",
    "pages": "select url, kind from pages",
    "frontier": "select key, url, kind, state from frontier",
    "failures": "select url, kind, field from open_failures",
}
