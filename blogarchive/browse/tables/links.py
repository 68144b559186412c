"""Links between Datasette's tables and the reading pages."""

from typing import TYPE_CHECKING, Any

from datasette.utils import tilde_encode
from markupsafe import Markup

from blogarchive.browse import archives

if TYPE_CHECKING:  # an import at run time would be circular: datasette.app imports its plugins
    from datasette.app import Datasette

# (table, column) -> (kind of reading page, column with its id)
_CELLS = {
    ("posts", "title"): ("post", "id"),
    ("posts_view", "title"): ("post", "id"),
    ("edited_posts", "title"): ("post", "id"),
    ("missing_posts", "title"): ("post", "id"),
    ("authors", "blog_title"): ("author", "id"),
    ("authors", "nickname"): ("author", "id"),
}

# The columns of a query that name the post with the id in `post_id`; a query with `comment_id` leads to that comment.
_QUERY_CELLS = {"title", "post", "what"}

_LONG_COLUMNS = {"body_html", "body_text", "headers", "target", "counted", "counts"}
_SUMMARY_LENGTH = 60


def home_url(datasette: "Datasette", database: str) -> str:
    """Return the URL path of an archive's home page, without a slash at its end."""
    known = archives.archive_names(datasette)
    page = "/read" if known[:1] == (database,) else f"/read/in/{tilde_encode(database)}"
    url: str = datasette.urls.path(page)
    return url


def home_urls(datasette: "Datasette") -> dict[str, str]:
    """Return the URL path of the home page of each archive, by name."""
    return {name: home_url(datasette, name) for name in archives.archive_names(datasette)}


def menu_links(datasette: "Datasette") -> list[dict[str, str]]:
    """Return a link for each archive."""
    known = home_urls(datasette)
    return [
        {"href": home, "label": "阅读 Read" if len(known) == 1 else f"阅读 Read: {name}"}
        for name, home in known.items()
    ]


def fold_text(value: str) -> Markup:
    """Return a long text as its beginning, which opens to the full text."""
    beginning = " ".join(value[:_SUMMARY_LENGTH].split())
    return Markup("<details><summary>{}…</summary>{}</details>").format(beginning, value)


def render_cell(
    datasette: "Datasette", database: str, table: str | None, column: str, row: Any, value: object
) -> Markup | None:
    """Return the cell as a link to a reading page or as folded text; None if Datasette should render it."""
    if not isinstance(value, str) or not value or database not in archives.archive_names(datasette):
        return None
    if column in _LONG_COLUMNS and len(value) > _SUMMARY_LENGTH:
        return fold_text(value)
    is_query_cell = table is None and column in _QUERY_CELLS
    target = ("post", "post_id") if is_query_cell else _CELLS.get((table or "", column))
    if target is None:
        return None
    kind, key = target
    identity = _read_id(row, key)
    if identity is None:
        return None
    comment = _read_id(row, "comment_id") if is_query_cell else None
    anchor = f"#c{comment}" if comment is not None else ""
    home = home_url(datasette, database)
    return Markup('<a href="{}/{}/{}{}">{}</a>').format(home, kind, identity, anchor, value)


def _read_id(row: Any, key: str) -> int | None:
    """Return the id in a column of the row, None if there is no such column or no id in it."""
    if row is None or key not in row.keys():  # noqa: SIM118 - sqlite3.Row tests its values, not its keys
        return None
    value = row[key]
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, int) else None
