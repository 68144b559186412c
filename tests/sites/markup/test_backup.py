"""A blog of a site that is described by selectors is backed up over HTTP, with the comments that a script fetches."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from tests.paths import FIXTURES
from tests.sites.markup.served import serve
from tests.tool import COMMAND

_CASE = FIXTURES / "sina" / "post" / "template-2012"
_POST = (_CASE / "page.html").read_text("utf-8")
_ID = json.loads((_CASE / "page.json").read_text("utf-8"))["url"].rpartition("blog_")[2].removesuffix(".html")
_UID = str(int(_ID[:8], 16))
_ANSWER = (FIXTURES / "sina" / "comments" / "answer" / "page.html").read_text("utf-8")
_HOME = f"""<html><head><title>blog</title></head><body><div class="articleList">
<div class="articleCell"><span class="atc_title"><a href="/s/blog_{_ID}.html">one</a></span></div></div></body></html>"""
_PAGES = {
    f"/u/{_UID}": _HOME,
    f"/s/blog_{_ID}.html": _POST,
    f"/s/comment_{_ID}_1.html?comment_v=articlenew": _ANSWER,
    f"/s/comment_{_ID}_2.html?comment_v=articlenew": '{"code":"A00006",data:""}',
}


def test_a_blog_with_comments_in_answers_is_backed_up(tmp_path: Path) -> None:
    db = tmp_path / "archive.db"
    with serve(_PAGES) as host:
        words = [
            "backup",
            f"{host}/u/{_UID}",
            "--site",
            "sina",
            "--db",
            str(db),
            "--delay",
            "0",
            "--no-media",
        ]
        result = subprocess.run([*COMMAND, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    with closing(sqlite3.connect(db)) as archive:
        assert archive.execute("select number from posts where body_text <> ''").fetchall() == [(_ID,)]
        names = archive.execute("select author_name from comments order by id").fetchall()
    assert names == [("山下人",), ("新浪网友",)]
