"""Translate stored reasons of failures, which are English, where a person reads them."""

import re
from functools import cache
from gettext import gettext as _
from string import Formatter

from blogarchive.messages import N_
from blogarchive.messages.change_words import kind_words
from blogarchive.messages.details import Detail
from blogarchive.messages.labels import Translate, field_words, label

_OWN_WORDS = {
    "notice": N_("the page says: {text}"),
    "": N_("in the original words: {text}"),
}
"""By the kind of failure: the frame of a text that is no `Detail`, such as that of a page or of a library."""

_SHORTEST, _LONGEST = ".*?", ".*"  # a reason may itself have the words that follow it


def explain_detail(detail: str, kind: str = "", translate: Translate | None = None) -> str:
    """Return a stored reason of a failure of `kind`, translated; `translate` None is the language of this process.

    A text of a page or of a library stays as it is, and is named as such.
    """
    found = _translate_known(detail, translate or _)
    if found is not None:
        return found
    frame = _OWN_WORDS.get(kind, _OWN_WORDS[""])
    return (translate or _)(frame).format(text=detail) if detail else ""


def _translate_known(detail: str, translate: Translate) -> str | None:
    """Return the translation of a text that a `Detail` has; None for other texts."""
    for template in _by_length():
        if found := _pattern(template).fullmatch(detail):
            values = {
                name: _translate_value(name, value, translate) for name, value in found.groupdict().items()
            }
            return _without_formats(translate(template)).format(**values)
    return None


def _translate_value(name: str, value: str, translate: Translate) -> str:
    match name:
        case "reason":
            return _translate_known(value, translate) or value
        case "field":
            return translate(field_words(value))
        case "kind":
            return label(value, translate)
        case "change":
            return translate(kind_words(value))
    return value


@cache
def _by_length() -> tuple[Detail, ...]:
    """Return the templates, those with the most words of their own first."""
    return tuple(sorted(Detail, key=lambda template: -len(_pattern(template).pattern)))


@cache
def _pattern(template: Detail) -> re.Pattern[str]:
    """Return the pattern of a filled template: each parameter is a group of its name."""
    parts = (
        re.escape(text) + (f"(?P<{name}>{_LONGEST if name == 'reason' else _SHORTEST})" if name else "")
        for text, name, _format, _conversion in Formatter().parse(template)
    )
    return re.compile("".join(parts), re.DOTALL)


@cache
def _without_formats(message: str) -> str:
    """Return the message with plain parameters: `{limit:,}` becomes `{limit}`, because the values are texts."""
    return "".join(
        text.replace("{", "{{").replace("}", "}}") + (f"{{{name}}}" if name else "")
        for text, name, _format, _conversion in Formatter().parse(message)
    )
