"""A later export renders only the posts that changed, and mends files that a person changed."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from blogarchive.export import posts as post_files
from blogarchive.export import warc
from blogarchive.export.epub import export_epub
from blogarchive.export.folder import MARKER, ExportFolder
from blogarchive.export.html import export_html
from blogarchive.export.markdown import export_markdown
from blogarchive.export.run import Exported
from blogarchive.export.wacz import export_wacz
from blogarchive.export.warc import export_warc
from tests.export.conftest import HOST, Made, all_bytes, png


def rendered(out: Path, archive: Path, export: object, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Export again, and return the paths of the posts that were rendered."""
    paths: list[str] = []
    write = ExportFolder.write

    def count(self: ExportFolder, name: str, content: bytes, digest: str = "") -> None:
        if digest and not name.endswith((".png", ".jpg")):
            paths.append(name)
        write(self, name, content, digest)

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
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.execute("update comments set body_html = '<p>改过的评论</p>' where id = 1")
    export(archive, out)  # type: ignore[operator]
    changed = [path for path in posts if path.read_bytes() != kept[path]]
    assert len(changed) == 1
    assert "改过的评论" in changed[0].read_text("utf-8")
    fresh = tmp_path / "fresh"
    export(archive, fresh)  # type: ignore[operator]
    assert all_bytes(out) == all_bytes(fresh)


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
    monkeypatch.setattr(post_files, "_LOCAL", 0)
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
    damaged = made.page(f"{HOST}/damaged", b"")
    made.connection.execute("update pages set body = x'00' where id = ?", (damaged,))
    archive = made.done()
    here = export(archive, tmp_path / "here" / "out")
    monkeypatch.setattr(warc, "_LOCAL", 0)
    there = export(archive, tmp_path / "there" / "out")
    assert (here.pages, here.pictures, len(here.damaged)) == (40, 40, 1)
    assert here.damaged == there.damaged
    assert here.out.read_bytes() == there.out.read_bytes()
