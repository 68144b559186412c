"""`serve` answers its own names alone. No page of it can run a stranger's script, or SQL without end."""

import asyncio
import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from blogarchive.browse.serve import listen
from blogarchive.errors import UsageError
from tests.browse import chromium
from tests.browse.make_archive import make
from tests.browse.served import served

EVIL = "evil.example"
BOMBS = {
    "rows without end": "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c",
    "a sort without end": "with recursive c(x) as (select 1 union all select x + 1 from c) select x from c order by -x",
    "a join of everything": "select count(*) from posts a, posts b, posts c, posts d, posts e, posts f, posts g",
    "a large random value": "select randomblob(900000000)",
    "a large zero value": "select zeroblob(900000000)",
    "a large value in another": "select length(hex(zeroblob(70000000)))",
    "a large concatenation": "select zeroblob(60000000) || zeroblob(60000000)",
    "many large values": "with recursive c(x) as (select 1 union all select x + 1 from c limit 900)"
    " select zeroblob(9000000) from c",
    "many large columns": "select " + ", ".join(["zeroblob(60000000) || 'x'"] * 40),
    "a doubled text": "with recursive c(x) as (select 'a' union all select x || x from c) select x from c",
    "a long pattern": "select hex(zeroblob(30000000)) like '%' || hex(zeroblob(20000)) || '1'",
}
PAGES = (
    "/read", "/read/post/1", "/read/search?q=a", "/read/nosuch", "/read/style.css",
    "/", "/archive", "/archive/posts", "/archive/posts/1", "/archive/posts.json", "/archive/posts.csv",
    "/archive?sql=select+1", "/archive?sql=select+nosuch", "/archive/gone", "/-/versions", "/nosuch",
    "/-/static/table.js",
)  # fmt: skip


def send(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Send a GET request; names of headers are written with underscores."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=300)
    connection.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    response = connection.getresponse()
    text = response.read().decode("utf-8", "replace")
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, text


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = make(Path(tmp_path_factory.mktemp("guard")) / "archive.db")
    yield from served(path, "--allow-host", "blog.example", may_log=True)


@pytest.mark.parametrize(
    "host", [EVIL, f"{EVIL}:8001", "127.0.0.1.evil.example", "192.168.0.7", "", "[::2]:80"]
)
def test_a_request_for_another_name_is_refused_in_one_line(address: str, host: str) -> None:
    status, _headers, text = send(address, "/read", Host=host)
    assert status == 403
    assert text == "This server does not answer to this name; `serve --allow-host NAME` adds one."


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000", "LOCALHOST", "[::1]:8001", "blog.example"])
def test_its_own_names_and_those_that_the_user_allows_are_answered(address: str, host: str) -> None:
    assert send(address, "/read", Host=host)[0] == 200


@pytest.mark.parametrize(
    "cookie", ["\xff=\xfe", "\x01=1", "a=\xff; ds_actor=\xfe", "=;=;a:b={", "a/b=1", "a,b=1; c@d=2"]
)
def test_a_cookie_of_another_server_of_this_machine_ends_no_page(address: str, cookie: str) -> None:
    assert send(address, "/read", Cookie=cookie)[0] == 200


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"a=" + b"x" * 3_000_000),
        (FORM, b"csrftoken=%E4%BD%A0"),
        (FORM, b"csrftoken=\xff"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
        ),
        ("multipart/form-data", b"x"),
        ("application/json", b"{}"),
    ],
)
def test_a_body_that_is_no_form_is_refused_in_one_line(address: str, kind: str, body: bytes) -> None:
    cookie = send(address, "/-/permissions")[1].get("set-cookie", "ds_csrftoken=x").partition(";")[0]
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=300)
    connection.request("POST", "/-/permissions", body=body, headers={"Content-Type": kind, "Cookie": cookie})
    response = connection.getresponse()
    assert (response.status, response.read()[:35]) in (
        (400, b"This form was not understood; nothi"),
        (403, b"This form was not understood; nothi"),
    )
    connection.close()


FRAME = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}
LINK = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
SLOW = f"/archive?sql={quote(BOMBS['rows without end'])}"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    "path", [SLOW, SLOW.replace("?", ".json?"), "/archive/posts?_where=1", "/archive/gone?x=1", "/read/search?q=a",
             "/archive/posts", "/read/day?on=2025-01-01", "/archive", "/archive/posts.csv"]
)  # fmt: skip
def test_a_page_of_another_site_starts_no_statement(address: str, path: str, site: str) -> None:
    manners = [FRAME, {"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"}]
    for manner in [*manners, LINK]:
        status, _headers, text = send(address, path, Sec_Fetch_Site=site, **manner)
        assert (status, "another site" in text) == (403, True)


@pytest.mark.parametrize(
    "path", ["/", "/read", "/read/post/1", "/read/post/1/edits", "/read/author/1", "/read/gone"]
)
def test_a_link_on_another_site_leads_to_a_reading_page_but_no_frame_does(address: str, path: str) -> None:
    assert send(address, path, Sec_Fetch_Site="cross-site", **LINK)[0] in (200, 302)
    assert send(address, path, Sec_Fetch_Site="cross-site", **FRAME)[0] == 403


@pytest.mark.parametrize("site", [None, "none", "same-origin"])
def test_a_person_a_program_and_an_old_browser_run_sql(address: str, site: str | None) -> None:
    headers = {"Sec_Fetch_Site": site} if site else {}
    assert send(address, "/archive.json?sql=select+1", **headers)[0] == 200


@pytest.mark.browser
def test_a_page_of_another_origin_measures_the_same_time_of_a_right_and_of_a_wrong_guess(
    running_browser: chromium.Browser, address: str, tmp_path: Path
) -> None:
    slow = "(with recursive c(x) as (select 1 union all select x + 1 from c limit 30000000) select count(*) from c)"
    guesses = [
        f"{address}/archive?sql={quote(f'select case when (select count(*) from posts) {sign} 0 then {slow} end')}"
        for sign in (">", "<")
    ]
    page = running_browser.page()
    (tmp_path / "evil.html").write_text("<h1>evil</h1>")
    page.go((tmp_path / "evil.html").as_uri())
    times = [page.value(_MEASURE.replace("URL", guess)) for guess in guesses]
    assert max(times) < 1_000, times


_MEASURE = """new Promise(done => {
  const begun = performance.now(), frame = document.createElement('iframe');
  frame.onload = () => done(performance.now() - begun);
  frame.src = `URL`;
  document.body.append(frame);
})"""


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_a_policy_that_allows_no_script_of_a_text(address: str, path: str) -> None:
    _status, headers, _text = send(address, path)
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy.get("script-src", "")
    assert "http" not in str(policy)
    assert (policy["base-uri"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", BOMBS)
def test_a_statement_that_needs_too_much_time_or_memory_ends_with_an_error(address: str, name: str) -> None:
    status, _headers, text = send(address, f"/archive.json?_timelimit=500&sql={quote(BOMBS[name])}")
    assert status == 400
    assert len(text) < 10_000
    assert "Traceback" not in text


def test_a_statement_may_take_five_seconds(address: str) -> None:
    assert '"sql_time_limit_ms": 5000' in send(address, "/-/settings.json")[2]


def test_a_statement_returns_a_thousand_rows_at_most(address: str) -> None:
    sql = "with recursive c(x) as (select 1 union all select x + 1 from c limit 5000) select x from c"
    assert send(address, f"/archive.json?sql={quote(sql)}&_shape=arrays")[2].count("[") <= 1010


def test_the_server_answers_after_all_of_them(address: str) -> None:
    assert send(address, "/read/post/1")[0] == 200


@pytest.mark.browser
def test_tables_facets_and_the_sql_editor_work_under_the_policy(
    running_browser: chromium.Browser, address: str
) -> None:
    page = running_browser.page()
    page.go(f"{address}/archive/posts?_facet=author_id")
    assert page.value("document.querySelectorAll('th .dropdown-menu-icon').length") > 5
    page.value(
        "document.querySelector('th .dropdown-menu-icon').dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    assert page.value("document.querySelector('.dropdown-menu').style.display") == "block"
    assert page.value("document.querySelectorAll('.facet-results a').length") > 2
    page.go(f"{address}/archive?sql=select+1")
    page.value(
        "document.querySelector('.CodeMirror').CodeMirror.setValue('select number from posts order by 1')"
    )
    page.value("document.querySelector('#sql-format').click()")
    assert "\n" in page.value("document.querySelector('.CodeMirror').CodeMirror.getValue()")
    page.value("document.querySelector('form.sql').submit()")
    page.settle()
    page.go(f"{address}/archive/posts/1")
    assert page.messages == []
    assert all(url.startswith(address) for url in page.requests)


async def test_answers_on_a_kept_connection_are_sent_without_delay() -> None:
    delays: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        delays.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listening = listen("127.0.0.1", 0)
    async with await asyncio.start_server(answer, sock=listening):
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        await reader.read()
        writer.close()
    assert delays == [1]


def test_a_port_that_is_taken_is_named() -> None:
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    with listening, pytest.raises(UsageError, match=str(port)):
        listen("127.0.0.1", port)
