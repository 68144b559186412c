"""`blogarchive app` as a process of its own, and requests to it as a browser or an attacker sends them."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, headers with names in lower case, and text of a response."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass(frozen=True, kw_only=True)
class AppServer:
    """A server that runs; `address` is what it printed for the browser."""

    process: subprocess.Popen[str]
    address: str
    db: Path

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def cookie(self) -> str:
        """The cookie that the browser gets at the printed address."""
        return (
            self.send("GET", urlsplit(self.address).path + "?" + urlsplit(self.address).query, cookie="")
            .headers["set-cookie"]
            .partition(";")[0]
        )

    def send(
        self, method: str, path: str, *, cookie: str, headers: Mapping[str, str] | None = None, body: str = ""
    ) -> Answer:
        """Send one request, with the Host of the server unless `headers` names another."""
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(self.address).port, timeout=300)
        sent = {"Host": self.host, "Cookie": cookie, "Accept-Language": "en", **(headers or {})}
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=body or None, headers=sent)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        connection.close()
        return Answer(
            status=response.status, headers={k.lower(): v for k, v in response.getheaders()}, text=text
        )

    def post(self, path: str, *, origin: str | None = None, csrf: bool = True, **fields: str) -> Answer:
        """Send a form as the page of the server would; `origin` is another site's."""
        cookie = self.cookie
        page = self.send("GET", "/app", cookie=cookie)
        csrf_cookie = page.headers["set-cookie"].partition(";")[0]
        token = re.search(r'name="csrftoken" value="([^"]+)"', page.text)
        assert token
        form = {**fields, **({"csrftoken": token[1]} if csrf else {})}
        return self.send(
            "POST",
            path,
            cookie=f"{cookie}; {csrf_cookie}",
            headers={"Origin": origin or f"http://{self.host}"},
            body=urlencode(form),
        )


def hurry(db: Path, delay: float = 0.1) -> None:
    """Let crawls into the archive wait `delay` seconds between requests in place of one."""
    db.parent.mkdir(parents=True, exist_ok=True)
    db.with_name("blogarchive.toml").write_text(
        f"[backup]\ndelay = {delay}\n[update]\ndelay = {delay}\n", "utf-8"
    )


@contextmanager
def app_server(
    db: Path,
    language: str = "en",
    *,
    program: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[AppServer]:
    """Start `blogarchive app` on a free port; it is terminated at the end. `program` starts it in another way."""
    words = [sys.executable, "-m", "blogarchive", "app", "--no-browser", "--port", "0", "--db", str(db)]
    process = subprocess.Popen(
        list(program) or words,
        env={**(os.environ if environment is None else environment), "BLOGARCHIVE_LANG": language},
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stderr is not None
    try:
        line = next(line for line in process.stderr if "token=" in line)
        address = re.search(r"http://\S+", line)
        assert address
        yield AppServer(process=process, address=address[0], db=db)
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()
