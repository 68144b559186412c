"""The ways to write the address of a blog or a post on any host: each leads to one row, and two blogs never to one."""

from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from blogarchive.sites.engines.urls import parse_url
from tests.sites.engines.test_moves import BelowPath, HomeElsewhere, Titled
from tests.sites.engines.test_wordpress import night, rows, serve
from tests.tool import run_command

_STORED = "select (select count(body_text) from posts where author_id = a.id) from authors a order by id"


def serve_two(blogs: tuple[BelowPath, BelowPath], folders: tuple[str, str]) -> AbstractContextManager[str]:
    """Serve two blogs below paths of one host, which takes each form of a URL."""
    first, second = blogs
    first.folder, second.folder = map(quote, folders)
    answer = first.answer

    def answer_any(path: str) -> tuple[int, str, str]:
        second.root = first.root
        path = quote(unquote(path), safe="/?=&").replace("/index.html", "/")
        return second.answer(path) if path.startswith(f"{second.folder}/") else answer(path)

    first.answer = answer_any  # type: ignore[method-assign]
    return serve(first)


@pytest.mark.parametrize("kind", [Titled, BelowPath])
@pytest.mark.parametrize(
    ("folders", "forms"),
    [
        (("/小明", "/小红"), ("/小明/", "/%e5%b0%8f%e7%ba%a2/", "/小明/index.html", "/%E5%B0%8F%E7%BA%A2/")),
        (("/ann", "/bob"), ("/ann/index.html", "/bob/", "/%61nn/", "/bob/index.html", "/ann/")),
    ],
)
def test_each_way_to_write_the_address_of_a_blog_leads_to_its_one_row(
    tmp_path: Path, kind: type[BelowPath], folders: tuple[str, str], forms: tuple[str, ...]
) -> None:
    with serve_two((kind(12), kind(14)), folders) as url:
        codes = [
            night(kind(1), tmp_path, day, "backup", url.rstrip("/") + form).code
            for day, form in enumerate(forms)
        ]
        codes.append(night(kind(1), tmp_path, 9, "update").code)
        uids = [(f"{url.split('/')[2]}{folder}",) for folder in folders]
        names = [f"{url.rstrip('/')}{form}" for form in forms]
    codes += [run_command("settings", name, "--db", "a.db", folder=tmp_path).code for name in names]
    assert set(codes) == {0}
    assert rows(tmp_path, _STORED) == [(12,), (14,)]
    assert rows(tmp_path, "select uid from authors order by id") == uids


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://a.example/%E5%B0%8F/", "https://A.example:443/小/"),
        ("https://a.example/%7Eann/%2fb", "https://a.example./~ann/%2Fb"),
    ],
)
def test_two_forms_of_a_url_are_one(url: str, other: str) -> None:
    assert parse_url(url) == parse_url(other)


def test_two_posts_with_names_in_gbk_are_two() -> None:
    first, second = (
        parse_url(f"https://a.example/post/{quote(name.encode('gbk'))}.html").number
        for name in ("小明", "小红")
    )
    assert first != second


@pytest.mark.parametrize("kind", [Titled, BelowPath])
@pytest.mark.parametrize("folder", ["", "/ann"])
def test_a_new_post_of_a_stored_blog_is_stored_as_its_post_and_the_blog_is_read(
    tmp_path: Path, kind: type[BelowPath], folder: str
) -> None:
    blog = kind(16)
    blog.folder = folder
    with serve(blog) as url:
        home = f"{url.rstrip('/')}{folder}/"
        assert night(blog, tmp_path, 0, "backup", home).code == 0
        for new in (17, 18):
            blog.posts, blog.texts[new] = {new: [], **blog.posts}, f"<p>第 {new} 篇的新事。</p>"
        assert night(blog, tmp_path, 1, "backup", f"{home}post-17/").code == 0
        assert rows(tmp_path, _STORED) == [(18,)]
        assert rows(tmp_path, "select count(*) from frontier where url like '%post-17/'") == [(1,)]
        assert night(blog, tmp_path, 2, "update").code == 0
        home_of_host = night(blog, tmp_path, 3, "backup", url).code
    assert home_of_host == (4 if folder else 0)  # the host itself is no other name of the blog
    assert rows(tmp_path, _STORED) == [(18,)]


def test_a_blog_that_a_stored_portal_links_as_a_post_is_a_blog_of_its_own(tmp_path: Path) -> None:
    blog = Titled(12)
    blog.folder = "/ann"
    links = "".join(f'<li><h2><a href="/{one}/">{one} 的博客</a></h2></li>' for one in ("ann", "bob", "carl"))
    portal = f"<html><head><title>主机</title></head><body><main><ul>{links}</ul></main></body></html>"
    answer = blog.answer
    blog.answer = lambda path: (200, "text/html", portal) if path == "/" else answer(path)  # type: ignore[method-assign]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        codes = [night(blog, tmp_path, day, "backup", f"{url}ann/").code for day in (1, 2)]
    assert codes == [0, 0]
    assert rows(tmp_path, _STORED) == [(0,), (12,)]


def test_a_home_page_that_has_moved_to_its_posts_is_that_of_the_stored_blog_before_any_update(
    tmp_path: Path,
) -> None:
    blog = HomeElsewhere(24)
    blog.home = "/"
    with serve(blog) as url:
        codes = [night(blog, tmp_path, 0, "backup", url).code]
        blog.home = "/blog/"
        blog.posts, blog.texts[25] = {25: [], **blog.posts}, "<p>在新的地方。</p>"
        for day, words in enumerate((["backup", f"{url}blog/"], ["update"], ["backup", url]), 1):
            codes.append(night(blog, tmp_path, day, *words).code)
            assert rows(tmp_path, _STORED) == [(25,)]
    assert codes == [0, 0, 0, 0]


def test_a_blog_of_a_portal_that_is_stored_with_the_posts_of_all_is_a_blog_of_its_own(tmp_path: Path) -> None:
    first, second = Titled(12), Titled(14)
    with serve_two((first, second), ("/ann", "/bob")) as url:
        posts = [f"ann/post-{number}" for number in range(1, 8)] + ["bob/post-14"]
        items = "".join(
            f'<li><h2><a href="/{one}/">{first.title(int(one[9:]))}</a></h2></li>' for one in posts
        )
        answer = first.answer
        portal = f"<html><head><title>主机</title></head><body><main><ul>{items}</ul></main></body></html>"
        first.answer = lambda path: (200, "text/html", portal) if path == "/" else answer(path)  # type: ignore[method-assign]
        codes = [
            night(first, tmp_path, day, "backup", url + form).code for day, form in enumerate(("", "ann/"))
        ]
        assert rows(tmp_path, _STORED) == [(8,), (12,)]
    assert codes == [0, 0]
