"""Translate and fill the messages of templates: the functions `_` and `ngettext`."""

from collections.abc import Callable

from markupsafe import Markup

from blogarchive.messages import Language, catalogue


def translator(language: Language) -> Callable[..., str]:
    """Return the function `_` of templates: a message with its placeholders filled, in `language`.

    The result is Markup if a value is Markup; other values are escaped then. "" is returned unchanged.
    """
    translate = catalogue(language).gettext
    return lambda message, **values: _fill(translate(message) if message else "", values)


def plural_translator(language: Language) -> Callable[..., str]:
    """Return the function `ngettext` of templates: as `translator`, by the number `n`."""
    translate = catalogue(language).ngettext
    return lambda one, many, n, **values: _fill(translate(one, many, n), values)


def _fill(message: str, values: dict[str, object]) -> str:
    if Markup in map(type, values.values()):
        return Markup(message).format(**values)  # noqa: S704 - the message is from the catalogue, not from a page
    return message.format(**values) if values else message
