"""Decode a damaged run of bytes at the lowest cost.

A lost byte shifts a double-byte decoder until the next ASCII character, and a run can change its charset
inside a line. All ways to split the run are compared by `char_cost`, as a shortest path (Viterbi's
algorithm), so one bad byte costs one character.
"""

import re
from functools import lru_cache

from blogarchive.parsing.charset.char_cost import BIT, REPLACEMENT_COST, text_cost
from blogarchive.parsing.charset.whatwg import GB18030, UTF_8, Charset

_MAX_BYTES = 1200  # takes about 3 ms
_LONG_BYTES = 80  # from this length on, readable runs are skipped
_SWITCH_COST = 24 * BIT  # of changing the charset inside a run
_SAME_CHARSET_MARGIN = 12 * BIT  # by which a path in one charset must beat a browser's text
_MIXED_MARGIN = 30 * BIT  # by which a path in several charsets must

# Letters of two bytes are not accepted: they are a Chinese character in other charsets.
_TOKENS = re.compile(
    rb"(?:[\x00-\x7f]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2})+|(?P<bad>.)", re.DOTALL
)

_Step = tuple[int, str, int]  # number of bytes, text, cost


def decode_damaged(run: bytes, charset: Charset) -> tuple[int, str]:
    """Return cost and text of the best decoding of `run`, which is mainly in `charset`.

    It is the text that a browser shows, unless another decoding costs far less.
    """
    text = charset.decode_lenient(run)
    best = text_cost(text), text
    if run.isascii() or len(run) > _MAX_BYTES:
        return best
    if charset is UTF_8:
        return _decode_damaged_utf_8(run, best)
    whole = "\ufffd" not in text
    if not whole and len(run) >= _LONG_BYTES and _is_readable_around_damage(text):
        return best
    clearer = _find_cheapest_path(run, [charset])
    if clearer[0] + (_MIXED_MARGIN if whole else _SAME_CHARSET_MARGIN) < best[0]:
        best = clearer
    if not whole and "\ufffd" not in best[1]:
        return best
    mixed = _find_cheapest_path(run, list(dict.fromkeys((charset, UTF_8, GB18030))))
    if mixed[0] + _MIXED_MARGIN < best[0] and not (whole and "\ufffd" in mixed[1]):
        return mixed
    return best


def _is_readable_around_damage(text: str) -> bool:
    """Return whether the text beside each U+FFFD is readable: a shifted decoder shows rare characters there."""
    parts = text.split("\ufffd")
    beside = [part[-6:] for part in parts[:-1]] + [part[:6] for part in parts[1:]]
    return all(text_cost(part) <= 12 * BIT * len(part) for part in beside)


def _decode_damaged_utf_8(run: bytes, best: tuple[int, str]) -> tuple[int, str]:
    """Decode UTF-8, which never shifts: only the bytes from the first damage to the last can change."""
    bad = [token.span() for token in _TOKENS.finditer(run) if token.lastgroup == "bad"]
    start, end = bad[0][0], bad[-1][1]
    if end - start <= 3:
        return best  # at most one character in any charset
    mixed = _find_cheapest_path(run[start:end], [UTF_8, GB18030])
    if mixed[0] + _MIXED_MARGIN < text_cost(run[start:end].decode("utf-8", "replace")):
        text = run[:start].decode("utf-8") + mixed[1] + run[end:].decode("utf-8")
        return text_cost(text), text
    return best


def _find_cheapest_path(run: bytes, charsets: list[Charset]) -> tuple[int, str]:
    """Return cost and text of the cheapest path; it begins in the first of `charsets`."""
    size = len(run)
    unreachable = 1 << 30
    costs = [[unreachable] * (size + 1) for _ in charsets]
    previous: list[list[tuple[int, int, str]]] = [[(0, 0, "")] * (size + 1) for _ in charsets]
    costs[0][0] = 0
    for position in range(size):
        nearest = min(range(len(charsets)), key=lambda c: costs[c][position])
        for c, charset in enumerate(charsets):
            if costs[nearest][position] + _SWITCH_COST < costs[c][position]:
                costs[c][position] = costs[nearest][position] + _SWITCH_COST
                previous[c][position] = (nearest, position, "")
            if costs[c][position] == unreachable:
                continue
            for length, text, cost in _find_steps(run[position : position + 4], charset):
                if costs[c][position] + cost < costs[c][position + length]:
                    costs[c][position + length] = costs[c][position] + cost
                    previous[c][position + length] = (c, position, text)
    last = min(range(len(charsets)), key=lambda c: costs[c][size])
    return costs[last][size], _backtrack(previous, last, size)


def _backtrack(previous: list[list[tuple[int, int, str]]], charset: int, position: int) -> str:
    parts = []
    while position > 0:
        charset, position, text = previous[charset][position]
        parts.append(text)
    return "".join(reversed(parts))


@lru_cache(maxsize=8192)
def _find_steps(data: bytes, charset: Charset) -> tuple[_Step, ...]:
    """Return the ways to decode the first bytes of `data` in `charset`: a character, or damage."""
    if data[0] < 0x80:
        return ((1, chr(data[0]), text_cost(chr(data[0]))),)
    damage = (1, "\ufffd", REPLACEMENT_COST)
    size = _character_size(data, charset)
    character = charset.decode_strict(data[:size])
    if character is not None:
        return damage, (size, character, text_cost(character))
    if charset is not UTF_8 and data[1:2] >= b"\x80":
        return damage, (2, "\ufffd", REPLACEMENT_COST + 2 * BIT)  # one byte of a pair is lost
    return (damage,)


def _character_size(data: bytes, charset: Charset) -> int:
    lead = data[0]
    if charset is UTF_8:
        return 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    if lead in (0x80, 0xFF):
        return 1
    return 4 if charset is GB18030 and data[1:2].isdigit() else 2
