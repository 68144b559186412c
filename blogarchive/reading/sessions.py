"""The session id that some hosts write into every link of a page, another one each time they send it."""

import re
from dataclasses import dataclass

HIDDEN = "blogarchive-hides-a-session"
"""Stands for the id in a text or an attribute."""

_NAMES = ("SID=", "sid=", "sionid=", "SIONID=")  # ends of PHPSESSID, sid, jsessionid, JSESSIONID
_VALUE = re.compile(r"[0-9A-Za-z]{6,64}")
_FEWEST = 8  # links that carry it: else it is not the page's own, and hiding it saves nothing


@dataclass(frozen=True, slots=True)
class Session:
    """What a page's links carry, as `name` and `value`; both empty where they carry nothing."""

    name: str = ""
    value: str = ""

    def hide(self, text: str) -> str:
        """`text`, in which nothing is hidden, with the id hidden."""
        return text.replace(self.name + self.value, self.name + HIDDEN) if self.name else text

    def show(self, text: str) -> str:
        """`text` with the id in the place of what hides one."""
        return text.replace(HIDDEN, self.value) if self.name else text


def session_of(text: str) -> Session:
    """The session id of a page."""
    for name in _NAMES:
        found = _VALUE.match(text, place + len(name)) if (place := text.find(name)) >= 0 else None
        if found and text.count(name + found[0]) >= _FEWEST:
            return Session(name, found[0])
    return Session()
