"""Faults of answers, and rules for the paths and requests that they affect.

DemoHost(blogs, rules=[Rule(Refuse(503, retry_after="2"), match=r"/\\d{6}/", every=5)])
"""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol

from tests.demo.blogs.labels import SIMPLIFIED
from tests.demo.server.response import Answer, page, redirect


class Fault(Protocol):
    """Replaces a good answer by a faulty one."""

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return the faulty answer to a request for `path`."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """An error status; `retry_after` is in seconds, or an aware time that is sent as HTTP-date."""

    status: int = 503
    retry_after: int | datetime | None = None

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return a short page with that status."""
        refusal = page(b"<html><body>Service Unavailable</body></html>", "text/html", self.status)
        if self.retry_after is None:
            return refusal
        value = self.retry_after
        shown = str(value) if isinstance(value, int) else format_datetime(value, usegmt=True)
        return refusal.with_header("Retry-After", shown)


@dataclass(frozen=True, slots=True)
class Cut:
    """The first part of the body; unless `honest`, with the Content-Length of the whole."""

    keep: float = 0.5
    honest: bool = False

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return the answer with a shorter body."""
        body = answer.body[: int(len(answer.body) * self.keep)]
        return replace(answer, body=body, claimed_length=None if self.honest else len(answer.body))


@dataclass(frozen=True, slots=True)
class Drop:
    """A connection closed without an answer."""

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return an answer that is not sent."""
        return replace(answer, drop=True)


@dataclass(frozen=True, slots=True)
class Block:
    """A block page in GBK with status 200, which says that requests are too frequent."""

    words: str = SIMPLIFIED.blocked

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return that page."""
        html = (
            '<html><head><meta charset="gb2312"><title>提示信息</title></head>'
            f"<body><p>{self.words}</p><form>请输入验证码：<input></form></body></html>"
        )
        return page(html.encode("gbk"), "text/html")


@dataclass(frozen=True, slots=True)
class Blank:
    """Status 200 without a body."""

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return the answer without its body."""
        return replace(answer, body=b"")


@dataclass(frozen=True, slots=True)
class Slow:
    """The good answer after `seconds`."""

    seconds: float = 1.0

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return the answer with a delay."""
        return replace(answer, delay=self.seconds)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A redirect to `to`, such as another port; if empty, to the same path, as an endless loop."""

    to: str = ""
    status: int = 302

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return the redirect."""
        return redirect(self.to or path, self.status)


@dataclass(frozen=True, slots=True)
class Instead:
    """Another answer, such as a page of another kind or an invalid robots.txt."""

    other: Answer

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return the other answer."""
        return self.other


@dataclass(frozen=True, slots=True)
class Rule:
    """Apply a fault to every n-th request with `match`, a regular expression, in its path.

    The first `skip` matching requests are answered well; the rule ends after `times` faults, if given.
    """

    fault: Fault
    match: str = ""
    every: int = 1
    skip: int = 0
    times: int | None = None


@dataclass(slots=True)
class _Count:
    seen: int = 0
    struck: int = 0


@dataclass(slots=True)
class Faults:
    """The active rules and the number of faults of each; thread-safe."""

    _rules: tuple[Rule, ...] = ()
    _counts: list[_Count] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, rules: Iterable[Rule]) -> None:
        """Replace all rules and reset their counts."""
        with self._lock:
            self._rules = tuple(rules)
            self._counts = [_Count() for _ in self._rules]

    def struck(self) -> int:
        """Return the number of faults since the rules were set."""
        with self._lock:
            return sum(count.struck for count in self._counts)

    def spoil(self, answer: Answer, path: str) -> Answer:
        """Return the answer changed by the first rule that applies, or unchanged."""
        with self._lock:
            rule = next(
                (
                    rule
                    for rule, count in zip(self._rules, self._counts, strict=True)
                    if re.search(rule.match, path) and _strikes(rule, count)
                ),
                None,
            )
        return answer if rule is None else rule.fault.spoil(answer, path)


def _strikes(rule: Rule, count: _Count) -> bool:
    count.seen += 1
    if rule.times is not None and count.struck >= rule.times:
        return False
    after = count.seen - rule.skip
    if after <= 0 or after % rule.every:
        return False
    count.struck += 1
    return True
