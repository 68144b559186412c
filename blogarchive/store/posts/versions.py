"""Where a reading of a text belongs among its versions, by the time it was seen: in order, late, or read again.

A text (a post's, a comment's) has a current version, in its own row, and those that edits replaced, each with the
time it was first seen. A page seen now adds at the end; an old saved page that is imported goes into its place;
a page that is read again changes the version that came from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from blogarchive.store.posts.saved_image_names import renamed

Place = Literal["current", "revision"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version held: `id` None is the current one. `content` is compared, `since` is UTC text."""

    id: int | None
    content: tuple[str | None, ...]
    since: str
    page_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What to do: put the content into the current row, or into a revision.

    `version`: the one to change in place, None: a new one, before which the current content goes on as a revision
    where it is replaced. `is_edit`: False where nothing is new but true addresses of pictures, for made-up ones.
    """

    place: Place
    version: Version | None = None
    is_edit: bool = True


def place(
    content: tuple[str | None, ...],
    moment: str,
    current: Version,
    earlier: Callable[[], Sequence[Version]],
    *,
    replayed_page: int | None,
) -> list[Step]:
    """What a reading of `content`, seen at `moment`, changes; `earlier` gives the replaced versions, oldest first.

    `replayed_page` is the stored page that is read again, None for a page that was fetched.
    """
    if replayed_page is None and moment >= current.since:
        truer = _truer(content, current)
        return [Step(place="current")] if truer is None else truer
    if current.page_id == replayed_page and current.content == content:
        return []
    versions = [*earlier(), current]
    if replayed_page is not None:
        own = [version for version in versions if version.page_id == replayed_page]
        if own:
            return [_in_place(version) for version in own if version.content != content]
    return _between(content, moment, versions)


def _truer(content: tuple[str | None, ...], version: Version) -> list[Step] | None:
    """What a reading of this very version changes: its pictures' addresses at most. None where it is another one."""
    true = [] if content == version.content else renamed(version.content, content)
    return None if true is None else [_in_place(version, is_edit=False)] if true else []


def _in_place(version: Version, *, is_edit: bool = True) -> Step:
    return Step(place="current" if version.id is None else "revision", version=version, is_edit=is_edit)


def _between(content: tuple[str | None, ...], moment: str, versions: Sequence[Version]) -> list[Step]:
    before = [version for version in versions if version.since <= moment]
    after = [version for version in versions if version.since > moment]
    for neighbour in before[-1:] + after[:1]:
        truer = _truer(content, neighbour)
        if truer is not None:
            return truer
        if renamed(content, neighbour.content) is not None:
            return []
    if not after:
        return [Step(place="current")]
    return [Step(place="revision")]
