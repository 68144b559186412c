"""Messages for users are marked for translation: errors, help texts, lines that are printed."""

import ast
import re
from collections.abc import Iterator

import pytest

from blogarchive import errors
from blogarchive.errors import BlogArchiveError
from tests.paths import modules

_USER_ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, BlogArchiveError)
} | {"CannotIdentify"}
_PRINTERS = {"echo", "fail", "on_message", "print_result", "_print_error", "_progress_bar"}
_WORD = re.compile(r"[^\W\d_]{3}")
_UNMARKED = {
    "spiders/commands/crawl.py": "the usage of a Scrapy command: Scrapy prints everything else in English"
}
"""Modules with English messages, and the reason."""


def unmarked(tree: ast.AST) -> Iterator[int]:
    """Yield the lines where an error, a help text or a printed line has words that are not marked."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if _name(node.func) in _USER_ERRORS | _PRINTERS and node.args:
            yield from (text.lineno for text in _texts(node.args[0]))
        help_texts = [keyword.value for keyword in node.keywords if keyword.arg == "help"]
        yield from (text.lineno for value in help_texts for text in _texts(value))
        if ast.unparse(node.func) in ("click.command", "click.group") and not help_texts:
            yield node.lineno  # click would show the docstring


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _texts(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the literals with words that a text is made of, except those inside `_(…)`."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):  # "…".format(…) and _("…").format(…)
            yield from _texts(node.func.value)
    elif isinstance(node, ast.JoinedStr):
        if any(list(_texts(value)) for value in node.values if isinstance(value, ast.Constant)):
            yield node
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and _WORD.search(node.value):
            yield node
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.BinOp):
        yield from (*_texts(node.left), *_texts(node.right))


def test_every_text_for_users_is_marked_for_translation() -> None:
    assert [
        f"{path}:{line}"
        for path, tree in modules().items()
        if path not in _UNMARKED
        for line in unmarked(tree)
    ] == []


def test_no_message_is_inside_an_f_string_where_babel_does_not_find_it() -> None:
    assert [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        for text in ast.walk(tree)
        if isinstance(text, ast.JoinedStr)
        for node in ast.walk(text)
        if isinstance(node, ast.Call) and _name(node.func) == "_" and isinstance(node.args[0], ast.Constant)
    ] == []


@pytest.mark.parametrize("exception", _UNMARKED)
def test_every_exception_is_needed(exception: str) -> None:
    assert list(unmarked(modules()[exception]))


def test_no_function_that_translates_gives_another_meaning_to_its_name() -> None:
    """`_` as a name for an unused value would take the place of `gettext`."""
    assert [
        f"{path}:{function.lineno}"
        for path, tree in modules().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(isinstance(node, ast.Call) and _name(node.func) == "_" for node in ast.walk(function))
        and any(
            isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store)
            for node in ast.walk(function)
        )
    ] == []


@pytest.mark.parametrize(
    "source",
    [
        'raise UsageError("none")',
        'raise UsageError(f"none of {x}")',
        'raise errors.NoArchive("none of {x}".format(x=1))',
        'raise UsageError("none" if x else _("yes"))',
        'return ArchiveBusy("busy: " + b)',
        'click.echo(f"{count} posts", err=True)',
        'click.option("--port", help="Number of the port.")',
        "@click.command()\ndef status(): ...",
    ],
)
def test_text_that_is_not_marked_is_found(source: str) -> None:
    assert list(unmarked(ast.parse(source))) == [1]


@pytest.mark.parametrize(
    "source",
    [
        'raise UsageError(_("no {x}").format(x=x))',
        "raise UsageError(_busy(path))",
        'raise UsageError(f"{path}: {error}")',
        'raise ValueError("none")',
        '@click.command(help=_("Show it."))\ndef status(): ...',
        "click.echo(json.dumps(found))",
    ],
)
def test_marked_text_and_other_errors_pass(source: str) -> None:
    assert list(unmarked(ast.parse(source))) == []
