"""Write the texts of posts and comments: the current text to its row, replaced texts to a table of revisions."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Literal, Protocol, cast
from urllib.parse import unquote, urlsplit

from blogarchive.store.pages.context import SaveContext
from blogarchive.store.rows import Value, dicts

# saved_image_names

Content = tuple[str | None, ...]

_SRC = re.compile(r'(?<=\ssrc=")[^"]*(?=")')
# Most browsers name the folder so, after the title of the page or the name of its file.
SAVED_FOLDER = re.compile(r".+(?:_files|\.files)")


def image_urls(html: str) -> list[str]:
    """Return the image URLs of stored HTML in their order."""
    return [unescape(src) for src in _SRC.findall(html)]


def strip_image_urls(html: str) -> str:
    """Return stored HTML without its image URLs."""
    return _SRC.sub("", html)


def is_site_url(url: str) -> bool:
    """Return whether the URL is one of the site, not of a folder that a browser saved."""
    return not any(SAVED_FOLDER.fullmatch(folder) for folder in unquote(urlsplit(url).path).split("/"))


def site_image_urls(stored: Content, shown: Content) -> list[str] | None:
    """Return the image URLs of the site in `shown` that replace URLs of a saved folder in `stored`.

    Returns None if the texts differ in anything else.
    """
    if len(stored) != len(shown) or any(
        strip_image_urls(old or "") != strip_image_urls(new or "")
        for old, new in zip(stored, shown, strict=True)
    ):
        return None
    pairs = [(old, new) for old, new in zip(_all_urls(stored), _all_urls(shown), strict=True) if old != new]
    if any(is_site_url(old) for old, _ in pairs):
        return None
    return [new for _, new in pairs if is_site_url(new)]


def _all_urls(content: Content) -> Iterator[str]:
    for text in content:
        yield from image_urls(text or "")


# versions

Content_of_versions = tuple[str | None, ...]

ChangeKind = Literal["update_current", "replace_current", "update_revision", "insert_revision"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextVersion:
    """A stored version: `revision_id` None is the current one. `content` is compared, `since` is UTC text."""

    revision_id: int | None
    content: Content_of_versions
    since: str
    page_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionChange:
    """A write of a text.

    `replace_current` inserts the current text as a revision first. `revision_id` is given for `update_revision`.
    `is_edit` is False if only the image URLs of a saved page are replaced by those of the site.
    """

    kind: ChangeKind
    revision_id: int | None = None
    is_edit: bool = True


def plan_changes(
    content: Content_of_versions,
    moment: str,
    current: TextVersion,
    read_revisions: Callable[[], Sequence[TextVersion]],
    *,
    reparsed_page: int | None,
) -> list[VersionChange]:
    """Return the writes for `content` of a page fetched at `moment`; `read_revisions` returns them oldest first.

    `reparsed_page` is the id of a stored page that is parsed again, None for a page that was fetched.
    """
    if reparsed_page is None and moment >= current.since:
        changes = _restore_image_urls(content, current)
        return [VersionChange(kind="replace_current")] if changes is None else changes
    if current.page_id == reparsed_page and current.content == content:
        return []
    versions = [*read_revisions(), current]
    if reparsed_page is not None:
        own = [version for version in versions if version.page_id == reparsed_page]
        if own:
            return [_update(version) for version in own if version.content != content]
    return _insert(content, moment, versions)


def _restore_image_urls(content: Content_of_versions, version: TextVersion) -> list[VersionChange] | None:
    """Return at most an update of image URLs if `content` is this version, None if it is another one."""
    urls = [] if content == version.content else site_image_urls(version.content, content)
    return None if urls is None else [_update(version, is_edit=False)] if urls else []


def _update(version: TextVersion, *, is_edit: bool = True) -> VersionChange:
    kind: ChangeKind = "update_current" if version.revision_id is None else "update_revision"
    return VersionChange(kind=kind, revision_id=version.revision_id, is_edit=is_edit)


def _insert(
    content: Content_of_versions, moment: str, versions: Sequence[TextVersion]
) -> list[VersionChange]:
    before = [version for version in versions if version.since <= moment]
    after = [version for version in versions if version.since > moment]
    for neighbour in before[-1:] + after[:1]:
        changes = _restore_image_urls(content, neighbour)
        if changes is not None:
            return changes
        if site_image_urls(content, neighbour.content) is not None:
            return []
    return [VersionChange(kind="insert_revision" if after else "replace_current")]


# revisions

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
