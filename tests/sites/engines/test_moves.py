"""A blog below a path that moves to another path, on any host, and the pages at its old URL."""

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sites.engines.test_changes import PagedBlog
from tests.sites.engines.test_wordpress import FIRST, night, rows, serve
from tests.tool import run_command


class BelowPath(PagedBlog):
    """A blog of no known engine below the path `folder`, to which its earlier folders redirect."""

    folder = "/~ann/blog"
    earlier: tuple[str, ...] = ()

    def head(self, title: str, more: str = "") -> str:
        return f"<!DOCTYPE html><html><head><title>{title}</title></head>"

    def answer(self, path: str) -> tuple[int, str, str]:
        for folder in self.earlier:
            if path.startswith(f"{folder}/"):
                return 301, f"{self.root.rstrip('/')}{self.folder}{path.removeprefix(folder)}", ""
        if not path.startswith(f"{self.folder}/"):
            return 404, "text/html", "<html><body>no</body></html>"
        status, kind, body = super().answer(path.removeprefix(self.folder))
        return status, kind, re.sub(f'(href|src)="(?:{self.root}|/)', rf'\1="{self.folder}/', body)


@pytest.mark.parametrize("folder", ["/ann", "/~berta/journal", ""])
def test_a_blog_that_moves_to_another_path_of_its_host_keeps_its_row_and_posts(
    tmp_path: Path, folder: str
) -> None:
    blog = BelowPath(24)
    blog.comment(2, "阿明", FIRST)
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", f"{url}~ann/blog/").code == 0
        before = rows(tmp_path, "select uid from authors")
        blog.folder, blog.earlier = folder, ("/~ann/blog",)
        codes = [night(blog, tmp_path, 10, "update", "--revisits", "40").code]
        blog.posts, blog.texts[25] = {25: [], **blog.posts}, "<p>在新的地方。</p>"
        codes += [night(blog, tmp_path, day, "update").code for day in (11, 12)]
        blog.requested.clear()
        codes.append(night(blog, tmp_path, 13, "update").code)
        home = f"{url.rstrip('/')}{folder}/"
    assert codes == [0, 0, 0, 0]
    assert len(blog.requested) <= 3
    assert rows(tmp_path, "select uid from authors") == before
    assert rows(tmp_path, "select url, state from authors") == [(home, None)]
    assert rows(tmp_path, "select count(*), count(gone_at) from posts") == [(25, 0)]
    assert rows(tmp_path, "select count(*) from comments") == [(1,)]
    assert rows(tmp_path, "select count(*) from post_revisions") == [(0,)]
    stored = rows(tmp_path, "select number, title, body_text, url from posts order by 1")
    assert run_command("reparse", "--db", "a.db", folder=tmp_path).code == 0
    assert rows(tmp_path, "select number, title, body_text, url from posts order by 1") == stored
    assert rows(tmp_path, "select uid from authors") == before
    later = datetime(2027, 6, 1, tzinfo=UTC)
    assert run_command("merge", "a.db", "--db", "b.db", folder=tmp_path, now=later).code == 0
    with sqlite3.connect(tmp_path / "b.db") as merged:
        assert merged.execute("select uid from authors").fetchall() == before
        assert merged.execute("select count(*), count(content_hash) from posts").fetchone() == (25, 25)
        # A list shows the earlier number of a post that is gone: it stays gone.
        gone = merged.execute("""select p.id, g.url from posts p join pages g on g.target ->> '$.number' = p.number
            and g.url <> p.url limit 1""").fetchone()
        assert gone is not None
        merged.execute(
            "update posts set gone_at = '2028-01-01T00:00:00+00:00', gone_reason = 'deleted' where id = ?",
            gone[:1],
        )
        merged.execute(
            """insert into posts (author_id, number, url, first_seen_at, last_seen_at)
            select author_id, 'earlier', ?2, first_seen_at, last_seen_at from posts where id = ?1""",
            gone,
        )
    assert run_command("merge", "a.db", "--db", "b.db", folder=tmp_path, now=later).code == 0
    with sqlite3.connect(tmp_path / "b.db") as merged:
        marks = "select gone_reason from posts where id = ? or number = 'earlier' order by id"
        assert merged.execute(marks, gone[:1]).fetchall() == [("deleted",), (None,)]


def test_a_portal_or_another_blog_of_its_host_does_not_take_over_the_row_of_a_blog(tmp_path: Path) -> None:
    """The portal shows two posts of the blog among others; the other blog has as many posts at the same places."""
    blog, other = BelowPath(24), BelowPath(24)
    with serve(blog) as url:
        other.root, other.folder = url, "/bob"
        own = other.title
        other.title = lambda number: own(number) if number < 3 else f"别人的第 {number} 篇"  # type: ignore[method-assign]
        answer = blog.answer
        blog.answer = lambda path: other.answer(path) if path.startswith("/bob/") else answer(path)  # type: ignore[method-assign]
        assert night(blog, tmp_path, 0, "backup", f"{url}~ann/blog/").code == 0
        stored = rows(tmp_path, "select number, title, body_text, url, gone_at from posts order by 1")
        blog.folder, blog.earlier = "/bob", ("/~ann/blog",)
        found = [night(blog, tmp_path, day, "update") for day in (1, 2, 3, 4)]
    assert [one.code for one in found] == [4, 0, 0, 0]
    assert f"has moved to {url}bob/; if that is the same blog" in found[0].err
    assert rows(tmp_path, "select number, title, body_text, url, gone_at from posts order by 1") == stored
    assert rows(tmp_path, "select alias from author_aliases") == []


class HomeElsewhere(BelowPath):
    """The posts stay below their folder when the home page and its further pages move."""

    folder = "/blog"
    home, name = "/blog/", "山居"

    def head(self, title: str, more: str = "") -> str:
        return super().head(title.replace("山居", self.name), more)

    def answer(self, path: str) -> tuple[int, str, str]:
        if path in ("/", "/blog/") and path != self.home:
            return 301, self.root + self.home[1:], ""
        own = path.removeprefix(self.home)
        status, kind, body = super().answer(f"/blog/{own}" if own == "" or own.startswith("page/") else path)
        return status, kind, body.replace('"/blog/page/', f'"{self.home}page/')


@pytest.mark.parametrize("homes", [("/blog/", "/"), ("/", "/blog/"), ("/blog/", "/journal/")])
@pytest.mark.parametrize("name", ["山居", "河边"])
def test_a_home_page_that_moves_alone_is_that_of_the_posts_it_lists(
    tmp_path: Path, homes: tuple[str, str], name: str
) -> None:
    blog = HomeElsewhere(24)
    blog.home = homes[0]
    with serve(blog) as url:
        codes = [night(blog, tmp_path, 0, "backup", url + homes[0][1:]).code]
        before = rows(tmp_path, "select number, url, title, gone_at from posts order by 1")
        blog.home, blog.name = homes[1], name
        codes += [night(blog, tmp_path, 10, "update").code]
        blog.posts, blog.texts[25] = {25: [], **blog.posts}, "<p>在新的地方。</p>"
        codes += [night(blog, tmp_path, 11, "update").code]
        codes += [night(blog, tmp_path, 12, "backup", url + homes[1][1:]).code]
        blog.posts, blog.texts[26] = {26: [], **blog.posts}, "<p>又一篇新的。</p>"
        codes += [night(blog, tmp_path, day, "update").code for day in (13, 14)]
    assert codes == [0, 0, 0, 0, 0, 0]
    assert rows(tmp_path, "select url, blog_title from authors") == [(url + homes[1][1:], name)]
    kept = "select number, url, title, gone_at from posts where title not glob '第 2[56] 篇' order by 1"
    assert rows(tmp_path, kept) == before
    assert rows(tmp_path, "select count(*), count(body_text) from posts") == [(26, 26)]
    stored = rows(
        tmp_path,
        "select uid, number, p.url, title from posts p join authors a on a.id = author_id order by 2",
    )
    for words in (("reparse", "--db", "a.db"), ("merge", "a.db", "--db", "b.db")):
        assert run_command(*words, folder=tmp_path, now=datetime(2027, 6, 1, tzinfo=UTC)).code == 0
    with sqlite3.connect(tmp_path / "b.db") as merged:
        query = "select uid, number, p.url, title from posts p join authors a on a.id = author_id order by 2"
        assert merged.execute(query).fetchall() == rows(tmp_path, query) == stored


@pytest.mark.parametrize("again", ["blog/", "blog"])
def test_a_backup_of_the_new_home_page_of_a_blog_whose_posts_stay_makes_no_second_blog(
    tmp_path: Path, again: str
) -> None:
    blog = HomeElsewhere(24)
    blog.home = "/"
    answer = blog.answer
    blog.answer = lambda path: (301, f"{blog.root}blog/", "") if path == "/blog" else answer(path)  # type: ignore[method-assign]
    with serve(blog) as url:
        codes = [night(blog, tmp_path, 0, "backup", url).code]
        blog.home = "/blog/"
        for day, words in enumerate((["update"], ["backup", url + again], ["update"]), 10):
            blog.posts, blog.texts[15 + day] = {15 + day: [], **blog.posts}, f"<p>第 {day} 天的新事。</p>"
            codes.append(night(blog, tmp_path, day, *words).code)
            stored = "select a.url, count(*), count(body_text) from posts join authors a on a.id = author_id group by 1"
            assert rows(tmp_path, stored) == [(f"{url}blog/", 15 + day, 15 + day)]
    assert codes == [0, 0, 0, 0]
    assert rows(tmp_path, "select count(*) from authors") == [(1,)]


class ByQuery(BelowPath):
    """The posts are at `?p=5`; the third one shows fewer comments than it counts."""

    def page(self, number: int, page: int) -> str:
        counted = '<div id="comments"><h3>5 条评论</h3></div></article>' if number == 3 else "</article>"
        return super().page(number, page).replace("</article>", counted)

    def answer(self, path: str) -> tuple[int, str, str]:
        status, kind, body = super().answer(re.sub(r"\?p=(\d+)$", r"post-\1/", path))
        return status, re.sub(r"post-(\d+)/$", r"?p=\1", kind), re.sub(r'post-(\d+)/"', r'?p=\1"', body)


def test_posts_at_queries_and_their_failures_move_with_the_blog(tmp_path: Path) -> None:
    blog = ByQuery(16)
    with serve(blog) as url:
        codes = [night(blog, tmp_path, 0, "backup", f"{url}~ann/blog/").code]
        blog.folder, blog.earlier = "/ann", ("/~ann/blog",)
        codes += [night(blog, tmp_path, day, "update", "--full").code for day in (1, 2)]
        codes += [night(blog, tmp_path, 3, "update").code]
    assert codes == [1, 0, 0, 0]
    assert rows(tmp_path, "select url, field from open_failures") == [(f"{url}ann/?p=3", "comments")]
    numbers = [(f"ann?p={number}", None) for number in range(1, 17)]
    assert sorted(rows(tmp_path, "select number, gone_at from posts")) == sorted(numbers)


@pytest.mark.parametrize("folder", ["/~ann", "/~ann/notes"])
def test_the_home_page_of_a_blog_in_the_folder_of_a_user_takes_the_blog(tmp_path: Path, folder: str) -> None:
    blog = BelowPath(16)
    blog.folder = folder
    with serve(blog) as url:
        assert night(blog, tmp_path, 0, "backup", f"{url.rstrip('/')}{folder}/").code == 0
        assert night(blog, tmp_path, 1, "update").code == 0
    assert rows(tmp_path, "select count(*), count(body_text) from posts") == [(16, 16)]


@pytest.mark.parametrize("folder", ["/ann", "/blog", "/~ann/blog", "/blog/carl", "/en/blog"])
@pytest.mark.parametrize(
    "forms",
    [("/", "/", "", "/"), ("/post-3/", "/post-3/", "/", "/post-3/"), ("/", "/post-3/", "/", "/post-3/")],
)
def test_the_same_backup_of_a_blog_below_a_path_takes_the_new_posts_of_each_night(
    tmp_path: Path, folder: str, forms: tuple[str, ...]
) -> None:
    # A post shows its blog by the link of its title.
    blog = Titled(16) if "/post-3/" in forms else BelowPath(16)
    blog.folder = folder
    with serve(blog) as url:
        codes = []
        for day, form in enumerate(forms):
            codes.append(night(blog, tmp_path, day, "backup", url.rstrip("/") + folder + form).code)
            new = 17 + day
            blog.posts, blog.texts[new] = {new: [], **blog.posts}, f"<p>第 {new} 篇的新事。</p>"
    assert codes == [0, 0, 0, 0]
    assert rows(tmp_path, "select count(*), count(body_text) from posts") == [(19, 19)]


class Titled(BelowPath):
    """Each page links the home page of its blog with the title of that blog."""

    def head(self, title: str, more: str = "") -> str:
        home = f'<header><h1 class="site-title"><a rel="home" href="/">{self.folder} 的博客</a></h1></header>'
        return f"{super().head(f'{title} {self.folder}', more)}{home}"


@pytest.mark.parametrize("folders", [("/blog/carl", "/blog/dora"), ("/zh", "/en")])
def test_two_blogs_in_folders_that_look_like_those_of_posts_or_lists_are_two(
    tmp_path: Path, folders: tuple[str, str]
) -> None:
    """An owner of a host has /blog/NAME/ for each writer, or a blog in each language; another stands at its root."""
    first, second, at_root = Titled(12), Titled(14), Titled(9)
    first.folder, second.folder, at_root.folder = *folders, ""
    with serve(first) as url:
        root, answer = url.rstrip("/"), first.answer
        for other in (second, at_root):
            other.root = url
        first.answer = lambda path: (
            next(  # type: ignore[method-assign]
                (
                    one(path)
                    for folder, one in zip(folders, (answer, second.answer), strict=True)
                    if path.startswith(folder)
                ),
                None,
            )
            or at_root.answer(path)
        )
        codes = [
            night(first, tmp_path, day, "backup", *(f"{root}{one}/" for one in folders)).code
            for day in (0, 1)
        ]
        stored = "select url, (select count(body_text) from posts where author_id = a.id) from authors a order by 2"
        assert rows(tmp_path, stored) == [
            (f"{root}{one}/", count) for one, count in zip(folders, (12, 14), strict=True)
        ]
    assert codes == [0, 0]


def test_a_portal_that_lists_the_home_pages_of_blogs_takes_no_night_from_them(tmp_path: Path) -> None:
    """The portal was named too: each home page is also a target of it, as one of its posts."""
    blog = Titled(12)
    blog.folder = "/ann"
    links = "".join(
        f'<li><h2><a href="/{one}/">{one} 的博客</a></h2></li>' for one in ("ann", "bob", "carl", "dora")
    )
    portal = f"<html><head><title>主机</title></head><body><main><ul>{links}</ul></main></body></html>"
    answer = blog.answer
    forms = {"/": (200, "text/html", portal), "/ann": (301, "/ann/", "")}
    blog.answer = lambda path: forms.get(path) or answer(path)  # type: ignore[method-assign]
    with serve(blog) as url:
        for day in range(3):
            night(blog, tmp_path, day, "backup", url, f"{url}ann")
            stored = (
                "select count(body_text) from posts join authors a on a.id = author_id and uid like '%/ann'"
            )
            assert rows(tmp_path, stored) == [(12 + day,)]
            new = 13 + day
            blog.posts, blog.texts[new] = {new: [], **blog.posts}, f"<p>第 {new} 篇的新事。</p>"
