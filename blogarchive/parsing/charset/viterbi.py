"""The cheapest way through a damaged run of bytes: which bytes are a character, in which charset, which are lost.

A lost byte sets a double-byte decoder off by one until the next ASCII character, and a run can go over from one
charset to another in the middle of a line. All ways to cut the run are weighed by the prices of charset_frequency
(a shortest path, as in Viterbi's algorithm), so one bad byte costs one character.
"""

import re
from functools import lru_cache

from blogarchive.parsing.charset.char_cost import BIT, REPLACEMENT_COST, text_cost
from blogarchive.parsing.charset.whatwg import GB18030, UTF_8, Charset

_MAX_BYTES = 1200  # bytes of a run: some 3 ms
_LONG_BYTES = 80  # bytes, from which on it is worth a look whether there is anything to gain
_SWITCH_COST = 24 * BIT  # the price of going over into another charset
_SAME_CHARSET_MARGIN = 12 * BIT  # how much better than a browser's reading one in the same charset must be
_MIXED_MARGIN = 30 * BIT  # and one that changes charsets

# Two bytes that are a letter in UTF-8 are a Chinese character in other charsets.
_TOKENS = re.compile(
    rb"(?:[\x00-\x7f]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2})+|(?P<bad>.)", re.DOTALL
)

_Step = tuple[int, str, int]  # bytes, text, price


def decode_damaged(run: bytes, charset: Charset) -> tuple[int, str]:
    """Give price and text of the best reading of `run`, which is mostly in `charset`.

    It is a browser's reading, unless another is far better.
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
    """Tell whether nothing is off beside any U+FFFD: a decoder that is off by one shows rubbish before or after."""
    parts = text.split("\ufffd")
    beside = [part[-6:] for part in parts[:-1]] + [part[:6] for part in parts[1:]]
    return all(text_cost(part) <= 12 * BIT * len(part) for part in beside)


def _decode_damaged_utf_8(run: bytes, best: tuple[int, str]) -> tuple[int, str]:
    """UTF-8 is never off by one, so only what stands between its first and its last damage is in question."""
    bad = [token.span() for token in _TOKENS.finditer(run) if token.lastgroup == "bad"]
    start, end = bad[0][0], bad[-1][1]
    if end - start <= 3:
        return best  # no more than one character of any charset
    mixed = _find_cheapest_path(run[start:end], [UTF_8, GB18030])
    if mixed[0] + _MIXED_MARGIN < text_cost(run[start:end].decode("utf-8", "replace")):
        text = run[:start].decode("utf-8") + mixed[1] + run[end:].decode("utf-8")
        return text_cost(text), text
    return best


def _find_cheapest_path(run: bytes, charsets: list[Charset]) -> tuple[int, str]:
    """Give price and text of the cheapest way; the first of `charsets` is the one to begin in."""
    size = len(run)
    far = 1 << 30
    costs = [[far] * (size + 1) for _ in charsets]
    back: list[list[tuple[int, int, str]]] = [[(0, 0, "")] * (size + 1) for _ in charsets]
    costs[0][0] = 0
    for at in range(size):
        nearest = min(range(len(charsets)), key=lambda c: costs[c][at])
        for c, charset in enumerate(charsets):
            if costs[nearest][at] + _SWITCH_COST < costs[c][at]:
                costs[c][at] = costs[nearest][at] + _SWITCH_COST
                back[c][at] = (nearest, at, "")
            if costs[c][at] == far:
                continue
            for length, text, cost in _steps(run, at, charset):
                if costs[c][at] + cost < costs[c][at + length]:
                    costs[c][at + length] = costs[c][at] + cost
                    back[c][at + length] = (c, at, text)
    last = min(range(len(charsets)), key=lambda c: costs[c][size])
    return costs[last][size], _backtrack(back, last, size)


def _backtrack(back: list[list[tuple[int, int, str]]], charset: int, at: int) -> str:
    parts = []
    while at > 0:
        charset, at, text = back[charset][at]
        parts.append(text)
    return "".join(reversed(parts))


def _steps(run: bytes, at: int, charset: Charset) -> tuple[_Step, ...]:
    """Give what the bytes at `at` can be in `charset`: a character, or damage."""
    return _find_steps(run[at : at + 4], charset)


@lru_cache(maxsize=8192)
def _find_steps(data: bytes, charset: Charset) -> tuple[_Step, ...]:
    if data[0] < 0x80:
        return ((1, chr(data[0]), text_cost(chr(data[0]))),)
    lost = (1, "\ufffd", REPLACEMENT_COST)
    size = _character_size(data, charset)
    character = charset.decode_strict(data[:size])
    if character is not None:
        return lost, (size, character, text_cost(character))
    if charset is not UTF_8 and data[1:2] >= b"\x80":
        return lost, (
            2,
            "\ufffd",
            REPLACEMENT_COST + 2 * BIT,
        )  # a character that lost its first byte or its second
    return (lost,)


def _character_size(data: bytes, charset: Charset) -> int:
    lead = data[0]
    if charset is UTF_8:
        return 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    if lead in (0x80, 0xFF):
        return 1
    return 4 if charset is GB18030 and data[1:2].isdigit() else 2
