"""Rewrite statements of Datasette's tables: cheaper hits of a filter, and a complete order.

A search or a category selects ids. SQLite reads the row of each to count the hits, and again to sort them. At a million
posts these rows are all over the file. A covering index has the ids and the times of many rows in each of its pages.

The first page of a table is sorted by time alone, the next begins after the id of its last row. Rows of the same time
in another order were on both pages, or on none.
"""

# ruff: noqa: S608 - statements are put together from constants and from statements of Datasette

import re
from dataclasses import dataclass
from typing import Final

_INDEXES: Final = {"posts": "posts_newest", "comments": "comments_newest"}
_COUNT: Final = "select count(*)"
_COLUMNS: Final = re.compile(r"select (?:\w+|\[[^\]]+\])(?:, (?:\w+|\[[^\]]+\]))*")
_ORDER: Final = re.compile(r"order by (posted_at(?: desc)?)(?:, id)? limit (\d+)$")
_PARENTHESIS: Final = re.compile(r"[()]")
_GROUP: Final = re.compile("\0(\\d+)\0")
_IDS: Final = re.compile("(?:row)?id in \0\\d+\0")
_TEXT: Final = re.compile(r'"\w+" like :\w+')


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filter:
    """The condition of a statement: lists of ids and others on the index, then those on texts."""

    indexed: str
    texts: str


def rewrite_statement(sql: str) -> str:
    """Return a statement that reads a covering index first if `sql` selects posts or comments by lists of ids.

    Rows that are sorted by their time are sorted by their id too. Other statements are returned as they are.
    """
    for table in _INDEXES:
        selected, found, rest = sql.rstrip().partition(f" from {table} ")
        if found and "\0" not in sql and (selected == _COUNT or _COLUMNS.fullmatch(selected)):
            return f"{selected} {_rewrite(table, rest, is_count=selected == _COUNT)}"
    return sql


def _rewrite(table: str, rest: str, *, is_count: bool) -> str:
    """Return the part of a statement after its columns."""
    order = None if is_count else _ORDER.search(rest)
    condition = rest[: order.start()] if order else rest
    if condition and not condition.startswith("where "):
        return f"from {table} {rest}"  # a join, or another name of the table
    found = _parse(condition.removeprefix("where "))
    if order:
        return _sorted_rows(table, condition, found, by=f"order by {order[1]}, id", limit=f"limit {order[2]}")
    if found is None or found.texts:
        return f"from {table} {rest}"
    return f"from {table} indexed by {_INDEXES[table]} where {found.indexed}"


def _sorted_rows(table: str, condition: str, found: _Filter | None, *, by: str, limit: str) -> str:
    if found is None:
        return f"from {table} {condition}{by} {limit}"
    hits = f"from {table} indexed by {_INDEXES[table]} where {found.indexed} {by} limit"
    if found.texts:
        # Texts are read in this order, until the page is full.
        ids = (
            f"select {table}.id from (select id as hit {hits} -1) cross join {table} on {table}.id = hit"
            f" where {found.texts} {limit}"
        )
    else:
        ids = f"select id {hits.removesuffix('limit')}{limit}"
    return f"from {table} where id in ({ids}) {by} {limit}"


def _parse(condition: str) -> _Filter | None:
    """Return the parts of a condition; None if no list of ids is in it, or anything that the index may not have."""
    outside, groups = _without_parentheses(condition)
    clauses = outside.strip().split(" and ")
    texts = [clause for clause in clauses if _TEXT.fullmatch(clause)]
    indexed = [clause for clause in clauses if _IDS.fullmatch(clause) or _GROUP.fullmatch(clause)]
    if len(texts) + len(indexed) < len(clauses) or not any(map(_IDS.fullmatch, indexed)):
        return None
    whole = _GROUP.sub(lambda found: groups[int(found[1])], " and ".join(indexed))
    return _Filter(indexed=whole, texts=" and ".join(texts))


def _without_parentheses(condition: str) -> tuple[str, list[str]]:
    """Return a condition with a number in the place of each outer pair of parentheses, and these pairs."""
    outside: list[str] = []
    groups: list[str] = []
    depth = begin = 0
    for found in _PARENTHESIS.finditer(condition):
        if found[0] == "(":
            if depth == 0:
                outside.append(condition[begin : found.start()])
                begin = found.start()
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                outside.append(f"\0{len(groups)}\0")
                groups.append(condition[begin : found.end()])
                begin = found.end()
    return "".join((*outside, condition[begin:])), groups
