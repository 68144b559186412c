"""`blogarchive.api`: the examples of its documents are true, and what they promise is there."""

import doctest
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blogarchive import api
from tests.once import demo_folder
from tests.paths import ROOT

DOCUMENTS = [ROOT / "docs" / "api.md", ROOT / "docs" / "api.zh.md"]
TYPES = (
    "Blog",
    "Post",
    "Comment",
    "Version",
    "Image",
    "ParsedPage",
    "ParsedPost",
    "ParsedComment",
    "DateText",
)
SIGNATURES = {
    "open_archive": ["path", "authors", "since", "until", "categories"],
    "parse_page": ["body", "url", "content_type", "fetched_at", "site"],
    "decode": ["body", "content_type"],
    "parse_date": ["text", "relative_to"],
}
"""The parameters of version 1.0: add optional ones at the end, remove none before 2.0."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which `blogarchive demo` has run."""
    return demo_folder(tmp_path_factory)


@pytest.fixture
def in_demo(demo: Path) -> Iterator[Path]:
    before = Path.cwd()
    os.chdir(demo)
    yield demo
    os.chdir(before)


def code(document: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", document.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
@pytest.mark.usefixtures("in_demo")
def test_the_examples_print_what_the_document_shows(document: Path) -> None:
    found = doctest.testfile(str(document), module_relative=False, encoding="utf-8")
    assert (found.failed, found.attempted > 15) == (0, True)


def test_the_documents_of_both_languages_have_the_same_examples() -> None:
    assert code(DOCUMENTS[0]) == code(DOCUMENTS[1]) != []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
@pytest.mark.parametrize("name", TYPES)
def test_every_field_that_a_document_names_exists(document: Path, name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \| (.*) \|$", document.read_text("utf-8"), re.MULTILINE)
    documented = set(re.findall(r"`([a-z_0-9]+)`", row)) - {"datetime"}
    kind = getattr(api, name)
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    properties = {key for key, _ in inspect.getmembers(kind, lambda member: isinstance(member, property))}
    names = {field.name for field in fields(kind)}
    assert documented <= names | properties
    assert name.startswith("Parsed") or names - documented <= {"id", "author_id", "is_counted"}


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_parameters_of_version_1_stay(name: str) -> None:
    parameters = list(inspect.signature(getattr(api, name)).parameters.values())
    assert [parameter.name for parameter in parameters][: len(SIGNATURES[name])] == SIGNATURES[name]
    later = parameters[len(SIGNATURES[name]) :]
    assert all(parameter.default is not parameter.empty for parameter in later)


def test_every_public_name_is_there_and_documented_with_its_meaning() -> None:
    assert api.__all__ == sorted(api.__all__, key=lambda name: (name.islower(), name))
    text = DOCUMENTS[0].read_text("utf-8")
    assert [name for name in api.__all__ if not re.search(rf"\b{name}\b", text)] == []
    assert all(inspect.getdoc(getattr(api, name)) for name in api.__all__ if name != "Precision")


def test_an_import_starts_no_crawler_and_writes_nothing(demo: Path) -> None:
    before = sorted(demo.rglob("*"))
    program = (
        "import sys; from blogarchive.api import open_archive\n"
        "with open_archive('data/demo.db') as archive: print(len(list(archive.posts())))\n"
        "assert not {'scrapy', 'twisted', 'datasette'} & set(sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=demo, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "40\n"), ran.stderr
    assert sorted(demo.rglob("*")) == before


@pytest.mark.usefixtures("in_demo")
def test_posts_of_one_blog_and_categories_are_selected() -> None:
    with api.open_archive("data/demo.db", categories=["试笔"]) as archive:
        (blog,) = (blog for blog in archive.blogs() if blog.uid == "31182")
        posts = list(archive.posts(blog))
    assert posts
    assert all("试笔" in post.categories for post in posts)
    with pytest.raises(api.UsageError), api.open_archive("data/demo.db", authors=["nobody"]):
        pass


@pytest.mark.usefixtures("in_demo")
def test_an_image_without_a_stored_file_is_a_key_error() -> None:
    lost = api.Image(url="https://a/b", sha256=None, content_type=None, size=None, width=None, height=None)
    with api.open_archive("data/demo.db") as archive, pytest.raises(KeyError):
        archive.image_bytes(lost)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<p>" * 5000, bytes(range(256)) * 20])
def test_any_bytes_are_parsed(body: bytes) -> None:
    url = "https://blog.creaders.net/u/31182/201407/184006.html"
    page = api.parse_page(body, url, fetched_at=datetime(2025, 1, 28, tzinfo=UTC))
    assert page.posts == ()


def test_a_page_of_an_unknown_host_is_read_as_that_of_any_blog() -> None:
    text = "<title>Rain - Ann</title><h1>Rain</h1><p>2020-05-06</p><article><p>It rains.</p></article>"
    post = api.parse_page(text.encode(), "https://blog.test/u/1.html").posts[0]
    assert (post.title, post.body_text, post.read_by) == ("Rain", "It rains.", "generic")
    assert api.parse_page(b"", "https://blog.test/u/1/", site="creaders").kind is api.PageKind.UNKNOWN
