"""Totals that triggers keep: read them, compare them with their rows, count the rows again."""

import sqlite3

from blogarchive.store.database.schema.tables_coverage import COUNT_NUMBERS, COUNT_VERSIONS

CURRENT_NUMBERS = f"""
select t.site, t.numbers, coalesce(t.highest, (select c.highest from ({COUNT_NUMBERS}) c where c.site = t.site)) as highest
  from number_totals t
"""  # noqa: S608 - a constant
"""The rows of `number_totals` as of now."""

_COUNTED = {
    "page_totals": "select kind, status, coalesce(encoding, ''), count(*) from pages group by 1, 2, 3",
    "frontier_totals": "select state, kind, count(*) from frontier group by 1, 2",
    "version_totals": COUNT_VERSIONS,
    "number_totals": COUNT_NUMBERS,
}
_KEPT = {table: f"select * from {table}" for table in _COUNTED} | {"number_totals": CURRENT_NUMBERS}  # noqa: S608

# One statement: a crawl may write between two.
_DIFFERS = """
select exists (select * from ({kept}) except select * from ({counted}))
    or exists (select * from ({counted}) except select * from ({kept}))
"""


def wrong_totals(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the tables whose totals differ from a count of their rows."""
    return [
        table
        for table, counted in _COUNTED.items()
        if connection.execute(_DIFFERS.format(kept=_KEPT[table], counted=counted)).fetchone() != (0,)
    ]


def recount(connection: sqlite3.Connection) -> None:
    """Count the rows of wrong totals again, inside the caller's transaction."""
    for table in wrong_totals(connection):
        connection.execute(f"delete from {table}")  # noqa: S608 - a constant
        connection.execute(f"insert into {table} {_COUNTED[table]}")


def refresh(connection: sqlite3.Connection) -> None:
    """Search the highest number of sites whose highest post was removed, inside the caller's transaction."""
    connection.execute(
        f"update number_totals set highest = (select c.highest from ({COUNT_NUMBERS}) c"  # noqa: S608 - a constant
        " where c.site = number_totals.site) where highest is null"
    )
