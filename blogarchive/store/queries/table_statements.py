"""Rewrite statements of Datasette's tables: cheaper hits of a filter, and a complete order.

A search or a category selects ids. SQLite reads the row of each to count the hits, and again to sort them. At a million
posts these rows are all over the file. A covering index has the ids and the times of many rows in each of its pages.

The first page of a table is sorted by time alone, the next begins after the id of its last row. Rows of the same time
in another order were on both pages, or on none.
"""

import re
from typing import Final

_INDEXES: Final = {"posts": "posts_newest", "comments": "comments_newest"}
_COUNT: Final = "select count(*)"
_COLUMNS: Final = re.compile(r"select (?:\w+|\[[^\]]+\])(?:, (?:\w+|\[[^\]]+\]))*")
_ORDER: Final = re.compile(r"order by (posted_at(?: desc)?)(?:, id)? limit (\d+)$")
_PARENTHESIS: Final = re.compile(r"([()])")
_IDS: Final = re.compile(r"where (?:row)?id in @(?: and (?:(?:row)?id in )?@)*")


def rewrite_statement(sql: str) -> str:
    """Return a statement that reads a covering index first if `sql` selects posts or comments by lists of ids alone.

    Rows that are sorted by their time are sorted by their id too. Other statements are returned as they are.
    """
    for table in _INDEXES:
        selected, found, rest = sql.rstrip().partition(f" from {table} ")
        if found and selected == _COUNT:
            return f"{selected} {_source(table, rest)}"
        if found and _COLUMNS.fullmatch(selected):
            return f"{selected} {_rows(table, rest)}"
    return sql


def _rows(table: str, rest: str) -> str:
    """Return the part of a statement after its columns."""
    order = _ORDER.search(rest)
    if order is None:
        return _source(table, rest)
    condition = rest[: order.start()]
    if condition and not condition.startswith("where "):
        return f"from {table} {rest}"  # a join, or another name of the table
    complete = f"order by {order[1]}, id limit {order[2]}"
    if _selects_ids(condition):
        return f"from {table} where id in (select id {_source(table, condition)}{complete}) {complete}"
    return f"from {table} {condition}{complete}"


def _source(table: str, condition: str) -> str:
    index = f"indexed by {_INDEXES[table]} " if _selects_ids(condition) else ""
    return f"from {table} {index}{condition}"


def _selects_ids(condition: str) -> bool:
    return _IDS.fullmatch(_without_parentheses(condition)) is not None


def _without_parentheses(condition: str) -> str:
    """Return a condition with `@` for each outer pair of parentheses."""
    outside, depth = "", 0
    for part in _PARENTHESIS.split(condition):
        if part == "(":
            outside += "" if depth else "@"
            depth += 1
        elif part == ")":
            depth -= 1
        elif not depth:
            outside += part
    return outside.strip()
