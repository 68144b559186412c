import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from blogarchive.errors import CannotWrite, UsageError
from blogarchive.export.atom import export_atom
from blogarchive.export.epub import export_epub
from blogarchive.export.folder import ExportFolder, UniqueNames, atomic_file, safe_name
from blogarchive.export.jsonl import export_jsonl, export_table
from blogarchive.export.run import Exported
from blogarchive.export.warc import export_warc
from tests.export.conftest import Made


def break_off(path: Path) -> None:
    with atomic_file(path) as file:
        file.write(b"half")
        assert not path.exists()
        raise ZeroDivisionError


def fill_the_disk(path: Path) -> None:
    with atomic_file(path) as file:
        file.write(b"x")
        with Path("/dev/full").open("wb", buffering=0) as full:  # the kernel's device that is always full
            full.write(b"x")


def test_a_file_gets_its_name_and_its_folder_only_when_it_is_complete(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        break_off(tmp_path / "deep" / "deeper" / "a.txt")
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_path_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="or name another place"), atomic_file(tmp_path / "file" / "a.txt"):
        pass
    with pytest.raises(UsageError, match="is a file"):
        ExportFolder(tmp_path / "file", "html")


def test_a_full_disk_is_an_error_and_leaves_the_earlier_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("earlier")
    with pytest.raises(CannotWrite, match="disk is full"):
        fill_the_disk(tmp_path / "a.txt")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "earlier")]


@pytest.mark.parametrize("kind", [export_jsonl, export_atom, export_epub, export_warc])
@pytest.mark.parametrize("out", ["a.db", "x/../a.db", "link", "a.db-wal", "a.db.lock", "link.lock"])
def test_no_export_overwrites_the_archive_under_any_name(
    made: Made, tmp_path: Path, kind: Callable[..., Exported], out: str
) -> None:
    (tmp_path / "x").mkdir()
    archive = made.done().rename(tmp_path / "a.db")
    (tmp_path / "link").symlink_to(archive)
    before = archive.read_bytes()
    with pytest.raises(UsageError, match="is the archive itself"):
        kind(tmp_path / "link", tmp_path / out)
    assert (archive.read_bytes(), (tmp_path / "link").is_symlink()) == (before, True)


@pytest.mark.parametrize("kind", [export_jsonl, export_atom, export_epub, export_warc])
def test_no_export_overwrites_another_archive(
    made: Made, tmp_path: Path, kind: Callable[..., Exported]
) -> None:
    archive, other = made.done(), tmp_path / "other.db"
    other.write_bytes(archive.read_bytes())
    with pytest.raises(UsageError, match="another archive"):
        kind(archive, other)
    assert other.read_bytes() == archive.read_bytes()


def test_no_table_overwrites_the_archive(made: Made, tmp_path: Path) -> None:
    archive = made.done().rename(tmp_path / "posts.csv")
    with pytest.raises(UsageError, match="is the archive itself"):
        export_table(archive, tmp_path)


def test_a_symbolic_link_stays_and_its_target_is_the_export(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    with atomic_file(tmp_path / "link") as file:
        file.write(b"whole")
    assert ((tmp_path / "link").is_symlink(), (tmp_path / "a.txt").read_bytes()) == (True, b"whole")


def test_a_pipe_gets_the_export_and_stays_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    parsed = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with atomic_file(tmp_path / "pipe") as file:
        file.write(b"whole")
    assert (os.read(parsed, 9), (tmp_path / "pipe").is_fifo()) == (b"whole", True)
    os.close(parsed)


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../../x", "a//b", "", ".", "a\\b", "a\nb", ".blogarchive-export"]
)
def test_no_file_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    folder = ExportFolder(tmp_path / "out", "html")
    with pytest.raises(ValueError, match="not a name"):
        folder.write(name, b"x")


def test_another_kind_of_export_is_not_mixed_in(tmp_path: Path) -> None:
    ExportFolder(tmp_path / "out", "html").finish()
    with pytest.raises(UsageError, match="another export"):
        ExportFolder(tmp_path / "out", "markdown")


def test_a_forged_marker_file_removes_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "out" / ".blogarchive-export").write_text(
        "blogarchive export html\n../mine.txt\n/etc/hostname\n"
    )
    ExportFolder(tmp_path / "out", "html").finish()
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (export_jsonl, "out.jsonl"),
        (export_atom, "out.xml"),
        (export_epub, "out.epub"),
        (export_warc, "out.warc.gz"),
    ],
)
def test_a_name_without_an_extension_gets_that_of_the_format(
    made: Made, tmp_path: Path, kind: Callable[..., Exported], name: str
) -> None:
    assert kind(made.done(), tmp_path / "out").out.name == name
    assert (tmp_path / name).is_file()


FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|[. ]$|^\.')
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


@given(
    st.text()
    | st.sampled_from(["CON", "nul.md", "Com1 .x", "..", "...", "lpt9", "a.", "aux. ", "\u202ecod.exe"])
)
def test_any_title_makes_a_name_valid_on_every_system(title: str) -> None:
    name = safe_name(title)
    assert name
    assert len(name.encode()) <= 120
    assert not FORBIDDEN.search(name)
    assert not RESERVED.fullmatch(name)
    assert safe_name(name) == name


def test_a_long_title_is_cut_between_characters_and_marks() -> None:
    assert safe_name("长" * 300) == "长" * 39
    assert safe_name("a" * 118 + "e\u0301\u0327") == "a" * 118


def test_forbidden_characters_become_look_alikes() -> None:
    assert safe_name('问：a<b>c:"d"/e|g?h*') == "问：a＜b＞c：＂d＂／e｜g？h＊"


@given(
    st.lists(st.sampled_from(["Case", "CASE", "case", "é", "e\u0301", "É", "a", "a-1", "a-1-1"]), max_size=12)
)
def test_names_differ_without_case_and_normalization_form(titles: list[str]) -> None:
    names = UniqueNames()
    taken = [names.claim(safe_name(title), "1") for title in titles]
    assert len({safe_name(name).casefold() for name in taken}) == len(titles)
