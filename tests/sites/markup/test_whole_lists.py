"""A user's own site is backed up over HTTP: its home page shows posts whole, with their comments."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.sites.markup.served import serve
from tests.sql import read_sql
from tests.tool import COMMAND

_SITE = '''
"""An invented site whose lists show posts whole."""
from zoneinfo import ZoneInfo
from blogarchive.items import PageKind
from blogarchive.sites.markup import CommentParts, Form, MarkupSite, Pick, PostParts, Template

_COMMENTS = CommentParts(each="ul > li", author="b", posted="i", body="p")
_COUNT = Pick(".count", match=r"(\\d+)")
_PARTS = {"title": "h2", "body": ".text", "posted": ".when", "comments": _COMMENTS, "comment_count": _COUNT}
SITE = MarkupSite(
    name="wholelists",
    hosts=("whole.example",),
    zone=ZoneInfo("Asia/Taipei"),
    home="/{uid}/",
    forms=(
        Form(PageKind.POST, r"/(?P<uid>\\w+)/(?P<number>\\d+)", canonical="/{uid}/{number}"),
        Form(PageKind.HOME, r"/(?P<uid>\\w+)/(?:\\?page=\\d+)?", query=("page",)),
    ),
    templates=(Template(name="lists", whole=PostParts(each=".entry", link="h2 a", **_PARTS), next_page="a.next"),),
)
'''


def _comment(name: str, text: str, minute: int) -> str:
    return f"<li><b>{name}</b> <i>2020-05-06 07:{minute:02d}</i><p>{text}</p></li>"


def _entry(number: int, *comments: str) -> str:
    return f"""<div class="entry"><h2><a href="/ann/{number}">post {number}</a></h2>
<span class="when">2020-05-0{number} 06:30</span><div class="text">text {number}</div>
<span class="count">{len(comments)} comments</span><ul>{"".join(comments)}</ul></div>"""


def _page(*entries: str, after: str = "") -> str:
    return f"<html><head><title>Ann</title></head><body>{''.join(entries)}{after}</body></html>"


_NEXT = '<a class="next" href="/ann/?page=2">next</a>'
_NEWER = _entry(2, _comment("bob", "hello", 10), _comment("eve", "nice", 20))
_OLDER = _entry(1, _comment("bob", "old words", 1))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a command that knows the site, in every process of it."""
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "wholelists.py").write_text(_SITE, "utf-8")
    start = f"import blogarchive.sites\nblogarchive.sites.__path__.append({str(sites)!r})\n"
    (tmp_path / "sitecustomize.py").write_text(start, "utf-8")
    path = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    return {**os.environ, "PYTHONPATH": path}


def _backup(host: str, folder: Path, environment: dict[str, str]) -> list[tuple[str, ...]]:
    """Back up the blog and return number and text of each post with each of its comments."""
    options = ["--site", "wholelists", "--db", "archive.db", "--delay", "0.001", "--no-media"]
    words = [*COMMAND, "backup", f"{host}/ann/", *options]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    query = (
        "select p.number, p.body_text, c.author_name || ': ' || c.body_text from posts p"
        " left join comments c on c.post_id = p.id order by p.number, c.posted_at"
    )
    return read_sql(folder / "archive.db", query)


@pytest.mark.slow
def test_comments_of_posts_that_a_list_shows_whole_are_stored(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    pages = {"/ann/": _page(_NEWER, after=_NEXT), "/ann/?page=2": _page(_OLDER)}
    pages |= {"/ann/1": _page(_OLDER), "/ann/2": _page(_NEWER)}
    with serve(pages) as host:
        assert _backup(host, tmp_path, environment) == [
            ("1", "text 1", "bob: old words"),
            ("2", "text 2", "bob: hello"),
            ("2", "text 2", "eve: nice"),
        ]
        more = _entry(
            2, _comment("bob", "hello", 10), _comment("eve", "nice", 20), _comment("dan", "late", 30)
        )
        pages |= {"/ann/": _page(more, after=_NEXT), "/ann/2": _page(more)}
        assert _backup(host, tmp_path, environment)[3] == ("2", "text 2", "dan: late")
