"""The statements of a slice look up its rows, so that a slice costs the same in an archive of any size."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from blogarchive.store import merge
from blogarchive.store.database.archive import Archive

_LARGE = (
    r"SCAN (main\.)?(posts|comments|post_categories|post_stats|author_stats|categories|pages|c|p|pc|o|op|g)\b"
)


@pytest.mark.parametrize("work", [merge.merge_rows, merge.merge_blog_rows])
def test_no_statement_of_a_slice_reads_a_whole_table(work: Callable[[Archive], None], tmp_path: Path) -> None:
    Archive.open(tmp_path / "other.db", create=True).close()
    with (
        Archive.open(tmp_path / "main.db", create=True) as archive,
        merge.attach_archive(archive, tmp_path / "other.db"),
        archive.atomic(),
    ):
        merge.start(archive, tmp_path / "other.db")
        merge.create_tables(archive)
        statements: list[str] = []
        archive.connection.set_trace_callback(statements.append)
        work(archive)
        archive.connection.set_trace_callback(None)
        plans = [line for statement in statements for line in _plan(archive.connection, statement)]
    assert len(plans) > 5
    assert [line for line in plans if re.match(_LARGE, line)] == []


def _plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    if statement.startswith("--") or "temp.merged_" not in statement or "from sightings" in statement:
        return []  # of a trigger, or of the small tables that a slice makes and drops
    return [row[3] for row in connection.execute(f"explain query plan {statement}")]
