"""Write the texts of an exported site as scripts, in chunks, for its search page.

Chunks are filled oldest post first: a later export of the grown archive rewrites only the last chunks.
"""

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files

from blogarchive.export.common.line_ends import escape_line_ends
from blogarchive.store.read.models import Blog, FullPost
from blogarchive.store.search.tokenizer import fold

_CHUNK = 300_000
"""Characters in a chunk, about a megabyte: a browser parses it in some hundredths of a second."""

# Han and full-width ASCII: the characters that search treats as equal to another.
_FOLDED = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0xFF01, 0xFF5F))


def search_script() -> bytes:
    """Return the content of `look/search.js`."""
    return files("blogarchive.export.site").joinpath("search.js").read_bytes()


def fold_script() -> bytes:
    """Return `search/fold.js`: characters, and the character that search treats each as."""
    pairs = [(char, fold(char)) for codes in _FOLDED for char in map(chr, codes)]
    pairs = [(char, folded) for char, folded in pairs if char != folded and len(folded) == 1]
    source, target = ("".join(side) for side in zip(*pairs, strict=True))
    return f"blogarchiveFold({_script(source)},{_script(target)});\n".encode()


def write_chunks(posts: Iterable[tuple[str, Blog, FullPost]]) -> Iterator[bytes]:
    """Yield the chunks, one in memory at a time; `posts` have the path of their page and are oldest first."""
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
    """Return JSON that is valid in JavaScript of every version."""
    return escape_line_ends(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
