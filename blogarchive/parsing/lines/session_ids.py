"""Mask the session id that some hosts write into every link of a page, a new one for each request."""

import re
from dataclasses import dataclass

SESSION_MASK = "blogarchive-session-mask"
"""Replaces the id in a text or an attribute."""

_NAMES = ("SID=", "sid=", "sionid=", "SIONID=")  # ends of PHPSESSID, sid, jsessionid, JSESSIONID
_VALUE = re.compile(r"[0-9A-Za-z]{6,64}")
_MIN_LINKS = 8  # links with the id: with fewer it is not the page's own, and masking saves nothing
_MAX_WAIT = 16  # pages


@dataclass(frozen=True, slots=True)
class SessionId:
    """The session id in the links of a page, as `name` and `value`; both are empty if there is none."""

    name: str = ""
    value: str = ""

    def mask(self, text: str) -> str:
        """Return `text` with the id masked."""
        return text.replace(self.name + self.value, self.name + SESSION_MASK) if self.name else text

    def unmask(self, text: str) -> str:
        """Return `text` with the id in place of each mask."""
        return text.replace(SESSION_MASK, self.value) if self.name else text


class SessionIdFinder:
    """Finds the session ids of consecutive pages; pages without one are searched less and less often."""

    def __init__(self) -> None:
        self._pages_to_wait = 0  # pages until the next search
        self._wait = 0

    def of(self, text: str) -> SessionId:
        """The session id of a page."""
        if self._pages_to_wait:
            self._pages_to_wait -= 1
            return SessionId()
        found = _find_session_id(text)
        self._wait = 0 if found.name else min(2 * self._wait + 1, _MAX_WAIT)
        self._pages_to_wait = self._wait
        return found


def _find_session_id(text: str) -> SessionId:
    for name in _NAMES:
        found = _VALUE.match(text, position + len(name)) if (position := text.find(name)) >= 0 else None
        if found and text.count(name + found[0]) >= _MIN_LINKS:
            return SessionId(name, found[0])
    return SessionId()
