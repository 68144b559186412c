"""The language of messages for people: Chinese or English, by gettext catalogues.

Code marks a message with `gettext.gettext` (imported as `_`), and formats it afterwards for the catalogue: `_("no
archive at {path}").format(path=path)`. JSON keys, exit codes and the log are never translated.
"""

import gettext
import locale
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]

DOMAIN = "blogarchive"
CATALOGUES = Path(__file__).parent / "locale"

_VARIABLES = ("BLOGARCHIVE_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def choose_language(environment: Mapping[str, str], system: str | None = None) -> Language:
    """Return the language that the first set variable names, else that of `system` (`zh_CN`), else English.

    The order is BLOGARCHIVE_LANG, then that of GNU gettext: LANGUAGE, LC_ALL, LC_MESSAGES, LANG.
    """
    chosen = next((environment[name] for name in _VARIABLES if environment.get(name)), system or "")
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"


def use_system_language() -> None:
    """Translate the messages of this process, and of the processes that it starts, into the language of the system.

    Call this before the modules that define help texts are imported.
    """
    os.environ["LANGUAGE"] = choose_language(os.environ, _system_locale())
    gettext.bindtextdomain(DOMAIN, CATALOGUES)
    gettext.textdomain(DOMAIN)


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """Return the translations into `language`; English messages are returned unchanged."""
    return gettext.translation(DOMAIN, CATALOGUES, [language], fallback=True)


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
    if any(hasattr(value, "__html__") for value in values.values()):
        from markupsafe import Markup  # loaded by then; commands without pages do not need it

        return Markup(message).format(**values)  # noqa: S704 - the message is from the catalogue, not from a page
    return message.format(**values) if values else message


def _system_locale() -> str | None:
    """Return the locale of the desktop on Windows, which sets no environment variable; None elsewhere."""
    name: str | None = None
    if sys.platform == "win32":
        import ctypes

        name = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    return name


def N_(message: str) -> str:  # noqa: N802 - the name that extractors of messages know
    """Mark a message that is translated later, where it is shown; returns it unchanged."""
    return message
