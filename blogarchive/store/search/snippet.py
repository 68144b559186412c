"""Excerpt a hit: the sentence around its first match, with all matched words marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from blogarchive.parsing.unicode_form import normalize_nfc
from blogarchive.store.search.query import Term
from blogarchive.store.search.tokenizer import fold

_SENTENCE_END = re.compile(r"[。！？!?…\n]+[”’」』）)]*")
_SEPARATOR = r"[\W_]*"
_MAX_CONTEXT = 60
_MAX_SENTENCES = 3
_MAX_SEARCHED = 8


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a text; `hit` is True if it matches a term of the query."""

    text: str
    hit: bool = False


def mark_hits(text: str, terms: Sequence[Term]) -> tuple[Fragment, ...]:
    """Return all of `text` with every match marked."""
    text = normalize_nfc(text)
    return _fragments(text, _find_spans(text, terms), 0, len(text))


def extract_sentence(text: str, terms: Sequence[Term]) -> tuple[Fragment, ...]:
    """Return the sentence of the first match, and those of terms that are not in it; the beginning if nothing matches.

    There are at most three sentences, in the order of the text, each shortened if it is long.
    """
    text = normalize_nfc(text)
    spans = _find_spans(text, terms)
    parts: list[_Part] = []
    for first, last in [*(spans[:1] or [(0, 0)]), *_first_spans(text, terms)]:
        if len(parts) < _MAX_SENTENCES and not any(part.start <= first < part.end for part in parts):
            parts.append(_sentence_around(text, first, last, spans))
    return tuple(_join(text, spans, sorted(parts)))


class _Part(NamedTuple):
    """A part of a text to show; `cut_before` and `cut_after`: its sentence begins earlier, ends later."""

    start: int
    end: int
    cut_before: bool
    cut_after: bool


def _sentence_around(text: str, first: int, last: int, spans: Sequence[tuple[int, int]]) -> _Part:
    begins = max((end.end() for end in _SENTENCE_END.finditer(text, 0, first)), default=0)
    following = _SENTENCE_END.search(text, last)
    ends = following.end() if following else len(text)
    start, end = max(begins, first - _MAX_CONTEXT), min(ends, last + _MAX_CONTEXT)
    # A match is shown whole.
    start = min([start, *(before for before, after in spans if before < start < after)])
    end = max([end, *(after for before, after in spans if before < end < after)])
    return _Part(start, end, start > begins, end < ends)


def _join(text: str, spans: Sequence[tuple[int, int]], parts: Sequence[_Part]) -> Iterator[Fragment]:
    shown = None
    for part in parts:
        is_apart = part.cut_before if shown is None else part.start > shown
        if is_apart:
            yield Fragment("…")
        start = part.start if shown is None else max(part.start, shown)
        yield from _fragments(text, spans, start, part.end)
        shown = max(part.end, start)
    if parts[-1].cut_after:
        yield Fragment("…")


def _first_spans(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    folded = fold(text) if len(terms) > 1 else ""
    found = (re.search(_pattern(term), folded) for term in terms[:_MAX_SEARCHED])
    return [match.span() for match in found if match and match[0]] if folded else []


def _find_spans(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Return the spans of the terms in `text` (NFC) in order, without overlaps."""
    if not terms:
        return []
    pattern = "|".join(sorted(map(_pattern, terms), key=len, reverse=True))
    return [found.span() for found in re.finditer(pattern, fold(text)) if found[0]]


def _pattern(term: Term) -> str:
    parts: list[str] = []
    for index, token in enumerate(term.tokens):
        escaped = re.escape(token.text)
        if index and not (token.single and term.tokens[index - 1].single and not token.parted):
            parts.append(_SEPARATOR)
        parts.append(escaped)
    first, last = term.tokens[0], term.tokens[-1]
    before = "" if first.single else _boundary(first.text, behind=True)
    after = "" if last.single else r"[^\W_]*" if term.prefix else _boundary(last.text, behind=False)
    return before + "".join(parts) + after


def _boundary(text: str, *, behind: bool) -> str:
    """Return a pattern that keeps a word from matching inside letters, and a number inside digits."""
    kind = r"\d" if text[0].isdigit() else r"[a-zÀ-ʯ]"
    return rf"(?<!{kind})" if behind else rf"(?!{kind})"


def _fragments(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[Fragment, ...]:
    fragments: list[Fragment] = []
    for first, last in spans:
        if first < start or last > end:
            continue
        if first > start:
            fragments.append(Fragment(_collapse_whitespace(text[start:first])))
        fragments.append(Fragment(_collapse_whitespace(text[first:last]), hit=True))
        start = last
    if start < end:
        fragments.append(Fragment(_collapse_whitespace(text[start:end])))
    return tuple(fragments)


def _collapse_whitespace(text: str) -> str:
    return re.sub(r"\s+", " ", text)
