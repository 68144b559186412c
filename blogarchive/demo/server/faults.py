"""Faults: what goes wrong with an answer, for which paths, how often.

DemoHost(blogs, rules=[Rule(Refuse(503, retry_after="2"), match=r"/\\d{6}/", every=5)])
"""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol

from blogarchive.demo.markup.labels import SIMPLIFIED
from blogarchive.demo.server.response import Answer, page, redirect


class Fault(Protocol):
    """Turns the answer that would have gone out into a worse one."""

    def spoil(self, answer: Answer, path: str) -> Answer:
        """The worse answer to a request for `path`."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """A status such as 429, 503 or 403; `retry_after` is in seconds or a time (aware, sent as HTTP-date)."""

    status: int = 503
    retry_after: int | datetime | None = None

    def spoil(self, answer: Answer, path: str) -> Answer:
        """A short page with that status."""
        refusal = page(b"<html><body>Service Unavailable</body></html>", "text/html", self.status)
        if self.retry_after is None:
            return refusal
        value = self.retry_after
        shown = str(value) if isinstance(value, int) else format_datetime(value, usegmt=True)
        return refusal.with_header("Retry-After", shown)


@dataclass(frozen=True, slots=True)
class Cut:
    """The first part of the body only; `honest` False: Content-Length is still that of the whole."""

    keep: float = 0.5
    honest: bool = False

    def spoil(self, answer: Answer, path: str) -> Answer:
        """The answer with a shorter body."""
        body = answer.body[: int(len(answer.body) * self.keep)]
        return replace(answer, body=body, claimed_length=None if self.honest else len(answer.body))


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection closes without a word."""

    def spoil(self, answer: Answer, path: str) -> Answer:
        """No answer."""
        return replace(answer, drop=True)


@dataclass(frozen=True, slots=True)
class Block:
    """A page that says the visits are too frequent, with status 200 and nothing of the blog; GBK bytes."""

    words: str = SIMPLIFIED.blocked

    def spoil(self, answer: Answer, path: str) -> Answer:
        """That page."""
        html = (
            '<html><head><meta charset="gb2312"><title>提示信息</title></head>'
            f"<body><p>{self.words}</p><form>请输入验证码：<input></form></body></html>"
        )
        return page(html.encode("gbk"), "text/html")


@dataclass(frozen=True, slots=True)
class Blank:
    """Status 200 and no body."""

    def spoil(self, answer: Answer, path: str) -> Answer:
        """The answer without its body."""
        return replace(answer, body=b"")


@dataclass(frozen=True, slots=True)
class Slow:
    """The right answer, `seconds` late."""

    seconds: float = 1.0

    def spoil(self, answer: Answer, path: str) -> Answer:
        """The answer with a delay."""
        return replace(answer, delay=self.seconds)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A redirect to `to`, such as another port of 127.0.0.1; empty: to the very same path, for ever."""

    to: str = ""
    status: int = 302

    def spoil(self, answer: Answer, path: str) -> Answer:
        """The redirect."""
        return redirect(self.to or path, self.status)


@dataclass(frozen=True, slots=True)
class Instead:
    """Another answer altogether, such as a page of another kind or a wrong robots.txt."""

    other: Answer

    def spoil(self, answer: Answer, path: str) -> Answer:
        """The other answer."""
        return self.other


@dataclass(frozen=True, slots=True)
class Rule:
    """When a fault strikes: paths that `match` (a regular expression, searched), every n-th of them.

    The first `skip` matching requests are spared; after `times` strikes the rule is spent (None: never).
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
    """The rules in force, and how often each has struck; safe from any thread."""

    _rules: tuple[Rule, ...] = ()
    _counts: list[_Count] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, rules: Iterable[Rule]) -> None:
        """Put these rules in the place of all others; counting begins anew."""
        with self._lock:
            self._rules = tuple(rules)
            self._counts = [_Count() for _ in self._rules]

    def struck(self) -> int:
        """How many answers were spoilt since the rules were put."""
        with self._lock:
            return sum(count.struck for count in self._counts)

    def spoil(self, answer: Answer, path: str) -> Answer:
        """The answer after the first rule that strikes, or the answer itself."""
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
