"""Lists of posts for machines and export files of strangers: each costs little to read."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from blogarchive.importing.exports import import_export
from tests.hostile.commands import assert_cheap
from tests.importing.archives import rows

_SIZE = 1_900_000
_HOST = "https://notes.example.org"
_EXPORTS = Path(__file__).parents[1] / "importing" / "exports"


def _repeat(unit: str, size: int = _SIZE) -> str:
    return unit * (size // len(unit.encode()))


def _sitemap(*paths: str) -> str:
    return f"<urlset>{''.join(f'<url><loc>{_HOST}/{path}</loc></url>' for path in paths)}</urlset>"


def _feed(date: str, count: int) -> str:
    items = (f"<item><link>{_HOST}/{n}.html</link><pubDate>{date}</pubDate></item>" for n in range(count))
    return f"<rss><channel>{''.join(items)}</channel></rss>"


def _rest(row: str, count: int) -> str:
    return f"[{','.join(row.replace('%', str(n)) for n in range(count))}]"


_POSTS, _COMMENTS = "/wp-json/wp/v2/posts?page=1", "/wp-json/wp/v2/comments?post=1&page=1"
LISTS: dict[str, tuple[str, Callable[[], str | bytes]]] = {
    "blank lines": ("/robots.txt", lambda: _repeat("\n")),
    "sitemap without a colon": ("/robots.txt", lambda: "sitemap" + " " * _SIZE),
    "a URL of folders": ("/sitemap.xml", lambda: _sitemap("a/" * 900_000)),
    "URLs of folders": ("/sitemap.xml", lambda: _sitemap(*("a/" * 4_000 + f"{n}.html" for n in range(220)))),
    "URLs of dots": ("/sitemap.xml", lambda: _sitemap("../" * 600_000)),
    "a list of itself": ("/sitemap.xml", lambda: "<sitemapindex>" + _repeat("<sitemap><loc>/sitemap.xml</loc></sitemap>")),
    "open elements": ("/sitemap.xml", lambda: "<urlset>" + _repeat("<url>")),
    "references": ("/sitemap.xml", lambda: f"<urlset>{_repeat('&')}</urlset>"),
    "dates of spaces": ("/feed", lambda: _feed("1 " * 300, 2_500)),
    "dates of words": ("/feed", lambda: _feed("二零零九年" * 30, 3_000)),
    "last dates": ("/feed", lambda: _feed("9999-12-31T23:59:59.9999999999-23:59", 9_000)),
    "packed references": ("/sitemap.xml.gz", lambda: gzip.compress(b"<urlset>" + b"&" * 19_000_000)),
    "packed objects": ("/content.json", lambda: gzip.compress(b"[" + b"{}," * 6_000_000 + b"{}]")),
    "packed lines": ("/robots.txt", lambda: gzip.compress(b"\n" * 500_000_000)),
    "arrays": ("/posts.json", lambda: _repeat("[")),
    "large numbers": (_POSTS, lambda: _rest('{"id":' + "9" * 4_000 + ',"link":"/%.html"}', 450)),
    "no numbers": (_POSTS, lambda: _rest('{"id":1e400,"link":"/%.html","date":1e308,"date_gmt":NaN}', 15_000)),
    "other types": (_POSTS, lambda: _rest('{"id":[],"link":{},"date":[1],"date_gmt":{},"title":[null]}', 5_000)),
    "one comment": (_COMMENTS, lambda: _rest('{"id":1,"parent":1,"date":"9999-12-31","date_gmt":"0001-01-01"}', 9_000)),
    "comments of tags": (_COMMENTS, lambda: json.dumps([{"author_name": "&lt;" * 200_000, "content": "<b>" * 200_000}])),
}  # fmt: skip

_BODY = "今年的龙井\n比去年好。"
_AUTHOR = "<wp:author><wp:author_login>z</wp:author_login></wp:author>"
_SPACES = [f'xmlns:a{n}="u"' for n in range(40_000)]


def _wordpress(body: str = _BODY, head: str = "", count: int = 1) -> str:
    text = (_EXPORTS / "wordpress" / "export.xml").read_text("utf-8")
    first, item, rest = text.partition("</item>")
    start = first.index("<item>", first.index("<channel>"))
    items = "".join(first[start:].replace("12<", f"{n}<").replace(_BODY, body) + item for n in range(count))
    return first[:start] + head + items + rest[rest.rindex("</channel>") :]


def _blogger(old: str, new: str) -> str:
    text = (_EXPORTS / "blogger" / "export.xml").read_text("utf-8")
    assert old in text
    return text.replace(old, new)


EXPORTS: dict[str, tuple[str, Callable[[], str]]] = {
    "pre without end": ("wordpress", lambda: _wordpress(_repeat("<pre>\n"))),
    "scripts without end": ("wordpress", lambda: _wordpress(_repeat("<script \n"))),
    "comments without end": ("wordpress", lambda: _wordpress(_repeat("<!-- \n"))),
    "ends of others": ("wordpress", lambda: _wordpress("\n" + _repeat("<pre></style>"))),
    "blocks without end": ("wordpress", lambda: _wordpress("\n" + _repeat("<p "))),
    "captions without end": ("wordpress", lambda: _wordpress(_repeat("[caption "))),
    "tables": ("wordpress", lambda: _wordpress(_repeat("<table><tr><td>"))),
    "a large head": ("wordpress", lambda: _wordpress(head=f"<title>{'x' * 1_000_000}</title>", count=300)),
    "many authors": ("wordpress", lambda: _wordpress(head=_repeat(_AUTHOR, 1_000_000), count=300)),
    "many name spaces": ("wordpress", lambda: _wordpress().replace("<rss ", f"<rss {' '.join(_SPACES)} ")),
    "a reply to itself": ("wordpress", lambda: _wordpress(count=50).replace("comment_parent>0<", "comment_parent>1<")),
    "the first year": ("blogger", lambda: _blogger("2020-05-01T08:00:00.000-06:00", "0001-01-01T00:00:00+23:59")),
    "the last year": ("blogger", lambda: _blogger("2020-05-01T08:00:00.000-06:00", "9999-12-31T23:59:59-23:59")),
    "lines of dashes": ("movabletype", lambda: "TITLE: t\nDATE: 08/08/2002 03:31:05 PM\n-----\nBODY:" + _repeat("-----\n")),
}  # fmt: skip


def _read(kind: str, folder: Path) -> None:
    platform, make = {**LISTS, **EXPORTS}[kind]
    made = make()
    (folder / "file").write_bytes(made.encode() if isinstance(made, str) else made)
    if kind in LISTS:
        assert_cheap("doctor", str(folder / "file"), "--url", f"{_HOST}{platform}", "--site", "web")
        return
    code, err = assert_cheap("import", platform, str(folder / "file"), "--db", str(folder / "a.db"))
    assert (code, "not imported" in err) in ((0, True), (1, True), (2, False)), err


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["a URL of folders", "packed references", "pre without end", "a large head"])
def test_a_hostile_list_or_export_costs_little(kind: str, tmp_path: Path) -> None:
    _read(kind, tmp_path)


@pytest.mark.attack
@pytest.mark.parametrize("kind", {**LISTS, **EXPORTS})
def test_every_hostile_list_or_export_costs_little(kind: str, tmp_path: Path) -> None:
    _read(kind, tmp_path)


def test_an_export_of_the_first_year_has_the_time_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(EXPORTS["the first year"][1](), "utf-8")
    assert import_export(tmp_path / "a.db", tmp_path / "x.xml", "blogger").unplaced == ()
    assert rows(tmp_path / "a.db", "select count(*) from pages where fetched_at < '2020'") == [(0,)]
