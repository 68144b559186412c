"""A sealed archive is complete, verifiable, and readable from a read-only folder by any user."""

import asyncio
import io
import shutil
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from blogarchive.browse.serve import create_app
from blogarchive.cli.group import run
from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.export.seal import seal_archive
from blogarchive.importing.html import import_html
from blogarchive.store.database.archive import Archive
from blogarchive.store.verify import verify_archive
from tests.browse.conftest import close
from tests.importing.pages import page, post_url, save, saved_from
from tests.sql import read_sql, run_sql
from tests.tool import contents
from tests.unprivileged import NOBODY, is_root, make_read_only, run_unprivileged, shared_folder


def run_command(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(words)
    return code, out.getvalue(), err.getvalue()


def read_everything(db: Path) -> None:
    """Read the archive with every command that only reads."""
    assert "林木的角落" in run_command("status", "--db", str(db))[1]
    assert "泡沫与房价" in run_command("search", "泡沫", "--db", str(db))[1]
    assert run_command("failures", "--db", str(db))[0] == 0
    with shared_folder() as folder:
        for kind in ("html", "jsonl"):
            ran = run_command("export", kind, str(folder / kind), "--db", str(db))
            assert (ran[0], "5 posts" in ran[2]) == (0, True), ran
    datasette = create_app(db)
    answer = asyncio.run(datasette.client.get("/read"))
    assert (answer.status_code, "林木的角落" in answer.text) == (200, True)
    close(datasette)


def test_a_sealed_archive_has_every_row_a_website_an_explanation_and_checksums(
    archive: Path, tmp_path: Path
) -> None:
    done = seal_archive(archive, tmp_path / "stick")
    sealed = tmp_path / "stick" / "archive.db"
    assert contents(sealed) == contents(archive)
    assert read_sql(sealed, "pragma journal_mode")[0] == ("delete",)
    assert sorted(path.name for path in (tmp_path / "stick").iterdir()) == [
        "README.txt",
        "SHA256SUMS",
        "archive.db",
        "html",
        "index.html",
    ]
    text = (tmp_path / "stick" / "README.txt").read_text("utf-8")
    assert all(
        words in text
        for words in ("先看这里", "Read this first", "林木的角落", "html/index.html", "Get-FileHash")
    )
    assert "url=html/index.html" in (tmp_path / "stick" / "index.html").read_text("utf-8")
    assert "泡沫与房价" in next((tmp_path / "stick" / "html").rglob("101.html")).read_text("utf-8")
    assert (done.posts, done.pictures) == (5, 1)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
@pytest.mark.parametrize("out", ["stick", "blog.db"])
def test_sha256sum_verifies_every_file_and_finds_a_changed_one(
    archive: Path, tmp_path: Path, out: str
) -> None:
    done = seal_archive(archive, tmp_path / "to" / out)
    command = ["sha256sum", "--strict", "-c", done.checksums.name]
    checked = subprocess.run(command, cwd=done.checksums.parent, capture_output=True, check=True)
    assert checked.stdout.count(b": OK\n") == done.files
    with next(done.checksums.parent.rglob("101.html")).open("ab") as page:
        page.write(b"x")
    assert (
        subprocess.run(command, cwd=done.checksums.parent, capture_output=True, check=False).returncode == 1
    )


def test_the_name_of_a_file_names_what_is_beside_it(archive: Path, tmp_path: Path) -> None:
    seal_archive(archive, tmp_path / "to" / "2025.db")
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == [
        "2025-README.txt",
        "2025-SHA256SUMS",
        "2025-html",
        "2025-index.html",
        "2025.db",
    ]
    assert "sqlite3 2025.db" in (tmp_path / "to" / "2025-README.txt").read_text("utf-8")


@pytest.mark.parametrize("sealed", [True, False])
def test_any_user_reads_an_archive_in_a_read_only_folder(archive: Path, sealed: bool) -> None:
    Archive.open(archive).close()  # indexes what the fixture has written without a run
    with shared_folder() as folder:
        disc = folder / "disc"
        if sealed:
            seal_archive(archive, disc)
        else:
            disc.mkdir()
            shutil.copy(archive, disc / "archive.db")
            (disc / "archive.db.lock").touch()
        make_read_only(disc)
        before = {path: path.stat().st_mtime_ns for path in disc.rglob("*")}
        read_everything(archive)  # imports the modules, which `nobody` may be unable to read
        run_unprivileged(lambda: read_everything(disc / "archive.db"))
        assert {path: path.stat().st_mtime_ns for path in disc.rglob("*")} == before


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 shell is not installed")
def test_the_sqlite3_shell_opens_a_sealed_archive_in_a_read_only_folder(archive: Path) -> None:
    with shared_folder() as folder:
        seal_archive(archive, folder / "disc")
        make_read_only(folder / "disc")
        ran = subprocess.run(
            [
                "sqlite3",
                "archive.db",
                "select title from posts where number = '101'; select text from readme",
            ],
            cwd=folder / "disc",
            user=NOBODY if is_root() else None,
            capture_output=True,
            check=True,
        )
    assert ran.stdout.decode().startswith("泡沫与房价\n")
    assert "林木的角落" in ran.stdout.decode()


def test_a_second_seal_replaces_the_first_while_a_crawl_writes(archive: Path, tmp_path: Path) -> None:
    seal_archive(archive, tmp_path / "stick")
    with Archive.open(archive) as writer:
        writer.execute("update authors set blog_title = '新的名字' where uid = '31182'")
        with writer.atomic():
            writer.execute("update comments set likes = 99")
            seal_archive(archive, tmp_path / "stick")
    with Archive.open(tmp_path / "stick" / "archive.db", read_only=True) as sealed:
        assert sealed.text("select blog_title from authors where uid = '31182'") == "新的名字"
        assert sealed.scalar("select count(*) from comments where likes = 99") == 0
    assert "新的名字" in (tmp_path / "stick" / "README.txt").read_text("utf-8")


@pytest.mark.parametrize("name", ["README.txt", "SHA256SUMS", "archive.db"])
def test_files_of_somebody_else_are_not_replaced(archive: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / name).write_text("mine")
    with pytest.raises(UsageError, match="no part of a sealed archive"):
        seal_archive(archive, tmp_path / "stick")
    assert [(path.name, path.read_text()) for path in (tmp_path / "stick").iterdir()] == [(name, "mine")]


def test_the_archive_itself_is_not_replaced(archive: Path) -> None:
    before = archive.read_bytes()
    for out in (archive, archive.parent):
        with pytest.raises(UsageError, match="is the archive itself"):
            seal_archive(archive, out)
    assert archive.read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("update media_files set body = zeroblob(size)", "are not those that were served"),
        (
            "insert into _month_totals(author_id, month) values (x'fffe', '2025-01')",
            "the archive is damaged: _month_totals",
        ),
    ],
)
def test_a_damaged_archive_is_not_sealed(damage: str, named: str, archive: Path, tmp_path: Path) -> None:
    run_sql(archive, damage)
    with pytest.raises(ArchiveDamaged, match=named) as raised:
        seal_archive(archive, tmp_path / "stick")
    assert ".part" not in str(raised.value)
    assert not (tmp_path / "stick").exists()


def test_damage_that_sqlite_finds_is_that_of_the_archive_in_one_sentence(
    archive: Path, tmp_path: Path
) -> None:
    ((root, size),) = read_sql(
        archive,
        "select rootpage, page_size from sqlite_master, pragma_page_size where name = '_month_totals'",
    )
    with archive.open("rb+") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises(ArchiveDamaged) as raised:
        seal_archive(archive, tmp_path / "copy.db")
    assert str(raised.value).startswith(f"{archive} is damaged")
    with Archive.open(archive, read_only=True) as damaged:
        assert "_month_totals: database disk image is malformed" in verify_archive(damaged).damage


@pytest.mark.parametrize("out", ["stick", "stick.db"])
def test_a_seal_does_not_replace_a_copy_that_has_what_the_archive_lacks(tmp_path: Path, out: str) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    for archive, number in ((first, 101), (second, 102)):
        import_html(archive, save(tmp_path / f"{number}.html", page(number, top=saved_from(number))))
    seal_archive(first, tmp_path / out)
    copy = tmp_path / out if out.endswith(".db") else tmp_path / out / "archive.db"
    before = copy.read_bytes()
    for words in ((tmp_path / out,), ("--file-only", copy)):
        code, _out, err = run_command("seal", *map(str, words), "--db", str(second))
        assert (code, f"blogarchive merge {copy}" in err) == (2, True), err
    assert copy.read_bytes() == before
    assert run_command("merge", str(copy), "--db", str(second))[0] == 0
    assert run_command("seal", str(tmp_path / out), "--db", str(second))[0] == 0
    assert [name for (name,) in read_sql(copy, "select url from pages")] == [post_url(101), post_url(102)]


def test_a_damaged_copy_is_sealed_again(archive: Path, tmp_path: Path) -> None:
    seal_archive(archive, tmp_path / "stick")
    copy = tmp_path / "stick" / "archive.db"
    whole = copy.read_bytes()
    copy.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    seal_archive(archive, tmp_path / "stick")
    assert contents(copy) == contents(archive)
