"""A later export renders only the posts that changed, and mends files that a person changed."""

import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from blogarchive.export import parquet, posts as post_files, wacz, warc
from blogarchive.export.epub import export_epub
from blogarchive.export.folder import MARKER, ExportFolder, Uses
from blogarchive.export.html import export_html
from blogarchive.export.markdown import export_markdown
from blogarchive.export.posts import PostInput
from blogarchive.export.run import Exported, run_export
from blogarchive.export.wacz import export_wacz
from blogarchive.export.warc import export_warc
from blogarchive.store.pages.pages import PageRow
from blogarchive.store.read import flat_tables
from blogarchive.store.read.exports import StoredImage
from tests.export.conftest import HOST, SEEN, Made, all_bytes, png
from tests.sql import run_sql


def rendered(out: Path, archive: Path, export: object, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Export again, and return the paths of the posts that were rendered."""
    paths: list[str] = []
    write = ExportFolder.write

    def count(self: ExportFolder, name: str, content: bytes, digest: str = "", *uses: Uses) -> None:
        if digest and not name.endswith((".png", ".jpg")):
            paths.append(name)
        write(self, name, content, digest, *uses)

    with monkeypatch.context() as patched:
        patched.setattr(ExportFolder, "write", count)
        export(archive, out)  # type: ignore[operator]
    return paths


@pytest.mark.parametrize("export", [export_html, export_markdown])
def test_nothing_is_rendered_again_for_an_unchanged_archive(
    archive: Path, tmp_path: Path, export: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert rendered(out, archive, export, monkeypatch)
    before = all_bytes(out)
    assert rendered(out, archive, export, monkeypatch) == []
    assert all_bytes(out) == before


@pytest.mark.parametrize("export", [export_html, export_markdown])
def test_a_changed_post_a_changed_file_and_a_lost_file_are_written_again(
    archive: Path, tmp_path: Path, export: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export(archive, out)  # type: ignore[operator]
    posts = sorted(path for path in out.rglob("creaders-*/*") if path.suffix in (".html", ".md"))
    kept = {path: path.read_bytes() for path in posts}
    posts[0].unlink()
    posts[1].write_bytes(posts[1].read_bytes()[::-1])
    run_sql(archive, "update comments set body_html = '<p>改过的评论</p>' where id = 1")
    export(archive, out)  # type: ignore[operator]
    changed = [path for path in posts if path.read_bytes() != kept[path]]
    assert len(changed) == 1
    assert "改过的评论" in changed[0].read_text("utf-8")
    fresh = tmp_path / "fresh"
    export(archive, fresh)  # type: ignore[operator]
    assert all_bytes(out) == all_bytes(fresh)


def test_new_counts_and_marks_of_posts_make_no_file_of_the_search_again(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export_html(archive, out)
    for change, is_shown in (("views = 77, gone_at = first_seen_at", False), ("title = '新题'", True)):
        run_sql(archive, f"update posts set {change} where id = 1")
        names = rendered(out, archive, export_html, monkeypatch)
        assert any(name.startswith("creaders-") for name in names)
        assert any(name.startswith("search/") for name in names) == is_shown
        export_html(archive, tmp_path / change[:5])
        assert all_bytes(out) == all_bytes(tmp_path / change[:5])


@pytest.mark.parametrize("damage", [b"", b"blogarchive export markdown\n\xff\xfe\tx\ty\n"])
def test_a_marker_without_digests_renders_everything(
    archive: Path, tmp_path: Path, damage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    everything = rendered(out, archive, export_markdown, monkeypatch)
    names = [line.split(b"\t")[0] for line in (out / MARKER).read_bytes().splitlines()]
    (out / MARKER).write_bytes(damage or b"\n".join(names))
    assert rendered(out, archive, export_markdown, monkeypatch) == everything


def test_posts_that_processes_render_are_those_that_this_one_renders(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_markdown(archive, tmp_path / "here")
    export_epub(archive, tmp_path / "here.epub")
    monkeypatch.setattr(post_files, "LOCAL_POSTS", 0)
    export_markdown(archive, tmp_path / "there")
    export_epub(archive, tmp_path / "there.epub")
    assert all_bytes(tmp_path / "here") == all_bytes(tmp_path / "there")
    assert (tmp_path / "here.epub").read_bytes() == (tmp_path / "there.epub").read_bytes()


@pytest.mark.parametrize("export", [export_warc, export_wacz])
def test_records_that_processes_build_are_those_that_this_one_builds(
    made: Made, tmp_path: Path, export: Callable[..., Exported], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = made.post(made.blog(), 1, "题", "<p>文</p>")
    for number in range(40):
        made.page(f"{HOST}/{number}", f"<p>{number}</p>".encode() * 5000)
        made.picture(post, f"{HOST}/{number}.png", png(number), number)
    damaged = made.page(f"{HOST}/damaged", b"whole")
    made.connection.execute("update pages set body = x'00' where id = ?", (damaged,))
    archive = made.done()
    here = export(archive, tmp_path / "here" / "out")
    monkeypatch.setattr(warc, "LOCAL_RECORDS", 0)
    there = export(archive, tmp_path / "there" / "out")
    assert (here.pages, here.pictures, len(here.damaged)) == (40, 40, 1)
    assert here.damaged == there.damaged
    assert here.out.read_bytes() == there.out.read_bytes()


@pytest.mark.parametrize(
    ("export", "name"), [(export_html, "out"), (export_markdown, "out"), (export_epub, "out.epub")]
)
def test_an_export_after_changes_has_the_bytes_of_a_fresh_one_and_keeps_what_did_not_change(
    made: Made, tmp_path: Path, export: Callable[..., Exported], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog = made.blog()
    for number in range(30):
        link = f'<a href="{HOST}/u/31182/202501/{400301 + number}.html">下一篇</a>'
        body = f'<p>第{number}篇</p>{link}<img src="{HOST}/{number % 7}.png">'
        post = made.post(
            blog, str(400300 + number), f"题{number}", body, posted_at=f"2025-01-{number % 28 + 1:02}"
        )
        if number < 7:
            made.picture(post, f"{HOST}/{number}.png", png(number), 0)
        made.comment(post, "客人", f"<p>评论{number}</p>")
    archive = made.done()
    out, fresh = tmp_path / "changed" / name, tmp_path / "fresh" / name
    export(archive, out)
    run_sql(archive, "update authors set last_seen_at = '2025-03-01T09:00:00+00:00'")
    run_sql(archive, "update posts set last_seen_at = '2025-03-01T09:00:00+00:00'")
    run_sql(archive, "update comments set likes = 5 where id = 3")
    run_sql(archive, "delete from comments where post_id = 9")
    run_sql(archive, "delete from post_media where post_id = 9")
    run_sql(archive, "delete from posts where id = 9")
    run_sql(archive, "delete from media where url like '%/4.png'")
    rendered: list[str] = []
    render = post_files.render_posts

    def count(posts: Iterable[PostInput], how: post_files.Renderer) -> Iterator[tuple[PostInput, bytes]]:
        for given, content in render(posts, how):
            rendered.append(given.path)
            yield given, content

    monkeypatch.setattr(post_files, "render_posts", count)
    export(archive, out)
    changed = set(rendered)
    export(archive, fresh)
    assert all_bytes(out.parent) == all_bytes(fresh.parent)
    # A comment; the neighbours of a removed post and the post that links to it; five posts that showed a removed image.
    assert 6 <= len(changed) <= 9


@pytest.mark.parametrize(
    ("kind", "name"), [("warc", "out.warc.gz"), ("warc", "out.warc"), ("wacz", "out.wacz")]
)
def test_records_of_unchanged_pages_are_copied_and_the_file_is_that_of_a_fresh_export(
    made: Made, tmp_path: Path, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    post = made.post(made.blog(), 1, "题", "<p>文</p>")
    for number in range(40):
        made.page(
            f"{HOST}/{number}", f"<p>{number}</p>".encode() * 500, f"2025-02-01T09:00:{number:02}+00:00"
        )
        made.picture(post, f"{HOST}/{number}.png", png(number), number)
    archive = made.done()
    run_export(kind, archive, tmp_path / name)
    run_sql(archive, "delete from pages where id = 3")
    run_sql(archive, "update pages set status = 404 where id = 5")
    run_sql(archive, "delete from post_media where position = 7")
    run_sql(archive, "delete from media where url like '%/7.png'")
    run_sql(archive, "update pages set fetched_at = '2025-03-01T09:00:00+00:00' where id = 9")
    built: list[str] = []
    build = warc.build_record

    def count(source: PageRow | StoredImage, *, is_compressed: bool) -> tuple[bytes, str, str]:
        built.append(source.url)
        return build(source, is_compressed=is_compressed)

    monkeypatch.setattr(warc, "build_record", count)
    run_export(kind, archive, tmp_path / name)
    assert sorted(built) == [f"{HOST}/4", f"{HOST}/8"]
    run_export(kind, archive, tmp_path / "fresh" / name)
    assert (tmp_path / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()


def test_texts_of_unchanged_pages_are_copied_and_the_package_is_that_of_a_fresh_export(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(wacz, "BLOCK_BYTES", 2**9)
    blog = made.blog()

    def add(number: int) -> None:
        page = made.page(f"{HOST}/{number}", f"<p>{number}</p>".encode())
        body, at = f"<p>第{number}篇</p>", f"20{number // 12:02}-{number % 12 + 1:02}-01T09:00:00+08:00"
        made.post(blog, str(number), f"题{number}", body, page_id=page, posted_at=at)

    for number in range(200):
        add(number)
    made.connection.commit()
    blocks: list[None] = []
    start = zlib.compressobj

    def count(*given: int, **options: int) -> object:
        blocks.extend([None] * (options.get("wbits") == -zlib.MAX_WBITS))  # of texts, not of records
        return start(*given, **options)

    monkeypatch.setattr(wacz.zlib, "compressobj", count)
    run_export("wacz", made.path, tmp_path / "out.wacz")
    assert len(blocks) > 20
    blocks.clear()
    add(200)
    made.connection.execute("delete from posts where number = '90'")
    made.connection.execute("update posts set body_text = '改过' where number = '30'")
    archive = made.done()
    run_export("wacz", archive, tmp_path / "out.wacz")
    # Three of pages, in two blocks if one ended with a changed page; the heads of the index; the description and its digest.
    assert 4 <= len(blocks) <= 9
    run_export("wacz", archive, tmp_path / "fresh" / "out.wacz")
    assert (tmp_path / "out.wacz").read_bytes() == (tmp_path / "fresh" / "out.wacz").read_bytes()


def test_tables_of_unchanged_rows_are_kept_and_all_files_are_those_of_a_fresh_export(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    blog = made.blog()
    for year in range(2018, 2025):
        post = made.post(blog, str(year), f"{year}", f"<p>{year}</p>", posted_at=f"{year}-02-01")
        made.comment(post, "客人", f"<p>评{year}</p>", posted_at=f"{year}-02-03")
    archive = made.done()
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    run_export("parquet", archive, out)
    for sql in (
        "update posts set views = 7 where number = '2018'",
        "update posts set posted_at = '2020-05-01' where number = '2019'",
        "update comments set body_text = '改' where post_id = 4",
        "delete from comments where post_id = 5",
        "delete from posts where number = '2022'",
    ):
        run_sql(archive, sql)
    written: list[str] = []
    write = parquet._write_file

    def note(path: Path, *given: Any) -> None:
        written.append(f"{path.parts[-4]} {path.parent.name}")
        write(path, *given)

    monkeypatch.setattr(parquet, "_write_file", note)
    done = run_export("parquet", archive, out)
    assert written == ["posts year=2018", "posts year=2020", "comments year=2021"]
    assert (done.posts, done.comments) == (6, 6)
    (out / "posts/site=creaders/year=2024" / "archive.parquet").write_bytes(b"edited")
    assert run_export("parquet", archive, out).to_json() == done.to_json()
    run_export("parquet", archive, fresh)
    assert all_bytes(out) == all_bytes(fresh)
    assert not (out / "posts/site=creaders/year=2022").joinpath("archive.parquet").exists()


@pytest.mark.parametrize(
    ("column", "before", "after"),
    [
        ("title", "null", "''"),
        ("title", "'一'", "'一' || char(0) || '二'"),
        ("title", "'一'", "'一\",\"二'"),
        ("views", "null", "0"),
        ("views", "9007199254740992", "9007199254740993"),
    ],
)
def test_a_change_of_one_value_changes_its_table(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str, before: str, after: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made.post(made.blog(), "1", "题", "<p>文</p>")
    archive = made.done()
    for value in (before, after):
        run_sql(archive, f"update posts set {column} = {value}")
        run_export("parquet", archive, tmp_path / "out")
    run_export("parquet", archive, tmp_path / "fresh")
    assert all_bytes(tmp_path / "out") == all_bytes(tmp_path / "fresh")


def test_of_many_pages_of_a_year_only_the_newest_are_written_again(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(flat_tables, "_IDS_IN_FILE", 4)
    blog = made.blog()
    for number in range(10):
        post = made.post(blog, str(number), "题", "<p>文</p>", posted_at=f"{2015 + number % 2}-02-01")
        made.row("post_stats", post_id=post, captured_at=SEEN, views=number)
        made.page(f"https://blog.creaders.net/u/31182/{number}.html", b"<html></html>")
    archive = made.done()
    other = Path(shutil.copy(archive, tmp_path / "archive~1.db"))
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    for one in (archive, other):
        run_export("parquet", one, out)
    before = all_bytes(out)
    names = {path.name for path in out.glob("pages/*/year=2025/*")}
    assert names == {f"{one}{part}.parquet" for one in ("archive", "archive～1") for part in ("", "~1", "~2")}
    run_sql(archive, "delete from post_stats where id < 4")
    run_sql(archive, "delete from pages where id = 10")
    run_sql(archive, "update posts set title = '新' where number = '3'")
    run_sql(archive, "update posts set posted_at = '9' where number = '5'")
    run_export("parquet", archive, out)
    after = all_bytes(out)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert {str(name).replace("site=creaders/", "") for name in changed} == {
        "pages/year=2025/archive~2.parquet",
        "post_stats/year=2025/archive.parquet",
        "posts/year=2016/archive.parquet",
        "posts/year=9/archive.parquet",
    }
    for one in (archive, other):
        run_export("parquet", one, fresh)
    assert all_bytes(fresh) == after
