"""Folders that tests read: the checkout, its fixtures, and real pages, which stay outside the repository."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
REAL = Path(os.environ.get("BLOGARCHIVE_REAL_PAGES") or ROOT.parent / "shared" / "real")

NEEDS_ASCII_CHECKOUT = pytest.mark.skipif(
    not str(ROOT).isascii() and sys.version_info < (3, 13),
    reason="in the locale C, Python cannot read the path of this checkout from its `.pth` file",
)
