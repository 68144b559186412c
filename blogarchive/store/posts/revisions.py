"""Write the texts of posts and comments: the current text to its row, replaced texts to a table of revisions."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Literal, Protocol, cast
from urllib.parse import unquote, urlsplit

from blogarchive.parsing.compared_form import Content, Form, form_of, image_paths, without_images
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger.blogs import Blog, blog_hosts
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.rows import Value

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


def site_image_urls(stored: Form, shown: Form) -> list[str] | None:
    """Return the image paths of the site in `shown` that replace paths of a saved folder in `stored`.

    Returns None if the texts differ in anything else.
    """
    if tuple(map(without_images, stored)) != tuple(map(without_images, shown)):
        return None
    paths = zip(image_paths(stored[-1]), image_paths(shown[-1]), strict=True)
    pairs = [(old, new) for old, new in paths if old != new]
    if any(is_site_url(old) for old, _ in pairs):
        return None
    return [new for _, new in pairs if is_site_url(new)]


def has_equal_images(archive: Archive, old: Content, new: Content, own_hosts: Collection[str]) -> bool:
    """Return whether two contents differ in paths of images alone, and the stored files of these are equal."""
    forms = [form_of(content, own_hosts) for content in (old, new)]
    urls = [image_urls(content[-1] or "") for content in (old, new)]
    bare = [tuple(map(without_images, form)) for form in forms]
    if bare[0] != bare[1] or len(urls[0]) != len(urls[1]):
        return False
    query = """select url, sha256 from media where url in (select value from json_each(?))
            and sha256 is not null"""
    files: dict[str, str] = dict(archive.rows(query, (json.dumps(urls[0] + urls[1]),)))
    pairs = zip(zip(*(image_paths(form[-1]) for form in forms), strict=True), *urls, strict=True)
    return all(one == other or (a in files and files[a] == files.get(b)) for (one, other), a, b in pairs)


_LAST_TWO = """
select p.id, r.id as revision_id, r.captured_at, r.title as old_title, r.body_html as old_html, p.title, p.body_html,
       a.site, a.uid
  from posts p join authors a on a.id = p.author_id join post_revisions r on r.id =
       (select id from post_revisions where post_id = p.id order by captured_at desc, id desc limit 1)
 where p.last_changed_at >= ? and p.content_hash is not null
"""


def merge_equal_images(archive: Archive, since: str) -> None:
    """Merge the last two versions of the posts that changed since then, if their images are equal by content.

    A run stores the images of a page after its text. `since` is UTC text.
    """
    with archive.atomic():
        for row in archive.dicts(_LAST_TWO, (since,)):
            old, new = (row["old_title"], row["old_html"]), (row["title"], row["body_html"])
            hosts = blog_hosts(archive, Blog(site=row["site"], uid=row["uid"]))
            if has_equal_images(archive, old, new, hosts):
                archive.execute("delete from post_revisions where id = ?", (row["revision_id"],))
                update = """update posts set version_at = ?1, last_changed_at =
                        case when id in (select post_id from post_revisions) then ?1 end where id = ?2"""
                archive.execute(update, (row["captured_at"], row["id"]))


_WriteKind = Literal["update_current", "replace_current", "update_revision", "insert_revision", "date"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _TextVersion:
    """A stored version: `revision_id` None is the current one. `content` is compared, `since` is UTC text."""

    revision_id: int | None
    content: Content
    since: str
    page_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """A write of a text.

    `replace_current` inserts the current text as a revision first. `date`: the text was seen earlier than known.
    `revision_id` is that of the revision to update, None for the current text. `is_edit` is False if the compared form
    is the same: only markup, or a saved page's image URLs, are newer.
    """

    kind: _WriteKind
    revision_id: int | None = None
    is_edit: bool = True


Text = Mapping[str, Value]
"""The columns that a row shares with its revisions, by name."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of current texts with its table of revisions; the columns `compared` make up a version."""

    name: str
    revisions: str
    foreign_key: str
    compared: tuple[str, ...]


POSTS = TextTable("posts", "post_revisions", "post_id", ("title", "body_html"))
COMMENTS = TextTable("comments", "comment_revisions", "comment_id", ("author_name", "body_html"))


class TextRow(Protocol):
    """A row before the save, which also has the columns of `Text`."""

    @property
    def id(self) -> int:
        """Return the id of the row."""

    @property
    def page_id(self) -> int | None:
        """Return the id of the page that the text came from."""

    @property
    def text_since(self) -> str:
        """Return when the text was first seen, UTC text."""


def save_text(
    context: SaveContext, table: TextTable, before: TextRow, text: Text, **current_only: str
) -> list[Write]:
    """Store the text of a page as a version of the row and return the writes made.

    `current_only` are further columns of the current text that revisions lack.
    """
    content = tuple(cast(str | None, text[column]) for column in table.compared)
    changes = _plan_changes(context, table, before, content)
    for change in changes:
        _apply(context, table, before, change, text, current_only)
    if context.is_reparse and not changes:
        _restore(context, table, before, text, current_only)
    return changes


def _plan_changes(context: SaveContext, table: TextTable, before: TextRow, content: Content) -> list[Write]:
    """Return the writes for the content that a page shows."""
    since, reparsed = before.text_since, context.page_id() if context.is_reparse else None
    stored = tuple(getattr(before, column) for column in table.compared)
    current = _TextVersion(revision_id=None, content=stored, since=since, page_id=before.page_id)
    if reparsed is None and context.moment >= since:
        changes = _renew_markup(context, content, current)
        return [Write(kind="replace_current")] if changes is None else changes
    if current.page_id == reparsed and stored == content:
        return []
    versions = [*_read_revisions(context, table, before.id), current]
    own = [version for version in versions if version.page_id == reparsed]
    if reparsed is not None and own:
        return [_update(version) for version in own if version.content != content]
    return _insert(context, content, versions)


def _renew_markup(context: SaveContext, content: Content, version: _TextVersion) -> list[Write] | None:
    """Return at most an update of the markup if the content is this version, None if it is another one."""
    if content == version.content:
        return []
    old, new = form_of(version.content, context.own_hosts), form_of(content, context.own_hosts)
    if old == new or has_equal_images(context.archive, version.content, content, context.own_hosts):
        return [_update(version, is_edit=False)]
    urls = site_image_urls(old, new)
    return None if urls is None else [_update(version, is_edit=False)] if urls else []


def _update(version: _TextVersion, *, is_edit: bool = True) -> Write:
    kind: _WriteKind = "update_current" if version.revision_id is None else "update_revision"
    return Write(kind=kind, revision_id=version.revision_id, is_edit=is_edit)


def _insert(context: SaveContext, content: Content, versions: Sequence[_TextVersion]) -> list[Write]:
    """Return the writes for another text than the current one: a new version, or a change of an equal neighbour."""
    before = [version for version in versions if version.since <= context.moment]
    after = [version for version in versions if version.since > context.moment]
    is_later = context.is_reparse and before and (before[-1].page_id or 0) > context.page_id()
    if is_later and not context.page.is_imported:
        return []  # the page showed this version too, when it was fetched; a later page has its newest markup
    form = form_of(content, context.own_hosts)
    for neighbour in before[-1:] + after[:1]:
        own = form_of(neighbour.content, context.own_hosts)
        if own == form or has_equal_images(context.archive, neighbour.content, content, context.own_hosts):
            change = Write(kind="date", revision_id=neighbour.revision_id, is_edit=False)
            return [change] if neighbour.since > context.moment else []
        if site_image_urls(form, own) is not None:
            return []
        if (urls := site_image_urls(own, form)) is not None:
            return [_update(neighbour, is_edit=False)] if urls else []
    return [Write(kind="insert_revision" if after else "replace_current")]


def _restore(context: SaveContext, table: TextTable, before: TextRow, text: Text, current_only: Text) -> None:
    """Correct the columns of the page's own version that are not compared, and that may be damaged."""
    if before.page_id == context.page_id():
        own = {**text, **current_only}
        if any(getattr(before, name) != value for name, value in own.items()):
            context.archive.update_row(table.name, before.id, own)
        return
    condition = f"{table.foreign_key} = ? and page_id = ?"
    query = f"select id, {', '.join(text)} from {table.revisions} where {condition}"  # noqa: S608 - constants
    for row in context.archive.dicts(query, (before.id, context.page_id())):
        row_id = row.pop("id")
        if row != text:
            context.archive.update_row(table.revisions, row_id, text)


# A text is no version if it is first shown during a change of the site. The change begins in the run that found it, and
# ends before the run that ended it.
_IS_OF_LIE = """
select 1 from pages g join site_changes on site_changes.site in (g.site, g.site || '/' || g.uid)
 where g.id = ? and field like 'text.%' and not accepted and g.run_id >= site_changes.run_id
   and g.run_id < (select max(id) from runs where started_at <= ended_at)
"""


def _apply(
    context: SaveContext, table: TextTable, before: TextRow, change: Write, text: Text, current_only: Text
) -> None:
    """Make one write, in the row of the current text or in the table of revisions."""
    archive, new = context.archive, {**text, "page_id": context.page_id()}
    if change.revision_id is not None:
        columns = {"captured_at": context.moment} if change.kind == "date" else new
        archive.update_row(table.revisions, change.revision_id, columns)
    elif change.kind == "date":
        archive.update_row(table.name, before.id, {"version_at": context.moment})
    elif change.kind == "insert_revision":
        row = {table.foreign_key: before.id, **new, "captured_at": context.moment}
        archive.insert_row(table.revisions, row)
    elif change.kind == "update_current":
        archive.update_row(table.name, before.id, {**new, **current_only})
    else:
        shown = {name: getattr(before, name) for name in text}
        old = {**shown, "captured_at": before.text_since, "page_id": before.page_id}
        if not archive.exists(_IS_OF_LIE, (before.page_id,)):
            archive.insert_row(table.revisions, {table.foreign_key: before.id, **old})
        archive.update_row(table.name, before.id, {**new, **current_only, "version_at": context.moment})


def _read_revisions(context: SaveContext, table: TextTable, row_id: int) -> list[_TextVersion]:
    query = f"""select id, captured_at, page_id, {", ".join(table.compared)} from {table.revisions}
            where {table.foreign_key} = ? order by captured_at, id"""  # noqa: S608 - constants
    rows = context.archive.rows(query, (row_id,))
    return [
        _TextVersion(revision_id=revision, content=tuple(content), since=since, page_id=page)
        for revision, since, page, *content in rows
    ]
