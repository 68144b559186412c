"""A blog of a site with selectors is backed up over HTTP, with the comments that a script fetches."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.paths import FIXTURES
from tests.sites.markup.served import serve
from tests.sql import read_sql
from tests.tool import Ran, run_command

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
        words = ["backup", f"{host}/u/{_UID}", "--site", "sina", "--db", str(db)]
        ran = run_command(*words, "--delay", "0.001", "--no-media", folder=tmp_path)
    assert ran.code == 0, ran.err
    assert read_sql(db, "select number from posts where body_text <> ''") == [(_ID,)]
    names = read_sql(db, "select author_name from comments order by id")
    assert names == [("山下人",), ("新浪网友",)]


_TODAY = (FIXTURES / "wenxuecity" / "post" / "template-today" / "page.html").read_text("utf-8")
_VIEWS = "/service/count/script/do.php?clear=1&type=70777&id=202010_9&refresh=true"
_CELL = '<div class="articleCell"><span class="atc_title"><a href="/myblog/70777/202010/9.html">雨后的茶园</a></span></div>'
_COMMENTED = _TODAY.replace("//count.wenxuecity.com", "").replace("评论 (2)", "评论 (4)")
_FURTHER = _COMMENTED.replace(">2020-10-", ">2020-11-")
_LIST = f'<title>blog</title><div class="articleList">{_CELL}</div>'
_WENXUECITY = {
    **{f"/myblog/70777/{name}.html": _LIST for name in ("all", "2201", "2202")},
    "/myblog/70777/202010/9.html": _COMMENTED.replace(
        "</body>", '<div class="paging"><a href="?page=1">下一页</a></div></body>'
    ),
    "/myblog/70777/202010/9.html?page=1": _FURTHER,
    _VIEWS: "document.write('1,234');",
}


def _back_up(tmp_path: Path, pages: dict[str, str]) -> Ran:
    with serve(pages) as host:
        words = ["backup", f"{host}/myblog/70777/all.html", "--site", "wenxuecity", "--db", "archive.db"]
        return run_command(*words, "--delay", "0.001", "--no-media", folder=tmp_path)


def test_views_that_a_script_fetches_and_further_comments_are_backed_up(tmp_path: Path) -> None:
    ran = _back_up(tmp_path, _WENXUECITY)
    assert ran.code == 0, ran.err
    with closing(sqlite3.connect(tmp_path / "archive.db")) as archive:
        posts = "select number, views, comment_count, (select count(*) from comments) from posts where body_text <> ''"
        assert archive.execute(posts).fetchall() == [("202010_9", 1234, 4, 4)]
        assert archive.execute("select views from post_stats order by id").fetchall()[-1] == (1234,)
        archive.execute("update posts set views = null")
        archive.commit()
    assert run_command("reparse", "--db", "archive.db", folder=tmp_path).code == 0
    assert read_sql(tmp_path / "archive.db", "select views from posts where body_text <> ''") == [(1234,)]


def test_views_that_cannot_be_fetched_leave_the_post_and_a_failure(tmp_path: Path) -> None:
    pages = {path: page for path, page in _WENXUECITY.items() if path != _VIEWS}
    assert _back_up(tmp_path, pages).code == 1
    with closing(sqlite3.connect(tmp_path / "archive.db")) as archive:
        assert archive.execute("select views, (select count(*) from comments) from posts").fetchall() == [
            (None, 4)
        ]
        ((url, gone),) = archive.execute(
            "select url, (select count(*) from posts where gone_at) from open_failures"
        )
        assert (url.endswith(_VIEWS), gone) == (True, 0)
