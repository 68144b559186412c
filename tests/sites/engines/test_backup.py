"""A blog of a real generator is backed up whole by the command line, and updated as its lists say."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.tool import Ran, run_command

pytestmark = pytest.mark.skipif(shutil.which("hugo") is None, reason="Hugo is not installed")
_FIRST_BUILD = 1_700_000_000  # seconds since 1970
_BASE = """<!DOCTYPE html><html><head>
<title>{{ if .IsHome }}{{ .Site.Title }}{{ else }}{{ .Title }} | {{ .Site.Title }}{{ end }}</title>
{{ hugo.Generator }}</head><body>
<header><a href="{{ .Site.BaseURL }}">{{ .Site.Title }}</a></header>
<main>{{ block "main" . }}{{ end }}
</main></body></html>"""
_SINGLE = """{{ define "main" }}<article><h1>{{ .Title }}</h1><time>{{ .Date.Format "2006-01-02 15:04" }}</time>
<div class="content">{{ .Content }}</div></article>{{ end }}"""
_LIST = """{{ define "main" }}{{ range (.Paginate .Site.RegularPages 10).Pages }}
<h2><a href="{{ .Permalink }}">{{ .Title }}</a>
</h2>{{ end }}{{ template "_internal/pagination.html" . }}{{ end }}"""


class Blog:
    """The source of a blog of Hugo, and what it was asked for."""

    def __init__(
        self, folder: Path, *, lists: bool, below: str = "", permalink: str = "/posts/:slug/"
    ) -> None:
        self.folder, self.lists, self.below, self.permalink = folder, lists, below, permalink
        self.requested: list[str] = []
        self.moved_to: str | None = None
        self.builds = 0
        for name, text in (("baseof", _BASE), ("single", _SINGLE), ("list", _LIST)):
            file = folder / "layouts" / "_default" / f"{name}.html"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def write(self, number: int, text: str, changed: str = "2021-01-01", slug: str | None = None) -> None:
        post = self.folder / "content" / "posts" / f"p{number}.md"
        post.parent.mkdir(parents=True, exist_ok=True)
        date = f"2020-{number % 12 + 1:02d}-03T08:30:00+08:00"
        post.write_text(
            f"---\ntitle: 第 {number} 天\nslug: {slug or post.stem}\ndate: {date}\nlastmod: {changed}\n---\n{text}\n",
            encoding="utf-8",
        )

    def build(self, url: str) -> None:
        kinds = [] if self.lists else ["--disableKinds", "sitemap,RSS"]
        shutil.rmtree(self.folder / "public", ignore_errors=True)
        settings = f'baseURL = "{url}{self.below}"\npublishDir = "public/{self.below}"\ntitle = "山居"\n'
        settings += f'[permalinks]\nposts = "{self.permalink}"\n'
        (self.folder / "hugo.toml").write_text(settings, encoding="utf-8")
        subprocess.run(["hugo", "--quiet", *kinds], cwd=self.folder, check=True, timeout=60)
        self.builds += 1  # Last-Modified has whole seconds: two builds must not share one
        for file in (self.folder / "public").rglob("*"):
            os.utime(file, (_FIRST_BUILD + 60 * self.builds,) * 2)


@contextmanager
def serve(blog: Blog, address: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if blog.moved_to is None or address != "127.0.0.1":
                super().do_GET()
                return
            self.send_response(301)
            self.send_header("Location", blog.moved_to + self.path.removeprefix("/"))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

        def log_request(self, *_: object) -> None:
            blog.requested.append(self.path)

    handler = partial(Handler, directory=str(blog.folder / "public"))
    with ThreadingHTTPServer((address, port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{address}:{server.server_port}/"
        finally:
            server.shutdown()


def run(folder: Path, *words: str, now: datetime | None = None) -> Ran:
    return run_command(*words, "--db", "a.db", "--delay", "0.001", "--no-media", folder=folder, now=now)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    import sqlite3

    with sqlite3.connect(folder / "a.db") as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("lists", [True, False], ids=["sitemap", "no list"])
def test_every_post_is_stored_and_a_limit_stores_that_many(tmp_path: Path, lists: bool) -> None:
    blog = Blog(tmp_path / "blog", lists=lists)
    for number in range(1, 24):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url, "--limit", "5").code == 0
        assert rows(tmp_path, "select count(*) from posts where body_text is not null") == [(5,)]
        assert run(tmp_path, "backup", url).code == 0
    assert rows(tmp_path, "select count(*), count(body_text), count(posted_at) from posts") == [(23, 23, 23)]
    assert rows(tmp_path, "select distinct read_by from posts") == [("engine:hugo",)]
    assert rows(tmp_path, "select title, substr(posted_at, 1, 16) from posts where number = 'posts/p4'") == [
        ("第 4 天", "2020-05-03T08:30")
    ]
    assert rows(tmp_path, "select url, detail from failures where resolved_at is null") == []


def test_an_update_of_nothing_takes_three_requests_and_one_of_changes_fetches_those(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    for number in range(1, 13):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 0
        blog.requested.clear()
        assert run(tmp_path, "update").code == 0
        assert blog.requested == ["/robots.txt", "/", "/sitemap.xml"]
        blog.write(3, "今天是第 3 天，改过的文字。", changed="2021-02-02")
        blog.write(13, "今天是第 13 天，新的一篇。")
        (blog.folder / "content" / "posts" / "p5.md").unlink()
        blog.build(url)
        blog.requested.clear()
        assert run(tmp_path, "update").code == 0
    assert sorted(blog.requested[3:]) == ["/posts/p13/", "/posts/p3/", "/posts/p5/"]
    assert rows(tmp_path, "select number, gone_reason from posts where gone_at is not null") == [
        ("posts/p5", "404")
    ]
    assert rows(tmp_path, "select count(*) from post_revisions") == [(1,)]


def test_new_posts_are_found_if_the_home_page_shows_none_and_links_to_the_archive(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False)
    home = '{{ define "main" }}<h1>林舟</h1><p>住在山里。</p><a href="/posts/">文章</a>{{ end }}'
    (blog.folder / "layouts" / "index.html").write_text(home, "utf-8")
    for number in range(1, 13):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 0
        blog.write(23, "今天是第 23 天，新的一篇。")
        blog.build(url)
        blog.requested.clear()
        assert run(tmp_path, "update").code == 0
        assert blog.requested[2] == "/posts/"
        assert rows(tmp_path, "select count(body_text) from posts") == [(13,)]
        blog.requested.clear()
        assert run(tmp_path, "update").code == 0
        assert blog.requested == ["/robots.txt", "/", "/posts/"]


def test_posts_below_archives_are_found_on_the_pages_of_the_home_page(tmp_path: Path) -> None:
    blog = Blog(
        tmp_path / "blog", lists=False, permalink="/archives/:slug/"
    )  # as Typecho and WordPress number them
    for number in range(1, 14):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 0
    assert rows(tmp_path, "select count(*), count(body_text), count(posted_at) from posts") == [(13, 13, 13)]


def test_posts_whose_numbers_look_like_years_are_found_on_the_pages_of_the_home_page(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False, permalink="/archives/:slug/")
    for number in range(1, 14):
        blog.write(number, "今天下午去了河边。\n\n晚上下雨，读了一会儿书。", slug=str(1990 + number))
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 0
    assert rows(tmp_path, "select count(*), count(body_text), count(posted_at) from posts") == [(13, 13, 13)]


@pytest.mark.parametrize("number", ["posts/山.html", "posts/%E5%B1%B1.html"])
def test_the_url_of_a_post_may_be_written_in_chinese(tmp_path: Path, number: str) -> None:
    blog = Blog(tmp_path / "blog", lists=True, permalink="/posts/:slug.html")
    blog.write(1, "山里下雨，一天没有人来。", slug="山")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url + number).code == 0
        assert rows(tmp_path, "select number from posts") == [("posts/山.html",)]


def test_since_leaves_out_posts_that_the_first_list_dates_before_it(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False)
    for number in range(1, 13):
        blog.write(number, f"山里的第 {number} 个月，下了一场雨，一天没有人来，灯也没有点。")
    file = blog.folder / "layouts" / "_default" / "list.html"
    dated = _LIST.replace("</h2>", '</h2><time>{{ .Date.Format "2006-01-02" }}</time></article>')
    file.write_text(dated.replace("<h2>", "<article><h2>"), "utf-8")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url, "--since", "2020-06").code == 0
        recent = rows(tmp_path, "select min(posted_at), count(*) from posts where body_text is not null")
        assert recent == [("2020-06-03T08:30+08:00", 7)]
        assert run(tmp_path, "backup", url).code == 0
    assert rows(tmp_path, "select count(*) from posts where body_text is not null") == [(12,)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pdf", "application/pdf"),
        ("a.png", "image/png"),
        ("a.json", "application/json"),
        ("a.css", "text/css"),
    ],
)
def test_a_file_that_is_no_page_is_no_post(tmp_path: Path, name: str, kind: str) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    blog.write(1, "山里下雨，一天没有人来。")
    with serve(blog) as url:
        blog.build(url)
        (blog.folder / "public" / name).write_bytes(b"%PDF-1.4 1 0 obj endobj trailer")
        ran = run(tmp_path, "backup", url + name)
    assert ran.code == 4
    assert f"the server sent a file of type {kind}, no page" in ran.err


def test_messages_name_the_home_page_by_the_address_that_a_browser_takes(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False)
    blog.write(1, "山里下雨，一天没有人来。")
    with serve(blog) as url:
        blog.build(url)
        public = blog.folder / "public"
        (public / "index.html").write_text("<title>山居</title><p>山里下雨。</p>", "utf-8")
        (public / "empty.xml").write_text(
            '<rss version="2.0"><channel><title>山居</title></channel></rss>', "utf-8"
        )
        told = run(tmp_path, "backup", url + "empty.xml").err
    listed = run_command("failures", "--db", "a.db", folder=tmp_path).out
    assert (f"{url}: " in told, f"{url}  " in listed, "#" in told + listed) == (True, True, False)


def test_a_second_edit_on_a_day_that_the_sitemap_names_is_seen_on_the_next_day(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    for number in range(1, 4):
        blog.write(
            number,
            f"今天是第 {number} 天，下午去了河边。",
            changed="2021-01-01" if number == 1 else "2026-11-01",
        )

    def night(day: int, *words: str) -> list[str]:
        blog.requested.clear()
        assert run(tmp_path, *words, now=datetime(2026, 11, day, 4, tzinfo=UTC)).code == 0
        return [path for path in blog.requested if "/posts/" in path]

    with serve(blog) as url:
        blog.build(url)
        assert len(night(1, "backup", url)) == 3
        blog.write(2, "今天是第 2 天，晚上又改了一次。", changed="2026-11-01")
        blog.build(url)
        assert sorted(night(2, "update")) == ["/posts/p2/", "/posts/p3/"]
        assert rows(tmp_path, "select body_text from posts where number = 'posts/p2'") == [
            ("今天是第 2 天，晚上又改了一次。",)
        ]
        blog.build(url)
        assert night(3, "update") == ["/posts/p2/"]  # which changed the night before


def test_a_list_that_a_blog_lacks_is_asked_for_once_a_week(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False)
    for number in range(1, 9):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    with serve(blog) as url:
        blog.build(url)
        ran = run(tmp_path, "backup", url)
        assert (ran.code, "--retry" in ran.err) == (0, False)  # no run can find out whether these are all
        assert "whether all were found is unproved" in ran.err
        assert "completeness is unproved" in run_command("status", "--db", "a.db", folder=tmp_path).out
        assert "/sitemap.xml" in blog.requested
        assert blog.requested.count("/robots.txt") == 1  # it is read as a list of sitemaps too
        assert "gone: " not in ran.err  # it was never there
        blog.requested.clear()
        run(tmp_path, "update")
        assert blog.requested == ["/robots.txt", "/"]  # the walk begins at the same home page
        blog.lists = True
        blog.build(url)
        blog.requested.clear()
        run(tmp_path, "update")
        assert "/sitemap.xml" not in blog.requested
        assert rows(tmp_path, "select count(*) from failures where resolved_at is null") == [(1,)]
        rows(tmp_path, "update frontier set fetched_at = '2020' where attempts > 0")
        blog.requested.clear()
        assert run(tmp_path, "update").code == 0
        assert blog.requested == ["/robots.txt", "/", "/sitemap.xml"]
    assert rows(tmp_path, "select url, detail from failures where resolved_at is null") == []


def test_the_second_blog_of_a_host_without_lists_is_walked_too(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False, below="ann/")
    for number in range(1, 13):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    with serve(blog) as url:
        blog.build(url)
        public = blog.folder / "public"
        shutil.copytree(public / "ann", public / "bob")
        for file in (public / "bob").rglob("*.html"):
            file.write_text(file.read_text("utf-8").replace("/ann/", "/bob/"), encoding="utf-8")
        assert run(tmp_path, "backup", f"{url}ann/", f"{url}bob/").code == 0
    assert rows(tmp_path, "select count(*) from posts group by author_id") == [(12,), (12,)]


@pytest.mark.parametrize("names", [("~ann", "~bob"), ("blog-a", "blog-b")], ids=" ".join)
def test_each_of_two_blogs_on_one_host_reads_its_posts_from_their_shared_sitemap(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    one, two = names
    blog = Blog(tmp_path / "blog", lists=True, below=f"{one}/")
    for number in range(1, 10):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    newest = blog.folder / "layouts" / "_default" / "list.html"
    newest.write_text(
        _LIST.replace(".Paginate .Site.RegularPages 10).Pages", "first 3 .Site.RegularPages)").replace(
            '{{ template "_internal/pagination.html" . }}', ""
        ),
        "utf-8",
    )
    with serve(blog) as url:
        blog.build(url)
        public = blog.folder / "public"
        (public / one / "index.xml").unlink()
        shared = (public / one / "sitemap.xml").rename(public / "sitemap.xml")
        shutil.copytree(public / one, public / two)
        for file in (public / two).rglob("*.html"):
            file.write_text(file.read_text("utf-8").replace(f"/{one}/", f"/{two}/"), "utf-8")
        entries = shared.read_text("utf-8").partition("<url>")[2].rpartition("</urlset>")[0]
        more = "<url>" + entries.replace(f"/{one}/", f"/{two}/") + "</urlset>"
        shared.write_text(shared.read_text("utf-8").replace("</urlset>", more), "utf-8")
        assert run(tmp_path, "backup", f"{url}{one}/", f"{url}{two}/").code == 0
        blog.requested.clear()
        assert run(tmp_path, "update").code == 0
    counts = "select count(*), count(body_text), count(distinct substr(number, 1, 6)) from posts group by author_id"
    assert rows(tmp_path, counts) == [(9, 9, 1), (9, 9, 1)]
    assert blog.requested.count("/sitemap.xml") == 2


def test_a_list_that_a_sitemap_names_as_a_post_is_asked_for_once_a_week(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    for number in range(1, 9):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    listed = "".join(f"<li><a href='/posts/p{number}/'>第 {number} 天</a></li>" for number in range(1, 9))
    moment = datetime(2026, 11, 2, 4, tzinfo=UTC)
    with serve(blog) as url:
        blog.build(url)
        public = blog.folder / "public"
        text = f"<title>河边 - 山居</title><body><main><h1>河边</h1><ul>{listed}</ul></main></body>"
        (public / "tag-river.html").write_text(text, encoding="utf-8")
        sitemap = (public / "sitemap.xml").read_text("utf-8")
        entry = f"<url><loc>{url}tag-river.html</loc></url></urlset>"
        (public / "sitemap.xml").write_text(sitemap.replace("</urlset>", entry), encoding="utf-8")
        asked, codes = list[int](), list[int]()
        for day in range(9):
            blog.requested.clear()
            now = moment + timedelta(days=day, minutes=day)  # later in each run than in the one before
            ran = run(tmp_path, *(("update",) if day else ("backup", url)), now=now)
            codes.append(ran.code)
            asked += [day] * blog.requested.count("/tag-river.html")
    assert (asked, codes) == ([0, 7], [0] * 9)
    failed = rows(tmp_path, "select url, detail from failures where resolved_at is null")
    assert failed == [(f"{url}tag-river.html", "shows a page of kind home in its place")]


def test_an_edit_of_a_post_that_shows_no_time_is_stored(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    single = blog.folder / "layouts" / "_default" / "single.html"
    single.write_text(_SINGLE.replace('<time>{{ .Date.Format "2006-01-02 15:04" }}</time>', ""), "utf-8")
    blog.write(1, "今天是第 1 天，下午去了河边。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 1
        blog.write(1, "今天是第 1 天，改过的文字。", changed="2021-02-02")
        blog.build(url)
        run(tmp_path, "update")
    assert rows(tmp_path, "select posted_at, body_text from posts") == [(None, "今天是第 1 天，改过的文字。")]


def test_a_post_whose_page_shows_no_time_takes_that_of_a_later_list(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False)
    layouts = blog.folder / "layouts" / "_default"
    time = '<time>{{ .Date.Format "2006-01-02 15:04" }}</time>'
    (layouts / "single.html").write_text(_SINGLE.replace(time, ""), "utf-8")
    for number in range(1, 5):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 1
        assert rows(tmp_path, "select count(posted_at) from posts") == [(0,)]
        (layouts / "list.html").write_text(_LIST.replace("</h2>", f"{time}</h2>"), "utf-8")
        blog.build(url)
        assert run(tmp_path, "update").code == 0
        assert run(tmp_path, "update").code == 0
    assert rows(tmp_path, "select count(*) from posts where posted_at like '2020-%T08:30%'") == [(4,)]
    assert rows(tmp_path, "select * from failures where field = 'posted_at' and resolved_at is null") == []


def test_the_lists_of_an_index_that_the_home_page_names_are_read_each_night(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    base = blog.folder / "layouts" / "_default" / "baseof.html"
    base.write_text(
        _BASE.replace("</head>", '<link rel="sitemap" href="/sitemap-index.xml"></head>'), "utf-8"
    )
    blog.write(1, "今天是第 1 天，下午去了河边。")

    def build(url: str) -> None:
        blog.build(url)
        public = blog.folder / "public"
        (public / "sitemap.xml").rename(public / "sitemap-0.xml")
        entry = f"<sitemap><loc>{url}sitemap-0.xml</loc></sitemap>"
        (public / "sitemap-index.xml").write_text(f"<sitemapindex>{entry}</sitemapindex>", "utf-8")

    with serve(blog) as url:
        build(url)
        assert run(tmp_path, "backup", url).code == 0
        blog.write(1, "今天是第 1 天，改过的文字。", changed="2021-02-02")
        build(url)
        blog.requested.clear()
        assert run(tmp_path, "update").code == 0
    assert blog.requested == ["/robots.txt", "/", "/sitemap-index.xml", "/sitemap-0.xml", "/posts/p1/"]


@pytest.mark.parametrize("below", ["", "hills/"], ids=["host", "path"])
def test_the_url_of_a_post_without_date_or_number_takes_its_blog(tmp_path: Path, below: str) -> None:
    blog = Blog(tmp_path / "blog", lists=True, below=below, permalink="/:slug/")
    for number in range(1, 5):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", f"{url}{below}p2/").code == 0
        blog.requested.clear()
        assert run(tmp_path, "update").code == 0
        host = url.removeprefix("http://")
        assert rows(tmp_path, "select uid from authors") == [(f"{host}{below}".rstrip("/"),)]
    assert f"/{below}" in blog.requested
    assert f"/{below}p2/" not in blog.requested
    numbers = [f"{below}p{number}" for number in range(1, 5)]
    assert rows(tmp_path, "select number from posts where body_text is not null order by 1") == [
        (number,) for number in numbers
    ]


@pytest.mark.parametrize("named", ["hills/", "hills", "blog"])
def test_the_home_page_of_a_blog_below_a_path_takes_that_blog_alone(tmp_path: Path, named: str) -> None:
    below = named.rstrip("/")
    blog = Blog(tmp_path / "blog", lists=True, below=f"{below}/", permalink="/:slug/")
    base = blog.folder / "layouts" / "_default" / "baseof.html"
    base.write_text(_BASE.replace("{{ .Site.BaseURL }}", "/"), "utf-8")  # the logo leads to the host
    for number in range(1, 5):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", f"{url}{named}").code == 0
        host = url.removeprefix("http://")
    assert rows(tmp_path, "select uid from authors") == [(f"{host}{below}",)]
    assert rows(tmp_path, "select count(body_text), count(*) from posts") == [(4, 4)]


def test_doctor_of_the_home_page_of_a_blog_below_a_path_ends_with_0(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "source", lists=True, below="tagebuch/")
    for number in range(4):
        blog.write(number, "一段文字，写在山里的早晨。")
    with serve(blog) as url:
        blog.build(url)
        home, absent = (
            run_command("doctor", f"{url}{path}", folder=tmp_path) for path in ("tagebuch/", "fehlt/")
        )
    assert (home.code, absent.code) == (0, 4)


@pytest.mark.parametrize(("below", "folder"), [("", ""), ("blog/", "ann/"), ("", "ann/")])
def test_a_blog_that_has_moved_to_another_host_goes_on_there_under_its_uid(
    tmp_path: Path, below: str, folder: str
) -> None:
    blog = Blog(tmp_path / "blog", lists=True, below=below)
    for number in range(1, 5):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。\n\n晚上下雨，读了一会儿书。")
    with serve(blog) as url, serve(blog, "127.0.0.2", int(url.rstrip("/").rpartition(":")[2])) as new:
        blog.build(url)
        assert run(tmp_path, "backup", f"{url}{below}").code == 0
        blog.below, home = f"{folder}{below}", f"{new}{folder}{below}"
        blog.build(new)
        blog.moved_to = f"{new}{folder}"
        assert f"`blogarchive backup {home} --site web` continues there" in run(tmp_path, "update").err
        blog.write(5, "今天是第 5 天，在新的地方。")
        blog.build(new)
        assert run(tmp_path, "backup", home, "--site", "web").code == 0
        assert run(tmp_path, "update").code == 0
    uids = [one.removeprefix("http://").rstrip("/") for one in (f"{url}{below}", home)]
    assert rows(tmp_path, "select uid, url, state from authors") == [(uids[0], home, None)]
    assert rows(tmp_path, "select alias from author_aliases") == [(uids[1],)]
    assert rows(tmp_path, "select count(body_text), count(*) from posts") == [(5, 5)]
    assert rows(tmp_path, "select count(*) from post_revisions") == [(0,)]


_NOTICES = {
    "challenge": "<title>Just a moment...</title><body><div>Checking your browser before accessing</div></body>",
    "login": "<title>登录</title><body><form><p>用户名或邮箱</p><input type=password></form></body>",
    "sale": "<title>山外</title><body><h1>该域名正在出售</h1><p>如有意购买，请与我们联系。</p></body>",
    "refusal": "<title>安全中心</title><body><h1>安全中心</h1><p>您的访问需要确认，请点击下方按钮。</p></body>",
}


@pytest.mark.parametrize("shown", _NOTICES.values(), ids=_NOTICES)
def test_no_notice_in_place_of_a_post_becomes_a_version_of_it(tmp_path: Path, shown: str) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    for number in range(1, 9):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 0
        (blog.folder / "public" / "posts" / "p3" / "index.html").write_text(f"<html>{shown}</html>", "utf-8")
        assert run(tmp_path, "update", "--full").code == 1
        assert rows(tmp_path, "select body_text from posts where number = 'posts/p3'") == [
            ("今天是第 3 天，下午去了河边。",)
        ]
        blog.write(3, "今天是第 3 天，改过的文字。")
        blog.build(url)
        assert run(tmp_path, "update", "--full").code == 0
    assert rows(tmp_path, "select body_text from post_revisions") == [("今天是第 3 天，下午去了河边。",)]


_SOFT_404 = (
    "<html><head><title>出错了 | 山居</title>{0}</head><body><main><article><h1>出错了</h1><div class='content'>"
    "<p>您访问的文章不存在或已被删除。</p></div></article></main></body></html>"
)


def test_a_deleted_post_is_gone_though_another_list_of_the_index_did_not_change(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    for number in (1, 2, 3):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")

    def build(url: str) -> None:
        blog.build(url)
        public = blog.folder / "public"
        for name, numbers, changed in (("a", (1, 2), blog.builds), ("b", (3,), 0)):
            found = [number for number in numbers if (public / "posts" / f"p{number}").exists()]
            locs = "".join(f"<url><loc>{url}posts/p{number}/</loc></url>" for number in found)
            (public / f"sitemap-{name}.xml").write_text(f"<urlset>{locs}</urlset>", "utf-8")
            os.utime(public / f"sitemap-{name}.xml", (_FIRST_BUILD + 60 * changed,) * 2)
        entries = "".join(f"<sitemap><loc>{url}sitemap-{name}.xml</loc></sitemap>" for name in "ab")
        (public / "sitemap.xml").write_text(f"<sitemapindex>{entries}</sitemapindex>", "utf-8")

    with serve(blog) as url:
        build(url)
        assert run(tmp_path, "backup", url).code == 0
        (blog.folder / "content" / "posts" / "p1.md").unlink()
        build(url)
        run(tmp_path, "backup", f"{url}posts/p1/")
        assert run(tmp_path, "update").code == 0
    assert rows(tmp_path, "select number from posts where gone_at is not null") == [("posts/p1",)]
    assert rows(tmp_path, "select url, detail from open_failures") == []


def test_deleted_posts_are_gone_once_a_list_that_is_read_to_its_end_lacks_them(tmp_path: Path) -> None:
    """One was listed first after the lists were read to their end; the page of the other says so with status 200."""
    blog = Blog(tmp_path / "blog", lists=False)
    for number in range(1, 23):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 0
        blog.write(23, "今天是第 23 天。")
        blog.build(url)
        assert run(tmp_path, "update").code == 0
        soft = _SOFT_404.format("<meta name=generator content=Hugo>")
        page = blog.folder / "public" / "posts" / "p4" / "index.html"
        page.write_text(soft, "utf-8")  # the lists show it
        assert run(tmp_path, "backup", f"{url}posts/p4/").code == 1
        query = "select number, gone_reason from posts where gone_at is not null order by 1"
        assert rows(tmp_path, query) == []
        for number in (4, 23):
            (blog.folder / "content" / "posts" / f"p{number}.md").unlink()
        blog.build(url)
        page.parent.mkdir()
        page.write_text(soft, "utf-8")
        # The page of the other one is gone since the lists were read to their end: they are read so again.
        later = datetime.now(UTC) + timedelta(days=1)
        assert run(tmp_path, "backup", f"{url}posts/p4/", f"{url}posts/p23/", now=later).code == 0
        assert rows(tmp_path, query) == [("posts/p23", "404"), ("posts/p4", "deleted")]
    assert rows(tmp_path, "select count(*) from post_revisions") == [(0,)]
    assert rows(tmp_path, "select url, detail from open_failures") == []


def test_a_deleted_post_is_gone_soon_after_a_cached_list_ceases_to_show_it(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False)
    for number in range(1, 23):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    query, found, now = "select number from posts where gone_at is not null", [], datetime.now(UTC)
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 0
        shutil.rmtree(blog.folder / "public" / "posts" / "p4")
        run(tmp_path, "backup", f"{url}posts/p4/", now=now + timedelta(hours=1))
        for day in range(1, 7):
            found.append(rows(tmp_path, query))
            if day == 2:
                (blog.folder / "content" / "posts" / "p4.md").unlink()
                blog.build(url)
            blog.requested.clear()
            code = run(tmp_path, "update", now=now + timedelta(days=day)).code
    assert found == [[], [], *[[("posts/p4",)]] * 4]
    assert (code, len(blog.requested)) == (0, 2)


def test_posts_deleted_in_the_night_in_which_the_list_grows_are_gone_on_the_next_night(
    tmp_path: Path,
) -> None:
    """The list of the home page is read to its first page without news; then pages of posts are gone."""
    blog = Blog(tmp_path / "blog", lists=False)
    for number in range(1, 21):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    posts = blog.folder / "content" / "posts"
    with serve(blog) as url:
        blog.build(url)
        assert run(tmp_path, "backup", url).code == 0
        for number in range(23, 95, 12):  # of the last day, on the first page
            blog.write(number, f"今天是第 {number} 天。")
        for number in range(1, 6):
            (posts / f"p{number}.md").unlink()
        blog.build(url)
        blog.requested.clear()
        run(tmp_path, "update", "--full")
        assert sum(path == "/page/3/" for path in blog.requested) == 1
        assert run(tmp_path, "update").code == 0
    gone = rows(tmp_path, "select number from posts where gone_at is not null order by number")
    assert gone == [(f"posts/p{number}",) for number in range(1, 6)]
    assert rows(tmp_path, "select url, detail from open_failures") == []


_COMMENTED = (
    "<html><head><title>第 4 天 | 山居</title></head><body><main><article><h1>第 4 天</h1><time>2020-05-03 08:30</time>"
    "<div class='content'><p>{0}</p></div></article>{1}</main></body></html>"
)
_COMMENT = (
    "<div id='comments'><h2>1 条评论</h2><ol class='comment-list'><li id='comment-7' class='comment'><article>"
    "<footer><b class='fn'>阿明</b><time datetime='2020-05-04T10:00:00+08:00'>2020-05-04 10:00</time></footer>"
    "<div class='comment-content'><p>说得好。</p></div></article></li></ol></div>"
)


def test_an_edit_is_stored_from_a_page_that_shows_no_count_since_it_has_no_comments(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    for number in range(1, 9):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    with serve(blog) as url:
        blog.build(url)
        page = blog.folder / "public" / "posts" / "p4" / "index.html"
        page.write_text(_COMMENTED.format("下午去了河边。", _COMMENT), "utf-8")
        assert run(tmp_path, "backup", url).code == 0
        assert rows(tmp_path, "select comment_count from posts where number = 'posts/p4'") == [(1,)]
        page.write_text(_COMMENTED.format("下午去了河边。晚上下雨。", ""), "utf-8")
        assert run(tmp_path, "update", "--full").code == 0
    assert rows(tmp_path, "select body_text from posts where number = 'posts/p4'") == [
        ("下午去了河边。晚上下雨。",)
    ]


def test_a_comment_whose_relative_time_becomes_a_date_is_the_same_comment(tmp_path: Path) -> None:
    blog, start = Blog(tmp_path / "blog", lists=True), datetime(2025, 2, 8, 3, tzinfo=UTC)
    for number in range(1, 9):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    comment = _COMMENT.replace(
        "<time datetime='2020-05-04T10:00:00+08:00'>2020-05-04 10:00</time>", "<i>{0}</i>"
    )
    with serve(blog) as url:
        blog.build(url)
        page = blog.folder / "public" / "posts" / "p4" / "index.html"
        for days, shown in ((0, "14小时前"), (3, "3天前"), (6, "6天前"), (9, "2025-02-07"), (12, "2周前")):
            page.write_text(_COMMENTED.format("下午去了河边。", comment.format(shown)), "utf-8")
            words = ("update", "--full") if days else ("backup", url)
            assert run(tmp_path, *words, now=start + timedelta(days=days)).code == 0
            stored = rows(tmp_path, "select substr(posted_at, 1, 10), gone_at from comments")
            assert stored == [("2025-02-07", None)], shown


def test_no_notice_of_a_first_backup_becomes_a_post_that_a_list_names(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    for number in range(1, 9):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    with serve(blog) as url:
        blog.build(url)
        for number, kind in ((2, "challenge"), (3, "login"), (4, "sale")):
            page = blog.folder / "public" / "posts" / f"p{number}" / "index.html"
            page.write_text(f"<html>{_NOTICES[kind]}</html>", "utf-8")
        short = "<html><title>山居</title><h1>第 5 天</h1><article><p>下雨。</p></article></html>"
        (blog.folder / "public" / "posts" / "p5" / "index.html").write_text(short, "utf-8")
        labelled = short.replace("第 5 天", "【随笔】第 6 天")  # with a label that the list lacks
        (blog.folder / "public" / "posts" / "p6" / "index.html").write_text(labelled, "utf-8")
        for page in (blog.folder / "public" / "posts").rglob("index.html"):
            os.utime(
                page, (_FIRST_BUILD + 600,) * 2
            )  # newer than the page that is put back: the server answers 304
        assert "titled 'Just a moment...' on its own page" in run(tmp_path, "backup", url).err
        unread = [("posts/p2", "第 2 天"), ("posts/p3", "第 3 天"), ("posts/p4", "第 4 天")]
        query = "select number, title from posts where body_text is null order by number"
        assert rows(tmp_path, query) == unread
        blog.build(url)
        assert run(tmp_path, "failures", "--retry").code == 0
    assert rows(tmp_path, "select count(body_text), count(*) from posts") == [(8, 8)]
    assert rows(tmp_path, "select count(*) from open_failures") == [(0,)]


def test_a_challenge_in_place_of_posts_that_no_list_titles_is_stored_once_at_most(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    for number in range(1, 9):
        blog.write(number, "下雨。")
    with serve(blog) as url:
        blog.build(url)
        (blog.folder / "public" / "index.html").write_text(
            "<html><title>山居</title><h1>山居</h1></html>", "utf-8"
        )
        (blog.folder / "public" / "index.xml").unlink()
        for number in range(1, 6):
            page = blog.folder / "public" / "posts" / f"p{number}" / "index.html"
            page.write_text(f"<html>{_NOTICES['refusal']}</html>", "utf-8")
            os.utime(page, (0, 0))
        assert run(tmp_path, "backup", url).code == 1
        assert rows(tmp_path, "select title, count(*) from posts where body_text is not null group by 1") == [
            ("安全中心", 1),
            *((f"第 {number} 天", 1) for number in (6, 7, 8)),
        ]
        query = "select count(*) from open_failures where detail like 'shows nothing but the title and the text of http%'"
        assert rows(tmp_path, query) == [(4,)]
        blog.build(url)
        assert run(tmp_path, "failures", "--retry").code == 0
    assert rows(tmp_path, "select count(*) from posts where body_text = '下雨。'") == [(8,)]
    assert rows(tmp_path, "select count(*) from open_failures") == [(0,)]


def test_a_challenge_in_place_of_the_home_page_is_named_by_its_title(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False)
    with serve(blog) as url:
        blog.build(url)
        (blog.folder / "public" / "index.html").write_text(f"<html>{_NOTICES['challenge']}</html>", "utf-8")
        ran = run(tmp_path, "backup", url)
    assert ran.code == 4
    assert "the page refuses: Just a moment..." in ran.err.splitlines()[-1]


def test_a_post_behind_a_password_is_one_row_and_no_failure_of_a_night(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=True)
    for number in range(1, 9):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    form = '<html><body><h1>第 3 天</h1><form><p>密码</p><input name="post_password"></form></body></html>'
    query = "select detail, first_failed_at = last_failed_at from open_failures"
    day = datetime.now(UTC)
    with serve(blog) as url:
        blog.build(url)
        closed = blog.folder / "public" / "posts" / "p3" / "index.html"
        closed.write_text(form, "utf-8")
        first = run(tmp_path, "backup", url)
        assert (first.code, first.err.count("the post needs a password"), "gone:" in first.err) == (
            0,
            1,
            False,
        )
        for _ in range(3):
            day += timedelta(days=1)
            assert run(tmp_path, "update", now=day).code == 0
        assert rows(tmp_path, query) == [("the post needs a password", 1)]
        blog.build(url)
        assert run(tmp_path, "update", now=day + timedelta(days=9)).code == 0
        assert rows(tmp_path, query) == []
    assert rows(tmp_path, "select body_text from posts where number = 'posts/p3'") == [
        ("今天是第 3 天，下午去了河边。",)
    ]


def test_a_login_to_which_every_list_leads_is_no_post(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", lists=False)
    for number in range(1, 14):
        blog.write(number, f"今天是第 {number} 天，下午去了河边。")
    with serve(blog) as url:
        blog.build(url)
        run(tmp_path, "backup", url)
        before = rows(tmp_path, "select number from posts order by id")
        public = blog.folder / "public"
        leads = f'<html><meta http-equiv="refresh" content="0; url={url}sign-in.html"></html>'
        for page in [public / "index.html", *public.glob("page/*/index.html")]:
            page.write_text(leads, "utf-8")
        (public / "sign-in.html").write_text(f"<html>{_NOTICES['login']}</html>", "utf-8")
        assert run(tmp_path, "update", "--full").code != 0
    assert rows(tmp_path, "select number from posts order by id") == before
