"""Decode a page whose segments may be damaged or in another charset, by the cost of each reading."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from blogarchive.parsing.charset import char_cost
from blogarchive.parsing.charset.whatwg import BIG5, GB18030, MARKUP_BYTES, UTF_8, Charset

# --- cheapest reading

_MAX_BYTES = 1200  # takes about 3 ms
_SWITCH_COST = 24 * char_cost.BIT  # of changing the charset inside a run
_SAME_CHARSET_MARGIN = 12 * char_cost.BIT  # by which a path in one charset must beat a browser's text
_MIXED_MARGIN = 30 * char_cost.BIT  # by which a path in several charsets must

# Letters of two bytes are not accepted: they are a Chinese character in other charsets.
_TOKENS = re.compile(
    rb"(?:[\x00-\x7f]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2})+|(?P<bad>.)", re.DOTALL
)

_Step = tuple[int, str, int]  # number of bytes, text, cost


def _decode_damaged(run: bytes, charset: Charset) -> tuple[int, str]:
    """Return cost and text of the best decoding of `run`, which is mainly in `charset`.

    It is the text that a browser shows, unless another decoding costs far less.
    """
    text = charset.decode_lenient(run)
    best = char_cost.text_cost(text), text
    if len(run) > _MAX_BYTES:
        return best
    if charset is UTF_8:
        return _decode_damaged_utf_8(run, best)
    clearer = _find_cheapest_path(run, [charset])
    if clearer[0] + _SAME_CHARSET_MARGIN < best[0]:
        best = clearer
    mixed = _find_cheapest_path(run, list(dict.fromkeys((charset, UTF_8, GB18030))))
    return mixed if mixed[0] + _MIXED_MARGIN < best[0] else best


def _decode_damaged_utf_8(run: bytes, best: tuple[int, str]) -> tuple[int, str]:
    """Decode UTF-8, which never shifts: only the bytes from the first damage to the last can change."""
    bad = [token.span() for token in _TOKENS.finditer(run) if token.lastgroup == "bad"]
    start, end = bad[0][0], bad[-1][1]
    mixed = _find_cheapest_path(run[start:end], [UTF_8, GB18030])
    if mixed[0] + _MIXED_MARGIN < char_cost.text_cost(run[start:end].decode("utf-8", "replace")):
        text = run[:start].decode("utf-8") + mixed[1] + run[end:].decode("utf-8")
        return char_cost.text_cost(text), text
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
        return ((1, chr(data[0]), char_cost.text_cost(chr(data[0]))),)
    damage = (1, "\ufffd", char_cost.REPLACEMENT_COST)
    size = _character_size(data, charset)
    character = charset.decode_strict(data[:size])
    if character is not None:
        return damage, (size, character, char_cost.text_cost(character))
    if charset is not UTF_8 and data[1:2] >= b"\x80":  # one byte of a pair is lost
        return damage, (2, "\ufffd", char_cost.REPLACEMENT_COST + 2 * char_cost.BIT)
    return (damage,)


def _character_size(data: bytes, charset: Charset) -> int:
    lead = data[0]
    if charset is UTF_8:
        return 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    if lead in (0x80, 0xFF):
        return 1
    return 4 if charset is GB18030 and data[1:2].isdigit() else 2


# --- segments of a page

_BLOCK_BYTES = 4096  # an undamaged block is decoded at once, a damaged one by segments
_MAX_BLOCK_BYTES = 16_384  # of a block without a tag
_MAX_DAMAGED_BYTES = 30_000  # of a page; the repair takes about 10 µs a byte
_SEGMENTS = re.compile(rb'([<>"\r\n]+)')  # no supported charset has these bytes inside a character
_EDGES = (b"<", b">", b'"', b"\n")
_BLOCK_END = re.compile(rb"[\x00-\x2f<>]")
_PIECES = re.compile(rb"([\x00-\x2f]+)")  # every decoder resynchronises at these
_EVERYDAY_COST = 11 * char_cost.BIT  # maximum per character of text that is accepted at once
_PIECES_OF_TEXT = re.compile(_PIECES.pattern.decode("latin-1"))
# A margin against false positives.
_CHARSET_COSTS = {"utf-8": 24 * char_cost.BIT, "gb18030": 24 * char_cost.BIT, "big5": 30 * char_cost.BIT}

_ASCII = bytes(range(0x80))
# Kinds of bytes, to find UTF-8 in double-byte text: L leads three bytes, T is a continuation byte.
_UTF_8_BYTE_KINDS = bytes(
    ord("L" if b in range(0xE3, 0xEA) or b == 0xEF else "T" if 0x80 <= b < 0xC0 else "-") for b in range(256)
)


def decode_undamaged(body: bytes, charset: Charset) -> str | None:
    """Return the text of `body`; None if it is damaged or has marks of another charset."""
    if charset is GB18030 and b"LTTLTT" in body.translate(_UTF_8_BYTE_KINDS, _ASCII):
        return None
    text = charset.decode_common(body)
    if text is None and charset.common_codec:
        text = charset.decode_strict(body)
        if text is not None and _PRIVATE_USE.search(text):
            return None
    if text is None or any(mark in text for mark in _MISREAD_MARKS.get(charset.name, ())):
        return None
    return None if charset.is_single_byte and _HIGH_RUN.search(body) else text


_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")  # commas decode to these if decoding is off by one byte
_HIGH_RUN = re.compile(rb"[\x80-\xff]{4}")


def segment_bounds(
    data: bytes, earliest: int, first: int, last: int, edges: Iterable[bytes]
) -> tuple[int, int]:
    """Return start and end of the segment between `edges` around the bytes from `first` to `last`."""
    start = max(earliest, *(data.rfind(edge, earliest, first) + 1 for edge in edges))
    ends = (data.find(edge, last) for edge in edges)
    return start, min((end for end in ends if end >= 0), default=len(data))


def select_fast_marks(marks: Iterable[str]) -> list[str]:
    """Return the `marks` that are quick to find: those whose low byte is rare in markup."""
    return [mark for mark in dict.fromkeys(marks) if ord(mark) % 256 not in MARKUP_BYTES]


def _misread_marks(written: str, read: str) -> list[str]:
    """Return the rare characters that common ones of the charset `written` become if decoded as `read`."""
    seen = (c.encode(written, "ignore").decode(read, "ignore") for c in f"，。！？：、{char_cost.EVERYDAY}")
    marks = (mark for mark in seen if len(mark) == 1 and char_cost.text_cost(mark) >= 14 * char_cost.BIT)
    return select_fast_marks(marks)[:14]


_MISREAD_MARKS = {
    GB18030.name: _misread_marks("big5", "gb18030"),
    BIG5.name: _misread_marks("gbk", "big5hkscs"),
}


class _Candidate(NamedTuple):
    """A text that bytes may mean; the one with the lowest cost is chosen."""

    cost: int
    text: str


def decode_mixed(body: bytes, charset: Charset, declared: Sequence[Charset]) -> str:
    """Return the text of `body`, which is mainly in `charset`.

    A segment that is clearly in a `declared` charset, UTF-8, GBK or Big5 is decoded in that. A damaged
    segment loses as few characters as possible. Other segments decode as in a browser, and so do all after
    the first 30,000 damaged bytes.
    """
    known = dict.fromkeys((*declared, UTF_8, GB18030, BIG5))
    others = [c for c in known if c is not charset and c.name in _CHARSET_COSTS]
    return "".join(map(_SegmentDecoder(charset, others).decode_block, _split_blocks(body)))


def _split_blocks(body: bytes) -> Iterator[bytes]:
    """Yield a page in blocks that end before a tag, else before an ASCII byte that no character contains."""
    start = 0
    while start < len(body):
        end = body.find(b"<", start + _BLOCK_BYTES, start + _MAX_BLOCK_BYTES)
        if end < 0:
            found = _BLOCK_END.search(body, start + _MAX_BLOCK_BYTES)
            end = len(body) if found is None else found.start()
        yield body[start:end]
        start = end


class _SegmentDecoder:
    """Decodes the segments of a page in `charset` or in one of `others`."""

    def __init__(self, charset: Charset, others: Sequence[Charset]) -> None:
        self._charset = charset
        self._others = others
        self._damaged_bytes = 0  # repaired on this page

    def decode_block(self, block: bytes) -> str:
        """Return the text of a block."""
        text = decode_undamaged(block, self._charset)
        if text is not None:
            return text
        if self._charset is UTF_8:
            return "".join(self._decode_around_errors(block))
        return "".join(map(self._decode_segment, _SEGMENTS.split(block)))

    def _decode_around_errors(self, block: bytes) -> Iterator[str]:
        """Yield the text of a UTF-8 block: valid parts as they are, the segment around each error on its own."""
        position = 0
        while position < len(block):
            try:
                yield block[position:].decode("utf-8")
                return
            except UnicodeDecodeError as error:
                bad = position + error.start
            start, end = segment_bounds(block, position, bad, bad + 1, _EDGES)
            yield block[position:start].decode("utf-8")
            yield self._decode_segment(block[start:end])
            position = end

    def _decode_segment(self, segment: bytes) -> str:
        """Decode a segment as a whole or by pieces, whichever costs less."""
        charset = self._charset
        if segment.isascii():
            return segment.decode("ascii")
        if self._damaged_bytes > _MAX_DAMAGED_BYTES:
            return charset.decode_lenient(segment)
        if charset is not UTF_8 and (text := decode_undamaged(segment, charset)) is not None:
            return text
        parts = _PIECES.split(segment)
        if charset is UTF_8 and all(map(_is_nearly_valid_utf_8, parts)):
            return charset.decode_lenient(segment)
        whole = _decode_in_other(segment, charset, self._others)
        if whole and all(map(_is_everyday, _PIECES_OF_TEXT.split(whole.text))):
            return whole.text
        pieces = [self._decode_piece(part) for part in parts]
        joined = _Candidate(sum(p.cost for p in pieces), "".join(p.text for p in pieces))
        return (min(joined, whole) if whole else joined).text

    def _decode_piece(self, piece: bytes) -> _Candidate:
        """Return the cheapest text of a piece: in the page's charset, in another one, or in parts of both."""
        charset = self._charset
        text = charset.decode_lenient(piece)
        parsed = _Candidate(char_cost.text_cost(text, charset.script), text)
        if piece.isascii() or decode_undamaged(piece, charset) is not None:
            return parsed
        self._damaged_bytes += len(piece)
        if self._damaged_bytes > _MAX_DAMAGED_BYTES:
            return parsed
        other = _decode_in_other(piece, charset, self._others)
        if charset.script != "chinese":
            return other or parsed
        if other and _is_everyday(other.text):
            return other
        # A part may be in another charset: a name that follows its label.
        mixed = _Candidate(*_decode_damaged(piece, charset))
        return min(mixed, other) if other else mixed


def _is_everyday(text: str) -> bool:
    return char_cost.text_cost(text) <= _EVERYDAY_COST * len(text)


def _is_nearly_valid_utf_8(piece: bytes) -> bool:
    """Return whether a piece is UTF-8 with at most three bad bytes."""
    text = piece.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad == 0 or (bad <= 3 and sum("\u0800" <= c < "\ufffd" for c in text) >= 2 + 2 * bad)


def _decode_in_other(data: bytes, charset: Charset, others: Sequence[Charset]) -> _Candidate | None:
    """Return `data` in the best of `others`, if it is valid there and costs clearly less; else None."""
    text = charset.decode_lenient(data)
    damage = text.count("\ufffd") * char_cost.REPLACEMENT_COST
    best: _Candidate | None = None
    for other in others:
        parsed = other.decode_common(data) or other.decode_strict(data)
        if parsed is None or (other is BIG5 and not _is_plausible_big5(parsed, damage > 0)):
            continue
        cost = char_cost.text_cost(parsed, other.script)
        total = cost + _CHARSET_COSTS[other.name]
        # A damaged text costs more than its damage alone: few segments need the whole cost.
        is_cheaper = total < (best.cost if best else damage)
        if is_cheaper or (best is None and total < char_cost.mixed_script_cost(text, charset.script)):
            best = _Candidate(total, parsed)
            if cost <= _EVERYDAY_COST * len(parsed):
                break  # no text is readable in two charsets
    return best


def _is_plausible_big5(text: str, is_damaged: bool) -> bool:
    """Return whether a text has common characters only: most bytes are valid Big5."""
    rest = char_cost.non_ascii(text)
    minimum, max_bits = (2, 13) if is_damaged else (3, 11) if len(rest) < 8 else (3, 12)
    return len(rest) >= minimum and char_cost.text_cost(rest) <= max_bits * char_cost.BIT * len(rest)
