"""Where the sections of the sidebar begin: at labels, of which an author can type as many as he likes.

The page's own labels stand alike: of several that say the same, the one is chosen that stands where most other
labels stand, that has links under it, that is nearest to the others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from blogarchive.sites.grammar.page.page_view import PageView

_TITLED = ("latest", "categories")
_FIRST_ROWS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section's lines, its label first, up to the next label."""

    name: str
    lines: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Label:
    place: int  # among the lines looked at
    name: str
    path: str


def find_sections(view: PageView, outside: Sequence[int]) -> Iterator[Section]:
    """The sections among the lines `outside` the post and its comments, each named section once."""
    labels = _own_labels(view, outside, list(_labels(view, outside)))
    ends = [*(label.place for label in labels[1:]), len(outside)]
    for label, end in zip(labels, ends, strict=False):  # one end too many where there is no label
        yield Section(name=label.name, lines=tuple(outside[label.place : end]))


def _labels(view: PageView, outside: Sequence[int]) -> Iterator[_Label]:
    labels = view.sections.keys() - view.posts  # what links to a post is its title, whatever it says
    for place, index in enumerate(outside):
        if index in labels:
            path = view.path(view.lines[index].node_at(0))
            yield _Label(place=place, name=view.sections[index], path=path)


def _own_labels(view: PageView, outside: Sequence[int], labels: Sequence[_Label]) -> list[_Label]:
    """The page's own labels, in order: for each name the one that stands as most other names' do."""
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
    sole = [rivals[0].place for rivals in best.values() if len(rivals) == 1]
    chosen = [_nearest(view, outside, rivals, sole) for rivals in best.values()]
    paths = {label.path for label in chosen}
    chosen += [label for label in others if label.path in paths]
    return sorted(chosen, key=lambda label: label.place)


def _nearest(
    view: PageView, outside: Sequence[int], rivals: Sequence[_Label], sole: Collection[int]
) -> _Label:
    """Of labels that stand alike, one with links under it, nearest to those that have no rival."""
    linked = [label for label in rivals if label.name in _TITLED and _has_links(view, outside, label)]
    return min(
        linked or rivals,
        key=lambda label: min((abs(label.place - place) for place in sole), default=-label.place),
    )


def _has_links(view: PageView, outside: Sequence[int], label: _Label) -> bool:
    return any(index in view.posts for index in outside[label.place + 1 : label.place + 1 + _FIRST_ROWS])
