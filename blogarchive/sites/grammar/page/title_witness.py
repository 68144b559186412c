"""Check a post's title against the window title, which no commenter can change."""

import re
import unicodedata

from blogarchive.items import Problem
from blogarchive.messages.details import Detail

UNCONFIRMED_TITLE = Problem(
    kind="incomplete",
    field="title",
    detail=Detail.TITLE_UNCONFIRMED,
)
"""The problem of a title without a witness; the store drops it if a listing shows the same title."""

_CUT = re.compile(r"(?:…|\.\.\.|⋯).*")
_MIN_CUT_LENGTH = 4


def confirms_title(window_title: str, title: str) -> bool:
    """Return whether the window title contains the title, or begins with a cut form of it.

    Spaces, case and width are ignored: sites write them otherwise in the window title.
    """
    window, own = _fold(window_title), _fold(title)
    if not own or own in window:
        return bool(own)
    cut = _fold(_CUT.sub("", window_title)) if _CUT.search(window_title) else ""
    return len(cut) >= _MIN_CUT_LENGTH and own.startswith(cut)


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
