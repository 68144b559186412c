"""Parse the words of the search box, and write them as an expression of SQLite's full-text search.

`川普 新政` both · `"川普 新政"` in this order · `川普 OR 特朗普` either · `-关税` without · `Trum*` words that begin
with it. OR binds its two neighbours: `川普 OR 特朗普 新政` searches 新政 and one of the two names. No input is an error:
other syntax is read as words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from blogarchive.store.search.tokenizer import BREAK, Token, tokenize

_MAX_TERMS: Final = 60  # FTS5 refuses expressions deeper than 256
_QUOTES = str.maketrans("“”„＂「」『』｜", '""""""""|')
_PIECE = re.compile(r'(?P<minus>(?<!\S)[-－−–])?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase: its tokens in order, and the text as typed. `prefix`: the last token may be longer."""

    tokens: tuple[Token, ...]
    typed: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A hit has at least one term of each group of `wanted`, and no term of `unwanted`."""

    wanted: tuple[tuple[Term, ...], ...] = ()
    unwanted: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    @property
    def marked_terms(self) -> tuple[Term, ...]:
        """Return the terms to mark in a hit."""
        return tuple(term for group in self.wanted for term in group)


def parse_query(words: str) -> Query:
    """Return the query of `words`; an empty `Query` if they contain no token."""
    wanted: list[tuple[Term, ...]] = []
    unwanted: list[Term] = []
    either = without = False
    for piece in _PIECE.finditer(words.translate(_QUOTES)):
        if not piece["minus"] and piece["bare"] in ("OR", "|", "AND", "NOT"):
            either = bool(wanted) and piece["bare"] in ("OR", "|")
            without = piece["bare"] == "NOT"
            continue
        groups = [(term,) for term in _terms(piece)]
        if piece["minus"] or without:
            unwanted += [term for (term,) in groups]
        else:
            if either and groups:
                wanted[-1] += groups.pop(0)
            wanted += groups
        either = without = False
    return Query(tuple(wanted[:_MAX_TERMS]), tuple(unwanted[:_MAX_TERMS]))


def _terms(piece: re.Match[str]) -> list[Term]:
    if piece["quoted"] is not None:
        found = tuple(tokenize(piece["quoted"]))
        return [Term(found, piece["quoted"])] if found else []
    parts: list[list[Token]] = []
    for token in tokenize(piece["bare"]):
        if token.parted or not parts:  # 川普，新政 in a search box is two words
            parts.append([])
        parts[-1].append(token._replace(parted=False))
    if len(parts) == 1:
        prefix = piece["bare"].endswith(("*", "＊")) and not parts[0][-1].single
        return [Term(tuple(parts[0]), piece["bare"].rstrip("*＊"), prefix)]
    return [Term(tuple(part), "".join(token.text for token in part)) for part in parts]


def match_expression(query: Query) -> str:
    """Return the FTS5 expression of a query for the index that `index_text` fills; an empty query matches nothing."""
    return _expression(query, _phrase)


def escape_fts(words: str | None) -> str:
    """Return the FTS5 expression for Datasette's search box, for our index and for one with whole words.

    Datasette calls one function for every full-text table of a database. The expression is the phrase of characters
    or the word as typed, which our index never contains.
    """
    return _expression(parse_query(words or ""), _phrase_or_typed)


def _expression(query: Query, written: Callable[[Term], str]) -> str:
    if not query:
        return '""'
    groups = ["(" + " OR ".join(map(written, group[:_MAX_TERMS])) + ")" for group in query.wanted]
    expression = " AND ".join(groups) or f'"{BREAK}"'
    if not query.unwanted:
        return expression
    return f"({expression}) NOT ({' OR '.join(map(written, query.unwanted))})"


def _phrase(term: Term) -> str:
    words = " ".join(f"{BREAK} {token.text}" if token.parted else token.text for token in term.tokens)
    return f'"{words}"' + (" *" if term.prefix else "")


def _phrase_or_typed(term: Term) -> str:
    if not any(token.single for token in term.tokens):
        return _phrase(term)
    typed = "".join(character for character in term.typed if character.isprintable())
    return f'({_phrase(term)} OR "{typed}")'
