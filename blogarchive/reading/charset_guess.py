"""Which charset a page is in, by what its bytes read like in each; claims count for a little, chardet for less."""

import re
from collections.abc import Sequence

import chardet

from blogarchive.reading.charset_frequency import BIT, price
from blogarchive.reading.charset_whatwg import (
    BIG5,
    EUC_JP,
    EUC_KR,
    GB18030,
    SHIFT_JIS,
    UTF_8,
    WINDOWS_1252,
    Charset,
    charset_for,
)

_SAMPLE = 3000  # bytes
_STRETCH = re.compile(rb"[\x80-\xff][^<>\r\n]{0,1200}")
_IN_WORD = re.compile(
    rb"(?<=[A-Za-z])[\x80-\xff]{1,2}(?=[a-z])|(?<=[a-z][a-z])[\x80-\xff](?=[ ,.;:!?<\n]|\Z)"
)

_CLAIMS = (16 * BIT, 13 * BIT, 10 * BIT)  # what a claim is worth: the header's, the page's first, the rest
_VOICE = 6 * BIT  # what chardet's opinion is worth
_HANDICAP = {"utf-8": 0, "gb18030": 0, "big5": 2 * BIT, "windows-1252": 6 * BIT}
_FOREIGN = 10 * BIT  # the handicap of a charset that no Chinese page is in, unless it says so
_LETTER = 7 * BIT  # how much a lone high byte inside a word of Latin letters speaks for an alphabet
_SURE = 8 * BIT  # by how much another charset must win against a claim that decodes
_READS_WELL = (11 * BIT, 12 * BIT)  # the price of a character, at most, of certain language: short, longer


def sample(body: bytes) -> bytes:
    """Give the first stretches of `body` that hold bytes beyond ASCII, some 3000 bytes, a line each."""
    stretches, size = [], 0
    for match in _STRETCH.finditer(body):
        stretches.append(match.group())
        size += len(stretches[-1])
        if size >= _SAMPLE:
            break
    return b"\n".join(stretches)


def is_mostly_utf_8(body: bytes) -> bool:
    """Tell whether damaged `body` is UTF-8 all the same: most of its characters are valid sequences of it."""
    evidence = sample(body)
    text = UTF_8.lenient(evidence)
    foreign = sum(c > "\x7f" for c in text)
    return foreign >= 8 and text.count("\ufffd") * 5 <= foreign


def choose(body: bytes, claims: Sequence[Charset]) -> Charset:
    """Give the charset in which `body` reads best; `claims` as of `declared_charsets`.

    A claim that decodes without an error is only overruled by a reading that is certainly language.
    """
    evidence = sample(body)
    candidates = [c for c in (*claims, UTF_8, GB18030, BIG5, WINDOWS_1252) if c.name not in _NOT_TRIED]
    costs = {c.name: _cost(evidence, c, claims) for c in candidates}
    best = min(candidates, key=lambda c: costs[c.name])
    for claim in claims:
        if claim.by_byte or claim.name not in costs or claim.strict(body) is None:
            continue
        sure = costs[claim.name] - costs[best.name] >= _SURE
        return best if best in claims or (sure and reads_well(evidence, best)) else claim
    return best if reads_well(evidence, best) else _with_a_voice(evidence, best, claims, costs)


def reads_well(data: bytes, charset: Charset) -> bool:
    """Tell whether `data` is certainly language in `charset`: valid, and of characters in everyday use."""
    foreign = [c for c in charset.strict(data) or "" if c > "\x7f"]
    most = _READS_WELL[len(foreign) >= 8]
    return len(foreign) > 1 and price("".join(foreign), charset.script) <= most * len(foreign)


def _with_a_voice(
    evidence: bytes, best: Charset, claims: Sequence[Charset], costs: dict[str, int]
) -> Charset:
    """Ask chardet, which knows more charsets: its answer and East Asia's others stand against `best`."""
    name = chardet.detect(evidence, prefer_superset=True)["encoding"]
    voice = charset_for(name) if name else None
    if claims and (voice is None or voice.by_byte):
        return best
    costs = dict(costs)
    candidates = [best, *(c for c in (voice, EUC_JP, SHIFT_JIS, EUC_KR) if c and c.name not in _NOT_TRIED)]
    for charset in candidates:
        heard = _VOICE if charset is voice else 0
        costs[charset.name] = _cost(evidence, charset, claims) - heard
    return min(candidates, key=lambda c: costs[c.name])


def _cost(evidence: bytes, charset: Charset, claims: Sequence[Charset]) -> int:
    cost = price(charset.lenient(evidence), charset.script)
    if charset.by_byte:
        cost -= len(_IN_WORD.findall(evidence)) * _LETTER
    if charset in claims:
        return cost - _CLAIMS[min(claims.index(charset), len(_CLAIMS) - 1)]
    return cost + _HANDICAP.get(charset.name, _FOREIGN)


_NOT_TRIED = {"utf-16le", "utf-16be", "hz-gb-2312", "iso-2022-jp", "iso-2022-kr"}  # told by other marks
