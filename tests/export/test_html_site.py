import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from jinja2 import Environment
from lxml import html

from blogarchive.cli.group import run
from blogarchive.export import html as html_export
from blogarchive.export.html import export_html
from blogarchive.store.database.archive import Archive
from blogarchive.store.read.exports import Filters
from blogarchive.store.read.posts import find_post_id, find_posts
from tests.export.conftest import HOST, LINKS, SEEN, Made, all_bytes, led_to


def pages_in(out: Path) -> list[Path]:
    return sorted(out.rglob("*.html"))


def addresses(path: Path) -> list[tuple[str, str, str]]:
    """Return tag, attribute and value of every URL on the page."""
    tree = html.fromstring(path.read_text(encoding="utf-8"))
    return [
        (element.tag, name, value)
        for element in tree.iter("a", "img", "script", "link", "form", "iframe", "embed", "object")
        for name, value in element.attrib.items()
        if name in ("href", "src", "action", "data")
    ]


@pytest.mark.parametrize("which", ["archive", "hostile_archive"])
def test_every_link_inside_the_site_leads_to_a_file_of_it(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    out = export_html(request.getfixturevalue(which), tmp_path / "site", years=True).out
    for path in pages_in(out):
        for _tag, _name, value in addresses(path):
            if not urlsplit(value).scheme:
                target = Path(unquote(urlsplit(urljoin(path.as_uri(), value)).path))
                assert target.is_file(), (path, value)
                assert target.is_relative_to(out)


@pytest.mark.parametrize("which", ["archive", "hostile_archive"])
def test_no_page_loads_from_another_host_or_runs_an_inline_script(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    out = export_html(request.getfixturevalue(which), tmp_path / "site", years=True).out
    for path in pages_in(out):
        text = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        tree = html.fromstring(text)
        assert not tree.xpath("//iframe | //embed | //object | //*[@style] | //@*[starts-with(name(), 'on')]")
        assert [script.get("src") for script in tree.iter("script")] in ([], ["look/search.js"])
        for tag, name, value in addresses(path):
            assert not re.match(r"\s*(javascript|data|vbscript):", value, re.IGNORECASE)
            assert tag == "a" or not urlsplit(value).netloc, (tag, name, value)


def test_the_pages_of_the_years_have_every_text_and_comment_once(archive: Path, tmp_path: Path) -> None:
    out = export_html(archive, tmp_path / "site", years=True).out
    years = sorted(out.rglob("year-*.html"))
    trees = [html.fromstring(path.read_text("utf-8")) for path in years]
    posts = [path for path in out.rglob("*.html") if path.stem.isdigit()]
    assert sum(len(tree.cssselect("article.post")) for tree in trees) == len(posts) > 0
    comments = sum(len(html.fromstring(path.read_text("utf-8")).cssselect(".comment")) for path in posts)
    assert sum(len(tree.cssselect(".comment")) for tree in trees) == comments > 0
    for tree in trees:
        names = tree.xpath("//@id")
        assert len(names) == len(set(names))
    written = {path: path.stat().st_mtime_ns for path in years}
    export_html(archive, out, years=True)
    assert {path: path.stat().st_mtime_ns for path in years} == written
    export_html(archive, out)
    assert not list(out.rglob("year-*.html"))


def test_the_front_page_leads_by_blog_month_and_category_to_a_post(archive: Path, tmp_path: Path) -> None:
    out = export_html(archive, tmp_path / "site").out
    front = html.fromstring((out / "index.html").read_text(encoding="utf-8"))
    assert [link.text for link in front.xpath("//h2/a")] == ["林木的角落", "北窗夜话"]
    blog = html.fromstring((out / "creaders-31182" / "index.html").read_text(encoding="utf-8"))
    months = [
        (dt.text, [link.text_content() for link in dt.getnext().iter("a")])
        for dt in blog.xpath("//dl[@class='months']/dt")
    ]
    assert months == [("2025", ["02 月 1", "01 月 1"]), ("2024", ["12 月 1"]), ("没有日期", ["全部 1"])]
    assert [link.text_content() for link in blog.xpath("//p[@class='tags']/a")] == ["经济 1", "随笔 1"]
    listing = html.fromstring((out / "creaders-31182" / "category-经济.html").read_text(encoding="utf-8"))
    assert listing.xpath("//ol/li/a/@href") == ["../creaders-31182/101.html"]


def test_an_archive_of_one_blog_opens_on_that_blog(archive: Path, tmp_path: Path) -> None:
    out = export_html(archive, tmp_path / "site", filters=Filters(authors=("44",))).out
    front = html.fromstring((out / "index.html").read_text(encoding="utf-8"))
    assert front.findtext(".//h1") == "北窗夜话"


def test_a_post_shows_its_picture_comments_and_earlier_versions(archive: Path, tmp_path: Path) -> None:
    done = export_html(archive, tmp_path / "site")
    blog = done.out / "creaders-31182"
    first = html.fromstring((blog / "101.html").read_text(encoding="utf-8"))
    (source,) = first.xpath("//img/@src")
    assert (blog / source).read_bytes().startswith(b"\x89PNG")
    assert [who.text_content().strip() for who in first.xpath("//*[@class='who']")] == ["过客", "林木"]
    second = html.fromstring((blog / "102.html").read_text(encoding="utf-8"))
    assert "旧的正文" in second.xpath("//details")[0].text_content()
    assert "原站已看不到" in (blog / "103.html").read_text(encoding="utf-8")
    assert "还没有存下" in (blog / "104.html").read_text(encoding="utf-8")
    assert (done.posts, done.comments, done.pictures, done.missing) == (5, 2, 1, 1)


def test_the_same_archive_makes_the_same_bytes_also_after_an_interruption(
    archive: Path, tmp_path: Path
) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_html(archive, tmp_path / "1", progress=stop)
    assert all_bytes(export_html(archive, tmp_path / "1").out) == all_bytes(
        export_html(archive, tmp_path / "2").out
    )


def test_a_hostile_archive_writes_inside_its_folder_only(hostile_archive: Path, tmp_path: Path) -> None:
    done = export_html(hostile_archive, tmp_path / "deep" / "site")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["site"]
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith("archive.db")} == {"deep"}
    assert done.posts == 24


def test_links_between_posts_lead_to_files_of_the_site_with_the_original_url_as_title(
    linking_archive: Path, tmp_path: Path
) -> None:
    out = export_html(linking_archive, tmp_path / "site").out
    tree = html.fromstring((out / "creaders-31182" / "2.html").read_text(encoding="utf-8"))
    led = {link.text: (link.get("href"), link.get("title")) for link in tree.xpath("//p/a[@href]")}
    assert {name: led[name] for name in LINKS} == led_to("1.html", "../creaders-98765/7.html")


def test_a_blog_stored_under_a_name_is_found_by_its_number_and_so_are_its_posts(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = made.blog("laowang")
    made.row("author_aliases", author_id=own, alias="31182", first_seen_at=SEEN)
    made.post(own, 1, "第一篇", "<p>一</p>")
    made.post(own, 2, "第二篇", f'<p><a href="{HOST}/u/31182/202501/1.html">上一篇</a></p>')
    made.blog("98765")
    archive = made.done()
    done = export_html(archive, tmp_path / "site", filters=Filters(authors=("31182",)))
    assert done.posts == 2
    second = next(path for path in pages_in(done.out) if path.name == "2.html")
    assert ("a", "href", "1.html") in addresses(second)
    with Archive.open(archive, read_only=True) as held:
        assert find_post_id(held, "creaders", "31182", "1") == 1
        assert [post.number for _, post in find_posts(held, "2", uid="31182")] == ["2"]
    Archive.open(archive).close()  # updates the search index
    assert run(["search", "第一篇", "--author", "31182", "--db", str(archive)]) == 0
    assert "第一篇" in capsys.readouterr().out


def test_the_code_of_a_template_is_stored_for_one_version_of_the_program_and_compiled_again_if_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    compile_template = Environment.compile

    def counted(environment: Environment, source: str, *given: Any) -> Any:
        compiled.append(source)
        return compile_template(environment, source, *given)

    def rendered(program: bytes) -> list[bytes]:
        monkeypatch.setattr(html_export, "program_digest", lambda: program)
        html_export.environment.cache_clear()
        return [html_export.render_template("front.html", root="", blogs=[]) for _ in range(2)]

    monkeypatch.setattr(Environment, "compile", counted)
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    monkeypatch.setattr(html_export.__spec__, "cached", str(tmp_path / "html.pyc"))
    first = rendered(b"1")
    count = len(compiled)
    assert rendered(b"1") == first
    assert len(compiled) == count > 0
    assert rendered(b"2") == first
    assert len(compiled) == 2 * count
    for file in tmp_path.glob("*.template"):
        file.write_bytes(file.read_bytes()[:-9] + b"\x80damaged.")
    assert rendered(b"2") == first
    assert len(compiled) == 3 * count
    tmp_path.chmod(0o500)
    assert rendered(b"3") == first
    html_export.environment.cache_clear()
