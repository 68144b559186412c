"""The blocks that a post's body is made of, and what a reader sees of them as text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Linked:
    """Words inside a paragraph that are a link; `href` goes into the page as it is."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words inside a paragraph in bold."""

    text: str


Inline = str | Linked | Strong


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words on a line of their own; a newline in them is a `<br>`."""

    parts: tuple[Inline, ...]

    @property
    def text(self) -> str:
        """What a reader sees, `<br>` as newline."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation, each string a line."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list with bullets, each string an item."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; in `body_text` a row is a line and its cells are parted by one space."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Text whose spaces and line ends a reader sees as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image; `src` goes into the page as it is. It adds nothing to `body_text`."""

    src: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Embed:
    """A film in an iframe. It adds nothing to `body_text`."""

    src: str


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty paragraph, as editors leave them. It adds nothing to `body_text`."""


@dataclass(frozen=True, slots=True)
class Raw:
    """HTML that goes into the page as it is, and what a reader sees of it."""

    html: str
    text: str = ""


Block = Raw | Paragraph | Quote | Bullets | Table | Preformatted | Picture | Embed | Gap


def para(*parts: Inline) -> Paragraph:
    """A paragraph of these parts."""
    return Paragraph(parts)


def block_text(block: Block) -> str:
    """The lines a reader sees of one block; empty for pictures, films and gaps."""
    match block:
        case Paragraph():
            return block.text
        case Quote(lines=lines) | Bullets(items=lines):
            return "\n".join(lines)
        case Table(rows=rows):
            return "\n".join(" ".join(row) for row in rows)
        case Preformatted(text=text) | Raw(text=text):
            return text
        case _:
            return ""


def body_text(blocks: tuple[Block, ...]) -> str:
    """What a reader sees of a whole body: every block on lines of its own, no empty lines between."""
    return "\n".join(text for text in map(block_text, blocks) if text)
