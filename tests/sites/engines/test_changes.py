"""Rows of a blog of any host whose pages show something new each night, and that moves its posts."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.sites.engines.test_wordpress import FIRST, NAMES, TEXT, Blog, night, rows, serve
from tests.sites.markup.served import serve as serve_pages
from tests.tool import Ran, run_command


class LivelyBlog(Blog):
    """Posts whose pages have advertisements, related posts, versions of images and hidden addresses."""

    def __init__(self, count: int = 8) -> None:
        super().__init__(count)
        self.texts = dict.fromkeys(self.posts, TEXT)
        self.moved: dict[int, int] = {}

    def answer(self, path: str) -> tuple[int, str, str]:
        number = path.removeprefix("/post-").strip("/")
        if number.isdigit() and int(number) in self.moved:
            return 301, f"{self.root}post-{self.moved[int(number)]}/", ""
        return super().answer(path)

    def page(self, number: int, page: int) -> str:
        new = uuid4().hex
        near = (
            f'<div class="related"><a href="/post-{other}/">第 {other} 篇</a><p>20{other + 10}年3月4日</p></div>'
            for other in self.posts
        )
        added = (
            f'<div class="code-block code-block-2"><a href="https://ads.example.org/{new}">'
            f'<img src="/ad/{new}.png"></a></div>'
            f'<p><img src="/files/{number % 20}.jpg?ver={new}"> <a href="/cdn-cgi/l/email-protection#{new}">写信</a></p>'
            f'<div class="related-posts"><h3>相关文章</h3>{"".join(near)}</div>'
        )
        whole = super().page(number, page).replace(f"<time>{FIRST:%Y-%m-%d}</time>", "")
        stamp = f'<footer><time datetime="{FIRST:%Y-%m-%dT%H:%M:%S}+08:00">{FIRST:%Y-%m-%d}</time></footer></article>'
        return whole.replace(TEXT, self.texts[number] + added).replace("</article>", stamp)


def edits(folder: Path) -> list[tuple[object, ...]]:
    return rows(folder, "select p.number from post_revisions r join posts p on p.id = r.post_id order by 1")


def test_what_a_page_shows_anew_each_night_is_no_edit(tmp_path: Path) -> None:
    blog = LivelyBlog()
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in range(1, 4)]
    assert codes == [0, 0, 0]
    assert edits(tmp_path) == []
    assert rows(tmp_path, "select url, detail from failures") == []
    assert rows(tmp_path, "select distinct substr(posted_at, 1, 10) from posts") == [("2019-03-04",)]


def test_code_in_a_box_that_is_named_as_those_of_advertisements_is_of_the_text(tmp_path: Path) -> None:
    blog = LivelyBlog(3)
    blog.texts[2] += '<div class="code-block" id="code-block-1"><pre>print("桥")</pre></div>'
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
    shown = "select number from posts where body_text like '%print(%'"
    assert rows(tmp_path, shown) == [("post-2",)]
    assert rows(tmp_path, "select url from post_media where url like '%/ad/%'") == []


def test_a_change_of_all_posts_of_a_blog_holds_no_post_of_another_one(tmp_path: Path) -> None:
    blogs = LivelyBlog(), LivelyBlog()
    with serve(blogs[0]) as first, serve(blogs[1]) as second:
        assert night(blogs[0], tmp_path, 0, "backup", first, second).code == 0
        blogs[0].texts = dict.fromkeys(blogs[0].posts, f"{TEXT}<p>本站已搬家，请看新的地址。</p>")
        blogs[1].texts[3] += "<p>补记：桥修好了。</p>"
        assert night(blogs[0], tmp_path, 1, "update", "--full").code == 5
        assert edits(tmp_path) == [("post-3",)]
        blogs[1].texts[4] += "<p>补记：桥又坏了。</p>"
        uid = second.split("/")[2]
        assert night(blogs[1], tmp_path, 2, "update", uid, "--full").code == 0
    assert edits(tmp_path) == [("post-3",), ("post-4",)]
    assert rows(tmp_path, "select site from site_changes") == [(f"web/{first.split('/')[2]}",)]


def leave_open(blog: Blog, change: Callable[[str], str]) -> None:
    """Close no page any more, and change the third post."""
    whole = type(blog).answer

    def answer(path: str) -> tuple[int, str, str]:
        status, kind, text = whole(blog, path)
        text = text.removesuffix("</body></html>")
        return status, kind, change(text) if path == "/post-3/" else text

    blog.answer = answer  # type: ignore[method-assign]


def test_a_page_that_breaks_off_at_the_same_place_for_nights_is_no_version_of_its_post(
    tmp_path: Path,
) -> None:
    blog = Blog(8)
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        leave_open(blog, lambda text: text[: text.rindex("桥下的水")])
        assert 0 not in {night(blog, tmp_path, day, "update", "--full").code for day in range(1, 4)}
        assert edits(tmp_path) == []
        del blog.answer
        assert night(blog, tmp_path, 5, "update", "--full").code == 0
    assert edits(tmp_path) == []
    assert rows(tmp_path, "select url, detail from open_failures") == []


def test_edits_are_stored_of_a_theme_that_no_longer_closes_its_pages(tmp_path: Path) -> None:
    blog = Blog(8)
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        leave_open(blog, lambda text: text.replace("</p>", "</p><p>桥修好了。</p>"))
        for day in (1, 2, 3):
            night(blog, tmp_path, day, "update", "--full")
    assert edits(tmp_path) == [("post-3",)]


class _ForMembers(Blog):
    """Refuses the posts of `members` to other readers."""

    members: tuple[int, ...] = ()

    def answer(self, path: str) -> tuple[int, str, str]:
        is_refused = path in (f"/post-{number}/" for number in self.members)
        return (
            (403, "text/html", "<html><body>Forbidden</body></html>") if is_refused else super().answer(path)
        )


def test_posts_that_only_members_may_read_end_no_night(tmp_path: Path) -> None:
    blog = _ForMembers(12)
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        for day in range(1, 9):
            blog.members = tuple(range(1, day + 1))
            ran = night(blog, tmp_path, day, "update", "--full")
            assert (ran.code, "/post-12/" in blog.requested) == (1, True), ran.err
        assert blog.requested.count("/post-1/") == 1, "further tries would be in vain"


def test_a_backup_that_read_no_post_does_not_end_with_0(tmp_path: Path) -> None:
    blog = Blog()
    whole = blog.answer
    blog.answer = lambda path: whole("/" if path.startswith("/post-") else path)  # type: ignore[method-assign]
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 1
        assert night(blog, tmp_path, 1, "update").code == 1
        del blog.answer
        assert night(blog, tmp_path, 9, "update").code == 0
    assert rows(tmp_path, "select count(*) from posts where body_text is not null") == [(3,)]


def test_a_home_page_that_was_refused_is_tried_again_as_its_host_may_refuse_all_blogs(tmp_path: Path) -> None:
    blog = Blog(3)
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.answer = lambda _: (403, "text/html", "<html><body>Forbidden</body></html>")  # type: ignore[method-assign]
        tries = []
        for day in (1, 2):
            assert night(blog, tmp_path, day, "update", "--full").code == 4
            tries.append(blog.requested.count("/"))
    assert tries == [3, 3]


@pytest.mark.parametrize("is_known", [False, True], ids=["new address unread", "new address read"])
def test_a_post_at_a_new_address_keeps_its_comments_and_versions(tmp_path: Path, is_known: bool) -> None:
    blog = LivelyBlog()
    for place in range(3):
        blog.comment(2, "阿明", FIRST + timedelta(days=place))
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.texts[2] += "<p>补记：桥修好了。</p>"
        assert night(blog, tmp_path, 1, "update", "--full").code == 0
        blog.posts[22], blog.texts[22] = blog.posts[2], blog.texts[2]
        if is_known:
            assert night(blog, tmp_path, 2, "update").code == 0
        blog.moved[2] = 22
        whole = blog.page
        blog.page = lambda number, page: whole(number, page).replace("第 22 篇", "第 2 篇")  # type: ignore[method-assign]
        row = blog.row
        blog.row = lambda number: row(number) | {"title": {"rendered": f"第 {number % 20} 篇"}}  # type: ignore[method-assign]
        del blog.posts[2]
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (3, 4, 5)]
    assert codes == [0, 0, 0]
    stored = "select number, gone_at, (select count(*) from comments where post_id = p.id) from posts p"
    assert rows(tmp_path, f"{stored} where number in ('post-2', 'post-22')") == [("post-22", None, 3)]
    assert edits(tmp_path) == [("post-22",)]
    assert rows(tmp_path, "select count(*) from posts") == [(8,)]
    assert rows(tmp_path, "select url from failures where resolved_at is null") == []


@pytest.mark.parametrize("title", ["第 2 篇", "桥"], ids=["title as before", "other title"])
@pytest.mark.parametrize("names_all", [True, False], ids=["list of all posts", "no list of all posts"])
def test_a_post_at_a_new_address_is_one_post_without_or_with_a_list_of_all(
    tmp_path: Path, title: str, names_all: bool
) -> None:
    blog = LivelyBlog()
    blog.comment(2, "阿明", FIRST)
    whole, row, answer = blog.page, blog.row, blog.answer
    blog.page = lambda number, page: whole(number, page).replace("第 22 篇", title)  # type: ignore[method-assign]
    blog.row = lambda number: row(number) | ({"title": {"rendered": title}} if number == 22 else {})  # type: ignore[method-assign]
    closed = 404, "application/json", "{}"
    blog.answer = lambda path: answer(path) if names_all or "v2/posts" not in path else closed  # type: ignore[method-assign]
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.posts[22], blog.texts[22] = blog.posts.pop(2), blog.texts[2]
        blog.moved[2] = 22
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2, 3)]
    assert codes == [0, 0, 0]
    stored = (
        "select number, title, gone_at, (select count(*) from comments where post_id = p.id) from posts p"
    )
    assert rows(tmp_path, f"{stored} where number in ('post-2', 'post-22')") == [("post-22", title, None, 1)]


class PagedBlog(LivelyBlog):
    """A blog without an interface: its home page lists ten posts and links to the next page."""

    def answer(self, path: str) -> tuple[int, str, str]:
        if "v2/posts" in path or "comments/feed" in path:
            return 404, "text/html", "<html><body>no</body></html>"
        page = (
            1 if path == "/" else int(path.removeprefix("/page/").strip("/") or 1) if "/page/" in path else 0
        )
        shown = list(self.posts)[(page - 1) * 10 : page * 10]
        if not page or not shown:
            return super().answer(path)
        items = (f'<h2><a href="{self.root}post-{number}/">{self.title(number)}</a></h2>' for number in shown)
        following = (
            f'<a class="next" href="/page/{page + 1}/">下一页</a>' if len(self.posts) > page * 10 else ""
        )
        body = f"<main>{''.join(items)}{following}</main>"
        return 200, "text/html", f"{self.head('山居')}<body class='home blog'>{body}</body></html>"

    def title(self, number: int) -> str:
        return "桥" if number == 92 else f"第 {number % 900} 篇"

    def page(self, number: int, page: int) -> str:
        return super().page(number, page).replace(f"第 {number} 篇", self.title(number))


def test_an_archive_of_a_limited_backup_is_not_damaged_and_can_be_sealed(tmp_path: Path) -> None:
    blog = PagedBlog(24)
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url, "--limit", "2").code == 0
    for words in (("verify",), ("seal", "copy")):
        ran = run_command(*words, "--db", "a.db", folder=tmp_path)
        assert (ran.code, "damage" in ran.err) == (0, False), ran.err


def test_a_post_with_a_new_address_title_and_text_in_one_night_is_one_post(tmp_path: Path) -> None:
    blog = PagedBlog(24)
    blog.comment(2, "阿明", FIRST)
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        blog.posts = {92: blog.posts.pop(2), **blog.posts}
        blog.texts[92] = TEXT + "<p>补记：桥修好了。</p>"
        blog.moved[2] = 92
        night(blog, tmp_path, 1, "update")
        blog.posts = {**blog.posts, 92: blog.posts.pop(92)}
        codes = [night(blog, tmp_path, day, "update", "--revisits", "50").code for day in range(20, 24)]
    stored = (
        "select number, title, gone_at, (select count(*) from comments where post_id = p.id) from posts p"
    )
    assert rows(tmp_path, f"{stored} where number in ('post-2', 'post-92')") == [("post-92", "桥", None, 1)]
    assert (codes, edits(tmp_path)) == ([0, 0, 0, 0], [("post-92",)])


def test_posts_at_new_addresses_in_another_theme_keep_their_comments(tmp_path: Path) -> None:
    blog = PagedBlog(40)
    blog.text = lambda place: f"第 {place} 条留言，桥下的水很慢。"  # type: ignore[method-assign]
    for number in (2, 36):
        blog.comment(number, "阿明", FIRST + timedelta(days=number))
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        for number in list(blog.posts):
            new = blog.moved[number] = number + 900
            blog.posts[new], blog.texts[new] = blog.posts.pop(number), blog.texts[number]
        blog.time = lambda at: "<span>7 年前</span>"  # type: ignore[method-assign]
        for day in (10, 20, 30):
            night(blog, tmp_path, day, "update", "--revisits", "10")
    assert rows(tmp_path, "select count(*), count(gone_at) from posts") == [(40, 0)]
    assert rows(tmp_path, "select count(*), count(gone_at) from comments") == [(2, 0)]


class MappedBlog(PagedBlog):
    """A WordPress without its interface: `sitemap.xml` redirects to its sitemap, a whole page says that there is none."""

    def answer(self, path: str) -> tuple[int, str, str]:
        if path == "/sitemap.xml":
            return 301, f"{self.root}wp-sitemap.xml", ""
        if path == "/wp-sitemap.xml":
            found = "".join(f"<url><loc>{self.root}post-{number}/</loc></url>" for number in self.posts)
            space = "http://www.sitemaps.org/schemas/sitemap/0.9"
            return 200, "application/xml", f'<urlset xmlns="{space}">{found}</urlset>'
        status, kind, text = super().answer(path)
        lost = "<body><article><h1>没有找到</h1><p>这里没有你要的东西，试试搜索。</p></article></body></html>"
        return status, kind, f"{self.head('没有找到')}{lost}" if status == 404 else text


def test_posts_at_new_addresses_that_nothing_redirects_to_are_the_same_posts(tmp_path: Path) -> None:
    blog = MappedBlog(24)
    blog.comment(2, "阿明", FIRST)
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        assert "all posts were listed" in run_command("status", "--db", "a.db", folder=tmp_path).out
        for number in list(blog.posts):
            blog.posts[number + 900], blog.texts[number + 900] = blog.posts.pop(number), TEXT
        assert [night(blog, tmp_path, day, "update").code for day in (1, 2)] == [0, 0]
    posts = "select count(*), count(gone_at), min(number) from posts where number like 'post-9%'"
    assert rows(tmp_path, posts) == [(24, 0, "post-901")]
    assert rows(tmp_path, "select (select count(*) from posts), count(*), count(gone_at) from comments") == [
        (24, 1, 0)
    ]
    assert rows(tmp_path, "select url, detail from open_failures") == []


class MovedBlog(PagedBlog):
    """A blog of no known engine, below the path `folder`, to which its earlier URLs redirect."""

    folder = ""
    name = ""

    def head(self, title: str, more: str = "") -> str:
        return f"<!DOCTYPE html><html><head><title>{self.name}{title}</title></head>"

    def page(self, number: int, page: int) -> str:
        own = f'<p><img src="/files/{number}.jpg"> <a href="/post-3/">桥</a></p>'
        return Blog.page(self, number, page).replace(TEXT, TEXT + own)

    def answer(self, path: str) -> tuple[int, str, str]:
        if not path.startswith(f"{self.folder}/"):
            return 301, f"{self.root.rstrip('/')}{self.folder}{path}", ""
        status, kind, body = super().answer(path.removeprefix(self.folder))
        return status, kind, re.sub(f'(href|src)="(?:{self.root}|/)', rf'\1="{self.folder}/', body)


@pytest.mark.parametrize(
    ("on_home", "name"),
    [(None, ""), (5, ""), (None, "河边")],
    ids=["interface", "no list of all posts", "another title"],
)
def test_a_blog_that_moves_below_a_path_has_each_post_once_in_the_same_night(
    tmp_path: Path, on_home: int | None, name: str
) -> None:
    blog = MovedBlog(24)
    blog.on_home = on_home
    blog.comment(2, "阿明", FIRST)
    with serve(blog) as url:
        for day, words in ((0, ("backup", url)), (80, ("update", "--revisits", "40"))):
            moment = datetime(2026, 11, 2, 4, tzinfo=UTC) + timedelta(days=day)
            run_command(*words, "--db", "a.db", "--delay", "0.001", folder=tmp_path, now=moment)
            blog.folder, blog.name = "/journal", name
    stored = "select count(*), count(gone_at) from posts where number like 'journal/post-%'"
    assert rows(tmp_path, stored) == rows(tmp_path, "select count(*), 0 from posts") == [(24, 0)]
    assert rows(tmp_path, "select count(*) from comments") == [(1,)]
    # The images are asked for in the same night.
    assert rows(tmp_path, "select count(*) from post_media where media_id is null") == [(0,)]
    assert rows(tmp_path, "select url from failures where url not like '%.jpg' and resolved_at is null") == []
    assert edits(tmp_path) == []


def test_a_failure_of_a_page_that_redirects_to_its_folder_ends_when_the_page_is_read(tmp_path: Path) -> None:
    blog, answer = LivelyBlog(), LivelyBlog.answer
    shown, whole = [""], blog.page
    blog.page = lambda number, page: whole(number, page).replace("<h1>第 2 篇</h1>", shown[0])  # type: ignore[method-assign]

    def slashed(path: str) -> tuple[int, str, str]:
        is_bare = path.startswith("/post-") and not path.endswith("/")
        return (301, f"{blog.root}{path.strip('/')}/", "") if is_bare else answer(blog, path)

    home, row = blog.home, blog.row
    blog.home = lambda page=1: home(page).replace('/">第', '">第')  # type: ignore[method-assign]
    blog.row = lambda number: row(number) | {"link": f"{blog.root}post-{number}"}  # type: ignore[method-assign]
    blog.answer = slashed  # type: ignore[method-assign]
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 1
        shown[0] = "<h1>第 2 篇</h1>"
        assert night(blog, tmp_path, 40, "update", "--full").code == 0
        assert rows(tmp_path, "select url from failures where resolved_at is null") == []


def test_a_deleted_post_is_gone_a_month_later_on_a_blog_without_a_list_for_machines(tmp_path: Path) -> None:
    blog = MovedBlog(24)
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        del blog.posts[15]
        assert [night(blog, tmp_path, day, "update").code for day in (1, 45)] == [0, 0]
    assert rows(tmp_path, "select number from posts where gone_at is not null") == [("post-15",)]


def test_pages_of_errors_are_no_change_of_a_site(tmp_path: Path) -> None:
    blog, answer = LivelyBlog(), LivelyBlog.answer
    status = [200]

    def broken(path: str) -> tuple[int, str, str]:
        lost = "<html><head><title>Lost</title></head><body><h1>Lost</h1><p>The page is not here.</p></body></html>"
        is_post = path.startswith("/post-") and status[0] != 200
        return (status[0], "text/html", lost) if is_post else answer(blog, path)

    blog.answer = broken  # type: ignore[method-assign]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        status[0] = 404
        assert night(blog, tmp_path, 1, "update", "--full").code != 5
        status[0] = 200
        assert night(blog, tmp_path, 2, "update", "--full").code == 0
    assert rows(tmp_path, "select count(*) from site_changes") == [(0,)]


def test_a_domain_that_is_for_sale_is_asked_for_few_pages_and_has_not_changed(tmp_path: Path) -> None:
    blog, answer = LivelyBlog(30), LivelyBlog.answer
    head = "<head><title>山居</title></head>"

    def park(path: str) -> tuple[int, str, str]:
        offer = f'<p>The domain may be for sale. <a href="https://sale.test/?{uuid4().hex}">点此询价</a></p>'
        return 200, "text/html", f"<html>{head}<body><h1>此处可以询价</h1>{offer}</body></html>"

    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.answer = park  # type: ignore[method-assign]
        blog.requested.clear()
        parked = night(blog, tmp_path, 1, "update", "--full")
        assert (parked.code, "the same unreadable page" in parked.err) == (4, True)
        assert len(blog.requested) < 30
        assert 5 not in [night(blog, tmp_path, day, "update").code for day in range(2, 12)]
        blog.answer = lambda path: answer(blog, path)  # type: ignore[method-assign]
        assert night(blog, tmp_path, 12, "update", "--full").code == 0
    assert rows(tmp_path, "select count(*), count(gone_at) from posts") == [(30, 0)]
    assert edits(tmp_path) == []


@pytest.mark.parametrize("titled", [True, False])
def test_a_blog_with_another_title_that_lists_stored_posts_is_the_blog(tmp_path: Path, titled: bool) -> None:
    blog, name = PagedBlog(8), ["山居"]

    def answer(path: str) -> tuple[int, str, str]:
        status, kind, text = PagedBlog.answer(blog, path)
        if not titled:  # a post of a few words has no title, and its time is the link
            text = re.sub(
                r'<h2>(<a href="[^"]*")>[^<]*</a></h2>',
                r'<article class="post"><h1 class="entry-title">\1 rel="bookmark"></a></h1><p>桥</p></article>',
                text,
            )
            text = re.sub("<h1>第 . 篇</h1>", "", text)
        return status, kind, re.sub("<title>.*?</title>", f"<title>{name[0]}</title>", text)

    blog.answer = answer  # type: ignore[method-assign]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        name[0] = "河边的新名字"
        assert night(blog, tmp_path, 1, "update").code == 0
    assert rows(tmp_path, "select blog_title from authors") == [("河边的新名字",)]


def reparse(folder: Path, *words: str) -> Ran:
    return run_command("reparse", "--db", "a.db", *words, folder=folder)


@pytest.mark.parametrize(
    ("page", "at"),
    [
        (
            "<title>blog.test is for sale</title><h1>blog.test</h1><a href=/s1>Noodles</a> <a href=/s2>Loans</a>",
            "/",
        ),
        ("<title>blog.test</title><a href=/lander/s1>Noodles</a> <a href=/lander/s2>Loans</a>", "/lander"),
        ('<script>window.location.href="/lander"</script>', "/"),
        ("<title>欢迎</title><h1>请先登录</h1><form method=post><input name=user></form>", "/"),
    ],
)
def test_a_home_page_of_another_title_without_a_stored_post_is_no_home_of_the_blog_until_a_person_agrees(
    tmp_path: Path, page: str, at: str
) -> None:
    blog, answer = PagedBlog(8), PagedBlog.answer
    names = "select blog_title, (select count(*) from posts) from authors"
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        before = rows(tmp_path, names)
        parked = (200, "text/html", f"<html>{page}</html>")
        blog.answer = lambda path: (301, f"{url}{at[1:]}", "") if path == "/" != at else parked  # type: ignore[method-assign]
        nights = [night(blog, tmp_path, day, "update") for day in range(1, 12)]
        assert (nights[0].code, rows(tmp_path, names)) == (4, before)
        assert "no stored post" in nights[0].err
        assert (reparse(tmp_path).code, rows(tmp_path, names)) == (0, before)
        blog.answer = lambda path: answer(blog, path)  # type: ignore[method-assign]
        assert night(blog, tmp_path, 12, "update").code == 0
        assert (reparse(tmp_path).code, rows(tmp_path, names)) == (0, before)
        blog.posts, blog.texts = {501: []}, {501: f"{TEXT}<p>新家。</p>"}
        blog.head = lambda title, more="": f"<html><head><title>新家{title}</title>{more}</head>"  # type: ignore[method-assign]
        assert night(blog, tmp_path, 13, "update").code == 4
        assert night(blog, tmp_path, 14, "update", "--accept-changes").code == 0
        assert night(blog, tmp_path, 15, "update").code == 0
    assert rows(tmp_path, "select number from posts where number = 'post-501'") == [("post-501",)]
    assert reparse(tmp_path, "--diff").out == ""


@pytest.mark.parametrize("words", ["请稍候…", "正在检查您的浏览器", "该域名可能出售"])
def test_a_notice_at_every_url_is_a_refusal_and_a_post_with_its_words_is_a_post(
    tmp_path: Path, words: str
) -> None:
    blog, answer = PagedBlog(30), PagedBlog.answer
    blog.texts[3] = f"<p>{words}</p>"
    blog.title = lambda number: words if number in (3, 31) else f"第 {number} 篇"  # type: ignore[method-assign]
    notice = f"<html><head><title>{words}</title></head><body><h1>{words}</h1><p>{{}}</p></body></html>"
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        blog.answer = lambda path: (200, "text/html", notice.format(path))  # type: ignore[method-assign]
        assert night(blog, tmp_path, 1, "update").code == 4
        assert len(blog.requested) < 10
        blog.answer = lambda path: answer(blog, path)  # type: ignore[method-assign]
        blog.posts, blog.texts[31] = {31: [], **blog.posts}, f"<p>{words}。</p>"
        blog.texts[4] = f"<p>{words}</p>"
        night(blog, tmp_path, 2, "update", "--full")
    assert rows(tmp_path, "select field from site_changes") == []
    shown = f"select count(*), count(gone_at) from posts where body_text like '%{words}%'"
    assert rows(tmp_path, shown) == [(3, 0)]
    assert edits(tmp_path) == [("post-4",)]


def test_a_page_of_maintenance_is_no_version_on_a_blog_that_shows_no_times_any_more(tmp_path: Path) -> None:
    blog, answer, whole = LivelyBlog(), LivelyBlog.answer, LivelyBlog.page
    asks, shows_time = {"down": False}, {"time": True}

    def broken(path: str) -> tuple[int, str, str]:
        down = (
            "<html><head><title>系统维护中</title></head><body><p>系统维护中，请耐心等待。</p></body></html>"
        )
        return (200, "text/html", down) if asks["down"] and path == "/post-2/" else answer(blog, path)

    def page(number: int, page: int) -> str:
        text = whole(blog, number, page)
        return text if shows_time["time"] else re.sub(r"<footer>.*?</footer>", "", text)

    blog.answer, blog.page = broken, page  # type: ignore[method-assign]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        shows_time["time"] = False
        assert night(blog, tmp_path, 1, "update", "--full").code == 5
        assert night(blog, tmp_path, 2, "update", "--full", "--accept-changes").code == 0
        asks["down"] = True
        night(blog, tmp_path, 3, "update", "--full")
    assert rows(tmp_path, "select number from posts where title not like '第%'") == []
    assert edits(tmp_path) == []


def test_a_page_that_says_with_200_that_there_is_none_is_no_first_version(tmp_path: Path) -> None:
    blog, answer = LivelyBlog(), LivelyBlog.answer
    body = "<body><h1>页面不存在</h1><p>您访问的页面不存在或已被删除。</p></body>"
    lost = f"<html><head><title>页面不存在</title></head>{body}</html>"
    blog.answer = lambda path: (200, "text/html", lost) if path == "/post-2/" else answer(blog, path)  # type: ignore[method-assign]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        assert rows(tmp_path, "select number from posts where body_text like '%不存在%'") == []
        blog.answer = lambda path: answer(blog, path)  # type: ignore[method-assign]
        night(blog, tmp_path, 1, "update", "--full")
    assert rows(tmp_path, "select count(*) from posts where body_text like '河边%'") == [(8,)]
    assert edits(tmp_path) == []


def test_a_deleted_post_that_redirects_to_another_one_is_gone(tmp_path: Path) -> None:
    blog = LivelyBlog(12)
    blog.texts[11] = "<p>" + "山上的雪很厚，路边的灯很暗，没有人说话。" * 5 + "</p>"
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.moved[1] = 11  # WordPress looks for a name that begins alike
        del blog.posts[1]
        codes = [night(blog, tmp_path, day, "update").code for day in (1, 2)]
    assert codes == [0, 0]
    assert rows(tmp_path, "select number, gone_reason from posts where gone_at is not null") == [
        ("post-1", "redirect")
    ]
    assert edits(tmp_path) == []


def test_pages_of_comments_linked_below_their_heading_do_not_hide_their_number(tmp_path: Path) -> None:
    blog = Blog()
    for place in range(9):
        blog.comment(2, "阿明", FIRST + timedelta(days=place))
    blog.refused = 404
    whole = blog.page

    def page(number: int, page: int) -> str:
        nav = '<div class="navigation"><a href="#">« 较早的评论</a> <a href="#">较新的评论 »</a></div>'
        heading = f'<h3 id="comments">《第 2 篇》上有 9 条评论</h3>{nav}'
        return whole(number, page).replace('<div id="comments"><h3>9 条评论</h3>', heading)

    blog.page = page  # type: ignore[method-assign]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
    assert rows(tmp_path, "select comment_count from posts where number = 'post-2'") == [(9,)]


def test_a_page_of_maintenance_at_urls_with_days_is_no_version_of_posts(tmp_path: Path) -> None:
    paths = [f"/2019/03/0{day}/letter-{day}/" for day in range(1, 5)]
    links = (f'<article><h2><a href="{path}">信 {path[-2]}</a></h2></article>' for path in paths)
    pages = {"/": f"<html><head><title>山居</title></head><body class='home'>{''.join(links)}</body></html>"}
    for path in paths:
        time = f'<time datetime="2019-03-0{path[-2]}T08:30:00+08:00">2019-03-0{path[-2]}</time>'
        body = f'<h1>信 {path[-2]}</h1>{time}<div class="entry-content">{TEXT * int(path[-2])}{TEXT}</div>'
        pages[path] = (
            f"<html><head><title>信 {path[-2]} - 山居</title></head><body><article>{body}</article></body></html>"
        )
    whole = dict(pages)
    notice = "<html><head><title>网站维护中</title></head><body><h1>网站维护中</h1><p>正在升级服务器。</p>{}</body></html>"
    command = ("--db", "a.db", "--delay", "0.001", "--no-media")
    with serve_pages(pages) as url:
        assert run_command("backup", f"{url}/", *command, folder=tmp_path).code == 0
        pages.update((path, notice.format(path)) for path in paths)
        run_command("update", "--full", *command, folder=tmp_path)
        assert rows(tmp_path, "select distinct length(body_text) > 100 from posts") == [(1,)]
        pages.update(whole)
        assert run_command("update", "--full", *command, folder=tmp_path).code == 0
    assert edits(tmp_path) == []


@pytest.mark.parametrize("refused", [None, 404], ids=["interface", "pages"])
def test_a_commenter_with_another_name_is_the_author_of_the_same_comments(
    tmp_path: Path, refused: int | None
) -> None:
    blog = Blog()
    blog.refused = refused
    for place, name in enumerate(("阿明", "小雨", "阿明", "老张", "小雨", "阿明", "老张")):
        blog.comment(2, name, FIRST + timedelta(days=place, minutes=place))
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.posts[2] = [(name.replace("阿明", "明叔"), at) for name, at in blog.posts[2]]
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2)]
    assert codes == [0, 0]
    names = "select author_name, count(*), count(gone_at) from comments group by 1 order by 1"
    assert rows(tmp_path, names) == [("小雨", 2, 0), ("明叔", 3, 0), ("老张", 2, 0)]
    assert rows(tmp_path, "select author_name from comment_revisions") == [("阿明",)] * 3


@pytest.mark.parametrize("is_relative", [False, True], ids=["times of day", "relative times"])
def test_equal_comments_of_one_author_on_two_pages_are_two_comments(
    tmp_path: Path, is_relative: bool
) -> None:
    blog = Blog()
    blog.refused = 404
    if is_relative:
        blog.time = lambda _: "7 年前"  # type: ignore[method-assign]
    blog.text = lambda place: "谢谢。"  # type: ignore[method-assign]
    for place, name in enumerate(("阿明", "小雨", "老张", "小雨", "老张", "阿明", "周周", "小周", "大周")):
        blog.comment(2, name, FIRST + timedelta(hours=place))
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
    names = "select author_name, count(*), count(gone_at) from comments where author_name in ('阿明', '小雨') group by 1"
    assert rows(tmp_path, names) == [("小雨", 2, 0), ("阿明", 2, 0)]


@pytest.mark.parametrize("shown", ["", "7 年前", "vor 7 Jahren"], ids=["another zone", "Chinese", "German"])
def test_a_page_that_shows_other_hours_shows_the_same_comments(tmp_path: Path, shown: str) -> None:
    blog = Blog()
    blog.refused = 404
    for place in range(4):
        blog.comment(2, NAMES[place % 3], FIRST + timedelta(days=place, minutes=place))
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.time = lambda at: shown or f"{at + timedelta(hours=1):%Y-%m-%d %H:%M}"  # type: ignore[method-assign]
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2)]
    assert codes == [0, 0]
    assert rows(tmp_path, "select count(*), count(gone_at) from comments") == [(4, 0)]
    assert rows(tmp_path, "select count(*) from comment_revisions") == [(0,)]


def test_comments_of_one_author_and_day_on_two_pages_stay_the_same_in_a_theme_that_shows_the_day_alone(
    tmp_path: Path,
) -> None:
    blog = Blog()
    blog.refused = 404
    for place, name in enumerate(("阿明", "小雨", "老张", "小雨", "老张", "阿明", "周周", "小周", "大周")):
        blog.comment(2, name, FIRST + timedelta(hours=place))
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.time = lambda at: f'<time datetime="{at:%Y-%m-%dT%H:%M:%S}+08:00">{at:%Y-%m-%d}</time>'  # type: ignore[method-assign]
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2)]
    assert codes == [0, 0]
    assert rows(tmp_path, "select count(*), count(gone_at) from comments") == [(9, 0)]


def test_a_post_at_a_new_address_is_one_post_without_a_redirect(tmp_path: Path) -> None:
    blog = LivelyBlog()
    blog.comment(2, "阿明", FIRST)
    whole, row = blog.page, blog.row
    blog.page = lambda number, page: whole(number, page).replace("第 22 篇", "第 2 篇")  # type: ignore[method-assign]
    blog.row = lambda number: row(number) | {"title": {"rendered": f"第 {number % 20} 篇"}}  # type: ignore[method-assign]
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.posts[22], blog.texts[22] = blog.posts.pop(2), blog.texts[2]
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2, 3)]
        blog.comment(22, "小雨", FIRST + timedelta(days=1))
        codes += [night(blog, tmp_path, day, "update", "--full").code for day in (4, 5)]
    assert codes == [0] * 5
    stored = "select number, gone_at, (select count(*) from comments where post_id = p.id and gone_at is null) from posts p"
    assert rows(tmp_path, f"{stored} where number in ('post-2', 'post-22')") == [("post-22", None, 2)]
    assert rows(tmp_path, "select count(*) from posts") == [(8,)]
    assert rows(tmp_path, "select count(*) from comments") == [(2,)]
    assert run_command("reparse", "--db", "a.db", folder=tmp_path).code == 0
    assert run_command("verify", "--db", "a.db", folder=tmp_path).code == 0
    assert rows(tmp_path, "select count(*), count(gone_at) from posts") == [(8, 0)]


@pytest.mark.parametrize("is_other", [False, True], ids=["the post at its time", "another post in its place"])
def test_another_address_title_and_text_at_the_same_second_is_a_version(
    tmp_path: Path, is_other: bool
) -> None:
    blog, stamp = PagedBlog(12), f"T{FIRST:%H:%M:%S}"
    blog.comment(2, "阿明", FIRST)
    whole = blog.page

    def page(number: int, page: int) -> str:
        minute = number % 90 + 30 * (is_other and number == 92)
        return whole(number, page).replace(stamp, f"T08:{minute:02}:11")

    blog.page = page  # type: ignore[method-assign]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        blog.posts = {92: blog.posts.pop(2), **blog.posts}
        blog.texts[92] = TEXT + "<p>补记：桥修好了。</p>"
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2)]
        codes.append(night(blog, tmp_path, 3, "update").code)
    stored = "select number, title, gone_reason from posts where number in ('post-2', 'post-92') order by id"
    shown = [("post-92", "桥", None)]
    assert rows(tmp_path, stored) == ([("post-2", "第 2 篇", "404"), *shown] if is_other else shown)
    assert (codes, edits(tmp_path)) == ([0, 0, 0], [] if is_other else [("post-92",)])
    assert rows(tmp_path, "select count(*) from comments where gone_at is null") == [(2 if is_other else 1,)]


@pytest.mark.parametrize("refused", [None, 404], ids=["interface", "pages"])
def test_a_comment_with_another_name_and_a_longer_text_is_the_same_comment(
    tmp_path: Path, refused: int | None
) -> None:
    blog = Blog()
    blog.refused = refused
    blog.text = lambda place: f"第 {place} 条，桥下的水很慢，有人在洗菜。"  # type: ignore[method-assign]
    for place, name in enumerate(("阿明", "小雨", "老张")):
        blog.comment(2, name, FIRST + timedelta(days=place))
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        text = blog.text
        blog.text = lambda place: text(place) + "更正：在洗衣。" * (place == 1)  # type: ignore[method-assign]
        blog.posts[2][0] = ("明叔", FIRST)
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2)]
    assert codes == [0, 0]
    assert rows(tmp_path, "select count(*), count(gone_at) from comments") == [(3, 0)]
    before = "select author_name, body_text like '%更正%' from comment_revisions"
    assert rows(tmp_path, before) == [("阿明", 0)]


@pytest.mark.parametrize("title", ["网站维护中", "登录 ‹ 山居", "Just a moment..."])
def test_a_blog_that_is_maintained_or_asks_for_a_login_or_a_proof_has_not_changed(
    tmp_path: Path, title: str
) -> None:
    blog, answer = LivelyBlog(), LivelyBlog.answer
    body = "<h1>山居</h1><p>我们正在升级服务器，请稍后再来。</p>"
    down = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        blog.answer = lambda path: (200, "text/html", down)  # type: ignore[method-assign]
        assert night(blog, tmp_path, 1, "update", "--full").code == 4
        blog.answer = lambda path: answer(blog, path)  # type: ignore[method-assign]
        assert night(blog, tmp_path, 2, "update", "--full").code == 0
    assert rows(tmp_path, "select field from site_changes") == []
    assert edits(tmp_path) == []
    assert rows(tmp_path, "select count(*), count(gone_at) from posts") == [(8, 0)]


@pytest.mark.parametrize(
    "words", ["<title>用户登录</title><h1>请先登录</h1>", "<title>Sign in</title><h1>Please sign in</h1>"]
)
def test_a_login_in_place_of_a_blog_is_reported_in_the_night_after_an_outage_too(
    tmp_path: Path, words: str
) -> None:
    blog = LivelyBlog()
    answers = {"outage": (500, "text/html", "<html><body><h1>500</h1></body></html>")}
    answers["login"] = 200, "text/html", f"{words}<p>登录后才能继续访问。</p>"
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        codes = []
        for day, name in enumerate(("outage", "outage", "login", "login"), start=1):
            blog.answer = lambda path, name=name: answers[name]  # type: ignore[method-assign,misc]
            codes.append(night(blog, tmp_path, day, "update").code)
    assert codes == [4, 0, 4, 0]


def test_a_deleted_post_is_gone_if_a_home_page_that_is_no_whole_list_shows_older_ones(tmp_path: Path) -> None:
    blog = MovedBlog(9)  # one page without a next one: whether it lists all posts is unproved
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", url).code == 0
        days = {number: FIRST - timedelta(days=number) for number in blog.posts}
        page = blog.page
        blog.page = lambda number, no: page(number, no).replace(
            f"{FIRST:%Y-%m-%d}", f"{days[number]:%Y-%m-%d}"
        )  # type: ignore[method-assign]
        assert night(blog, tmp_path, 1, "update", "--full", "--accept-changes").code == 0
        del blog.posts[3], blog.posts[8]
        night(blog, tmp_path, 45, "update", "--full")
    assert rows(tmp_path, "select number from posts where gone_at is not null") == [("post-3",)]


def page_of_list(numbers: list[int], following: str | None) -> str:
    rows = "".join(
        f'<article><h2><a href="/post-{number}/">第 {number} 篇</a></h2><time>{day_of(number)}</time></article>'
        for number in numbers
    )
    older = f'<a class="next" href="{following}">下一页</a>' if following else ""
    return f"<html><head><title>山居</title></head><body><main>{rows}</main>{older}</body></html>"


def day_of(number: int) -> str:
    return f"{FIRST + timedelta(days=number):%Y-%m-%d}"


@pytest.mark.parametrize("order", ["pinned", "in boxes", "ascending"])
def test_posts_of_a_night_of_errors_are_not_gone_if_an_earlier_or_later_page_of_the_list_shows_them(
    tmp_path: Path, order: str
) -> None:
    numbers = sorted(range(1, 41), reverse=order != "ascending")
    pages = {f"/page/{page}/": numbers[10 * page - 10 : 10 * page] for page in range(1, 5)}
    pinned = [4, 3, 2, 1] * (order == "pinned")
    boxes = [30, 22, 14, 28, 20, 12, 8, 6, 4, 2, 1] * (order == "in boxes")
    pages["/"] = pinned + pages["/page/1/"] + boxes
    following = {"/": "/page/2/", "/page/2/": "/page/3/", "/page/3/": "/page/4/"}
    site = {path: page_of_list(shown, following.get(path)) for path, shown in pages.items()}
    posts = {
        f"/post-{number}/": f"<html><head><title>第 {number} 篇 - 山居</title></head><body><article><h1>第 {number} 篇</h1>"
        f'<time>{day_of(number)}</time><div class="entry-content">{TEXT}</div></article></body></html>'
        for number in numbers
    }
    site |= posts
    start = datetime(2026, 11, 2, 4, tzinfo=UTC)

    def run(day: int, *words: str) -> None:
        options = ("--db", "a.db", "--delay", "0.001", "--no-media")
        run_command(*words, *options, folder=tmp_path, now=start + timedelta(days=day))

    with serve_pages(site) as url:
        run(0, "backup", url)
        for path in list(posts)[10:30]:
            del site[path]
        run(31, "update")
        assert rows(tmp_path, "select count(*) > 0 from posts where own_page_gone_at is not null") == [(1,)]
        assert rows(tmp_path, "select count(*), count(gone_at) from posts") == [(40, 0)]
        del site["/page/2/"]  # the pinned posts alone pass none over
        for day in (32, 34):
            run(day, "update")
        assert rows(tmp_path, "select count(*), count(gone_at) from posts") == [(40, 0)]


def test_a_home_page_with_a_box_of_older_posts_proves_no_deletion_of_posts_that_the_sitemap_lists(
    tmp_path: Path,
) -> None:
    numbers = range(1, 31)
    posts = {
        f"/post-{number}/": f"<html><head><title>第 {number} 篇 - 山居</title></head><body><article><h1>第 {number} 篇</h1>"
        f'<time>{day_of(number)}</time><div class="entry-content">{TEXT}</div></article></body></html>'
        for number in numbers
    }
    site = {"/": page_of_list([*range(30, 22, -1), 8, 6, 4, 2], None), **posts}
    start = datetime(2026, 11, 2, 4, tzinfo=UTC)
    said = []
    with serve_pages(site) as url:
        listed = "".join(f"<url><loc>{url}{path}</loc></url>" for path in posts)
        site["/sitemap.xml"] = (
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'
        )
        for day, words in enumerate((("backup", url), ("update", "--full"), ("update", "--full"))):
            options = ("--db", "a.db", "--delay", "0.001", "--no-media")
            now = start + timedelta(days=40 * day)
            said.append(run_command(*words, *options, folder=tmp_path, now=now).err)
            for path in list(posts)[9:20]:
                site.pop(path, None)
    assert rows(tmp_path, "select count(*) > 0 from posts where own_page_gone_at is not null") == [(1,)]
    assert all(" 0 gone" in text for text in said), said


def test_a_site_that_states_another_time_of_the_last_edit_each_night_has_not_changed(tmp_path: Path) -> None:
    blog, page = MovedBlog(9), MovedBlog.page
    edited = ["2026-01-02"]
    line = f"<time>{FIRST:%Y-%m-%d}</time>"
    blog.page = lambda number, no: page(blog, number, no).replace(
        line, f"<p>Last edited {edited[0]} 06:30</p>"
    )  # type: ignore[method-assign]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        edited[0] = "2026-01-09"
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2)]
    assert 5 not in codes
    assert rows(tmp_path, "select field from site_changes") == []


def test_an_edit_of_an_untitled_post_is_stored_from_a_page_that_shows_its_time(tmp_path: Path) -> None:
    blog = PagedBlog(8)
    blog.title = lambda number: "" if number == 5 else f"第 {number} 篇"  # type: ignore[method-assign]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        blog.texts[5] = TEXT + "<p>补记：桥修好了。</p>"
        codes = [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2)]
    assert (codes, edits(tmp_path)) == ([0, 0], [("post-5",)])


def test_the_message_about_a_change_and_status_name_the_blogs_and_the_command_that_agrees_with_them_alone(
    tmp_path: Path,
) -> None:
    first, second, same = PagedBlog(12), PagedBlog(12), PagedBlog(4)
    with serve(first) as one, serve(second) as other, serve(same) as third:
        assert night(first, tmp_path, 0, "backup", one, other, third).code == 0
        for blog in (first, second):
            blog.texts = dict.fromkeys(blog.texts, f"<p>广告：本站特约，请购买优质大米。</p>{TEXT}")
        changed = sorted(f"web/{url.split('/')[2]}" for url in (one, other))
        found = night(first, tmp_path, 1, "update", "--full")
        command = "blogarchive update {} --accept-changes"
        told = found.err.splitlines()[-1]
        assert (found.code, command.format(" ".join(changed)) in told, third in told) == (5, True, False), (
            told
        )
        assert command.format(" ".join(changed)) in run_command("status", "--db", "a.db", folder=tmp_path).out
        assert night(first, tmp_path, 2, "update", changed[0], "--full", "--accept-changes").code == 0
        assert command.format(changed[1]) in run_command("status", "--db", "a.db", folder=tmp_path).out
        assert night(first, tmp_path, 3, "update", changed[1], "--full", "--accept-changes").code == 0
    assert "--accept-changes`" not in run_command("status", "--db", "a.db", folder=tmp_path).out
