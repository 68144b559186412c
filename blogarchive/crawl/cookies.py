"""The owner's own cookies, as browsers export them: Netscape's cookies.txt."""

from http.cookiejar import LoadError, MozillaCookieJar
from pathlib import Path

from blogarchive.errors import UsageError


def read_cookies(path: Path) -> MozillaCookieJar:
    """The cookies of a Netscape file, session cookies too; raises `UsageError` when it is none."""
    jar = MozillaCookieJar(path)
    try:
        jar.load(ignore_discard=True, ignore_expires=True)
    except (OSError, LoadError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no Netscape cookies file: {error}") from error
    for cookie in jar:
        if cookie.expires == 0:  # how most browsers' exporters write a session cookie
            cookie.expires = None
            cookie.discard = True
    return jar
