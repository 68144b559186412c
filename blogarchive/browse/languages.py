"""The language of a page, by what the browser asks for."""

from collections.abc import Callable

from datasette.utils.asgi import Request

from blogarchive.messages import Language, catalogue


def page_language(request: Request) -> Language:
    """Return the language that the browser prefers: English only if it is asked for before Chinese."""
    accepted = request.headers.get("accept-language", "")
    for part in sorted(accepted.split(","), key=_quality, reverse=True):
        name = part.partition(";")[0].strip().lower()
        if name.startswith("zh"):
            return "zh"
        if name.startswith("en"):
            return "en"
    return "zh"


def translator(language: Language) -> Callable[..., str]:
    """Return the function `_` of templates: a message with its placeholders filled, in `language`."""
    translations = catalogue(language)

    def translate(message: str, **values: object) -> str:
        return translations.gettext(message).format(**values)

    return translate


def _quality(part: str) -> float:
    _, _, given = part.partition("q=")
    try:
        return float(given) if given else 1.0
    except ValueError:
        return 0.0
