"""What the host sends: an answer as a value, which faults may still change."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request: `path` with its query, `headers` with lower-case names, `base` the host's own URL."""

    path: str
    base: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A response before it goes out.

    `claimed_length` is sent as Content-Length where it is not the body's own; the connection is then closed.
    `delay` is in seconds. `drop` closes the connection without a word.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    claimed_length: int | None = None
    delay: float = 0.0
    drop: bool = False

    def with_header(self, name: str, value: str) -> "Answer":
        """This answer with one header more."""
        return replace(self, headers=(*self.headers, (name, value)))


def page(body: bytes, content_type: str, status: int = 200) -> Answer:
    """A whole page."""
    return Answer(status=status, headers=(("Content-Type", content_type),), body=body)


def plain(text: str, status: int = 200) -> Answer:
    """Plain text in UTF-8."""
    return page(text.encode(), "text/plain; charset=utf-8", status)


def redirect(to: str, status: int = 301) -> Answer:
    """A redirect with an empty body."""
    return Answer(status=status, headers=(("Location", to),))
