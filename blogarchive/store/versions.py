"""Where a reading of a text belongs among its versions, by the time it was seen: in order, late, or read again.

A text (a post's, a comment's) has a current version, in its own row, and those that edits replaced, each with the
time it was first seen. A page seen now adds at the end; an old saved page that is imported goes into its place;
a page that is read again changes the version that came from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

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
    where it is replaced.
    """

    place: Place
    version: Version | None = None


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
        return [] if content == current.content else [Step(place="current")]
    versions = [*earlier(), current]
    if replayed_page is not None:
        own = [version for version in versions if version.page_id == replayed_page]
        if own:
            return [_in_place(version) for version in own if version.content != content]
    return _between(content, moment, versions)


def _in_place(version: Version) -> Step:
    return Step(place="current" if version.id is None else "revision", version=version)


def _between(content: tuple[str | None, ...], moment: str, versions: Sequence[Version]) -> list[Step]:
    before = [version for version in versions if version.since <= moment]
    after = [version for version in versions if version.since > moment]
    neighbours = before[-1:] + after[:1]
    if any(version.content == content for version in neighbours):
        return []
    if not after:
        return [Step(place="current")]
    return [Step(place="revision")]
