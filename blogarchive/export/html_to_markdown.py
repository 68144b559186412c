"""HTML to Markdown that CommonMark, Obsidian and Hugo read alike; markdownify does the work.

What is added is what Chinese blog bodies need: emphasis that ends in full-width punctuation, tables that were
only a layout, and words that one of the readers would take for its own markup.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import takewhile
from urllib.parse import quote

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from markdownify import MarkdownConverter

# Obsidian: $math$, ==mark==, %%comment%%, #tag. Hugo: {{< shortcode >}}. markdownify itself escapes = and ~.
_READERS_MARKUP = re.compile(r"(\$|(?<=%)%|(?<!\\)#(?!\s)|(?<=\s)#|(?<=\{)[{%]|(?<!\S):)")
_TAIL = re.compile(r"(?<!\\)[,.;:?!]$")
_SHORTCODE = re.compile(r"\{\{[<%]")
_BLOCKS = (
    "p",
    "div",
    "ul",
    "ol",
    "table",
    "pre",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
)
_HOLDERS = [*_BLOCKS[:-1], "li", "td", "th", "dd", "dt", "caption"]
_EMPHASIS = {"**": ("b", "strong"), "*": ("i", "em"), "~~": ("s", "del", "strike")}
_BREAK = (
    "\ufdd0"  # stands for the backslash of a hard line break, which edges of emphasis must tell from text
)
_DEEPEST = 100
_URL_SAFE = "!#$%&'*+,/:;=?@[]~"


def to_markdown(body_html: str) -> str:
    """The Markdown of a body that `render_body` made, without line ends around it; "" for an empty body.

    A table that Markdown cannot hold (several paragraphs in a cell, a table in a table) is given up and its
    content follows as paragraphs: no text is lost.
    """
    soup = BeautifulSoup(body_html.replace(_BREAK, ""), "html.parser")
    _flatten(soup)
    for table in reversed(soup.find_all("table")):
        if not _is_grid(table):
            _unwrap(table)
    text = _Converter(
        heading_style="ATX",
        bullets="-",
        escape_misc=True,
        table_infer_header=True,
        keep_inline_images_in=["td", "th", *_BLOCKS],
    ).convert_soup(soup)
    return re.sub(r"\n{3,}", "\n\n", text.replace(_BREAK, "\\")).strip("\n")


def escape_markdown(text: str) -> str:
    """`text` so that Markdown shows it as it is, on one line."""
    return _Converter(escape_misc=True).escape(" ".join(text.split()), set())


class _Converter(MarkdownConverter):
    def escape(self, text: str, parent_tags: set[str]) -> str:
        escaped: str = super().escape(text, parent_tags)  # type: ignore[misc]  # missing in its stub
        return _READERS_MARKUP.sub(r"\\\1", escaped)

    def convert_b(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _emphasised(el, text, "**", parent_tags)

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _emphasised(el, text, "*", parent_tags)

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _emphasised(el, text, "~~", parent_tags)

    convert_strong = convert_b
    convert_i = convert_em
    convert_s = convert_strike = convert_del

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Two line breaks in a row are how old posts end a paragraph; at a paragraph's edge one is nothing."""
        if "_inline" in parent_tags:
            return " "
        words_around = _is_words(el.previous_elements) and _is_words(_inside(el))
        return f"{_BREAK}\n" if words_around else "\n\n"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "")
        if "_noformat" in parent_tags or not href or not text.strip():
            return text
        title = escape_markdown(str(el.get("title") or "")).replace('"', '\\"')
        address = quote(href, safe=_URL_SAFE) + (f' "{title}"' if title else "")
        return f"[{' '.join(text.split())}]({address})"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        alt = escape_markdown(str(el.get("alt") or ""))
        return f"![{alt}]({quote(str(el.get('src') or ''), safe=_URL_SAFE)})"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A fence longer than any in the text; as lines where Hugo would run a shortcode inside the fence."""
        text = text.strip("\r\n")
        if not text or "_inline" in parent_tags or _SHORTCODE.search(text):
            return "\n\n" + "\\\n".join(self.escape(line, set()) for line in text.splitlines()) + "\n\n"
        fence = "`" * max([2, *(len(run) for run in re.findall(r"`+", text))]) + "`"
        return f"\n\n{fence}\n{text}\n{fence}\n\n"

    def convert_dd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f" {text.strip()} " if "_inline" in parent_tags else f"\n\n{text.strip()}\n\n"

    convert_dt = convert_dd


def _emphasised(el: Tag, text: str, mark: str, parent_tags: set[str]) -> str:
    """`text` between marks that CommonMark accepts beside Chinese letters, which have no space around them.

    A mark after punctuation and before a letter does not close (CommonMark 0.31, flanking runs): punctuation
    at the edges moves out; where other markup is at an edge, the emphasis goes.
    """
    nested = any(tag in parent_tags for tag in _EMPHASIS[mark])
    beside = isinstance(el.previous_sibling, Tag) and el.previous_sibling.name in sum(_EMPHASIS.values(), ())
    if "_noformat" in parent_tags or nested or beside:  # marks that touch marks are read as one run
        return text
    start, end = 0, len(text)
    while start < end and _may_move(text[start]):
        start += 1
    while end > start and (_may_move(text[end - 1]) or _TAIL.search(text, start, end)):
        end -= 1
    inner = text[start:end]
    if not inner or "\n\n" in inner or not (_is_word(inner[0]) and _is_word(inner[-1])):
        return text
    return f"{text[:start]}{mark}{inner}{mark}{text[end:]}"


def _inside(el: Tag) -> Iterator[object]:
    """What follows in the same block, in the order of the document."""
    block = el.find_parent(_HOLDERS)
    return takewhile(lambda following: block is None or _within(following, block), el.next_elements)


def _within(element: PageElement, block: Tag) -> bool:
    return any(parent is block for parent in element.parents)


def _is_words(elements: Iterable[object]) -> bool:
    """Whether the nearest of them that a reader sees is text or a picture, neither a break nor a block."""
    for element in elements:
        if isinstance(element, Tag):
            if element.name in ("br", *_HOLDERS):
                return False
            if element.name == "img":
                return True
        elif isinstance(element, NavigableString) and element.strip():
            return True
    return False


def _may_move(char: str) -> bool:
    return char.isspace() or (ord(char) > 0x7F and not _is_word(char))


def _is_word(char: str) -> bool:
    return unicodedata.category(char)[0] not in "PSZC"


def _flatten(soup: BeautifulSoup) -> None:
    """Take away what is nested too deep: unclosed <font> tags pile up by the hundred, and recursion ends."""
    for plain in soup.find_all(["font", "span", "big", "small", "u"]):
        plain.unwrap()
    for centred in soup.find_all("center"):  # a block, which markdownify does not know
        centred.name = "div"
    depth = {id(soup): 0}
    deep = []
    for element in soup.find_all(True):
        depth[id(element)] = depth[id(element.parent)] + 1
        if depth[id(element)] > _DEEPEST:
            deep.append(element)
    for element in reversed(deep):
        element.unwrap()


def _is_grid(table: Tag) -> bool:
    """Whether a Markdown table can hold it: two columns or more, no blocks or tables in its cells."""
    cells = table.find_all(["td", "th"])
    rows = table.find_all("tr")
    if table.find_parent("table") or table.find("table") or len(cells) <= len(rows):
        return False
    return not any(_blocks(cell) > 1 or cell.find(["ul", "ol", "pre", "blockquote"]) for cell in cells)


def _blocks(cell: Tag) -> int:
    return len(cell.find_all(["p", "div"])) + len(cell.find_all("br")) // 2


def _unwrap(table: Tag) -> None:
    for part in table.find_all(["tbody", "thead", "tfoot", "colgroup", "tr", "td", "th", "caption"]):
        if part.find_parent("table") is table:
            part.name = "div"
    table.name = "div"
