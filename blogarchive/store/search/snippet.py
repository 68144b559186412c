"""A hit shown in its sentence, with the words that were asked for marked."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from blogarchive.store.search.query import Term
from blogarchive.store.search.tokenizer import fold

_SENTENCE_END = re.compile(r"[。！？!?…\n]+[”’」』）)]*")
_BETWEEN = r"[\W_]*"
_LONGEST_SIDE = 60


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of text; `hit`: it is one of the words asked for."""

    text: str
    hit: bool = False


def mark_hits(text: str, terms: Sequence[Term]) -> tuple[Fragment, ...]:
    """All of `text`, with every hit marked."""
    text = unicodedata.normalize("NFC", text)
    return _pieces(text, _places(text, terms), 0, len(text))


def extract_sentence(text: str, terms: Sequence[Term]) -> tuple[Fragment, ...]:
    """The sentence of the first hit in `text`, cut where it is long; the text's beginning where there is no
    hit.
    """
    text = unicodedata.normalize("NFC", text)
    places = _places(text, terms)
    first, last = places[0] if places else (0, 0)
    begins = max((end.end() for end in _SENTENCE_END.finditer(text, 0, first)), default=0)
    following = _SENTENCE_END.search(text, last)
    ends = following.end() if following else len(text)
    start, end = max(begins, first - _LONGEST_SIDE), min(ends, last + _LONGEST_SIDE)
    before = (Fragment("…"),) if start > begins else ()
    after = (Fragment("…"),) if end < ends else ()
    return (*before, *_pieces(text, places, start, end), *after)


def _places(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Where the terms stand in `text` (NFC), in order, none inside another."""
    if not terms:
        return []
    pattern = "|".join(sorted(map(_pattern, terms), key=len, reverse=True))
    return [found.span() for found in re.finditer(pattern, fold(text)) if found[0]]


def _pattern(term: Term) -> str:
    parts: list[str] = []
    for place, token in enumerate(term.tokens):
        escaped = re.escape(token.text)
        if place and not (token.single and term.tokens[place - 1].single and not token.parted):
            parts.append(_BETWEEN)
        parts.append(escaped)
    first, last = term.tokens[0], term.tokens[-1]
    before = "" if first.single else _not_beside(first.text, behind=True)
    after = "" if last.single else r"[^\W_]*" if term.prefix else _not_beside(last.text, behind=False)
    return before + "".join(parts) + after


def _not_beside(text: str, *, behind: bool) -> str:
    """A word of letters does not end inside letters, nor a number inside digits."""
    kind = r"\d" if text[0].isdigit() else r"[a-zÀ-ʯ]"
    return rf"(?<!{kind})" if behind else rf"(?!{kind})"


def _pieces(text: str, places: Sequence[tuple[int, int]], start: int, end: int) -> tuple[Fragment, ...]:
    pieces: list[Fragment] = []
    for first, last in places:
        if first < start or last > end:
            continue
        if first > start:
            pieces.append(Fragment(_on_one_line(text[start:first])))
        pieces.append(Fragment(_on_one_line(text[first:last]), hit=True))
        start = last
    if start < end:
        pieces.append(Fragment(_on_one_line(text[start:end])))
    return tuple(pieces)


def _on_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
