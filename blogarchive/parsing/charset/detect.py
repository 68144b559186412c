"""Detect the charset of a page by the cost of its text in each charset.

A declared charset gets a bonus; the answer of chardet gets a smaller one.
"""

import re
from collections.abc import Sequence

from blogarchive.parsing.charset import char_cost, whatwg

_SAMPLE_BYTES = 3000
_QUICK_SAMPLE_BYTES = 900  # enough for most pages
_EXCERPT_LENGTH = 150  # characters at each of three positions, to confirm a declared charset
_UTF_8_PROOF = 60  # continuation bytes: thirty Chinese characters that are valid UTF-8 are UTF-8
_NON_ASCII_RUN = re.compile(rb"[\x80-\xff][^<>\r\n]{0,1200}")
_LETTER_IN_WORD = re.compile(
    rb"(?<=[A-Za-z])[\x80-\xff]{1,2}(?=[a-z])|(?<=[a-z][a-z])[\x80-\xff](?=[ ,.;:!?<\n]|\Z)"
)
_ALPHABET_WORD = re.compile(rb"(?<![A-Za-z])[\x80-\xff]{4,}(?![A-Za-z])")

# Of the first declared charset, the second, the others.
_DECLARED_BONUS = (16 * char_cost.BIT, 13 * char_cost.BIT, 10 * char_cost.BIT)
_CHARDET_BONUS = 6 * char_cost.BIT
_HANDICAP = {"utf-8": 0, "gb18030": 0, "big5": 2 * char_cost.BIT, "windows-1252": 6 * char_cost.BIT}
# Of the other charsets: Chinese pages use them only if they declare them.
_FOREIGN_HANDICAP = 10 * char_cost.BIT

_LETTER_BONUS = 6 * char_cost.BIT  # for a single-byte charset, for each lone high byte inside a Latin word
_READABLE_COST = 12 * char_cost.BIT  # maximum per character of readable text
_READABLE_COST_SHORT = 10 * char_cost.BIT + 2  # the same, for fewer than eight characters
_READABLE_PER_DAMAGED = 8  # minimum of readable characters for each damaged one
# `decoding` detects these by their escapes and zeros.
_NOT_GUESSED = {"utf-16le", "utf-16be", "hz-gb-2312", "iso-2022-jp", "iso-2022-kr"}


def detect_charset(body: bytes, declared: Sequence[whatwg.Charset], valid: int) -> whatwg.Charset:
    """Return the main charset of `body`, which is not valid UTF-8.

    `declared` is the result of `declared_charsets`; `valid` is the length of the valid UTF-8 at the
    beginning, in bytes. A short sample decides most pages; a few damaged characters do not matter.
    """
    start = body[max(valid - _SAMPLE_BYTES, 0) : valid]
    if len(start) - len(start.decode("utf-8", "ignore")) >= _UTF_8_PROOF:
        return whatwg.UTF_8
    quick_sample = _collect_sample(body, _QUICK_SAMPLE_BYTES)
    others = (c for c in declared if c is not whatwg.UTF_8)
    for charset in dict.fromkeys((*others, whatwg.GB18030, whatwg.BIG5, whatwg.UTF_8)):
        if charset.is_single_byte or charset.name in _NOT_GUESSED:
            continue
        if _is_everyday(charset.decode_lenient(quick_sample), charset.script, minimum=60):
            return charset
    return choose_charset(body, declared)


def _is_everyday(text: str, script: char_cost.Script, minimum: int) -> bool:
    """Return whether `text` has at least `minimum` non-ASCII characters, and these are common ones."""
    rest = char_cost.non_ascii(text)
    return len(rest) >= minimum and char_cost.text_cost(rest, script) <= _READABLE_COST * len(rest)


def looks_chinese(text: str) -> bool:
    """Return whether samples of `text` are readable Chinese; takes a fraction of the time of decoding."""
    first = char_cost.NON_ASCII.search(text)
    places = (first.start() if first else 0, len(text) // 3, len(text) * 2 // 3)
    excerpts = "".join([text[place : place + _EXCERPT_LENGTH] for place in places])
    return _is_everyday(excerpts, "chinese", minimum=8)


def _collect_sample(body: bytes, size: int) -> bytes:
    """Return the first lines with non-ASCII bytes, `size` bytes or more in total."""
    stretches: list[bytes] = []
    for match in _NON_ASCII_RUN.finditer(body):
        # Two bytes of context show whether a letter is inside a word.
        before = body[max(match.start() - 2, 0) : match.start()]
        stretches.append(before + match.group() if before.isalpha() else match.group())
        size -= len(stretches[-1])
        if size <= 0:
            break
    return b"\n".join(stretches)


def choose_charset(body: bytes, declared: Sequence[whatwg.Charset]) -> whatwg.Charset:
    """Return the charset in which a sample of `body` costs least.

    `declared` is the result of `declared_charsets`. A declared charset that decodes without an error is only
    overruled by a charset with clearly readable text.
    """
    sample = _collect_sample(body, _SAMPLE_BYTES)
    known = (*declared, whatwg.UTF_8, whatwg.GB18030, whatwg.BIG5, whatwg.WINDOWS_1252)
    candidates = [c for c in known if c.name not in _NOT_GUESSED]
    costs = {c.name: _cost_in(sample, c, declared) for c in candidates}
    best = min(candidates, key=lambda c: costs[c.name])
    for candidate in declared:
        if candidate.name not in costs or not candidate.is_valid_prefix(body):
            continue
        if best in declared:
            return best
        # A page of Hungary, in iso-8859-2, has letters that windows-1252 reads as those of other languages.
        if (best is whatwg.WINDOWS_1252 and candidate.is_single_byte) or not is_readable(sample, best):
            return candidate
        break
    is_sure = not best.is_single_byte and is_readable(sample, best)
    return best if is_sure else _ask_chardet(sample, best, declared)


def is_readable(data: bytes, charset: whatwg.Charset) -> bool:
    """Return whether `data` in `charset` is text of common characters, with few damaged bytes."""
    text = charset.decode_lenient(data)
    rest = char_cost.non_ascii(text).replace("\ufffd", "")
    # Code in an English page, such as `"~{VP~}"`, is no HZ. One common character, or few among damaged ones, prove
    # nothing.
    if len(rest) < _READABLE_PER_DAMAGED * text.count("\ufffd"):
        return False
    limit = _READABLE_COST if len(rest) >= 8 else _READABLE_COST_SHORT
    return len(set(rest)) > 1 and char_cost.text_cost(rest, charset.script) <= limit * len(rest)


def _ask_chardet(sample: bytes, best: whatwg.Charset, declared: Sequence[whatwg.Charset]) -> whatwg.Charset:
    """Compare `best` with chardet's guess and with the other charsets of East Asia.

    Undeclared text in Latin letters is windows-1252, as in browsers; another alphabet must have whole words.
    """
    has_words = len(_ALPHABET_WORD.findall(sample)) > 1
    import chardet  # imported here: a tenth of the start of a command, and few pages need it

    name = chardet.detect(sample, prefer_superset=True)["encoding"]
    guess = whatwg.charset_for_label(name) if name else None
    if guess and guess.is_single_byte and (declared or not has_words):
        guess = None
    if declared and guess is None:
        return best
    others = (guess, whatwg.EUC_JP, whatwg.SHIFT_JIS, whatwg.EUC_KR)
    candidates = [best, *(c for c in others if c and c.name not in _NOT_GUESSED)]
    bonus = {guess: _CHARDET_BONUS}
    return min(candidates, key=lambda c: _cost_in(sample, c, declared) - bonus.get(c, 0))


def _cost_in(sample: bytes, charset: whatwg.Charset, declared: Sequence[whatwg.Charset]) -> int:
    """Return the cost of a sample in a charset (in quarters of a bit), less the bonus of a declaration."""
    letters = len(_LETTER_IN_WORD.findall(sample)) * _LETTER_BONUS * (-1 if charset.is_single_byte else 1)
    text = charset.decode_lenient(sample)
    if charset in declared:
        worth = _DECLARED_BONUS[min(declared.index(charset), len(_DECLARED_BONUS) - 1)]
        return char_cost.mixed_script_cost(text, charset.script) + letters - worth
    return (
        char_cost.text_cost(text, charset.script) + letters + _HANDICAP.get(charset.name, _FOREIGN_HANDICAP)
    )
