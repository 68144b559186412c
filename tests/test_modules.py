"""A module is one question: neither a fragment nor a maze; imports go one way."""

import ast
from collections import Counter
from collections.abc import Set
from graphlib import TopologicalSorter
from pathlib import Path

from tests.paths import ROOT, modules

_LEAST, _MOST = 60, 400  # lines, and lines of code
_LEAST_IN_FOLDER, _MOST_IN_FOLDER = 3, 20
_SHORT = {
    "blogarchive/__main__.py": "python -m",
    "blogarchive/export/atom.py": "imported if its command runs",
    "blogarchive/parsing/unicode_form.py": "imported by commands that parse nothing",
    "blogarchive/post_facts.py": "imported by commands that parse nothing",
    "blogarchive/rendering/languages.py": "imported by exports and by reading pages",
    "blogarchive/sites/creaders/site.py": "imported without the parser, by each command",
}
_SMALL_FOLDERS = {"blogarchive/demo", "blogarchive/messages", "spiders/commands", "pipelines"}
"""Beside data, or read by Scrapy by its name."""


def test_a_module_is_neither_a_fragment_nor_longer_than_one_question() -> None:
    # Descriptions of sites are short by nature.
    paths = [
        name for name in map(Path, modules()) if name.name != "__init__.py" and name.parent.name != "sites"
    ]
    texts = {str(path): (ROOT / path).read_text("utf-8") for path in paths}
    short = {
        name for name, text in texts.items() if text.count("\n") < _LEAST and name.startswith("blogarchive")
    }
    long = {name for name, text in texts.items() if _count_code(text, modules()[name]) > _MOST}
    assert (short - _SHORT.keys(), long) == (set(), set())


def _count_code(text: str, tree: ast.Module) -> int:
    """Return the number of lines that are not blank, a comment or a docstring."""
    lines = {number for number, line in enumerate(text.splitlines(), 1) if line.strip()[:1] not in ("", "#")}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Expr))
    docs = (node for node in texts if isinstance(node.value, ast.Constant))
    return len(lines - {number for node in docs for number in range(node.lineno, (node.end_lineno or 0) + 1)})


def test_a_folder_has_few_modules_and_is_no_wrapper_of_one() -> None:
    paths = list(map(Path, modules()))
    counts = dict.fromkeys((str(path.parent) for path in paths), 0)
    counts |= Counter(str(path.parent) for path in paths if path.name != "__init__.py")
    assert {name for name, count in counts.items() if not _LEAST_IN_FOLDER <= count <= _MOST_IN_FOLDER} <= (
        _SMALL_FOLDERS
    )


def test_no_modules_import_each_other_in_a_circle() -> None:
    trees = {_name(Path(path)): tree for path, tree in modules().items()}
    graph = {name: _imports(tree, trees.keys()) - {name} for name, tree in trees.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError with the circle


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _imports(tree: ast.Module, names: Set[str]) -> set[str]:
    """Return the modules, of those with these names, that a module imports when it is imported."""
    found = set[str]()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {node.module for alias in node.names if f"{node.module}.{alias.name}" not in names}
    return found & names
