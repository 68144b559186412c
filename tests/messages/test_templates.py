"""Templates and pages have no Chinese words of their own: each is a message of the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.paths import ROOT

_HAN = re.compile("[\u3400-\u9fff]+")
_BROWSE = ROOT / "blogarchive/browse"
_COMMENT = re.compile(r"\{#.*?#\}|<code>.*?</code>", re.DOTALL)  # examples of a search stay Chinese
_BILINGUAL = {"阅读", "中文", "万"}  # names that are read in both languages, and a unit of Chinese numbers
_HOSTS = "check.py"  # names of hosts, as their bloggers know them


def test_no_template_has_words_outside_the_catalogue() -> None:
    templates = [*_BROWSE.rglob("*.html"), *(ROOT / "blogarchive/rendering").rglob("*.html")]
    assert len(templates) > 10
    assert [
        (path.name, found)
        for path in templates
        for found in _HAN.findall(_COMMENT.sub("", path.read_text("utf-8")))
        if path.name != "search.html" or found not in ("川普", "新政")
    ] == []


def test_no_page_has_words_outside_the_catalogue() -> None:
    modules = [*_BROWSE.rglob("*.py")]
    assert len(modules) > 10
    found = [(path.name, word) for path in modules for word in _literals(path)]
    assert [(name, word) for name, word in found if word not in _BILINGUAL and name != _HOSTS] == []


def _literals(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _HAN.findall(node.value)
