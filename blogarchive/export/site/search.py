"""The texts of an exported site as scripts that its search reads, in chunks that keep their place.

Posts go into chunks oldest first, so that a later export of a grown archive writes only the last chunks anew.
"""

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files

from blogarchive.store.queries.blog_models import Blog
from blogarchive.store.queries.post_models import FullPost
from blogarchive.store.search.tokenizer import fold

_CHUNK = 300_000
"""Characters a chunk, about a megabyte: a browser reads it in some hundredths of a second."""

# Han, and the full-width forms of ASCII: the characters that have a twin.
_FOLDED = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0xFF01, 0xFF5F))
_LINE_ENDS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029"})


def search_script() -> bytes:
    """`look/search.js`."""
    return files("blogarchive.export.site").joinpath("search.js").read_bytes()


def fold_script() -> bytes:
    """`search/fold.js`: characters, and what each counts as."""
    pairs = [(char, fold(char)) for codes in _FOLDED for char in map(chr, codes)]
    pairs = [(char, folded) for char, folded in pairs if char != folded and len(folded) == 1]
    source, target = ("".join(side) for side in zip(*pairs, strict=True))
    return f"blogarchiveFold({_script(source)},{_script(target)});\n".encode()


def chunks(posts: Iterable[tuple[str, Blog, FullPost]]) -> Iterator[bytes]:
    """The chunks, one in memory at a time; `posts` come oldest first with the path of their page."""
    entries: list[str] = []
    size = 0
    for path, blog, post in posts:
        entry = _script(_entry(path, blog, post))
        entries.append(entry)
        size += len(entry)
        if size >= _CHUNK:
            yield _chunk(entries)
            entries, size = [], 0
    if entries:
        yield _chunk(entries)


def _entry(path: str, blog: Blog, post: FullPost) -> list[object]:
    comments = [[comment.author_name, comment.body_text] for comment in post.comments]
    day = (post.posted_at or "")[:10]
    return [path, post.title or "", day, blog.nickname or blog.title, post.body_text, comments]


def _chunk(entries: list[str]) -> bytes:
    return ("blogarchiveChunk([\n" + ",\n".join(entries) + "\n]);\n").encode()


def _script(value: object) -> str:
    """JSON that is also a literal of every JavaScript."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)
