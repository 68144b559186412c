"""File names that every system takes, made from titles that may hold anything.

The rules are those of Windows (its reserved names and characters, no dot or space at the end) and of the
file systems that count bytes; a name that survives both survives a USB stick, a zip and a cloud drive.
"""

import re
import unicodedata
from itertools import chain, count

# What Windows forbids, and what breaks a link in Obsidian: each has a full-width form that reads the same.
_FORBIDDEN = '<>:"/\\|?*#^[]'
_FULL_WIDTH = str.maketrans({char: chr(ord(char) + 0xFEE0) for char in _FORBIDDEN})
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_TITLE_BYTES = 120


def safe_name(words: str, *, most_bytes: int = _TITLE_BYTES) -> str:
    """`words` as one component of a path, at most `most_bytes` of UTF-8 long; "_" where nothing is left.

    Unseen characters (controls, direction marks, line separators) go, white space becomes one space,
    characters that a file system forbids take their full-width form. The same words give the same name.
    """
    text = unicodedata.normalize("NFC", words).translate(_FULL_WIDTH)
    text = "".join(" " if char.isspace() else char for char in text if not _is_unseen(char))
    text = _cut(" ".join(text.split()).lstrip(". "), most_bytes - 1).rstrip(". ")
    if _RESERVED.match(text.replace(" ", "")):
        text = f"_{text}"
    return text or "_"


class UniqueNames:
    """Gives out each name once, also where letters differ only by case or by how an accent is written."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str, mark: str) -> str:
        """`name` where it is free, else with `-mark` at its end, and a count where that is taken too."""
        candidates = chain((name, f"{name}-{mark}"), (f"{name}-{mark}-{more}" for more in count(2)))
        free = next(candidate for candidate in candidates if self._key(candidate) not in self._taken)
        self._taken.add(self._key(free))
        return free

    @staticmethod
    def _key(name: str) -> str:
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _is_unseen(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) in _UNSEEN


def _cut(text: str, most_bytes: int) -> str:
    cut = text.encode()[:most_bytes].decode(errors="ignore")
    # A combining mark without its base would change what it stands on.
    while len(cut) < len(text) and cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return cut
