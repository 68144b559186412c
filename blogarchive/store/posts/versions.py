"""Decide which stored version of a text a page belongs to, by the time that the page was fetched.

The row of a post or a comment has its current text. Revisions have the texts that edits replaced, each with the time it
was first seen. A page fetched now appends a version. An imported older page is inserted at its time. A page that is parsed
again changes the version that came from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from blogarchive.store.posts.saved_image_names import site_image_urls

Content = tuple[str | None, ...]

ChangeKind = Literal["update_current", "replace_current", "update_revision", "insert_revision"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextVersion:
    """A stored version: `revision_id` None is the current one. `content` is compared, `since` is UTC text."""

    revision_id: int | None
    content: Content
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
    content: Content,
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


def _restore_image_urls(content: Content, version: TextVersion) -> list[VersionChange] | None:
    """Return at most an update of image URLs if `content` is this version, None if it is another one."""
    urls = [] if content == version.content else site_image_urls(version.content, content)
    return None if urls is None else [_update(version, is_edit=False)] if urls else []


def _update(version: TextVersion, *, is_edit: bool = True) -> VersionChange:
    kind: ChangeKind = "update_current" if version.revision_id is None else "update_revision"
    return VersionChange(kind=kind, revision_id=version.revision_id, is_edit=is_edit)


def _insert(content: Content, moment: str, versions: Sequence[TextVersion]) -> list[VersionChange]:
    before = [version for version in versions if version.since <= moment]
    after = [version for version in versions if version.since > moment]
    for neighbour in before[-1:] + after[:1]:
        changes = _restore_image_urls(content, neighbour)
        if changes is not None:
            return changes
        if site_image_urls(content, neighbour.content) is not None:
            return []
    return [VersionChange(kind="insert_revision" if after else "replace_current")]
