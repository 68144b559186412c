"""Turn line ends into HTML, as WordPress and Movable Type do when they show a post."""

import re

_BLOCK_NAMES = (
    "address|article|aside|blockquote|caption|center|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|figure|"
    "footer|form|h[1-6]|header|hr|iframe|li|main|nav|object|ol|p|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_BLOCK = re.compile(rf"(</?(?:{_BLOCK_NAMES})\b[^>]*>)", re.IGNORECASE)
_UNCHANGED = re.compile(r"(<(pre|script|style|textarea)\b.*?</\2\s*>|<!--.*?-->)", re.IGNORECASE | re.DOTALL)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_BREAK = re.compile(r"(?:<br\s*/?>)?\n", re.IGNORECASE)


def add_line_breaks(html: str) -> str:
    """Return `html` with a paragraph for text between blank lines, and `<br>` for each other line end.

    Text in `pre`, `script`, `style` and comments stays as it is, and so do line ends beside a block element.
    """
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in html:
        return html
    parts: list[str] = []
    end = 0
    for match in _UNCHANGED.finditer(html):
        parts += [_break_blocks(html[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, _break_blocks(html[end:])])


def _break_blocks(html: str) -> str:
    depth, parts = 0, []
    for index, part in enumerate(_BLOCK.split(html)):
        if index % 2 == 0:
            parts.append(_break_text(part, is_top=depth == 0))
            continue
        parts.append(part)
        if not re.match(r"<(?:hr|col|iframe)\b", part, re.IGNORECASE):
            depth = max(0, depth - 1) if part.startswith("</") else depth + 1
    return "".join(parts)


def _break_text(text: str, *, is_top: bool) -> str:
    text = text.strip("\n \t")
    paragraphs = [_BREAK.sub("<br>\n", part) for part in _BLANK_LINES.split(text) if part.strip()]
    if not paragraphs or (len(paragraphs) == 1 and not is_top):
        return "".join(paragraphs)
    return "".join(f"<p>{part}</p>\n" for part in paragraphs)
