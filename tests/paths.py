"""Folders that tests read: the checkout, its fixtures, and real pages, which stay outside the repository."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
REAL = Path(os.environ.get("BLOGARCHIVE_REAL_PAGES") or ROOT.parent / "shared" / "real")
