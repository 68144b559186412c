"""A module is one question: neither a fragment nor a maze; imports go one way."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

from tests.paths import ROOT

_LEAST, _MOST = 60, 400  # lines, and lines of code
_LEAST_IN_FOLDER, _MOST_IN_FOLDER = 3, 20
_SHORT = {
    "blogarchive/__main__.py": "python -m",
    "blogarchive/export/atom.py": "imported if its command runs",
    "blogarchive/messages/translate.py": "imported if a page is rendered",
    "blogarchive/parsing/unicode_form.py": "imported by commands that parse nothing",
    "blogarchive/rendering/dates.py": "imported by exports that have no pages",
    "blogarchive/rendering/languages.py": "imported by exports and by reading pages",
    "blogarchive/sites/creaders/site.py": "imported without the parser, by each command",
}
_SMALL_FOLDERS = {
    "blogarchive/demo",
    "blogarchive/messages",
    "spiders/commands",
    "pipelines",
}
"""Beside data, or read by Scrapy by its name."""


def modules() -> list[Path]:
    return [
        path
        for folder in ("blogarchive", "spiders", "pipelines")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def test_a_module_is_neither_a_fragment_nor_longer_than_one_question() -> None:
    # Descriptions of sites are short by nature.
    files = [path for path in modules() if path.name != "__init__.py" and path.parent.name != "sites"]
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in files}
    short = {
        name for name, text in texts.items() if text.count("\n") < _LEAST and name.startswith("blogarchive")
    }
    long = {name for name, text in texts.items() if _count_code(text) > _MOST}
    assert (short - _SHORT.keys(), long) == (set(), set())


def _count_code(text: str) -> int:
    """Return the number of lines that are not blank, a comment or a docstring."""
    lines = {number for number, line in enumerate(text.splitlines(), 1) if line.strip()[:1] not in ("", "#")}
    texts = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr))
    docs = (node for node in texts if isinstance(node.value, ast.Constant))
    return len(lines - {number for node in docs for number in range(node.lineno, (node.end_lineno or 0) + 1)})


def test_a_folder_has_few_modules_and_is_no_wrapper_of_one() -> None:
    folders = {path.parent for path in modules()}
    counts = {
        str(folder.relative_to(ROOT)): len([p for p in folder.glob("*.py") if p.name != "__init__.py"])
        for folder in folders
    }
    assert {name for name, count in counts.items() if not _LEAST_IN_FOLDER <= count <= _MOST_IN_FOLDER} <= (
        _SMALL_FOLDERS
    )


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {_name(path): _imports(path) for path in modules()}
    TopologicalSorter(graph).prepare()  # raises CycleError with the circle


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imports(path: Path) -> set[str]:
    """Return the modules that this one imports when it is imported."""
    names = {_name(each) for each in modules()}
    found = set[str]()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {node.module for alias in node.names if f"{node.module}.{alias.name}" not in names}
    return found & names - {_name(path)}
