"""DOM positions of lines: lines of a template have equal positions, typed lines have those of a text."""

from dataclasses import dataclass
from enum import IntEnum

from blogarchive.parsing.html import CELLS, Element
from blogarchive.parsing.lines import Line
from blogarchive.sites.grammar.page.page_view import PageView

_STYLE_ATTRIBUTES = ("class", "bgcolor", "align", "valign", "colspan", "width", "style")


class BlockPosition(IntEnum):
    """The position of some lines in the block element of the first one."""

    WHOLE = 0  # no other line
    FIRST = 1  # other lines follow
    INNER = 2  # other lines precede


@dataclass(frozen=True, kw_only=True, slots=True)
class DomPosition:
    """The DOM position of a marker.

    `paths` are the tags from the root to the node of each part. `style` joins the attributes of the block
    that set its look.
    """

    block_position: BlockPosition
    paths: tuple[str, ...]
    style: str

    @property
    def without_style(self) -> tuple[BlockPosition, tuple[str, ...]]:
        """The position without its style, which may alternate from row to row."""
        return self.block_position, self.paths

    @property
    def is_split(self) -> bool:
        """Whether the parts lie in different elements, unlike words typed as plain text."""
        return len(set(self.paths)) > 1


def are_in_same_row(first: Line, second: Line) -> bool:
    """Return True if two lines are in different cells of one row."""
    one, two = first.block, second.block
    return one.tag in CELLS and one is not two and one.getparent() is two.getparent()


def find_dom_position(view: PageView, first: int, last: int, nodes: tuple[Element, ...]) -> DomPosition:
    """Return the position of the lines `first` to `last`; `nodes` are the elements of their parts."""
    block = view.lines[first].block
    return DomPosition(
        block_position=_find_block_position(view, first, last),
        paths=tuple(view.tag_path(node) for node in nodes),
        style=_style_of(block),
    )


def _style_of(block: Element) -> str:
    return "/".join([block.get(name, "") for name in _STYLE_ATTRIBUTES]) if block.attrib else ""


def position_if_typed(view: PageView, index: int, parts: int) -> DomPosition:
    """Return the position of a marker of that many parts if somebody typed it on line `index`."""
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
