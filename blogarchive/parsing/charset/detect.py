"""Which charset a page is in, by what its bytes read like in each; claims count for a little, chardet for less."""

import re
from collections.abc import Sequence

import chardet

from blogarchive.parsing.charset.char_cost import BIT, Script, price, price_as_written
from blogarchive.parsing.charset.whatwg import (
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

_SAMPLE = 3000  # bytes to choose by
_GLANCE = 900  # bytes that tell most pages
_LOOK = 150  # characters in each of three places, to believe a claim
_PROOF = 60  # bytes beyond one a character: thirty Chinese characters that are valid UTF-8 are UTF-8
_STRETCH = re.compile(rb"[\x80-\xff][^<>\r\n]{0,1200}")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_IN_WORD = re.compile(
    rb"(?<=[A-Za-z])[\x80-\xff]{1,2}(?=[a-z])|(?<=[a-z][a-z])[\x80-\xff](?=[ ,.;:!?<\n]|\Z)"
)
_ALPHABET_WORD = re.compile(rb"(?<![A-Za-z])[\x80-\xff]{4,}(?![A-Za-z])")

_CLAIMS = (16 * BIT, 13 * BIT, 10 * BIT)  # what a claim is worth: the header's, the page's first, the rest
_VOICE = 6 * BIT  # what chardet's opinion is worth
_HANDICAP = {"utf-8": 0, "gb18030": 0, "big5": 2 * BIT, "windows-1252": 6 * BIT}
_FOREIGN = 10 * BIT  # the handicap of a charset that no Chinese page is in, unless it says so
_LETTER = 6 * BIT  # how much a lone high byte inside a word of Latin letters speaks for an alphabet
_SURE = 8 * BIT  # by how much another charset must win against a claim that decodes
_READS_WELL = 12 * BIT  # the price of a character, at most, of a text that is certainly language
_READS_WELL_SHORT = 10 * BIT + 2  # and of one with fewer than eight characters
_SOUND = 8  # characters that read well for each that is damaged


def charset_of(body: bytes, claims: Sequence[Charset], valid: int) -> Charset:
    """Give the charset that `body`, which is not valid UTF-8, is in on the whole; `claims` as declared.

    `valid` is how many bytes are valid UTF-8 at its beginning. A glance at the first stretches tells most pages;
    damage in a few places does not hide what they are in.
    """
    start = body[max(valid - _SAMPLE, 0) : valid]
    if len(start) - len(start.decode("utf-8", "ignore")) >= _PROOF:
        return UTF_8
    glance = _sample(body, _GLANCE)
    for charset in dict.fromkeys((*(c for c in claims if c is not UTF_8), GB18030, BIG5, UTF_8)):
        if charset.by_byte or charset.name in _NOT_TRIED:
            continue
        if _is_everyday(charset.lenient(glance), charset.script, least=60):
            return charset
    return choose(body, claims)


def _is_everyday(text: str, script: Script, least: int) -> bool:
    """Tell whether `text` holds at least `least` characters beyond ASCII, and these are what people write."""
    foreign = "".join(_BEYOND_ASCII.findall(text))
    return len(foreign) >= least and price(foreign, script) <= _READS_WELL * len(foreign)


def looks_chinese(text: str) -> bool:
    """Tell whether samples of `text` read like Chinese; a small part of the time that decoding it took."""
    first = _BEYOND_ASCII.search(text)
    places = (first.start() if first else 0, len(text) // 3, len(text) * 2 // 3)
    return _is_everyday("".join([text[place : place + _LOOK] for place in places]), "chinese", least=8)


def _sample(body: bytes, size: int) -> bytes:
    """Give the first stretches of `body` that hold bytes beyond ASCII, `size` bytes or more, a line each."""
    stretches: list[bytes] = []
    for match in _STRETCH.finditer(body):
        before = body[max(match.start() - 2, 0) : match.start()]  # tells a letter inside of a word
        stretches.append(before + match.group() if before.isalpha() else match.group())
        size -= len(stretches[-1])
        if size <= 0:
            break
    return b"\n".join(stretches)


def choose(body: bytes, claims: Sequence[Charset]) -> Charset:
    """Give the charset in which `body` reads best; `claims` as of `declared_charsets`.

    A claim that decodes without an error is only overruled by a reading that is certainly language.
    """
    evidence = _sample(body, _SAMPLE)
    candidates = [c for c in (*claims, UTF_8, GB18030, BIG5, WINDOWS_1252) if c.name not in _NOT_TRIED]
    costs = {c.name: _cost(evidence, c, claims) for c in candidates}
    best = min(candidates, key=lambda c: costs[c.name])
    for claim in claims:
        if claim.name not in costs or not claim.holds(body):
            continue
        if best in claims:
            return best
        sure = costs[claim.name] - costs[best.name] >= _SURE and reads_well(evidence, best)
        if not (sure and _may_lie(claim, evidence)):
            return claim
        break
    is_sure = not best.by_byte and reads_well(evidence, best)
    return best if is_sure else _with_a_voice(evidence, best, claims, costs)


def _may_lie(claim: Charset, evidence: bytes) -> bool:
    """Servers add ISO-8859-1 to everything; who says KOI8-R means it, and so it takes more to overrule that."""
    return not claim.by_byte or claim is WINDOWS_1252 or len(evidence) > 60


def reads_well(data: bytes, charset: Charset) -> bool:
    """Tell whether `data` is certainly language in `charset`: valid but for a byte here and there, of everyday use."""
    text = charset.lenient(data)
    foreign = "".join(_BEYOND_ASCII.findall(text)).replace("\ufffd", "")
    if len(foreign) < _SOUND * text.count("\ufffd"):
        return False
    most = _READS_WELL if len(foreign) >= 8 else _READS_WELL_SHORT
    return len(set(foreign)) > 1 and price(foreign, charset.script) <= most * len(foreign)


def _with_a_voice(
    evidence: bytes, best: Charset, claims: Sequence[Charset], costs: dict[str, int]
) -> Charset:
    """Ask chardet, which knows more charsets: its answer and East Asia's others stand against `best`.

    Undeclared text in Latin letters is windows-1252, as for a browser; another alphabet needs whole words in it.
    """
    has_words = len(_ALPHABET_WORD.findall(evidence)) > 1
    if best is WINDOWS_1252 and not has_words and _IN_WORD.search(evidence):
        return best
    name = chardet.detect(evidence, prefer_superset=True)["encoding"]
    voice = charset_for(name) if name else None
    if voice and voice.by_byte and (claims or not has_words):
        voice = None
    if claims and voice is None:
        return best
    costs = dict(costs)
    candidates = [best, *(c for c in (voice, EUC_JP, SHIFT_JIS, EUC_KR) if c and c.name not in _NOT_TRIED)]
    for charset in candidates:
        costs[charset.name] = _cost(evidence, charset, claims) - (_VOICE if charset is voice else 0)
    return min(candidates, key=lambda c: costs[c.name])


def _cost(evidence: bytes, charset: Charset, claims: Sequence[Charset]) -> int:
    letters = len(_IN_WORD.findall(evidence)) * _LETTER * (-1 if charset.by_byte else 1)
    text = charset.lenient(evidence)
    if charset in claims:
        worth = _CLAIMS[min(claims.index(charset), len(_CLAIMS) - 1)]
        return price_as_written(text, charset.script) + letters - worth
    return price(text, charset.script) + letters + _HANDICAP.get(charset.name, _FOREIGN)


_NOT_TRIED = {"utf-16le", "utf-16be", "hz-gb-2312", "iso-2022-jp", "iso-2022-kr"}  # told by other marks
