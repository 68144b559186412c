"""Unicode forms of a text: NFC in linear time, and one for spellings that a person takes for equal."""

import re
import unicodedata

# Combining marks, and characters of scripts that have some. The time to sort a run of marks grows with the square of
# its length. UAX #15 (Stream-Safe Text Format) calls a run of more than 30 meaningless.
_LONG_RUN = (
    "(?s)(.[\u0300-\u036f\u0483-\u0489\u0591-\u10ff\u135d-\u135f\u1712-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1"
    "\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabff\ufb1e\ufe20-\ufe2f\U00010000-\U0001f000]{63})"
)


def normalize_nfc(text: str) -> str:
    """Return `text` in NFC; a run of 64 combining marks or more is normalized in parts."""
    if text.isascii():
        return text
    # Compiled by the first call: it takes 0.3 ms, and few commands call it.
    return "".join([unicodedata.normalize("NFC", part) for part in re.split(_LONG_RUN, text)])


def fold_spelling(text: str) -> str:
    """Return `text` without differences of width and case, and without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def letters_of(text: str) -> str:
    """Return the letters and digits of a text: engines write quotes, dashes and accents of the window title otherwise."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold())))
