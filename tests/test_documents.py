"""Paths and links in the documents lead to files of the checkout."""

import re
from pathlib import Path

import pytest
import yaml

from tests.browse.tables_page import CHINESE_PAGE, PAGE, chinese_page, descriptions, page, translations
from tests.paths import ROOT, module_names
from tests.tool import run_code

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_PATH = re.compile(
    r"`((?:blogarchive|spiders|pipelines|tests|docs|bench(?!/results)|requirements|\.github|\.ci)/[\w./-]*)`"
)
_DOCUMENT = re.compile(r"docs/[\w./-]+\.md")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def named_paths(document: Path) -> set[Path]:
    text = _FENCED.sub("", document.read_text("utf-8"))
    return {ROOT / path for path in _PATH.findall(text)} | {
        document.parent / path for path in _LINK.findall(text)
    }


def test_every_path_that_a_document_names_exists() -> None:
    assert len(DOCUMENTS) > 100
    named = {(document.name, str(path)) for document in DOCUMENTS for path in named_paths(document)}
    assert {(document, path) for document, path in named if not Path(path).exists()} == set()


def test_every_document_that_a_module_names_exists() -> None:
    named = {
        path for module in module_names() for path in _DOCUMENT.findall((ROOT / module).read_text("utf-8"))
    }
    assert named, "modules refer to decisions"
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_the_text_of_a_document_is_wrapped_at_120_characters() -> None:
    texts = {document.name: _FENCED.sub("", document.read_text("utf-8")) for document in DOCUMENTS}
    del texts["measured.md"]  # written by a program
    lines = [(name, line) for name, text in texts.items() for line in text.splitlines() if len(line) > 120]
    assert [(name, line) for name, line in lines if not line.startswith(("|", "[", "<!"))] == []


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_the_documents_for_developers_name_paths(name: str) -> None:
    assert len(named_paths(ROOT / name)) > 10


def test_the_configuration_of_the_repository_is_valid_yaml() -> None:
    files = [ROOT / ".pre-commit-config.yaml", *(ROOT / ".github").rglob("*.yml")]
    assert len(files) >= 4
    assert all(yaml.safe_load(file.read_text("utf-8")) for file in files)


def test_a_decision_has_a_number_of_its_own() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [int(file.name[:4]) for file in files]
    assert sorted(set(numbers)) == numbers, "take the next free number"
    assert [re.findall(r"^# (\d+)\.", file.read_text("utf-8"))[0] for file in files] == list(
        map(str, numbers)
    )


def test_the_index_of_decisions_names_each_once() -> None:
    folder = ROOT / "docs" / "decisions"
    named = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert sorted(named) == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_the_table_of_modules_names_functions_and_classes_that_they_define() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    begun = [
        (path, name)
        for path, names in re.findall(r"`([\w./]+\.py)` \(([^)]*)\)", text)
        for name in re.findall(r"`(\w+)`", names)
    ]
    assert len(begun) > 50
    code = {path: (ROOT / path).read_text("utf-8") for path, _ in begun}
    assert [
        (path, name) for path, name in begun if not re.search(rf"(?:def|class) {name}\b", code[path])
    ] == []


@pytest.mark.parametrize(
    ("title", "code"),
    re.findall(
        r"^## ([^\n]+)\n(?:(?!^## ).)*?^```python\n(.*?)^```",
        (ROOT / "docs" / "upstream.md").read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    ),
)
@pytest.mark.slow
def test_each_case_of_a_library_still_holds(title: str, code: str, tmp_path: Path) -> None:
    ran = run_code(code, folder=tmp_path)
    assert ran.code == 0, f"{title}\n{ran.err}"


def test_the_pages_of_tables_are_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page()
    assert CHINESE_PAGE.read_text("utf-8") == chinese_page()


def test_every_description_has_a_chinese_translation() -> None:
    assert descriptions() - set(translations()) == set(), "add them to tests/browse/tables_zh.toml"
    assert set(translations()) - descriptions() == set(), "remove them from tests/browse/tables_zh.toml"
