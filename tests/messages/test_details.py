"""Every reason of a failure that the archive stores is shown in the reader's language."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from string import Formatter

import pytest

from blogarchive.messages import catalogue
from blogarchive.messages.details import Detail, explain_detail, label
from blogarchive.store.ingest.changes import ChangeKind
from blogarchive.store.ledger.failures import FailureKind
from tests.paths import ROOT, modules

_CHINESE, _ENGLISH = catalogue("zh").gettext, catalogue("en").gettext
_ENGLISH_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
_VALUES: dict[str, object] = {
    "reason": Detail.NO_HOST_NAMED.format(host="a.example"),
    "kind": "home",
    "field": "posted_at",
    "change": ChangeKind.ABOVE,
    "url": "http://a.example/1",
    "host": "a.example",
    "text": "昨天",
    "title": "题目",
    "listed": "题目…",
    "notice": "请登录",
    "name": "KeyError",
    "error": "EOF",
    "months": "2024-01, 2024-02",
    "values": ["甲", "乙"],
    "shift": "8:00:00",
}
_STORED_IN = {"Failure", "Problem", "ImageFailure", "TextChange", "comments_problem", "add_problem"}


def filled(template: Detail) -> str:
    """Return the template with a value for each parameter, as the archive stores it."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return template.format(**{name: _VALUES.get(name, 12_345) for name in names})


def test_every_reason_is_chinese_for_a_chinese_reader() -> None:
    for template in Detail:
        shown = explain_detail(filled(template), translate=_CHINESE)
        assert re.search("[一-鿿]", shown), shown
        assert not _ENGLISH_WORDS.search(shown), shown


def test_every_reason_is_translated_by_its_own_message() -> None:
    for template in Detail:
        asked: list[str] = []
        explain_detail(filled(template), translate=lambda text, asked=asked: asked.append(text) or text)
        assert template in asked, asked


def test_a_reason_that_an_earlier_version_stored_is_chinese_too() -> None:
    shown = explain_detail("redirects to http://b.example/, which is not of this site", "notice", _CHINESE)
    assert shown == "重定向到 http://b.example/，不属于这个网站"


def test_every_reason_keeps_its_values_in_both_languages() -> None:
    for template, translate in product(Detail, (_CHINESE, _ENGLISH)):
        stored = filled(template)
        shown = explain_detail(stored, translate=translate)
        values = re.findall(r"12,?345|a\.example/?1?|昨天|题目|请登录|2024-0\d|8:00", stored)
        assert [value for value in values if value not in shown] == []


def test_english_readers_see_the_stored_reason_as_it_is() -> None:
    for template in Detail:
        if {"field", "kind", "change"}.isdisjoint(name for _, name, _, _ in Formatter().parse(template)):
            assert explain_detail(filled(template), translate=_ENGLISH) == filled(template)


@pytest.mark.parametrize("kind", FailureKind.__args__)  # type: ignore[attr-defined]
def test_every_kind_of_failure_has_a_chinese_name(kind: str) -> None:
    assert not re.search("[A-Za-z]{2,}", label(kind, _CHINESE).replace("robots.txt", "").replace("HTTP", ""))


def test_the_words_of_a_page_or_library_are_quoted_as_such() -> None:
    assert explain_detail("Post not found", "notice", _CHINESE) == "网页原文：Post not found"
    assert explain_detail("[Errno 5] I/O", "network", _CHINESE) == "原文：[Errno 5] I/O"
    assert explain_detail("", "network", _CHINESE) == ""


def test_reasons_inside_reasons_are_translated_too() -> None:
    image = Detail.IMAGE_OF_POST.format(
        reason=Detail.IMAGE_STATUS.format(status=404), url="http://a.example/1"
    )
    assert explain_detail(image, "picture", _CHINESE) == "HTTP 状态码 404；出自 http://a.example/1"


def test_no_module_stores_a_reason_of_its_own_words() -> None:
    assert [f"{path}:{line}" for path, tree in modules().items() for line in _own_words(tree)] == []


def test_a_reason_in_own_words_is_found() -> None:
    assert list(_own_words(ast.parse('Failure(kind="cut", detail="it ends")'))) == [1]
    assert list(_own_words(ast.parse('comments_problem("forged", f"{count} of them")'))) == [1]
    assert list(_own_words(ast.parse("detail = f'no {text}'"))) == [1]
    assert list(_own_words(ast.parse("Failure(detail=Detail.CUT.format(count=1))"))) == []


def _own_words(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that write the text of a reason, instead of taking it from `Detail`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _STORED_IN:
            values = [keyword.value for keyword in node.keywords if keyword.arg == "detail"] or node.args[-1:]
        elif isinstance(node, ast.Assign) and "detail" in map(ast.unparse, node.targets):
            values = [node.value]
        else:
            continue
        for value in values:
            if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and value.value):
                yield value.lineno


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
