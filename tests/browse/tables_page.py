"""Write docs/tables.md from the descriptions in metadata.toml: `python -m tests.browse.tables_page`."""

import tomllib
from typing import Any

from tests.paths import ROOT

METADATA = ROOT / "blogarchive" / "browse" / "metadata.toml"
PAGE = ROOT / "docs" / "tables.md"
HEAD = """# The tables

An archive is one SQLite file. Times that a page shows are ISO 8601 text with the offset of the site's time zone, cut
to the precision shown (`2025-01-28T01:46:53-08:00`, `2014-07`), beside the text as shown. The times of the crawler, the
other `*_at` columns, are UTC. Bytes of pages are plain zlib: the sqlite3 shell opens them with
`sqlar_uncompress(body, body_size)`.

Ids of posts (`number`) are text, as the site writes them: `order by length(number), number` sorts decimal ids by value.

`pragma application_id` is 0x426C6741 (`BlgA`), `pragma user_version` is the number of the newest migration.

The names do not change; columns may be added. `make docs` writes this page from the descriptions that Datasette shows.
"""


def page() -> str:
    """Return the text of the page."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(METADATA.read_text("utf-8"))["tables"]
    parts = [HEAD]
    for name, table in tables.items():
        parts.append(f"\n## {name}\n\n{table['description']}\n\n| column | |\n| --- | --- |\n")
        parts.extend(
            f"| `{column}` | {description} |\n" for column, description in table.get("columns", {}).items()
        )
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
