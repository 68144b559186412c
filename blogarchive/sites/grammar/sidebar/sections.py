"""The sections of the sidebar, found by their labels; an author can type any number of labels.

The page's own labels have equal positions. Of several equal labels, the one is chosen in the position of
most other labels, with links below it, nearest to the others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from blogarchive.sites.grammar.page.page_view import PageView

_SECTIONS_WITH_POSTS = ("latest", "categories")
_FIRST_ROWS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """The lines of a section, its label first, up to the next label."""

    name: str
    lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Label:
    offset: int  # among the lines searched
    name: str
    path: str


def find_sections(view: PageView, outside: Sequence[int]) -> Iterator[Section]:
    """Return the sections among the lines `outside` the post and its comments, each name once.

    A section ends at the next label, or above the post.
    """
    labels = _choose_labels(view, outside, list(_find_labels(view, outside)))
    ends = [*(label.offset for label in labels[1:]), len(outside)]
    for label, end in zip(labels, ends, strict=False):  # one end too many if there is no label
        yield Section(name=label.name, lines=tuple(_lines_together(outside[label.offset : end])))


def _lines_together(lines: Sequence[int]) -> Sequence[int]:
    """Return the lines up to the first gap between them."""
    if lines[-1] - lines[0] == len(lines) - 1:
        return lines
    return lines[: next(i for i in range(1, len(lines)) if lines[i] - lines[i - 1] > 1)]


def _find_labels(view: PageView, outside: Sequence[int]) -> Iterator[_Label]:
    labels = view.sections.keys() - view.post_lines  # a link to a post is its title, whatever its words
    for offset, index in enumerate(outside):
        if index in labels:
            path = view.tag_path(view.lines[index].node_at(0))
            yield _Label(offset=offset, name=view.sections[index], path=path)


def _choose_labels(view: PageView, outside: Sequence[int], labels: Sequence[_Label]) -> list[_Label]:
    """Choose the page's own labels: for each name the one in the position of most other names."""
    names: dict[str, set[str]] = defaultdict(set)
    for label in labels:
        if label.name != "other":
            names[label.path].add(label.name)
    most: dict[str, int] = defaultdict(int)
    for label in labels:
        most[label.name] = max(most[label.name], len(names[label.path]))
    best: dict[str, list[_Label]] = defaultdict(list)
    for label in labels:
        if len(names[label.path]) == most[label.name]:
            best[label.name].append(label)
    others = best.pop("other", [])
    sole = [rivals[0].offset for rivals in best.values() if len(rivals) == 1]
    chosen = [_choose_nearest(view, outside, rivals, sole) for rivals in best.values()]
    paths = {label.path for label in chosen}
    chosen += [label for label in others if label.path in paths]
    return sorted(chosen, key=lambda label: label.offset)


def _choose_nearest(
    view: PageView, outside: Sequence[int], rivals: Sequence[_Label], sole: Collection[int]
) -> _Label:
    """Of labels in equal positions, choose one with links below it, nearest to labels without a rival."""
    linked = [
        label for label in rivals if label.name in _SECTIONS_WITH_POSTS and _has_links(view, outside, label)
    ]
    return min(
        linked or rivals,
        key=lambda label: min((abs(label.offset - offset) for offset in sole), default=-label.offset),
    )


def _has_links(view: PageView, outside: Sequence[int], label: _Label) -> bool:
    return any(
        index in view.post_lines for index in outside[label.offset + 1 : label.offset + 1 + _FIRST_ROWS]
    )
