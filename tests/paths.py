"""What tests read: the checkout, its fixtures and modules, and real pages, which stay outside the repository."""

import ast
import os
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
REAL = Path(os.environ.get("BLOGARCHIVE_REAL_PAGES") or ROOT.parent / "shared" / "real")

NEEDS_ASCII_CHECKOUT = pytest.mark.skipif(
    not str(ROOT).isascii(),
    reason="in the locale C, Python cannot import modules from the path of this checkout",
)


def module_names() -> list[str]:
    """Return the path of each module of the program in the checkout."""
    paths = (
        path for folder in ("blogarchive", "spiders", "pipelines") for path in (ROOT / folder).rglob("*.py")
    )
    return sorted(path.relative_to(ROOT).as_posix() for path in paths)


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of each module of the program, by its path in the checkout."""
    return {name: ast.parse((ROOT / name).read_text("utf-8")) for name in module_names()}
