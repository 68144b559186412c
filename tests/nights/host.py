"""A host that changes, the nights on which a blog of it is updated, and a record of the truth."""

import re
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.demo.blogs.truth import DemoBlog, DemoCategory, DemoPost, PostState
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
    """Serves one blog. `reprint` changes the text of each page, `instead` replaces each answer.

    With `certificate`, a file with a key, it is served by https.
    """

    def __init__(
        self,
        blog: DemoBlog,
        *,
        markup: str = "html5",
        address: str = "127.0.0.1",
        certificate: Path | None = None,
    ) -> None:
        super().__init__([blog], markup=markup, address=address, validators=False)
        self._scheme = "http" if certificate is None else "https"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.reprint: Callable[[str], str] | None = None
        self.instead: Callable[[GetRequest], Answer | None] | None = None

    @property
    def url(self) -> str:
        """Return the URL of the host without a slash at its end."""
        return self._scheme + super().url.removeprefix("http")

    def answer(self, request: GetRequest) -> Answer:
        """Return the answer to a request."""
        request = replace(request, base=self.url)
        if self.instead is not None and (other := self.instead(request)) is not None:
            return other
        good = super().answer(request)
        kind = dict(good.headers).get("Content-Type", "")
        if self.reprint is None or not kind.startswith("text/html"):
            return good
        charset = "gb18030" if b"gb2312" in good.body[:400] else "utf-8"
        return replace(
            good, body=self.reprint(good.body.decode(charset, "ignore")).encode(charset, "xmlcharrefreplace")
        )

    def move_to(self, other: "EvolvingHost") -> None:
        """Redirect every URL to the same path of another host, which serves the blog from now on."""
        other.site, other.reprint, self.instead = (
            self.site,
            self.reprint,
            lambda request: redirect(other.url + request.path),
        )


def make_certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.2")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = datetime.now(UTC)
    valid = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    path = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + valid.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return path


def rename_category(blog: DemoBlog) -> DemoBlog:
    """Give the first category another name and another URL."""
    old = blog.categories[0]
    new = DemoCategory(number=old.number + 500, name=f"{old.name}新编")

    def moved(post: DemoPost) -> DemoPost:
        return replace(
            post, categories=tuple(new.name if name == old.name else name for name in post.categories)
        )

    return replace(blog, categories=(new, *blog.categories[1:]), posts=tuple(map(moved, blog.posts)))


def indented(text: str) -> str:
    """Print the same page with other indents and line breaks, as after a redesign."""
    text = re.sub(r"<(p|div|td|dd)\b([^>]*)>", r"<\1\2>\n      ", text)
    return re.sub(r"</(p|div|td|dd)>", r"\n    </\1>\n", text)


def maintenance(request: GetRequest) -> Answer | None:
    """Say that the system is maintained, with status 200."""
    return page(_MAINTENANCE.encode(), "text/html; charset=utf-8")


def unreadable(request: GetRequest) -> Answer | None:
    """Show nothing that a parser knows, and another text at each URL."""
    text = f"<html><body><p>{request.path}</p></body></html>"
    return None if request.path == "/robots.txt" else page(text.encode(), "text/html; charset=utf-8")


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
