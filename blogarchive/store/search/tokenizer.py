"""How text is cut into words for the search: every character of Chinese, every run of letters, every number.

SQLite's own tokenizers take a whole Chinese sentence for one word (unicode61) or find nothing shorter than
three characters (trigram). So the index holds the text with a space between the characters, and a word of any
length is searched as a phrase of them. Text and question go through the same folding first: Traditional to
Simplified, full-width to half-width, lower case, without accents. A folded text is as long as the text,
character for character, so that a place found in one is the same place in the other.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

from opencc import OpenCC

BREAK = "‖"
"""Stands in the index where punctuation or a line's end parts two words, so that no phrase reaches across."""

# Han with radicals and every extension, kana, bopomofo, hangul; private use (characters that GBK once
# lacked); pictures (emoji). Each is a word by itself.
_SINGLE = (
    "\u2600-\u27bf\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3100-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\ue000-\ufaff"
    "\U0001f000-\U0001faff\U00020000-\U0003ffff\U000f0000-\U0010fffd"
)
_INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff"
_RUN = re.compile(rf"(?P<single>[{_SINGLE}]+)|(?P<letters>[^\W\d_{_SINGLE}]+)|(?P<digits>\d+)")
_NOTHING = re.compile(rf"[{_INVISIBLE}]*")
_BLANKS = re.compile(rf"[ \t\u00a0\u3000{_INVISIBLE}]*")

# Characters that OpenCC changes only inside a phrase (瞭解, 憑藉, 看著), or not at all: a question is too
# short to show the phrase, so both sides are folded the same way here.
_MORE_VARIANTS = dict(
    zip("著瞭藉甚妳尅覆徧祕彷嬝凖囘暱韮珮榦搾", "着了借什你克复遍秘仿袅准回昵韭佩干榨", strict=True)
)


class Token(NamedTuple):
    """A folded word; `single`: one character that needs no space around it. `parted`: a break stands before
    it.
    """

    text: str
    single: bool
    parted: bool


class _Folding(dict[int, int | str]):
    """Code point to folded character, filled as characters are met."""

    def __init__(self) -> None:
        super().__init__()
        self._scripts = [OpenCC(name) for name in ("hk2t", "tw2t", "t2s")]

    def __missing__(self, code: int) -> int | str:
        character = chr(code)
        for form in ("NFKC", "NFD"):
            changed = unicodedata.normalize(form, character)
            # é is e and an accent in two code points: the first is the letter.
            if len(changed) == 1 or (form == "NFD" and all(map(unicodedata.combining, changed[1:]))):
                character = changed[0]
        for script in self._scripts:
            changed = script.convert(character) if character.isalpha() else character
            character = changed if len(changed) == 1 else character
        character = _MORE_VARIANTS.get(character, character)
        lower = character.lower()
        self[code] = lower if len(lower) == 1 else character
        return self[code]


@cache
def _folding() -> _Folding:
    return _Folding()


@cache
def folding_version() -> str:
    """Names the rules of the folding; an index made under another name has to be made anew."""
    return f"1 opencc-{version('opencc')} unicode-{unicodedata.unidata_version}"


def fold(text: str) -> str:
    """`text` in the one form that is compared; as long as `text`, which should be in NFC."""
    return text.translate(_folding())


def tokenize(text: str) -> Iterator[Token]:
    """The words of `text` in order, folded."""
    for run, single, parted in _runs(text):
        if not single:
            yield Token(run, False, parted)
            continue
        for place, character in enumerate(run):
            yield Token(character, True, parted and place == 0)


def index_text(text: str | None) -> str:
    """What the index holds for `text`: words parted by spaces, breaks as `BREAK`, a break at the very
    beginning.

    The first break is there in every text, which gives a question that only says what is not wanted something
    to take it from.
    """
    parts = [BREAK]
    for run, single, parted in _runs(text or ""):
        if parted:
            parts.append(BREAK)
        parts.append(" ".join(run) if single else run)
    return " ".join(parts)


def _runs(text: str) -> Iterator[tuple[str, bool, bool]]:
    """Runs of single characters, of letters, of digits: the run, whether single, whether a break stands
    before.
    """
    folded = fold(unicodedata.normalize("NFC", text))
    end, before_single = 0, None
    for found in _RUN.finditer(folded):
        single = found.lastgroup == "single"
        parted = before_single is not None and _is_break(folded[end : found.start()], before_single, single)
        yield found[0], single, parted
        end, before_single = found.end(), single


def _is_break(gap: str, before_single: bool, after_single: bool) -> bool:
    """Whether what stands between two words parts them.

    Between Chinese characters anything visible does. Around a Latin word blanks are a matter of taste
    (用iPhone拍, 用 iPhone 拍). Between Latin words nothing does: state-of-the-art is read like state of the
    art.
    """
    if before_single and after_single:
        return _NOTHING.fullmatch(gap) is None
    if before_single or after_single:
        return _BLANKS.fullmatch(gap) is None
    return False
