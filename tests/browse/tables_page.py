"""Write docs/tables.md and docs/tables.zh.md from metadata.toml: `python -m tests.browse.tables_page`.

`tables_zh.toml` has the Chinese of each description.
"""

import tomllib
from typing import Any

from tests.paths import ROOT

METADATA = ROOT / "blogarchive" / "browse" / "metadata.toml"
TRANSLATIONS = ROOT / "tests" / "browse" / "tables_zh.toml"
PAGE = ROOT / "docs" / "tables.md"
CHINESE_PAGE = ROOT / "docs" / "tables.zh.md"
QUERIED = (
    "posts_view",
    "posts",
    "comments",
    "authors",
    "post_stats",
    "post_versions",
    "posts_in_categories",
    "archive_months",
    "media",
    "failures",
)
"""The tables and views that people query, in the order of the page."""
HEAD = """# The tables

An archive is one SQLite file. Times that a page shows are ISO 8601 text with the offset of the site's time zone, beside
the text as shown. They are cut to the precision shown (`2025-01-28T01:46:53-08:00`, `2014-07`). The times of the
crawler, the other `*_at` columns, are UTC. Bytes of pages are plain zlib: the sqlite3 shell opens them with
`sqlar_uncompress(body, body_size)`.

Ids of posts (`number`) are text, as the site writes them: `order by length(number), number` sorts decimal ids by value.

`pragma application_id` is 0x426C6741 (`BlgA`), `pragma user_version` is the number of the newest migration.

The names do not change; columns may be added. `make docs` writes this page from the descriptions that Datasette shows.
"""

CHINESE_HEAD = """# 数据表

一个存档是一个 SQLite 文件。网页上的时间是 ISO 8601 文本，带网站时区的偏移，精度与网页所示相同（`2025-01-28T01:46:53-08:00`、
`2014-07`），旁边保存网页上的原文。其他以 `_at` 结尾的列是抓取程序的时间，用 UTC。网页的字节用普通的 zlib 压缩：
sqlite3 命令行用 `sqlar_uncompress(body, body_size)` 打开。

文章的编号（`number`）是文本，与网站所写相同；按数值排序十进制编号，请用 `order by length(number), number`。

`pragma application_id` 是 0x426C6741（`BlgA`），`pragma user_version` 是最新一次数据表升级的编号。

表名和列名不会改变，以后可能增加列。这一页由 `make docs` 生成；Datasette 显示同样内容的英文说明。
"""


def page() -> str:
    """Return the text of the English page."""
    parts = ("The ten that people query", "Further tables and views", "The program's own tables")
    return _page(HEAD, parts, "column", {})


def chinese_page() -> str:
    """Return the text of the Chinese page; a description without a translation is in English."""
    return _page(
        CHINESE_HEAD, ("最常查询的十个", "其他数据表和视图", "程序自用的数据表"), "列", translations()
    )


def translations() -> dict[str, str]:
    """Return the Chinese text of each description."""
    return tomllib.loads(TRANSLATIONS.read_text("utf-8"))


def descriptions() -> set[str]:
    """Return all descriptions of tables and columns."""
    return {
        text
        for table in _tables().values()
        for text in (table["description"], *table.get("columns", {}).values())
    }


def _tables() -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = tomllib.loads(METADATA.read_text("utf-8"))["tables"]
    return tables


def _page(head: str, titles: tuple[str, ...], column: str, translated: dict[str, str]) -> str:
    tables = _tables()
    own = [name for name in tables if name.startswith("_")]
    further = [name for name in tables if name not in (*QUERIED, *own)]
    parts = [head]
    for title, names in zip(titles, (QUERIED, further, own), strict=True):
        parts.append(f"\n## {title}\n")
        if names is QUERIED:
            rows = [f"| [{name}](#{name}) | {_translate(tables, name, translated)} |\n" for name in names]
            parts += ["\n| | |\n| --- | --- |\n", *rows]
        parts += [_section(tables, name, column, translated) for name in names]
    return "".join(parts)


def _section(tables: dict[str, dict[str, Any]], name: str, column: str, translated: dict[str, str]) -> str:
    columns = tables[name].get("columns", {}).items()
    rows = [f"| `{column_name}` | {translated.get(text, text)} |\n" for column_name, text in columns]
    head = f"\n### {name}\n\n{_translate(tables, name, translated)}\n\n| {column} | |\n| --- | --- |\n"
    return head + "".join(rows)


def _translate(tables: dict[str, dict[str, Any]], name: str, translated: dict[str, str]) -> str:
    description: str = tables[name]["description"]
    return translated.get(description, description)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    CHINESE_PAGE.write_text(chinese_page(), "utf-8")
