"""Saved pages of strangers: `import html` searches them for their URL in little time and memory, and within the limits."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from blogarchive.importing.exports import import_export
from blogarchive.sites.base import find_own_urls
from tests.hostile.commands import assert_cheap
from tests.importing.archives import rows
from tests.importing.pages import page, saved_from
from tests.tool import Tool

_LINK = "<a href='/u/31182/202501/5.html'>"
SAVED = {
    "long base": page(body="<a href=x>y</a>" * 2_000).replace(
        "<head>", f"<head><base href='https://blog.creaders.net/{'a/' * 100_000}'>"
    ),
    "comments": page(body="<!-- x -->甲" * 27_000),
    "comments without end": page(body="<!-- <!-- " * 17_000),
    "sections": page(body="<![CDATA[甲]]>" * 34_000),
    "links to next pages": page(top=saved_from(101), body="<a href='?p=2'>下一页</a> " * 8_000),
    "attributes of a text": page(body="<p" + "".join(f" a{n}=1" for n in range(60_000)) + ">x</p>"),
    "attributes of a name": page().replace(
        "作者", "<b" + "".join(f" a{n}=1" for n in range(60_000)) + ">作者</b>"
    ),
    "attributes of a link": page(body="<a" + "".join(f" a{n}=1" for n in range(60_000)) + " href=x>x</a>"),
    "scripts without end": page(body="<script>wumiiPermaLink = " * 20_000),
    "links with a title": page(body=f"{_LINK}谈泡沫</a>" * 12_000),
    "links in links": page(body=f"{_LINK}<b>" * 12_000),
    "elements in elements": page(body="<div>" * 38_000),
    "declared URLs": page(body="<meta property='og:url' content='https://blog.creaders.net/u/1/'>" * 12_000),
    "an invalid URL of its own": page(body="<meta property='og:url' content='http://['>"),
    "runs of spaces": page(body=("<div>作者：甲" + "\u3000" * 350 + "留言时间x</div>") * 1_500),
    "schemes": page(body="http://" * 50_000),
    "fields": page(body="<input name=a value=1>" * 15_000),
    "images": page(top=saved_from(101), body="".join(f"<img src='p_files/{n}.png'>" for n in range(15_000))),
}
SAMPLE = 4
EXPORTS = Path(__file__).parents[1] / "importing" / "exports"


def _import(kind: str, folder: Path) -> None:
    (folder / "p.html").write_text(SAVED[kind])
    for site in ((), ("--site", "web")):
        db = str(folder / f"{len(site)}.db")
        code, err = assert_cheap("import", "html", str(folder / "p.html"), "--db", db, *site)
        assert (code, "not imported: 1" in err) in ((0, False), (1, True)), err


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*SAVED][:: len(SAVED) // SAMPLE])
def test_a_hostile_saved_page_costs_little(kind: str, tmp_path: Path) -> None:
    _import(kind, tmp_path)


@pytest.mark.attack
@pytest.mark.parametrize("kind", SAVED)
def test_every_hostile_saved_page_costs_little(kind: str, tmp_path: Path) -> None:
    _import(kind, tmp_path)


def test_scripts_are_searched_in_a_time_that_grows_with_their_number() -> None:
    times = []
    for count in (5_000, 20_000):
        begun = time.process_time()
        assert find_own_urls("<script>wumiiPermaLink = " * count) == ()
        times.append(time.process_time() - begun)
    assert times[1] < max(10 * times[0], 0.5), times


@pytest.mark.parametrize("digits", [20, 5_000])
def test_a_count_of_comments_beyond_all_numbers_is_no_count(digits: int, tmp_path: Path) -> None:
    text = (EXPORTS / "blogger" / "export.xml").read_text("utf-8")
    changed = text.replace("<thr:total>2<", f"<thr:total>{'9' * digits}<")
    assert changed != text
    (tmp_path / "x.xml").write_text(changed, "utf-8")
    assert import_export(tmp_path / "a.db", tmp_path / "x.xml", "blogger").unplaced == ()
    assert ("春雪 & 炉火", 2) in rows(tmp_path / "a.db", "select title, comment_count from posts")


# Python imports this module at the start of every process; in it the search for the URLs of some pages has no end.
_HANGING = """
from blogarchive.importing import saved_files
from blogarchive.workers import parser_process

parser_process.TIME_LIMIT = 1.5
whole = saved_files.read_page_urls

def read_page_urls(text, base=None):
    while "without end" in text:
        pass
    return whole(text, base)

saved_files.read_page_urls = read_page_urls
"""


def test_a_page_whose_search_hangs_is_named_and_the_others_are_imported(tmp_path: Path) -> None:
    tool = Tool(tmp_path / "tool")
    (tmp_path / "sitecustomize.py").write_text(_HANGING)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text(page(body="<p>without end</p>" * 10_000))
    (tmp_path / "in" / "b.html").write_text(page(102, top=saved_from(102)))
    ran = subprocess.run(
        tool.command("import", "html", str(tmp_path / "in")),
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    assert "parsing took longer than" in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert tool.rows("select number from posts where body_text <> ''") == [("102",)]
