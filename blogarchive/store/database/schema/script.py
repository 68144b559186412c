"""Run the statements of a schema."""

import sqlite3
from collections.abc import Iterator


def execute_script(connection: sqlite3.Connection, script: str) -> None:
    """Run each statement of `script` within the open transaction.

    `Database.executescript` of sqlite-utils 4.2 does the same in a time that grows with the square of a statement:
    it took more than half of the time in which an archive is made.
    """
    for statement in _iter_statements(script):
        connection.execute(statement)


def _iter_statements(script: str) -> Iterator[str]:
    """Yield statements that end with a line; a trigger contains semicolons of its own."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if ";" in line and sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
