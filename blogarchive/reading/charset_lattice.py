"""The cheapest way through a damaged run of bytes: which bytes are a character, in which charset, which are lost.

A lost byte sets a double-byte decoder off by one until the next ASCII character, and a run can go over from one
charset to another in the middle of a line. All ways to cut the run are weighed by the prices of charset_frequency
(a shortest path, as in Viterbi's algorithm), so one bad byte costs one character.
"""

from collections.abc import Iterator

from blogarchive.reading.charset_frequency import BIT, REPLACED, price
from blogarchive.reading.charset_whatwg import GB18030, UTF_8, Charset

_LONGEST = 1200  # bytes of a run: some 3 ms
_CHANGE = 24 * BIT  # the price of going over into another charset
_CLEARER = 6 * BIT  # how much better than a browser's reading one in the same charset must be
_OTHERWISE = 30 * BIT  # and one that changes charsets

_Step = tuple[int, str, int]  # bytes, text, price


def untangle(run: bytes, charset: Charset) -> tuple[int, str]:
    """Give price and text of the best reading of `run`, which is mostly in `charset`.

    It is a browser's reading, unless another is far better.
    """
    text = charset.lenient(run)
    best = price(text), text
    if run.isascii() or len(run) > _LONGEST:
        return best
    whole = "\ufffd" not in text
    if charset is not UTF_8 and not whole:  # UTF-8 is never off by one
        clearer = _cheapest(run, [charset])
        if clearer[0] + _CLEARER < best[0]:
            best = clearer
            if "\ufffd" not in clearer[1]:
                return best
    mixed = _cheapest(run, list(dict.fromkeys((charset, UTF_8, GB18030))))
    if mixed[0] + _OTHERWISE < best[0] and not (whole and "\ufffd" in mixed[1]):
        return mixed
    return best


def _cheapest(run: bytes, charsets: list[Charset]) -> tuple[int, str]:
    """Give price and text of the cheapest way; the first of `charsets` is the one to begin in."""
    size = len(run)
    far = 1 << 30
    costs = [[far] * (size + 1) for _ in charsets]
    back: list[list[tuple[int, int, str]]] = [[(0, 0, "")] * (size + 1) for _ in charsets]
    costs[0][0] = 0
    for at in range(size):
        nearest = min(range(len(charsets)), key=lambda c: costs[c][at])
        for c, charset in enumerate(charsets):
            if costs[nearest][at] + _CHANGE < costs[c][at]:
                costs[c][at] = costs[nearest][at] + _CHANGE
                back[c][at] = (nearest, at, "")
            if costs[c][at] == far:
                continue
            for length, text, cost in _steps(run, at, charset):
                if costs[c][at] + cost < costs[c][at + length]:
                    costs[c][at + length] = costs[c][at] + cost
                    back[c][at + length] = (c, at, text)
    last = min(range(len(charsets)), key=lambda c: costs[c][size])
    return costs[last][size], _walk_back(back, last, size)


def _walk_back(back: list[list[tuple[int, int, str]]], charset: int, at: int) -> str:
    parts = []
    while at > 0:
        charset, at, text = back[charset][at]
        parts.append(text)
    return "".join(reversed(parts))


def _steps(run: bytes, at: int, charset: Charset) -> Iterator[_Step]:
    """Yield what the bytes at `at` can be in `charset`: a character, or damage."""
    if run[at] < 0x80:
        yield 1, chr(run[at]), price(chr(run[at]))
        return
    yield 1, "\ufffd", REPLACED
    character = charset.strict(run[at : at + _length(run, at, charset)])
    if character is None:
        if charset is not UTF_8 and run[at + 1 : at + 2] >= b"\x80":
            yield 2, "\ufffd", REPLACED + 2 * BIT  # a character that lost its first byte or its second
    else:
        yield _length(run, at, charset), character, price(character)


def _length(run: bytes, at: int, charset: Charset) -> int:
    if charset is UTF_8:
        lead = run[at]
        return 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    if charset is GB18030 and run[at + 1 : at + 2].isdigit():
        return 4
    return 1 if run[at] in (0x80, 0xFF) else 2
