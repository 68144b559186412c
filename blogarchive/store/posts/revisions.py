"""Write the texts of posts and comments: the current text to its row, replaced texts to a table of revisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from blogarchive.store.pages.context import SaveContext
from blogarchive.store.posts.versions import TextVersion, VersionChange, plan_changes
from blogarchive.store.rows import Value, dicts

Text = Mapping[str, Value]
"""The columns that a row shares with its revisions, by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RevisedTable:
    """A table of current texts with its table of revisions; the columns `compared` make up a version."""

    name: str
    revisions: str
    foreign_key: str
    compared: tuple[str, ...]


POSTS = RevisedTable(
    name="posts", revisions="post_revisions", foreign_key="post_id", compared=("title", "body_html")
)
COMMENTS = RevisedTable(
    name="comments",
    revisions="comment_revisions",
    foreign_key="comment_id",
    compared=("body_html", "body_text"),
)


class RevisedRow(Protocol):
    """A row before the save, with its current text."""

    @property
    def id(self) -> int:
        """Return the id of the row."""

    @property
    def page_id(self) -> int | None:
        """Return the id of the page that the text came from."""

    @property
    def text_since(self) -> str:
        """Return when the text was first seen, UTC text."""

    @property
    def text(self) -> Text:
        """Return the current text."""


def save_text(
    context: SaveContext, table: RevisedTable, before: RevisedRow, text: Text, **current_only: str
) -> list[VersionChange]:
    """Store the text of a page as a version of the row and return the writes made.

    `current_only` are further columns of the current text that revisions lack.
    """
    changes = plan_changes(
        _content(table, text),
        context.moment,
        TextVersion(
            revision_id=None,
            content=_content(table, before.text),
            since=before.text_since,
            page_id=before.page_id,
        ),
        lambda: _read_revisions(context, table, before.id),
        reparsed_page=context.page_id() if context.is_reparse else None,
    )
    for change in changes:
        _apply(context, table, before, change, text, current_only)
    if context.is_reparse and not changes and before.page_id != context.page_id():
        _restore_revisions(context, table, before.id, text)
    return changes


def _restore_revisions(context: SaveContext, table: RevisedTable, row_id: int, text: Text) -> None:
    """Correct the columns of the page's own revisions that are not compared, and that may be damaged."""
    cursor = context.archive.execute(
        f"select id, {', '.join(text)} from {table.revisions} where {table.foreign_key} = ? and page_id = ?",  # noqa: S608
        (row_id, context.page_id()),
    )
    for row in list(dicts(cursor)):
        revision_id = row.pop("id")
        if row != text:
            context.archive.update_row(table.revisions, revision_id, text)


def _apply(
    context: SaveContext,
    table: RevisedTable,
    before: RevisedRow,
    change: VersionChange,
    text: Text,
    current_only: Text,
) -> None:
    archive, new = context.archive, {**text, "page_id": context.page_id()}
    if change.revision_id is not None:
        archive.update_row(table.revisions, change.revision_id, new)
    elif change.kind == "insert_revision":
        archive.insert_row(
            table.revisions, {table.foreign_key: before.id, **new, "captured_at": context.moment}
        )
    elif change.kind == "update_current":
        archive.update_row(table.name, before.id, {**new, **current_only})
    else:
        old = {**before.text, "captured_at": before.text_since, "page_id": before.page_id}
        archive.insert_row(table.revisions, {table.foreign_key: before.id, **old})
        archive.update_row(table.name, before.id, {**new, **current_only, "version_at": context.moment})


def _read_revisions(context: SaveContext, table: RevisedTable, row_id: int) -> list[TextVersion]:
    cursor = context.archive.execute(
        f"select id, captured_at, page_id, {', '.join(table.compared)} from {table.revisions}"  # noqa: S608 - constants
        f" where {table.foreign_key} = ? order by captured_at, id",
        (row_id,),
    )
    return [
        TextVersion(
            revision_id=row["id"],
            content=_content(table, row),
            since=row["captured_at"],
            page_id=row["page_id"],
        )
        for row in dicts(cursor)
    ]


def _content(table: RevisedTable, text: Text) -> tuple[str | None, ...]:
    return tuple(cast(str | None, text[column]) for column in table.compared)
