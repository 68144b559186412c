"""`export markdown`: a file for each post with YAML front matter, images beside it; for Obsidian, Hugo, any editor."""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partialmethod
from importlib import import_module
from itertools import takewhile
from types import ModuleType
from urllib.parse import quote

from blogarchive.export.folder import ExportFolder, UniqueNames, safe_name
from blogarchive.export.posts import PostFile, PostInput, make_image_source, plan_posts, write_posts
from blogarchive.export.run import ExportJob, exporter
from blogarchive.rendering.bodies import render_body
from blogarchive.store.read.models import BlogHeader, Comment, PostHeading
from blogarchive.store.rows import complete_date


@contextmanager
def _loaded_when_used(*names: str) -> Iterator[None]:
    """Give the imports of the block stand-ins for these modules; each loads its module when it is used."""
    stand_ins = {name: ModuleType(name) for name in names if name not in sys.modules}
    for name, module in stand_ins.items():
        vars(module)["__getattr__"] = lambda attribute, name=name: getattr(import_module(name), attribute)
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


# bs4 imports one for CSS selectors, one for bytes. No export needs them, and they take 75 ms, most of it for patterns.
with _loaded_when_used("soupsieve", "chardet"):
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString, Tag
    from markdownify import MarkdownConverter

# Obsidian: $math$, ==mark==, %%comment%%, #tag. Hugo: {{< shortcode >}}. markdownify itself escapes = and ~.
_PROGRAM_MARKUP = re.compile(r"(\$|(?<=%)%|(?<!\\)#(?!\s)|(?<=\s)#|(?<=\{)[{%]|(?<!\S):)")
_FINAL_PUNCTUATION = re.compile(r"(?<!\\)[,.;:?!]")
_SHORTCODE = re.compile(r"\{\{[<%]")
_BLOCKS = (
    "p", "div", "ul", "ol", "table", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img",
)  # fmt: skip
_BLOCKS_WITH_TEXT = [*_BLOCKS[:-1], "li", "td", "th", "dd", "dt", "caption"]
_EMPHASIS = {"**": ("b", "strong"), "*": ("i", "em"), "~~": ("s", "del", "strike")}
_EMPHASIZED = [tag for tags in _EMPHASIS.values() for tag in tags]
# Placeholder of the backslash of a hard line break: emphasis must not begin or end with one.
_BREAK = "\ufdd0"
_MAX_DEPTH = 100  # nested elements; the converter is recursive
_SPACES = re.compile(r"[ \t]{2,}")
_PREFORMATTED = re.compile(r"(<pre[\s>].*?</pre>)", re.IGNORECASE | re.DOTALL)
_ATTRIBUTES = r"""(?=[\s/>])(?:[^>"']|"[^"]*"|'[^']*')*+>"""
_PLAIN_TAGS = re.compile(rf"</?(?:font|span|big|small|u){_ATTRIBUTES}", re.IGNORECASE)
_DEEP_TAGS = re.compile(rf"</?(?!(?:br|img)[\s/>])[a-z][^\s/>]*{_ATTRIBUTES}", re.IGNORECASE)
_UNPRINTABLE = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0xFFFE, 0xFFFF)}  # YAML forbids them
_URL_SAFE = "!#$%&'*+,/:;=?@[]~"


def to_markdown(body_html: str) -> str:
    """Return the Markdown of a body from `render_body`, without line ends around it; "" for an empty body.

    A table that Markdown cannot express (paragraphs in a cell, a table in a table) becomes paragraphs: no text is lost.
    """
    source = _PLAIN_TAGS.sub("", body_html.replace(_BREAK, ""))
    soup = BeautifulSoup(_collapse_spaces(source), "html.parser")
    # Most bodies are comments of a line, and a search for tags takes as long as to parse one.
    if "<center" in source or source.count("<") > _MAX_DEPTH:
        _flatten(soup)
    if "<table" in source:
        for table in reversed(soup.find_all("table")):
            if not _is_grid(table):
                _unwrap(table)
    return re.sub(r"\n{3,}", "\n\n", _converter().convert_soup(soup).replace(_BREAK, "\\")).strip("\n")


def _collapse_spaces(source: str) -> str:
    """Return the HTML with one space for each run of spaces outside `pre`: markdownify searches a run from each space."""
    parts = _PREFORMATTED.split(source)
    return "".join(part if place % 2 else _SPACES.sub(" ", part) for place, part in enumerate(parts))


def escape_markdown(text: str) -> str:
    """Return `text` on one line, escaped so that Markdown shows it unchanged."""
    return _converter().escape(" ".join(text.split()), set())


class _Converter(MarkdownConverter):
    def escape(self, text: str, parent_tags: set[str]) -> str:
        if text.isalnum():  # most names and many titles
            return text
        escaped: str = super().escape(text, parent_tags)  # type: ignore[misc]  # missing in its stub
        return _PROGRAM_MARKUP.sub(r"\\\1", escaped)

    def _emphasize(self, mark: str, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Return `text` between marks that CommonMark accepts beside Chinese letters, which have no space around them.

        A mark after punctuation and before a letter does not close (CommonMark 0.31, flanking runs). So punctuation at
        the edges moves out of the emphasis. If other markup is at an edge, the emphasis is dropped.
        """
        nested = any(tag in parent_tags for tag in _EMPHASIS[mark])
        beside = isinstance(el.previous_sibling, Tag) and el.previous_sibling.name in _EMPHASIZED
        if "_noformat" in parent_tags or nested or beside:  # adjacent marks would be one run
            return text
        start, end = 0, len(text)
        while start < end and _may_move(text[start]):
            start += 1
        while end > start and (_may_move(text[end - 1]) or _FINAL_PUNCTUATION.match(text, end - 1, end)):
            end -= 1
        inner = text[start:end]
        if not inner or "\n\n" in inner or not (_is_word(inner[0]) and _is_word(inner[-1])):
            return text
        return f"{text[:start]}{mark}{inner}{mark}{text[end:]}"

    convert_b = convert_strong = partialmethod(_emphasize, "**")
    convert_em = convert_i = partialmethod(_emphasize, "*")
    convert_del = convert_s = convert_strike = partialmethod(_emphasize, "~~")

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Two line breaks in a row end a paragraph in old posts. At the edge of a paragraph one has no effect."""
        if "_inline" in parent_tags:
            return " "
        words_around = _begins_with_text(el.previous_elements) and _begins_with_text(_following_in_block(el))
        return f"{_BREAK}\n" if words_around else "\n\n"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "")
        if "_noformat" in parent_tags or not href or not text.strip():
            return text
        title = escape_markdown(str(el.get("title") or "")).replace('"', '\\"')
        target = quote(href, safe=_URL_SAFE) + (f' "{title}"' if title else "")
        return f"[{' '.join(text.split())}]({target})"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        alt = escape_markdown(str(el.get("alt") or ""))
        return f"![{alt}]({quote(str(el.get('src') or ''), safe=_URL_SAFE)})"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Use a fence longer than any in the text; use lines if Hugo would run a shortcode inside the fence."""
        text = text.strip("\r\n")
        if not text or "_inline" in parent_tags or _SHORTCODE.search(text):
            return "\n\n" + "\\\n".join(self.escape(line, set()) for line in text.splitlines()) + "\n\n"
        fence = "`" * max([2, *(len(run) for run in re.findall(r"`+", text))]) + "`"
        return f"\n\n{fence}\n{text}\n{fence}\n\n"

    def convert_dd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f" {text.strip()} " if "_inline" in parent_tags else f"\n\n{text.strip()}\n\n"

    convert_dt = convert_dd


@cache
def _converter() -> _Converter:
    return _Converter(
        heading_style="ATX",
        bullets="-",
        escape_misc=True,
        table_infer_header=True,
        keep_inline_images_in=["td", "th", *_BLOCKS],
    )


def _following_in_block(el: Tag) -> Iterator[object]:
    """Yield the following nodes of the same block, in document order."""
    block = el.find_parent(_BLOCKS_WITH_TEXT)
    return takewhile(lambda node: block is None or any(up is block for up in node.parents), el.next_elements)


def _begins_with_text(elements: Iterable[object]) -> bool:
    """Return whether the first visible node is text or an image, and neither a line break nor a block."""
    for element in elements:
        if isinstance(element, Tag):
            if element.name in ("br", *_BLOCKS_WITH_TEXT):
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
    """Remove the tags, but `br` and `img`, of elements that are nested too deep for recursion.

    Old pages have hundreds of unclosed tags. The text is parsed again: to unwrap one element takes as long as its
    parent has children.
    """
    for centred in soup.find_all("center"):  # markdownify does not treat it as a block
        centred.name = "div"
    depth = {id(soup): 0}
    deepest = []
    for element in soup.find_all(True):
        depth[id(element)] = depth[id(element.parent)] + 1
        if depth[id(element)] == _MAX_DEPTH and element.find(True, recursive=False):
            deepest.append(element)
    for element in deepest:
        inner = BeautifulSoup(_DEEP_TAGS.sub("", element.decode_contents()), "html.parser")
        element.clear()
        element.extend(list(inner.contents))


def _is_grid(table: Tag) -> bool:
    """Return whether Markdown can express the table: two columns or more, no blocks or tables in its cells."""
    cells = table.find_all(["td", "th"])
    rows = table.find_all("tr")
    if table.find_parent("table") or table.find("table") or len(cells) <= len(rows):
        return False
    return not any(_count_blocks(cell) > 1 or cell.find(["ul", "ol", "pre", "blockquote"]) for cell in cells)


def _count_blocks(cell: Tag) -> int:
    return len(cell.find_all(["p", "div"])) + len(cell.find_all("br")) // 2


def _unwrap(table: Tag) -> None:
    for part in table.find_all(["tbody", "thead", "tfoot", "colgroup", "tr", "td", "th", "caption"]):
        if part.find_parent("table") is table:
            part.name = "div"
    table.name = "div"


_URL_SYNTAX = re.compile("[%#?{]")  # generators run `{{` and `{%`
_SHOWN_COLUMNS = ("views", "likes", "comment_count", "first_seen_at", "last_changed_at", "gone_at")


@exporter
def export_markdown(job: ExportJob) -> None:
    """Write a folder for each blog into the folder `out`; posts without a stored body are only counted.

    An earlier export in `out` is updated: equal files stay, files of posts that are no longer exported are removed.
    """
    folder = ExportFolder(job.out, "markdown")
    folders = UniqueNames()
    posts: list[PostFile] = []
    missing = 0
    for blog in job.reader.blogs():
        path = folders.claim(safe_name(f"{blog.site}-{blog.uid}"), str(blog.id))
        headings = job.reader.headings(blog)
        files = list(_plan_files(blog, path, [heading for heading in headings if heading.has_text]))
        head = _format_front_matter({"title": blog.title, "description": blog.tagline, "source": blog.url})
        rows = "\n".join(map(_format_row, reversed(files)))
        folder.write(f"{path}/_index.md", f"{head}\n\n{rows}\n".encode())
        posts += files
        missing += len(headings) - len(files)
    write_posts(job, folder, plan_posts(job, posts, make_image_source(job.reader, "images/")), _render)
    job.done.missing = missing
    job.done.files.update(folder.finish())


def _plan_files(blog: BlogHeader, path: str, headings: Iterable[PostHeading]) -> Iterator[PostFile]:
    names = UniqueNames()
    for heading in headings:
        name = names.claim(_file_stem(heading), heading.number) + ".md"
        yield PostFile(blog=blog, heading=heading, path=f"{path}/{name}")


def _render(given: PostInput) -> bytes:
    """Return the file of a post: front matter, body, comments."""

    def markdown(body_html: str) -> str:
        return to_markdown(render_body(body_html, given.post.url, given.images.get, given.links.get))

    post = given.post
    parts = [_format_front_matter(_post_fields(given.blog, post)), markdown(post.body_html)]
    if post.comments:
        parts.append("## 评论")
        parts += [_format_comment(comment, markdown(comment.body_html)) for comment in post.comments]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _post_fields(blog: BlogHeader, heading: PostHeading) -> dict[str, object]:
    """Return the fields of the front matter in reading order; those that no page showed are None."""
    return {
        "title": heading.title or f"无题 {heading.number}",
        "date": complete_date(heading.posted_at),
        "date_shown": heading.posted_at_text,
        "author": blog.nickname,
        "source": heading.url,
        "site": blog.site,
        "uid": blog.uid,
        "number": heading.number,
        "categories": list(heading.categories) or None,
        **{name: getattr(heading, name) for name in _SHOWN_COLUMNS},
    }


def _format_front_matter(fields: Mapping[str, object]) -> str:
    """Return the fields as YAML, each value as JSON: YAML 1.2 includes it, and a long title costs little."""
    given = {name: _one_line(value) for name, value in fields.items() if value is not None}
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in given.items())
    return f"---\n{''.join(lines).translate(_UNPRINTABLE)}---"


def _one_line(value: object) -> object:
    """Join lines: a line `---` inside a value would end the front matter."""
    if isinstance(value, list):
        return [_one_line(part) for part in value]
    return " ".join(value.split()) if isinstance(value, str) else value


def _file_stem(heading: PostHeading) -> str:
    day = (heading.posted_at or "")[:10] or "无日期"
    title = safe_name(heading.title) if heading.title and heading.title.strip() else heading.number
    return safe_name(f"{day}-{title}".replace(" ", "-"), max_bytes=160)


def _format_comment(comment: Comment, body: str) -> str:
    facts = [f"**{escape_markdown(comment.author_name) or '无名'}**"]
    if comment.reply_to:
        facts.append(f"回复 {escape_markdown(comment.reply_to)}")
    if comment.posted_at_text:
        facts.append(escape_markdown(comment.posted_at_text))
    if comment.likes:
        facts.append(f"赞 {comment.likes}")
    if comment.gone_at:
        facts.append("原站已删")
    return " · ".join(facts) + "\n\n" + "\n".join(f"> {line}".rstrip() for line in body.split("\n"))


def _format_row(post: PostFile) -> str:
    name, heading = post.path.rpartition("/")[2], post.heading
    path = _URL_SYNTAX.sub(lambda found: quote(found[0]), name)  # other characters stay readable
    return f"- {(heading.posted_at or '')[:10]} [{escape_markdown(heading.title or name)}](<{path}>)"
