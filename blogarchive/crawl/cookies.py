"""Read the user's cookies, as browsers export them: Netscape's cookies.txt."""

from gettext import gettext as _
from http.cookiejar import LoadError, MozillaCookieJar
from pathlib import Path

from blogarchive.errors import UsageError


def read_cookies(path: Path) -> MozillaCookieJar:
    """Return the cookies of a Netscape file, with session cookies; raises `UsageError` if the format is another."""
    jar = MozillaCookieJar(path)
    try:
        jar.load(ignore_discard=True, ignore_expires=True)
    except (OSError, LoadError, UnicodeDecodeError) as error:
        raise UsageError(
            _("{path} is no Netscape cookies file: {error}").format(path=path, error=error)
        ) from error
    for cookie in jar:
        if cookie.expires == 0:  # the exporters of most browsers write a session cookie so
            cookie.expires = None
            cookie.discard = True
    return jar
