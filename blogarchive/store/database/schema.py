"""The schema of an archive, from `schema.sql`; what a file lacks or changed of it."""

import re
import sqlite3
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from blogarchive.store import search_index
from blogarchive.store.database import totals
from blogarchive.store.statements import Statements, quote_name

APPLICATION_ID: Final = int.from_bytes(b"BlgA")
"""`pragma application_id` of every archive: `file` and SQLite browsers show it."""

MOMENT: Final = "cast(strftime('%s', captured_at) as integer)"
"""SQL expression of the unique index of `post_stats`: the seconds since 1970 of a row."""


_STATEMENT: Final = re.compile(r"^create (?:unique |virtual )?(table|index|view|trigger) (\w+)")


@cache
def statements() -> dict[tuple[str, str], str]:
    """Return the statement of every table, index, view and trigger, by its type and name, in order of creation."""
    script = Path(__file__).with_name("schema.sql").read_text("utf-8")
    found = {}
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += "" if line.startswith("--") else line
        # A trigger contains semicolons of its own.
        if ";" in line and sqlite3.complete_statement(statement):
            kind, name = _STATEMENT.findall(statement.strip())[0]
            found[kind, name] = statement.strip().rstrip(";")
            statement = ""
    return found


@lru_cache(maxsize=256)
def tables_in(sql: str) -> frozenset[str]:
    """Return the tables and views of an archive that the SQL names."""
    known = {name for kind, name in statements() if kind in ("table", "view")}
    return frozenset(known.intersection(_WORD.findall(sql)))


@lru_cache(maxsize=256)  # the name may be that of a request
def sources(name: str) -> frozenset[str]:
    """Return the tables from which a view, a table of totals or a search table is made; else none."""
    made_by = [totals.BY_BLOG.get(name, "").format(comments="comments"), name.partition("_fts")[0]]
    for (kind, made), sql in statements().items():
        if (kind == "view" and made == name) or (kind == "trigger" and name.startswith("_") and name in sql):
            made_by.append(sql)
    used = (table for table in tables_in(" ".join(made_by)) if not table.startswith("_") and table != name)
    return frozenset(used)


def missing_objects(archive: Statements) -> list[tuple[str, str]]:
    """Return the type and name of every table, index, view and trigger that the archive lacks."""
    stored = {(kind, name) for kind, name in archive.rows("select type, name from sqlite_master")}
    return [key for key in statements() if key not in stored]


def missing_columns(archive: Statements) -> list[tuple[str, str]]:
    """Return the table and the definition of each plain column that the archive lacks, in the order of the schema."""
    ours = {name: sql for name, (kind, sql) in _definitions().items() if kind == "table"}
    rows = archive.rows("select name, sql from sqlite_master where type = 'table'")
    return [
        (name, column)
        for name, sql in rows
        # Almost always the same text, which SQLite stores with `CREATE` in capitals.
        if (stored := (sql or "").lower()) != (definition := ours.get(name.lower(), stored))
        for column in _lacking(definition, stored)
    ]


def _lacking(ours: str, stored: str) -> list[str]:
    """Return the plain columns with a type that the stored table has not, in no form."""
    names = {part.split(" ")[0] for part in _split_definition(stored)}
    wanted = (part for part in _split_definition(ours) if " " in part and _PLAIN_COLUMN.fullmatch(part))
    return [part for part in wanted if part.split(" ")[0] not in names]


@cache
def _definitions() -> dict[str, tuple[str, str]]:
    return {name: (kind, sql.lower()) for (kind, name), sql in statements().items()}


def is_own_trigger(name: str, sql: str) -> bool:
    """Return whether a trigger is as this version makes it; SQLite stores `CREATE` in capitals."""
    return _definitions().get(name.lower()) == ("trigger", sql.lower())


def changed_objects(archive: Statements) -> list[str]:
    """Return the type and name of foreign objects in place of a table, index, view or trigger of ours.

    So is a trigger on a table of ours. For a connection that writes, so is a unique index: it may refuse a row. Other
    objects of the file are ignored: nothing executes them. Plain columns may be added, or be missing in an older file.
    The triggers by which sqlite-utils counts rows are allowed.
    """
    ours, writes = _definitions(), not archive.scalar("pragma query_only")
    found = []
    # A table before its indexes: they follow it if it is renamed, and are not the cause.
    query = "select type, name, tbl_name, sql from sqlite_master order by type = 'index'"
    for kind, name, table, sql in archive.rows(query):
        definition, stored = ours.get(name.lower()), (kind, (sql or "").lower())
        if is_added := definition is None:
            is_unique = writes and stored[1].startswith("create unique index")
            runs = kind == "trigger" and not re.fullmatch(_COUNTS_ROWS, sql)
            is_changed = table.lower() in ours and (is_unique or runs)
        else:  # almost always the same text: splitting it would take most of the time of a start
            is_changed = stored != definition and _is_changed(definition, stored)
        if is_changed:
            found.append(f"{kind} {quote_name(name)}" if is_added or kind == "trigger" else f"{kind} {name}")
    return found


def _is_changed(ours: tuple[str, str], stored: tuple[str, str]) -> bool:
    before, after = (Counter(_split_definition(sql)) for _kind, sql in (ours, stored))
    is_plain = all(stored[0] == "table" and _PLAIN_COLUMN.fullmatch(part) for part in after - before)
    lacking = Counter(_lacking(ours[1], stored[1]))
    return stored[0] != ours[0] or bool(before - after - lacking) or not is_plain


OWN_TRIGGERS: Final = "type = 'trigger' and (name like 'search%' or name like '%totals%')"
"""Rows of `sqlite_master`: the triggers that every version has had."""


def foreign_objects(archive: Statements) -> list[str]:
    """Return type and name of foreign triggers, and of views that replace a table of this program."""
    rows = archive.rows(f"select type, name, sql from sqlite_master where not ({OWN_TRIGGERS})")  # noqa: S608 - constant
    views = [name for kind, name, _ in rows if kind == "view" and ("table", name.lower()) in statements()]
    triggers = [(name, sql) for kind, name, sql in rows if kind == "trigger"]
    foreign = [name for name, sql in triggers if not re.fullmatch(_COUNTS_ROWS, sql)]
    named = [*(("view", name) for name in views), *(("trigger", name) for name in foreign)]
    return [f"{kind} {quote_name(name)}" for kind, name in named]


@lru_cache(maxsize=512)  # an open reads each statement of an older file several times
def _split_definition(sql: str) -> tuple[str, ...]:
    """Return the columns of a table, or the parts of another statement, without quotes and line ends."""
    text = " ".join(_QUOTES.sub(" ", sql).split()).replace(" (", "(").replace("( ", "(").replace(" )", ")")
    head, _bracket, rest = text.partition("(")
    return head, *(part.strip() for part in rest.removesuffix(")").split(","))


_QUOTES: Final = re.compile(r"[\"`\[\]]")
_WORD: Final = re.compile(r"\w+")
_PLAIN_COLUMN: Final = re.compile(r"\w+( (text|integer|real|float|blob|numeric))?")
_COUNTS_ROWS: Final = (  # compiled if a file has a trigger of another program
    r"""CREATE TRIGGER ["\[]?\w+_counts_(insert|delete)["\]]? AFTER (INSERT|DELETE) ON ["\[]?\w+["\]]?\s+BEGIN\s+"""
    r"""INSERT OR REPLACE INTO ["\[]?_counts["\]]?\s+VALUES \(\s*'\w+',\s*COALESCE\(\s*"""
    r"""\(SELECT count FROM ["\[]?_counts["\]]? WHERE ["\[]table["\]] = '\w+'\),\s*0\s*\) [-+] 1\s*\);\s*END"""
)


def create_missing(archive: Statements) -> None:
    """Create what the archive lacks and fill it from the other rows, inside the caller's transaction."""
    for table, column in missing_columns(archive):
        archive.execute(f"alter table {table} add column {column}")
    missing = missing_objects(archive)
    for key in missing:
        archive.execute(statements()[key])
    if any("totals" in name for _kind, name in missing):
        totals.recount(archive)
    if any("search" in name or "_fts" in name for _kind, name in missing):
        search_index.rebuild(archive)
