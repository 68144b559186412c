"""The language of a page: the reader's choice, else the browser's."""

from typing import Final, cast, get_args
from urllib.parse import parse_qsl, urlencode

from datasette.utils.asgi import Request, Response

from blogarchive.messages import Language, plural_translator, translator

HTML_NAMES: Final[dict[Language, str]] = {"en": "en", "zh": "zh-Hans"}
"""The value of the attribute `lang`."""

_OWN_NAMES: Final[dict[Language, str]] = {"en": "English", "zh": "中文"}
_PARAMETER = "lang"
_COOKIE = "blogarchive_lang"
COOKIE_SECONDS: Final = 400 * 24 * 3600
"""Seconds for which a choice is stored: browsers store a cookie for at most 400 days."""


def page_language(request: Request) -> Language:
    """Return the language of `?lang=`, else of the cookie, else the one that the browser prefers, else Chinese."""
    return _chosen(request) or _known(request.cookies.get(_COOKIE)) or _accepted(request) or "zh"


def store_choice(response: Response, request: Request) -> None:
    """Store the language of `?lang=`, if the URL has one, in a cookie for the next pages."""
    if language := _chosen(request):
        response.set_cookie(_COOKIE, language, max_age=COOKIE_SECONDS, httponly=True, samesite="lax")


def template_values(request: Request) -> dict[str, object]:
    """Return the variables of every template for the language of `request`, and a link to the other language."""
    language = page_language(request)
    other: Language = "en" if language == "zh" else "zh"
    query = [(name, value) for name, value in parse_qsl(request.query_string) if name != _PARAMETER]
    return {
        "_": translator(language),
        "ngettext": plural_translator(language),
        "page_language": HTML_NAMES[language],
        "other_language": {
            "url": "?" + urlencode([*query, (_PARAMETER, other)]),
            "html_name": HTML_NAMES[other],
            "name": _OWN_NAMES[other],
        },
    }


def _chosen(request: Request) -> Language | None:
    return _known(request.args.get(_PARAMETER))


def _known(name: str | None) -> Language | None:
    return cast("Language", name) if name in get_args(Language) else None


def _accepted(request: Request) -> Language | None:
    accepted = request.headers.get("accept-language", "")
    for part in sorted(accepted.split(","), key=_quality, reverse=True):
        name = part.partition(";")[0].strip().lower()[:2]
        if (language := _known(name)) and _quality(part) > 0:
            return language
    return None


def _quality(part: str) -> float:
    _, _, given = part.partition("q=")
    try:
        return float(given) if given else 1.0
    except ValueError:
        return 0.0
