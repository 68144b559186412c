"""Repair mojibake in a page of UTF-8."""

import re
from collections.abc import Iterator

from blogarchive.parsing.charset.char_cost import BIT, mean_cost, non_ascii, text_cost
from blogarchive.parsing.charset.detect import looks_chinese
from blogarchive.parsing.charset.segments import segment_bounds, select_fast_marks
from blogarchive.parsing.charset.whatwg import BIG5, GB18030, UTF_8

# --- repair of a text

_CP1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # windows-1252 from 80 to 9F
_TO_BYTE = str.maketrans({c: chr(c.encode("cp1252")[0]) for c in _CP1252})
_HIGH_CHARACTERS = f"\x80-\xff{_CP1252}"

_TRAIL = f"[\x80-\xbf{_CP1252}]"
_TRAIL_OR_SPACE = f"[\x80-\xbf {_CP1252}]"  # a no-break space (byte A0) often becomes a plain space
_UTF_8_RUN = re.compile(
    f"(?:[\xe1-\xef]{_TRAIL_OR_SPACE}{_TRAIL_OR_SPACE}|[\xc2-\xdf]{_TRAIL}|\xe0{_TRAIL}{_TRAIL}|[\xf0-\xf4]{_TRAIL}{{3}})+"
)
_TYPOGRAPHY = frozenset("‘’“”„…–—•€™‹›†‰")
_SYMBOLS_AFTER = frozenset("®°·\xa0")  # a letter or a digit
_SYMBOLS_BEFORE = frozenset("©£±")
_AFTER_A_WORD = set("‘’“”…–—‹›«»\xa0 ")  # a capital or accented letter may precede these

_DOUBLE_BYTE_MOJIBAKE = re.compile(f"[{_HIGH_CHARACTERS}]{{4}}|(?:[\xa1-\xf9][@-~\xa1-\xfe]){{4}}")
_LATIN_LINE = re.compile(f"[\x01-\x09\x0b-;=?-\xff{_CP1252}]{{4,}}")

_NON_ASCII_RUN = re.compile("[^\x00-\x7f]{2,}")
_UTF_8_BYTES = re.compile(
    rb"(?:[\xe2-\xef][\x80-\xbf]{2}|[\xc2-\xdf][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2})+"
)


def _rare_gbk_characters() -> str:
    """Return the rare characters that two bytes of a Chinese character in UTF-8 make in GBK."""
    pairs = b"".join(bytes((a, b)) for a in (*range(0xE3, 0xEA), 0xEF) for b in range(0x80, 0xC0))
    return "".join(c for c in pairs.decode("gb18030") if text_cost(c) >= 14 * BIT)


_UTF_8_IN_GBK = re.compile(f"[{re.escape(_rare_gbk_characters())}]")


# Every mojibake has one of these; most fields of a page have none.
_MOJIBAKE_HINT = re.compile(f"[{_HIGH_CHARACTERS}{re.escape(_rare_gbk_characters())}]")


_MAX_PASSES = 4  # databases were copied twice; a hostile text would ask for a pass a character


def repair(text: str) -> str:
    """Return `text` with each certain mojibake repaired; the same string if there is none."""
    for _ in range(_MAX_PASSES):
        given, text = text, _repair_once(text)
        if text == given:
            break
    return text


def _repair_once(text: str) -> str:
    """Return `text` after one pass of all repairs."""
    if _MOJIBAKE_HINT.search(text) is None:
        return text
    repaired = text
    if _DOUBLE_BYTE_MOJIBAKE.search(text):
        repaired = _LATIN_LINE.sub(_repair_double_bytes, repaired)
    repaired = _UTF_8_RUN.sub(_repair_utf_8, repaired)
    if _UTF_8_IN_GBK.search(repaired):
        repaired = _NON_ASCII_RUN.sub(_repair_utf_8_in_gbk, repaired)
    return repaired


def _to_bytes(latin: str) -> bytes:
    try:
        return latin.encode("latin-1")  # a whole page of it: 30 times as fast as a translation
    except UnicodeEncodeError:
        return latin.translate(_TO_BYTE).encode("latin-1")


def _repair_utf_8(match: re.Match[str]) -> str:
    """Return the text of UTF-8 that was read as windows-1252; unchanged if that is not certain."""
    garbled = match.group()
    try:
        repaired = _to_bytes(garbled.replace(" ", "\xa0")).decode("utf-8")
    except UnicodeDecodeError:
        return garbled
    before = match.string[max(match.start() - 1, 0) : match.start()]
    after = match.string[match.end() : match.end() + 1]
    # A copy of a database was misread twice: Ã¢â‚¬â„¢ for ’.
    certain = _is_mojibake(before + repaired) or _is_certain_utf_8(garbled, repaired, before)
    return repaired if certain or _is_certain_letter(garbled, repaired, before, after) else garbled


def _is_mojibake(text: str | None) -> bool:
    return text is not None and _repair_once(text) != text


def _is_certain_utf_8(garbled: str, repaired: str, before: str) -> bool:
    """Return whether a repaired text is common Chinese, an emoji, typography or a word of letters."""
    wide = [c for c in repaired if c >= "\u2000"]
    if len(wide) > 1:
        return mean_cost("".join(wide)) <= 15 or all(map(_is_emoji, wide))
    if wide:
        certain = not (before.isalpha() and set(garbled[1:]) <= _AFTER_A_WORD) and " " not in garbled
        return repaired in _TYPOGRAPHY or (
            certain and (text_cost(repaired) <= 11 * BIT or _is_emoji(repaired))
        )
    return len(repaired) > 2 and repaired.isalpha()


def _is_emoji(character: str) -> bool:
    return "\U0001f000" <= character <= "\U0001faff"


def _is_certain_letter(garbled: str, repaired: str, before: str, after: str) -> bool:
    """Return whether a letter ("cafÃ©") or symbol ("10Â°") is misread: no capital is inside a word."""
    if garbled[0] == "Â":
        follows = before.isalpha() or (before.isdigit() and repaired == "°")
        return (repaired in _SYMBOLS_AFTER and follows) or (repaired in _SYMBOLS_BEFORE and after.isdigit())
    inside = before.islower() or (after.islower() and not _AFTER_A_WORD & set(garbled))
    # Ã itself would be the first half of another letter: aÃƒƒƒƒ would lose a character in each pass.
    return garbled[0] == "Ã" != repaired and repaired.isalpha() and inside


def _repair_double_bytes(match: re.Match[str]) -> str:
    """Return a line of GBK or Big5 that was read as Latin letters; unchanged unless Chinese costs far less."""
    line = match.group()
    data = _to_bytes(line)
    if not _DOUBLE_BYTE_MOJIBAKE.search(line) or _is_mojibake(UTF_8.decode_strict(data)):
        return line
    latin = text_cost(line, "alphabet")
    for charset, max_bits, minimum in ((GB18030, 12, 2), (BIG5, 11, 3)):
        repaired = charset.decode_strict(data)
        if repaired is None or text_cost(repaired) + 20 * BIT >= latin:
            continue
        if _is_everyday(repaired, max_bits, minimum):
            return repaired if len(set(line)) > 1 else line  # a repeated character is decoration
    return line


def _is_everyday(text: str, max_bits: float, minimum: int) -> bool:
    """Return whether the non-ASCII characters are common Chinese, at most about `max_bits` each.

    There must be `minimum` of them, and not punctuation alone.
    """
    rest = non_ascii(text)
    if len(rest) < minimum or not any("\u4e00" <= c <= "\u9fff" for c in rest):
        return False
    max_bits += 1.5 if len(rest) >= 8 else 0.5 if len(rest) > 2 else -1.5
    return text_cost(rest) <= max_bits * BIT * len(rest)


def _repair_utf_8_in_gbk(match: re.Match[str]) -> str:
    """Return a run of UTF-8 that was read as GBK, with its certain parts repaired."""
    garbled = match.group()
    if not _UTF_8_IN_GBK.search(garbled):
        return garbled
    try:
        data = garbled.encode("gbk")
    except UnicodeEncodeError:
        return garbled
    parts, start = [], 0
    for run in _UTF_8_BYTES.finditer(data):
        repaired = run.group().decode("utf-8", "replace")
        if run.start() % 2 == 0 and run.end() % 2 == 0 and _is_certain_in_gbk(run.group(), repaired):
            parts += [data[start : run.start()].decode("gbk"), repaired]
            start = run.end()
    return "".join((*parts, data[start:].decode("gbk")))


def _is_certain_in_gbk(data: bytes, repaired: str) -> bool:
    shown = data.decode("gbk")
    costs_less = text_cost(repaired) + 16 * BIT < text_cost(shown)
    return costs_less and mean_cost(shown) > 14 and _is_everyday(repaired, 13, 2)


# --- repair of a page

_EDGES = (b"<", b">", b"\n")
# First bytes of a Latin letter or of a windows-1252 character 80 to 9F. These follow a misread byte from C0 on.
_NEXT_LETTER_LEADS = frozenset(bytes((lead,)) for lead in (0xC2, 0xC3, 0xC5, 0xC6, 0xCB, 0xE2))


def _misread_as_gbk(characters: str) -> Iterator[str]:
    """Yield the GBK characters that two of the three UTF-8 bytes of a character make."""
    for data in (character.encode() for character in characters):
        yield from (mark for pair in (data[:2], data[1:]) for mark in pair.decode("gbk", "ignore"))


# As in `segments`: marks that are rare in text and quick to find.
_GBK_MARKS = select_fast_marks(
    mark for mark in _misread_as_gbk("，。的是一了我不") if text_cost(mark) >= 16 * BIT
)

_MARK = re.compile(
    b"|".join((rb"\xc3[\x80-\xbf](?=[\xc2\xc3\xc5\xc6\xcb\xe2])", *(mark.encode() for mark in _GBK_MARKS)))
)


def repair_page(body: bytes, text: str) -> str:
    """Return `text`, which is `body` decoded as UTF-8, with each certain mojibake repaired."""
    if not _has_marks(body, text):
        return text
    return _repair_whole_page(text) or "".join(_repair_segments(body))


def _has_marks(body: bytes, text: str) -> bool:
    position = body.find(b"\xc3")
    while position >= 0:
        if body[position + 2 : position + 3] in _NEXT_LETTER_LEADS:
            return True
        position = body.find(b"\xc3", position + 2)
    return any(mark in text for mark in _GBK_MARKS)


def _repair_whole_page(text: str) -> str | None:
    """Decode a page that was misread as Latin-1 or windows-1252 from start to end; None if it was not."""
    try:
        data = _to_bytes(text)
    except UnicodeEncodeError:
        return None
    candidates = (charset.decode_strict(data) for charset in (UTF_8, GB18030, BIG5))
    return next((parsed for parsed in candidates if parsed and looks_chinese(parsed)), None)


def _repair_segments(body: bytes) -> Iterator[str]:
    """Yield the text of a page; the segment around each mark of mojibake is repaired."""
    start = 0
    for mark in _MARK.finditer(body):
        if mark.start() < start:
            continue
        first, end = segment_bounds(body, start, *mark.span(), _EDGES)
        yield body[start:first].decode("utf-8", "replace")
        yield _repair_segment(body[first:end].decode("utf-8", "replace"))
        start = end
    yield body[start:].decode("utf-8", "replace")


def _repair_segment(text: str) -> str:
    """Repair a segment if it becomes Chinese; `repair_text` of each field repairs letters and symbols.

    The number of Chinese characters must change: three misread bytes become one character.
    """
    repaired = repair(text)
    before, after = _count_chinese(text), _count_chinese(repaired)
    return repaired if after and after != before else text


def _count_chinese(text: str) -> int:
    return sum(c >= "\u2e80" for c in text)
