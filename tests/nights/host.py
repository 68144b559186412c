"""A host that evolves, the nights on which a blog of it is updated, and the ledger of what is true."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.demo.blogs.truth import DemoBlog, DemoPost, PostState
from tests.demo.changes import Change
from tests.demo.server.host import DemoHost
from tests.demo.server.response import Answer, GetRequest, page, redirect
from tests.tool import Ran, Tool

UID = "31182"
BEGIN = datetime(2025, 2, 1, 3, 0, tzinfo=UTC)

_MAINTENANCE = (
    "<html><head><title>系统维护中</title></head><body><p>系统维护中，请耐心等待。</p></body></html>"
)
_CLOSED = "<html><head><title>提示</title></head><body><p>该博客已关闭。</p></body></html>"


class EvolvingHost(DemoHost):
    """Serves one blog. `reprint` changes the text of each page, `instead` replaces each answer."""

    def __init__(self, blog: DemoBlog, *, markup: str = "html5", address: str = "127.0.0.1") -> None:
        super().__init__([blog], markup=markup, address=address, validators=False)
        self.reprint: Callable[[str], str] | None = None
        self.instead: Callable[[GetRequest], Answer | None] | None = None

    def answer(self, request: GetRequest) -> Answer:
        """Return the answer to a request."""
        if self.instead is not None and (other := self.instead(request)) is not None:
            return other
        good = super().answer(request)
        kind = dict(good.headers).get("Content-Type", "")
        if self.reprint is None or not kind.startswith("text/html"):
            return good
        charset = "gb18030" if b"gb2312" in good.body[:400] else "utf-8"
        return replace(
            good,
            body=self.reprint(good.body.decode(charset, "ignore")).encode(charset, "xmlcharrefreplace"),
        )

    def move_to(self, other: "EvolvingHost") -> None:
        """Redirect every URL to the same path of another host, which serves the blog from now on."""
        other.site, other.reprint, self.instead = (
            self.site,
            self.reprint,
            lambda request: redirect(other.url + request.path),
        )


def indented(text: str) -> str:
    """Print the same page with other indents and line breaks, as after a redesign."""
    text = re.sub(r"<(p|div|td|dd)\b([^>]*)>", r"<\1\2>\n      ", text)
    return re.sub(r"</(p|div|td|dd)>", r"\n    </\1>\n", text)


def maintenance(request: GetRequest) -> Answer | None:
    """Say that the system is maintained, with status 200."""
    return page(_MAINTENANCE.encode(), "text/html; charset=utf-8")


def closed(request: GetRequest) -> Answer | None:
    """Say that the blog is closed, with status 200."""
    return None if request.path == "/robots.txt" else page(_CLOSED.encode(), "text/html; charset=utf-8")


@dataclass(frozen=True, kw_only=True)
class Night:
    """One night: how the update ended, and its requests by status."""

    number: int
    ran: Ran
    paths: tuple[str, ...]
    statuses: Counter[int]

    @property
    def requests(self) -> int:
        """Return the number of requests."""
        return len(self.paths)


@dataclass
class Nights:
    """Runs `update` on chosen nights; remembers every text that the host ever showed."""

    host: EvolvingHost
    tool: Tool
    number: int = 0
    texts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    nights: list[Night] = field(default_factory=list)

    def change(self, *changes: Change) -> None:
        """Change the blog, and write down the texts of its posts."""
        for change in changes:
            self.host.change(UID, change)
        self.write_down()

    def write_down(self) -> None:
        """Write down the current text of each post, if it is another one."""
        for post in self.host.blog(UID).posts:
            if post.state is PostState.SHOWN:
                known = self.texts.setdefault(str(post.number), [])
                if known[-1:] != [_text_of(post)]:
                    known.append(_text_of(post))

    def pass_by(self, days: float = 1, *words: str, command: tuple[str, ...] = ("update",)) -> Night:
        """Run a command that many days later, and return the night."""
        self.number += 1
        self._days = getattr(self, "_days", 0.0) + days
        self.tool.now = BEGIN + timedelta(days=self._days)
        self.host.forget_requests()
        ran = self.tool.run(*command, *words)
        logged = self.host.requests
        night = Night(
            number=self.number,
            ran=ran,
            paths=tuple(one.path for one in logged),
            statuses=Counter(one.status for one in logged),
        )
        self.nights.append(night)
        return night

    def false_versions(self) -> list[tuple[object, ...]]:
        """Return the stored versions that the host never showed, and equal neighbours."""
        wrong: list[tuple[object, ...]] = []
        before: tuple[str, tuple[str, str]] | None = None
        for number, title, text in self.tool.rows(
            "select p.number, v.title, v.body_text from post_versions v join posts p on p.id = v.post_id"
            " order by p.id, v.captured_at, v.is_current"
        ):
            version = (title, _folded(text))
            if version not in self.texts[number] or before == (number, version):
                wrong.append((number, title))
            before = number, version
        return wrong

    def false_marks(self) -> list[str]:
        """Return the numbers of posts that are marked as gone and that the host shows."""
        shown = {str(post.number) for post in self.host.blog(UID).posts if post.state is PostState.SHOWN}
        gone = self.tool.rows("select number from posts where gone_at is not null")
        return [number for (number,) in gone if number in shown]


def make_nights(host: EvolvingHost, folder: Path) -> Nights:
    """Back up the blog of the host into a new archive."""
    nights = Nights(host=host, tool=Tool(folder))
    nights.write_down()
    first = nights.pass_by(0, host.blog_url(UID), command=("backup",))
    assert first.ran.code == 0, first.ran.err
    return nights


def _text_of(post: DemoPost) -> tuple[str, str]:
    return post.title, _folded(post.body_text)


def _folded(text: str | None) -> str:
    return "".join((text or "").split())
