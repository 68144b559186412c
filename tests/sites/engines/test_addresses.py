"""The ways to write the address of a blog or a post on any host: each leads to one row, and two blogs never to one."""

from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from blogarchive.crawl.named_urls import target_of_url
from blogarchive.items import Target
from blogarchive.sites.engines.urls import parse_url
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import blogs_at, canonical_uid, find_blog
from blogarchive.store.ledger.frontier import as_stored
from tests.sites.engines.test_moves import BelowPath, Titled
from tests.sites.engines.test_wordpress import night, rows, serve
from tests.tool import run_command

_AUTHOR = """insert into authors(site, uid, url, first_seen_at, last_seen_at)
        values ('web', ?, ?, '2026-01-01', '2026-01-01')"""
_STORED = "select (select count(body_text) from posts where author_id = a.id) from authors a order by id"


def _target(url: str) -> Target:
    return target_of_url(url, "web")


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


@pytest.mark.parametrize(
    ("kind", "folders", "forms"),
    [
        (
            Titled,
            ("/小明", "/小红"),
            ("/小明/", "/%e5%b0%8f%e7%ba%a2/", "/小明/index.html", "/%E5%B0%8F%E7%BA%A2/"),
        ),
        (BelowPath, ("/ann", "/bob"), ("/ann/index.html", "/bob/", "/%61nn/", "/bob/index.html", "/ann/")),
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
        ("https://ann.blogspot.com/2014/07/tea.html?m=1", "https://ann.blogspot.com/2014/07/tea.html"),
        ("https://a.example/2014/07/tea.html?showComment=14#c1", "https://a.example/2014/07/tea.html"),
        ("https://a.example/?p=5&print=1", "https://a.example/?p=5"),
        ("https://a.example/tea/?language=big5", "https://a.example/tea/"),
    ],
)
def test_two_forms_of_a_url_are_one(url: str, other: str) -> None:
    assert parse_url(url) == parse_url(other)


@pytest.mark.parametrize("query", ["lang=en", "language=en", "m=202105", "m=1&id=5", "printed=5", "print=12"])
def test_a_parameter_that_may_choose_another_text_stays(query: str) -> None:
    assert parse_url(f"https://a.example/tea/?{query}").url == f"https://a.example/tea/?{query}"


def test_two_posts_with_names_in_gbk_are_two() -> None:
    first, second = (
        parse_url(f"https://a.example/post/{quote(name.encode('gbk'))}.html").number
        for name in ("小明", "小红")
    )
    assert first != second


@pytest.mark.parametrize(("kind", "folder"), [(Titled, ""), (BelowPath, "/ann")])
def test_a_new_post_of_a_stored_blog_is_left_to_its_update_and_makes_no_second_row(
    tmp_path: Path, kind: type[BelowPath], folder: str
) -> None:
    blog = kind(16)
    blog.folder = folder
    with serve(blog) as url:
        home = f"{url.rstrip('/')}{folder}/"
        assert night(blog, tmp_path, 0, "backup", home).code == 0
        uid = rows(tmp_path, "select uid from authors")[0][0]
        blog.posts, blog.texts[17] = {17: [], **blog.posts}, "<p>新事。</p>"
        found = night(blog, tmp_path, 1, "backup", f"{home}post-17/")
        assert (found.code, f"`update {uid}` reads new posts" in found.err) == (4, True), found.err
        assert rows(tmp_path, "select state from authors") == [(None,)]
        night(blog, tmp_path, 2, "update")
    assert rows(tmp_path, _STORED) == [(17,)]


@pytest.mark.parametrize("kind", [Titled, BelowPath])
def test_a_post_of_a_stranger_on_the_host_of_a_stored_blog_is_not_stored_as_its_post(
    tmp_path: Path, kind: type[BelowPath]
) -> None:
    ann, bob = kind(12), kind(14)
    bob.title = lambda number: f"鲍勃的第 {number} 篇"  # type: ignore[method-assign]
    with serve_two((ann, bob), ("", "/bob")) as url:
        night(ann, tmp_path, 0, "backup", url)
        night(ann, tmp_path, 1, "backup", f"{url}bob/post-3/")
        assert rows(tmp_path, _STORED)[0] == (12,)
        assert run_command("reparse", "--db", "a.db", folder=tmp_path).code == 0
        assert rows(tmp_path, _STORED)[0] == (12,)
        assert night(ann, tmp_path, 2, "backup", f"{url}bob/").code == 0
    assert rows(tmp_path, _STORED) == [(12,), (14,)]


def test_the_first_blog_of_a_portal_that_was_read_in_part_does_not_take_its_row(tmp_path: Path) -> None:
    ann = Titled(12)
    ann.folder = "/ann"
    posts = [(f"ann/post-{number}", ann.title(number)) for number in range(1, 8)]
    posts += [(f"bob/post-{number}", f"鲍勃的第 {number} 篇") for number in range(1, 8)]
    items = "".join(f'<li><h2><a href="/{path}/">{title}</a></h2></li>' for path, title in posts)
    portal = f"<html><head><title>主机</title></head><body><main><ul>{items}</ul></main></body></html>"
    answer = ann.answer
    ann.answer = lambda path: (200, "text/html", portal) if path == "/" else answer(path)  # type: ignore[method-assign]
    with serve(ann) as url:
        night(ann, tmp_path, 0, "backup", url, "--limit", "7")
        assert night(ann, tmp_path, 1, "backup", f"{url}ann/").code == 0
        host = url.split("/")[2]
    assert rows(tmp_path, "select uid, url from authors order by id") == [
        (host, url),
        (f"{host}/ann", f"{url}ann/"),
    ]


def test_www_is_no_other_name_of_a_host_of_which_nothing_is_known(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.execute(_AUTHOR, ("x.test", "http://x.test/"))
        assert canonical_uid(archive, "web", "www.x.test") == "www.x.test"
        assert as_stored(archive, _target("http://www.x.test/")).uid == "www.x.test"


def test_blogs_of_a_query_are_two_and_a_named_post_of_a_query_is_itself(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.execute(_AUTHOR, ("x.test", "http://x.test/index.php?user=ann"))
        archive.execute(_AUTHOR, ("x.test/blog", "http://x.test/blog/"))
        for url in ("http://x.test/index.php?user=bob", "http://x.test/blog/?p=5"):
            assert (as_stored(archive, _target(url)).url, as_stored(archive, _target(url)).uid) == (url, None)
            assert blogs_at(archive, url) == []


def test_a_blog_of_another_query_is_not_stored_in_the_row_of_the_first(tmp_path: Path) -> None:
    ann, bob = Titled(12), Titled(14)
    ann.folder = bob.folder = ""
    answer = ann.answer

    def by_query(path: str) -> tuple[int, str, str]:
        bob.root = ann.root
        if path.startswith("/index.php?user=bob") or "bobpost" in path:
            status, kind, body = bob.answer("/" if "?user" in path else path.replace("bobpost", "post"))
            return status, kind, body.replace("/post-", "/bobpost-")
        return answer("/" if path.startswith("/index.php") else path)

    ann.answer = by_query  # type: ignore[method-assign]
    with serve(ann) as url:
        assert night(ann, tmp_path, 0, "backup", f"{url}index.php?user=ann").code == 0
        found = night(ann, tmp_path, 1, "backup", f"{url}index.php?user=bob")
        assert (found.code, "a page of another blog" in found.err) == (4, True), found.err
        assert night(ann, tmp_path, 2, "backup", f"{url}index.php?user=ann").code == 0
    assert rows(tmp_path, "select count(*) from posts union all select count(*) from authors") == [
        (12,),
        (1,),
    ]


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        ("/%e5%b0%8f%e6%98%8e/", ("/%e5%b0%8f%e6%98%8e/", "/小明", "/%E5%B0%8F%E6%98%8E/")),
        ("/%7Eann/", ("/%7Eann/", "/~ann/", "/%7eann")),
        ("/ann/index.html", ("/ann/", "/ann/index.html")),
    ],
)
def test_a_blog_is_found_by_the_url_that_an_earlier_version_stored(
    tmp_path: Path, stored: str, named: tuple[str, ...]
) -> None:
    with Archive.open(tmp_path / "a.db", create=True) as archive:
        archive.execute(_AUTHOR, ("x.test", f"http://x.test{stored}"))
        for form in named:
            assert find_blog(archive, f"http://x.test{form}").uid == "x.test"
            assert as_stored(archive, _target(f"http://x.test{form}")).uid == "x.test"


@pytest.mark.parametrize("path", ["/c%2B%2B/", "/a%2Fb/", "/a%3Bb%3D/", "/a%25b/", "/c++/", "/[x]/"])
def test_a_reserved_character_of_a_url_is_requested_as_it_was_written(path: str) -> None:
    assert parse_url(f"https://a.example{path}").url == f"https://a.example{path}"


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
