"""The commands of the guides work as written, and the guides of both languages say the same."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest

from blogarchive.cli.group import cli
from blogarchive.store.database.migrations import SCHEMA_VERSION
from blogarchive.store.database.schema import APPLICATION_ID
from tests.demo import DemoHost, sample_blog
from tests.docs.guides import GUIDES, Block, blocks, chinese
from tests.paths import ROOT
from tests.sql import read_sql
from tests.tool import COMMAND, Ran, run_command

SITE = "https://blog.creaders.net"
EXPORTS = {
    "blog-05-28-2025.xml": "blogger/export.xml",
    "feed.atom": "takeout/export.atom",
    "xuite.txt": "movabletype/export.txt",
}
_SHELL = re.compile(r"[|;&<>$]")
_PROGRAMS = (
    "blogarchive ",
    "sqlite3 ",
    "mkdir ",
    "truncate ",
    "(cd ",
)  # others could install something or use the network
_SERVERS = ("serve", "app")
_CRAWLS = ("backup", "update", "discover")


def name(path: Path) -> str:
    return path.name


@pytest.fixture(scope="session")
def host() -> Iterator[DemoHost]:
    blog = sample_blog()  # without the post whose image is broken, so that a run ends with 0
    with DemoHost([replace(blog, posts=tuple(post for post in blog.posts if post.number != 496555))]) as host:
        yield host


@pytest.fixture(scope="session")
def stored(host: DemoHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of the blog that the guides name."""
    folder = tmp_path_factory.mktemp("stored")
    words = ("backup", host.blog_url("31182"), "--site", "creaders", "--delay", "0.001", "--db", "archive.db")
    assert run_command(*words, folder=folder).code == 0
    return folder / "archive.db"


@pytest.fixture(scope="session")
def saved_page(host: DemoHost) -> bytes:
    """Return the page that the guides name, as a browser saves it."""
    with urllib.request.urlopen(host.post_url("31182", 506012)) as answer:
        return bytes(answer.read())


def lose_pages(archive: Path) -> bytes:
    """Return an archive with zeros in place of the first page of `posts`, and without its last page."""
    (size,) = read_sql(archive, "pragma page_size")[0]
    (root,) = read_sql(archive, "select rootpage from sqlite_schema where name = 'posts'")[0]
    data = archive.read_bytes()
    return data[: (root - 1) * size] + bytes(size) + data[root * size : -size]


@pytest.fixture
def home(tmp_path: Path, stored: Path, saved_page: bytes, host: DemoHost) -> Path:
    """Return a home folder with the files that a guide expects, and the program on its PATH.

    Each guide has its own: the imports of one must not change what the commands of another do.
    """
    folder = tmp_path / "home"
    program = folder / ".local" / "bin" / "blogarchive"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    for archive in ("data/archive.db", "blogs/archive.db", "host.db", "other.db"):
        (folder / archive).parent.mkdir(exist_ok=True)
        shutil.copyfile(stored, folder / archive)
    (folder / "blogs" / "blogs.txt").write_text(f"{host.blog_url('31182')}  # 北窗闲话\n")
    (folder / "damaged.db").write_bytes(lose_pages(stored))
    for saved in ("page.html", "saved-pages/page.html", "old-pages/page.html"):
        (folder / saved).parent.mkdir(exist_ok=True)
        (folder / saved).write_bytes(saved_page)
    for name, export in EXPORTS.items():
        shutil.copyfile(ROOT / "tests" / "importing" / "exports" / export, folder / name)
    return folder


def run_words(words: list[str], home: Path, host: DemoHost) -> Ran:
    """Run one `blogarchive` command line, against the demo host and without a delay."""
    if words[1] in _CRAWLS:
        words = [*words, "--delay", "0.001"]
    if words[1] in ("backup", "doctor") or words[1:3] in (["import", "html"], ["import", "warc"]):
        words = [*words, "--site", "creaders"]
    if words[1] in _SERVERS:
        return run_server(words, home)
    return run_command(*words[1:], folder=home)


def run_server(words: list[str], home: Path) -> Ran:
    """Start a server, wait for the address that it prints, and stop it with Ctrl-C."""
    command = [*COMMAND, *words[1:], "--port", "0"]
    environment = {**os.environ, "HOME": str(home), "BROWSER": "true"}
    with subprocess.Popen(command, cwd=home, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        printed = next((line for line in process.stderr if "http://127.0.0.1:" in line), "no address")
        process.send_signal(signal.SIGINT)
    ended = process.returncode in (0, 3)  # 3 if the signal comes before the server has started
    return Ran(code=0 if ended else process.returncode, out="", err=printed)


def run_line(line: str, home: Path, host: DemoHost) -> Ran:
    """Run a line of a guide, with a shell if it needs one."""
    assert line.startswith(_PROGRAMS), f"mark this block as `not run`: {line}"
    line = line.replace(SITE, host.url).replace("~", str(home)).replace("$HOME", str(home))
    if line.startswith("blogarchive ") and not _SHELL.search(line):
        return run_words(shlex.split(line), home, host)
    environment = {**os.environ, "HOME": str(home), "PATH": f"{home}/.local/bin:{os.environ['PATH']}"}
    ran = subprocess.run(
        ["/bin/sh", "-c", line], cwd=home, env=environment, capture_output=True, text=True, timeout=300
    )
    return Ran(code=ran.returncode, out=ran.stdout, err=ran.stderr)


def shell_blocks(guide: Path) -> list[Block]:
    return [block for block in blocks(guide) if block.kind == "sh"]


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no shell of SQLite here")
@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_the_commands_of_a_guide_work(guide: Path, home: Path, host: DemoHost) -> None:
    wrong, done = [], set[str]()
    for block in shell_blocks(guide):
        if block.reason_not_to_run:
            continue
        for line in (line for line in block.commands if line not in done):
            ran = run_line(line, home, host)
            expected = block.exit_code if line == block.commands[-1] else 0
            if ran.code != expected:
                wrong.append(f"{guide.name}:{block.line}: {line}: {ran.code}\n{ran.err}{ran.out}")
            else:
                done.add(line)
        named = re.findall(
            r"(?m)^blogarchive export .*# .*(?:: |：)(?:open |打开 )?([\w/.-]+\.\w+)$", block.text
        )
        wrong += [f"{guide.name}: no file {path}" for path in named if not (home / path).exists()]
    assert not wrong, "\n".join(wrong)


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no shell of SQLite here")
def test_the_rescue_of_a_damaged_archive_brings_back_posts_whose_rows_are_lost(
    home: Path, host: DemoHost
) -> None:
    (block,) = (block for block in shell_blocks(ROOT / "docs" / "save-my-blog.md"))
    assert f"user_version = {SCHEMA_VERSION}; pragma application_id = {APPLICATION_ID}" in block.text
    assert run_command("verify", "--db", "damaged.db", folder=home).code == 6
    for line in block.commands:
        assert run_line(line, home, host).code == 0

    def count(db: str, table: str) -> int:
        return int(read_sql(home / db, f"select count(*) from {table}")[0][0])

    assert count("readable.db", "posts") < count("data/archive.db", "posts")
    for table in ("pages", "posts", "comments"):
        assert count("rescued.db", table) >= count("data/archive.db", table) - 1
    assert (home / "readable" / "index.html").exists()


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_lines_of_a_crontab_have_absolute_paths(guide: Path) -> None:
    jobs = [line for block in blocks(guide) if block.kind == "crontab" for line in block.commands]
    programs = [line.split()[5] for line in jobs]
    archives = [path for line in jobs for path in line.partition("--db ")[2].split()[:1]]
    assert [path for path in programs + archives if not path.startswith(("/", "$HOME/"))] == []


def test_a_configuration_file_of_a_guide_is_accepted(home: Path) -> None:
    files = [block.text for guide in GUIDES for block in blocks(guide) if block.kind == "toml"]
    assert len(files) >= 3
    for number, text in enumerate(files):
        (home / f"{number}.toml").write_text(text)
        ran = run_command("update", "--dry-run", "--config", f"{number}.toml", folder=home)
        assert ran.code == 0, f"{text}\n{ran.err}"


@pytest.mark.parametrize("language", ["English", "Chinese"])
def test_every_option_of_a_command_is_in_a_guide(language: str) -> None:
    guides = [guide if language == "English" else chinese(guide) for guide in GUIDES]
    text = "".join(guide.read_text("utf-8") for guide in guides)
    assert sorted(one for one in set(_options(cli)) if not re.search(rf"{one}\b", text)) == []


def _options(command: click.Command) -> Iterator[str]:
    """Yield the long options of a command and of the commands of a group."""
    for one in command.params:
        if isinstance(one, click.Option) and not one.hidden:
            yield from (name for name in one.opts if name.startswith("--"))
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _options(each)


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_a_line_that_calls_the_program_is_in_a_shell_block(guide: Path) -> None:
    others = [block for block in blocks(guide) if block.kind not in ("sh", "crontab", "ini", "yaml")]
    assert [block.line for block in others if block.text.startswith("blogarchive ")] == []


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if chinese(guide).exists()], ids=name)
def test_a_guide_and_its_translation_have_the_same_commands(guide: Path) -> None:
    english, translated = blocks(guide), blocks(chinese(guide))
    assert [(block.kind, block.content) for block in translated] == [
        (block.kind, block.content) for block in english
    ]


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_a_guide_and_its_translation_have_the_same_sections(guide: Path) -> None:
    def shape(path: Path) -> list[str]:
        text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        return re.findall(r"^(#+(?= )|\|(?= )|!\[)", text, re.MULTILINE)

    assert shape(chinese(guide)) == shape(guide)


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_a_guide_and_its_translation_have_the_same_numbers(guide: Path) -> None:
    def numbers(path: Path) -> set[str]:
        return set(re.findall(r"\d[\d,.]*\d|\d", path.read_text("utf-8")))

    assert numbers(chinese(guide)) == numbers(guide)
