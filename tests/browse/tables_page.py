"""Writes docs/tables.md from the words that Datasette shows: `python -m tests.browse.tables_page`."""

import tomllib
from typing import Any

from tests.paths import ROOT

METADATA = ROOT / "blogarchive" / "browse" / "metadata.toml"
PAGE = ROOT / "docs" / "tables.md"
HEAD = """# The tables

An archive is one SQLite file. Times that a page shows are ISO 8601 text with offset in the site's clock, cut to the
precision shown (`2025-01-28T01:46:53-08:00`, `2014-07`), beside the text as shown. Our own times, the `*_at` columns
that say when we looked, are UTC. Bytes of pages are plain zlib: the sqlite3 shell opens them with
`sqlar_uncompress(body, body_size)`.

These names do not change; columns may be added. This page is written by `make docs` from the words that Datasette
shows.
"""


def page() -> str:
    """The page's text."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(METADATA.read_text("utf-8"))["tables"]
    parts = [HEAD]
    for name, table in tables.items():
        parts.append(f"\n## {name}\n\n{table['description']}\n\n| column | |\n| --- | --- |\n")
        parts.extend(f"| `{column}` | {words} |\n" for column, words in table.get("columns", {}).items())
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
