"""Requests and answers as values."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRequest:
    """A request: `path` with its query, headers by lower-case name, the base URL of the host."""

    path: str
    base: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer that is not yet sent.

    `claimed_length` is sent as Content-Length in place of the real one, and the connection is closed.
    `delay` is in seconds. If `drop`, the connection is closed without an answer.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    claimed_length: int | None = None
    delay: float = 0.0
    drop: bool = False

    def with_header(self, name: str, value: str) -> "Answer":
        """Return this answer with a header added."""
        return replace(self, headers=(*self.headers, (name, value)))


def page(body: bytes, content_type: str, status: int = 200) -> Answer:
    """Return a page."""
    return Answer(status=status, headers=(("Content-Type", content_type),), body=body)


def plain(text: str, status: int = 200) -> Answer:
    """Return plain text in UTF-8."""
    return page(text.encode(), "text/plain; charset=utf-8", status)


def redirect(to: str, status: int = 301) -> Answer:
    """Return a redirect with an empty body."""
    return Answer(status=status, headers=(("Location", to),))
