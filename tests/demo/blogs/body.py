"""The blocks of a post's body, and their visible text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Linked:
    """A link in a paragraph; `href` is printed unchanged."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Bold text in a paragraph."""

    text: str


Inline = str | Linked | Strong


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a newline in it is printed as `<br>`."""

    parts: tuple[Inline, ...]

    @property
    def text(self) -> str:
        """Return the visible text, with a newline for each `<br>`."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation of these lines."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A bulleted list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; in `body_text` a row is a line, with one space between cells."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Text printed in `<pre>`."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image, without text in `body_text`; `src` is printed unchanged."""

    src: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Embed:
    """A video in an iframe, without text in `body_text`."""

    src: str


@dataclass(frozen=True, slots=True)
class Gap:
    """An empty paragraph, as rich-text editors leave behind."""


@dataclass(frozen=True, slots=True)
class Raw:
    """HTML printed unchanged, and its visible text."""

    html: str
    text: str = ""


Block = Raw | Paragraph | Quote | Bullets | Table | Preformatted | Image | Embed | Gap


def para(*parts: Inline) -> Paragraph:
    """Return a paragraph of these parts."""
    return Paragraph(parts)


def block_text(block: Block) -> str:
    """Return the visible text of a block; empty for images, videos and gaps."""
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
    """Return the visible text of a body: each block on lines of its own, without empty lines."""
    return "\n".join(text for text in map(block_text, blocks) if text)
