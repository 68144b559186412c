"""Texts on which a regular expression may never end: a text that it matches, with a piece repeated and the end spoiled."""

import importlib
import pkgutil
import random
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from re import (
    _constants as codes,  # type: ignore[attr-defined]
    _parser as parser,  # type: ignore[attr-defined]
)
from typing import Any

from blogarchive.sites.grammar.page import MAX_LABEL_LENGTH

SECONDS = 0.5
_ROOTS = ("blogarchive", "spiders", "pipelines")
_RUN = re.compile(r"\s{64,}")  # of spaces: longer ones are cut before a match
_CHARS = "a1 甲-/<:|\u3000\n"
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdigit,
    "SPACE": str.isspace,
    "WORD": lambda char: char.isalnum() or char == "_",
}


def all_patterns() -> dict[str, re.Pattern[str]]:
    """Return every compiled pattern of the modules, by the name of its module and variable."""
    found = {}
    for root in _ROOTS:
        package = importlib.import_module(root)
        for info in pkgutil.walk_packages(package.__path__, f"{root}."):
            if not info.name.endswith("__main__"):
                module = importlib.import_module(info.name)
                found.update({f"{info.name}.{name}": one for name, one in _patterns_in(vars(module).items())})
    return found


def _patterns_in(values: Any) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, value in values:
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            yield name, value
        elif isinstance(value, dict) and not name.startswith("__"):
            yield from _patterns_in((f"{name}[{key!r}]", one) for key, one in value.items())
        elif isinstance(value, tuple | list):
            yield from _patterns_in((f"{name}[{place}]", one) for place, one in enumerate(value))


def hostile_texts(pattern: re.Pattern[str], chance: random.Random, count: int) -> Iterator[str]:
    """Yield texts that begin as the pattern wants."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    for _ in range(count):
        text = _sample(tree, chance, {})
        start = chance.randrange(len(text) + 1)
        end = start + chance.choice((1, 1, 2, 2, 3, 5, 10))
        for repeats in (30, MAX_LABEL_LENGTH):
            for tail in ("\x01", text[end:], text[end:] + "\x01", "甲"):
                head = (text[:start] + text[start:end] * repeats)[: MAX_LABEL_LENGTH - len(tail)]
                yield _RUN.sub(lambda run: run[0][:63], head + tail)


def slow_text(pattern: re.Pattern[str], texts: Iterator[str]) -> str | None:
    """Return the first text that takes longer than `SECONDS` of processor time; None if there is none."""
    before = signal.signal(signal.SIGVTALRM, _raise_timeout)
    try:
        for text in texts:
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            try:
                pattern.fullmatch(text)
                pattern.search(text)
            except TimeoutError:
                return text
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return None


def _raise_timeout(_signal: int, _frame: object) -> None:
    raise TimeoutError


def _sample(tree: Any, chance: random.Random, groups: dict[int, str]) -> str:
    """Return a text of the parsed pattern; assertions are ignored."""
    return "".join(_sample_part(code, value, chance, groups) for code, value in tree)


def _sample_part(code: Any, value: Any, chance: random.Random, groups: dict[int, str]) -> str:
    match code:
        case codes.LITERAL:
            return chr(value)
        case codes.NOT_LITERAL:
            return _sample_set([(codes.NEGATE, None), (codes.LITERAL, value)], chance)
        case codes.ANY:
            return chance.choice(_CHARS)
        case codes.IN:
            return _sample_set(value, chance)
        case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
            least, most, part = value
            count = chance.randint(least, min(most, least + 3))
            return "".join(_sample(part, chance, groups) for _ in range(count))
        case codes.SUBPATTERN:
            groups[value[0]] = _sample(value[3], chance, groups)
            return groups[value[0]]
        case codes.ATOMIC_GROUP | codes.BRANCH:
            return _sample(value if code is codes.ATOMIC_GROUP else chance.choice(value[1]), chance, groups)
        case codes.GROUPREF:
            return groups.get(value, "")
        case codes.GROUPREF_EXISTS:
            return _sample((value[1] if groups.get(value[0]) else value[2]) or (), chance, groups)
    return ""


def _sample_set(parts: Sequence[Any], chance: random.Random) -> str:
    code, value = chance.choice(parts)
    if parts[0][0] is codes.NEGATE or code is codes.CATEGORY:
        return chance.choice([char for char in _CHARS if _is_in_set(parts, char)] or ["\u0e01"])
    return chr(value if code is codes.LITERAL else chance.randint(*value))


def _is_in_set(parts: Sequence[Any], char: str) -> bool:
    is_negated = parts[0][0] is codes.NEGATE
    return any(_is_char(code, value, char) for code, value in parts[is_negated:]) != is_negated


def _is_char(code: Any, value: Any, char: str) -> bool:
    if code is codes.CATEGORY:
        words = str(value).removeprefix("CATEGORY_").removeprefix("UNI_")
        return _CATEGORIES[words.removeprefix("NOT_")](char) != words.startswith("NOT_")
    return ord(char) == value if code is codes.LITERAL else value[0] <= ord(char) <= value[1]
