import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from lxml import html
from markdown_it import MarkdownIt

from blogarchive.errors import UsageError
from blogarchive.export.markdown import export_markdown
from blogarchive.store.read.exports import Filters
from tests.export.conftest import LINKS, all_bytes, led_to
from tests.sql import run_sql


def read_post(path: Path) -> tuple[dict[str, Any], str]:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), body


def posts_in(out: Path) -> dict[object, Path]:
    return {read_post(path)[0]["number"]: path for path in out.rglob("*.md") if path.name != "_index.md"}


def test_a_post_is_a_file_named_by_date_and_title_with_front_matter(archive: Path, tmp_path: Path) -> None:
    done = export_markdown(archive, tmp_path / "md")
    fields, body = read_post(done.out / "creaders-31182" / "2025-01-28-泡沫与房价.md")
    assert fields == {
        "title": "泡沫与房价", "date": "2025-01-28T01:46:53-08:00", "date_shown": "2025-01-28 01:46:53",
        "author": "林木", "source": "https://blog.creaders.net/u/31182/202501/101.html", "site": "creaders",
        "uid": "31182", "number": "101", "categories": ["经济", "随笔"], "views": 1769, "likes": 9,
        "comment_count": 2, "first_seen_at": "2025-02-01T09:00:00+00:00",
    }  # fmt: skip
    assert "第一段谈泡沫。" in body
    assert "## 评论" in body
    assert (done.posts, done.comments, done.pictures, done.missing) == (4, 2, 1, 1)


def test_images_are_beside_the_post_and_missing_ones_are_links(archive: Path, tmp_path: Path) -> None:
    blog = export_markdown(archive, tmp_path / "md").out / "creaders-31182"
    _, body = read_post(blog / "2025-01-28-泡沫与房价.md")
    rendered = html.fromstring(MarkdownIt("commonmark").render(body))
    (source,) = rendered.xpath("//img/@src")
    assert (blog / source).read_bytes().startswith(b"\x89PNG")


def test_a_month_becomes_a_full_date_in_the_front_matter(archive: Path, tmp_path: Path) -> None:
    fields, _ = read_post(posts_in(export_markdown(archive, tmp_path / "md").out)["103"])
    assert (fields["date"], fields["gone_at"][:4]) == ("2024-12-01", "2025")


def test_hostile_titles_make_distinct_files_inside_the_folder(hostile_archive: Path, tmp_path: Path) -> None:
    done = export_markdown(hostile_archive, tmp_path / "deep" / "md")
    files = posts_in(done.out)
    assert len(files) == done.posts == 24
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith("archive.db")} == {"deep"}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["md"]
    assert len({path.name.casefold() for path in files.values()}) == 24
    assert read_post(files["10"])[0]["title"] == "--- evil: true ---"
    assert "evil" not in read_post(files["10"])[0]


def test_a_hostile_post_makes_no_raw_html_and_no_remote_image(hostile_archive: Path, tmp_path: Path) -> None:
    posts = posts_in(export_markdown(hostile_archive, tmp_path / "md").out)
    assert posts
    for path in posts.values():
        _, body = read_post(path)
        rendered = MarkdownIt("commonmark").render(body)
        assert "<script" not in rendered
        assert "<img" not in rendered
        assert "javascript:" not in rendered
        assert "{{<" not in path.read_text(encoding="utf-8").split("---\n", 2)[2]


def test_a_list_of_posts_has_nothing_that_a_generator_runs(archive: Path, tmp_path: Path) -> None:
    run_sql(archive, "update posts set title = '{{% x %}} {% y %} {{ z }}' where title is not null")
    (index,) = export_markdown(archive, tmp_path / "md").out.glob("creaders-31182/_index.md")
    shown = index.read_text(encoding="utf-8").split("---\n", 2)[2]
    assert "z" in shown
    assert "{{" not in shown
    assert "{%" not in shown


def test_the_same_archive_makes_the_same_bytes_and_rewrites_no_file(archive: Path, tmp_path: Path) -> None:
    one = export_markdown(archive, tmp_path / "1").out
    times = {path: path.stat().st_mtime_ns for path in one.rglob("*.md")}
    assert all_bytes(one) == all_bytes(export_markdown(archive, tmp_path / "2").out)
    export_markdown(archive, one)
    assert times == {path: path.stat().st_mtime_ns for path in one.rglob("*.md")}


def test_an_interrupted_export_continues_with_the_same_result(archive: Path, tmp_path: Path) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_markdown(archive, tmp_path / "1", progress=stop)
    export_markdown(archive, tmp_path / "1")
    assert all_bytes(tmp_path / "1") == all_bytes(export_markdown(archive, tmp_path / "2").out)


def test_a_smaller_export_removes_only_its_own_files(archive: Path, tmp_path: Path) -> None:
    out = export_markdown(archive, tmp_path / "md").out
    (out / "notes.txt").write_text("my own")
    export_markdown(archive, out, filters=Filters(authors=("44",)))
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()) == [
        ".blogarchive-export", "creaders-44/2010-05-15-繁體的一篇.md", "creaders-44/_index.md", "notes.txt",
    ]  # fmt: skip


def test_a_folder_with_other_files_is_refused(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.md").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        export_markdown(archive, tmp_path / "mine")


def test_a_symbolic_link_out_of_the_folder_is_not_followed(archive: Path, tmp_path: Path) -> None:
    out = export_markdown(archive, tmp_path / "md").out
    shutil.rmtree(out / "creaders-31182")
    (tmp_path / "elsewhere").mkdir()
    (out / "creaders-31182").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="leads out"):
        export_markdown(archive, out)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_links_between_posts_lead_to_their_files_with_the_original_url_as_title(
    linking_archive: Path, tmp_path: Path
) -> None:
    out = export_markdown(linking_archive, tmp_path / "out").out
    text = (out / "creaders-31182" / "2025-01-28-第二篇.md").read_text("utf-8").partition("\n---\n")[2]
    tree = html.fromstring(MarkdownIt().render(text))
    led = {a.text: (unquote(a.get("href")), a.get("title")) for a in tree.iter("a")}
    own = "2025-01-28-第一篇.md"
    assert led.pop("comment") == (own, LINKS["within"])
    assert led == led_to(own, "../creaders-98765/2025-01-28-邻居的.md")


@pytest.mark.skipif(not shutil.which("hugo"), reason="Hugo is not installed")
def test_hugo_follows_the_links_between_posts(linking_archive: Path, tmp_path: Path) -> None:
    public = hugo(linking_archive, tmp_path / "site")
    page = public / "creaders-31182" / "2025-01-28-第二篇.html"
    led = {a.text: a.get("href") for a in html.fromstring(page.read_text("utf-8")).iter("a")}
    for name in ("within", "old", "neighbour", "comment"):
        assert (public / unquote(led[name]).lstrip("/")).is_file()


@pytest.mark.skipif(not shutil.which("hugo"), reason="Hugo is not installed")
@pytest.mark.parametrize("which", ["archive", "hostile_archive"])
def test_hugo_builds_a_site_from_it_with_the_images(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    public = hugo(request.getfixturevalue(which), tmp_path / "site")
    pages = [path for path in public.rglob("*.html") if path.name != "index.html"]
    assert len(pages) >= len(list((tmp_path / "site" / "content").rglob("2*.md")))
    for page in pages:
        for source in html.fromstring(page.read_text(encoding="utf-8")).xpath("//img/@src"):
            assert (page.parent / source).is_file()


def hugo(archive: Path, site: Path) -> Path:
    """Return the folder of the site that Hugo built from the export."""
    export_markdown(archive, site / "content")
    for name in ("single", "list"):
        path = site / "layouts" / "_default" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<html><body><h1>{{ .Title }}</h1>{{ .Content }}</body></html>")
    (site / "hugo.toml").write_text(
        'baseURL = "https://example.org/"\nuglyURLs = true\ndisableKinds = ["taxonomy", "term"]\n'
        "[markup.goldmark.renderHooks.link]\nenableDefault = true\n"
    )
    subprocess.run(["hugo", "--source", site, "--quiet"], check=True, capture_output=True)
    return site / "public"
