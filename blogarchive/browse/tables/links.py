"""Ways between Datasette's tables and the reading pages."""

from typing import TYPE_CHECKING, Any

from datasette.utils import tilde_encode
from markupsafe import Markup

from blogarchive.browse import archives

if TYPE_CHECKING:  # importing it here would go round in a circle: datasette.app imports its plugins
    from datasette.app import Datasette

# Where a click should lead to the reading page: table, the column that is shown, the column with the row's
# id.
_CELLS = {
    ("posts", "title"): ("post", "id"),
    ("posts_view", "title"): ("post", "id"),
    ("edited_posts", "title"): ("post", "id"),
    ("missing_posts", "title"): ("post", "id"),
    ("authors", "blog_title"): ("author", "id"),
    ("authors", "nickname"): ("author", "id"),
}

_LONG = {"body_html", "body_text", "headers", "target", "counted", "counts"}
_SHOWN = 60


def root(datasette: "Datasette", database: str) -> str:
    """The address of an archive's home page, without a slash at its end."""
    known = archives.names(datasette)
    page = "/read" if known[:1] == (database,) else f"/read/in/{tilde_encode(database)}"
    address: str = datasette.urls.path(page)
    return address


def roots(datasette: "Datasette") -> dict[str, str]:
    """For each archive the address of its home page."""
    return {name: root(datasette, name) for name in archives.names(datasette)}


def menu(datasette: "Datasette") -> list[dict[str, str]]:
    """One link for each archive."""
    known = roots(datasette)
    return [
        {"href": home, "label": "阅读 Read" if len(known) == 1 else f"阅读 Read: {name}"}
        for name, home in known.items()
    ]


def long_text(value: str) -> Markup:
    """A long text as its first words, which open to the whole: a table of posts stays a table."""
    beginning = " ".join(value[:_SHOWN].split())
    return Markup("<details><summary>{}…</summary>{}</details>").format(beginning, value)


def cell(
    datasette: "Datasette", database: str, table: str | None, column: str, row: Any, value: object
) -> Markup | None:
    """The cell as a link to a reading page, or None where Datasette should show it."""
    if not isinstance(value, str) or not value or database not in archives.names(datasette):
        return None
    if column in _LONG and len(value) > _SHOWN:
        return long_text(value)
    target = _CELLS.get((table or "", column))
    if target is None:
        return None
    kind, key = target
    if row is None or key not in row.keys():  # noqa: SIM118 - sqlite3.Row tests its values, not its keys
        return None
    identity = row[key]
    identity = identity.get("value") if isinstance(identity, dict) else identity
    return Markup('<a href="{}/{}/{}">{}</a>').format(root(datasette, database), kind, identity, value)
