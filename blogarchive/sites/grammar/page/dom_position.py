"""Where lines stand in a page's structure: what a template writes alike stands alike, what is typed stands in text."""

from dataclasses import dataclass
from enum import IntEnum

from blogarchive.parsing.lines.document import Element
from blogarchive.sites.grammar.page.page_view import PageView

_STYLE_ATTRIBUTES = ("class", "bgcolor", "align", "valign", "colspan", "width", "style")


class BlockPosition(IntEnum):
    """How some lines stand in the block that holds the first of them."""

    WHOLE = 0  # alone
    FIRST = 1  # before others
    INNER = 2  # after others


@dataclass(frozen=True, kw_only=True, slots=True)
class DomPosition:
    """Where a mark stands: `paths` are the tags from the root down to each of its parts.

    `look` is what the block's own attributes say of its looks.
    """

    block_position: BlockPosition
    paths: tuple[str, ...]
    style: str

    @property
    def without_style(self) -> tuple[BlockPosition, tuple[str, ...]]:
        """The place without its look, which may alternate from row to row."""
        return self.block_position, self.paths

    @property
    def is_split(self) -> bool:
        """Whether its parts stand in different elements, as nothing does that was typed as plain words."""
        return len(set(self.paths)) > 1


def find_dom_position(view: PageView, first: int, last: int, nodes: tuple[Element, ...]) -> DomPosition:
    """The place of the lines `first` to `last`, whose parts stand in `nodes`."""
    block = view.lines[first].block
    return DomPosition(
        block_position=_find_block_position(view, first, last),
        paths=tuple(view.tag_path(node) for node in nodes),
        style=_style_of(block),
    )


def _style_of(block: Element) -> str:
    attributes = dict(block.items())
    return "/".join([str(attributes.get(name, "")) for name in _STYLE_ATTRIBUTES]) if attributes else ""


def position_if_typed(view: PageView, index: int, parts: int) -> DomPosition:
    """The place that a mark of so many parts would have, were it typed where line `index` stands."""
    return find_dom_position(view, index, index, (view.lines[index].node_at(0),) * parts)


def _find_block_position(view: PageView, first: int, last: int) -> BlockPosition:
    inside = view.document.lines_in(view.lines[first].block)
    if any(view.folded[index] for index in range(inside.start, first)):
        return BlockPosition.INNER
    return (
        BlockPosition.WHOLE
        if not any(view.folded[i] for i in range(last + 1, inside.stop))
        else BlockPosition.FIRST
    )
