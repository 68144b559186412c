"""Folders that tests read: the checkout, its fixtures, and real pages, which stay outside the repository."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
REAL = Path(os.environ.get("BLOGARCHIVE_REAL_PAGES") or ROOT.parent / "shared" / "real")

NEEDS_ASCII_CHECKOUT = pytest.mark.skipif(
    not str(ROOT).isascii(),
    reason="in the locale C, Python cannot import modules from the path of this checkout",
)
