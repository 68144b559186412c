"""Make file names that are valid on every system from titles with any characters.

The rules are those of Windows (reserved names and characters, no dot or space at the end). The length is limited in
bytes, as some file systems limit it. Such a name is valid on a USB stick, in a zip file and on a cloud drive.
"""

import re
import unicodedata
from itertools import chain, count

from blogarchive.parsing.unicode_form import normalize_nfc

# Forbidden by Windows, or breaking a link in Obsidian; each has a full-width form that looks the same.
_FORBIDDEN = '<>:"/\\|?*#^[]'
_FULL_WIDTH = str.maketrans({char: chr(ord(char) + 0xFEE0) for char in _FORBIDDEN})
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_TITLE_BYTES = 120


def safe_name(title: str, *, max_bytes: int = _TITLE_BYTES) -> str:
    """Return `title` as one component of a path, at most `max_bytes` of UTF-8 long; "_" if nothing remains.

    Invisible characters (controls, direction marks, line separators) are removed, white space becomes one space,
    and forbidden characters become full-width. The same title returns the same name.
    """
    text = normalize_nfc(title).translate(_FULL_WIDTH)
    text = "".join(" " if char.isspace() else char for char in text if not _is_invisible(char))
    text = _cut(" ".join(text.split()).lstrip(". "), max_bytes - 1).rstrip(". ")
    if _RESERVED.match(text.replace(" ", "")):
        text = f"_{text}"
    return text or "_"


class UniqueNames:
    """Names used once each, compared without case and Unicode normalization form."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def claim(self, name: str, suffix: str) -> str:
        """Return `name` if it is free, else with `-suffix` appended, and with a number if that is used too."""
        candidates = chain((name, f"{name}-{suffix}"), (f"{name}-{suffix}-{number}" for number in count(2)))
        free = next(candidate for candidate in candidates if self._key(candidate) not in self._used)
        self._used.add(self._key(free))
        return free

    @staticmethod
    def _key(name: str) -> str:
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _is_invisible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) in _INVISIBLE


def _cut(text: str, max_bytes: int) -> str:
    cut = text.encode()[:max_bytes].decode(errors="ignore")
    # A combining mark cut from its base changes the last character.
    while len(cut) < len(text) and cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return cut
