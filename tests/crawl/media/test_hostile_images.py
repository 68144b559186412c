"""Image URLs chosen by an attacker reach nothing private, and broken hosts end no run.

127.0.0.2 represents every private address that is not the host of the blog: a router, a printer, a local service.
"""

from itertools import pairwise
from statistics import mean

import pytest

from tests.crawl.media.media_hosts import UID, ImageHost, blog, requested_images
from tests.demo import DemoHost
from tests.demo.blogs import image_paths
from tests.demo.server.faults import Elsewhere, Instead, Refuse, Rule
from tests.demo.server.response import page
from tests.ports import refusing_port
from tests.tool import Tool

GOOD = "/upfile/20250101/10000001.jpg"
STATES = "select url, status from media"


def states(tool: Tool) -> dict[object, object]:
    return dict(tool.rows(STATES))


def decimal(host: ImageHost) -> str:
    """Return the address of the host as a number, which only a resolver recognizes."""
    parts = [int(part) for part in host.address.split(".")]
    return f"http://{int.from_bytes(bytes(parts))}:{host.port}"


def test_no_private_address_is_requested_whatever_hosts_are_allowed(
    tool: Tool, elsewhere: ImageHost, beside: ImageHost
) -> None:
    direct, hidden, other_service = (
        f"{elsewhere.url}/a.png",
        f"{decimal(elsewhere)}/b.png",
        f"{beside.url}/c.png",
    )
    wrapped, moved = f"http://[::ffff:127.0.0.2]:{elsewhere.port}/d.png", "/upfile/20250101/10000009.jpg"
    rebound = "/upfile/20250101/10000008.jpg"
    rules = [
        Rule(Elsewhere(direct), match="10000009"),
        Rule(Elsewhere(f"{decimal(elsewhere)}/e.png"), match="10000008"),
    ]
    urls = [direct, hidden, other_service, wrapped, moved, rebound, GOOD]
    with DemoHost([blog(urls)], rules=rules) as host:
        ran = tool.run("backup", host.blog_url(UID), "--media-hosts", "*")
        found = states(tool)
        assert found == {
            direct: "skipped",
            other_service: "skipped",
            wrapped: "skipped",
            hidden: "dead",
            f"{host.url}{moved}": "dead",
            f"{host.url}{rebound}": "dead",
            f"{host.url}{GOOD}": "stored",
        }
    assert (elsewhere.paths, beside.paths) == ([], []), "not even robots.txt"
    assert ran.code == 0, "an image never fails a run"
    assert "private address" in tool.run("failures").out
    assert (
        tool.scalar("select count(*) from media where detail like '%private address%' and status = 'skipped'")
        == 3
    )


def test_a_robots_txt_that_redirects_to_a_private_address_is_not_followed(
    tool: Tool, elsewhere: ImageHost
) -> None:
    with DemoHost([blog([GOOD])], rules=[Rule(Elsewhere(f"{elsewhere.url}/secret"), match="robots")]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
    assert elsewhere.paths == []


def test_images_on_other_hosts_are_listed_and_fetched_if_the_user_names_the_host(tool: Tool) -> None:
    with DemoHost([blog([GOOD])]) as host:
        foreign = host.url.replace("127.0.0.1", "localhost") + "/upfile/20250101/10000005.png"
        host.change(UID, lambda _: blog([GOOD, foreign, "http://img.example/1.jpg"]))
        first = tool.run("backup", host.blog_url(UID))
        assert first.code == 0, "a skipped image is no failure"
        assert list(states(tool).values()) == ["stored", "skipped", "skipped"]
        assert "2 on hosts that are not allowed" in tool.run("status").out
        host.forget_requests()
        assert tool.run("update", "--media-hosts", "img2.example, localhost").code == 0
        assert requested_images(host) == ["/upfile/20250101/10000005.png"]
        assert (
            next(r.path for r in host.requests if (r.header("host") or "").startswith("localhost"))
            == "/robots.txt"
        )
    assert list(states(tool).values()) == ["stored", "stored", "skipped"]
    assert tool.run("update", "--media-hosts", "http://x/").code == 2


def test_bytes_that_are_no_image_are_not_stored(tool: Tool) -> None:
    huge = page(b"\x89PNG\r\n\x1a\n" + bytes(21 * 1024 * 1024), "image/png")
    rules = [Rule(Refuse(403), match="10000006"), Rule(Instead(huge), match="10000007")]
    forbidden, large = "/upfile/20250101/10000006.jpg", "/upfile/20250101/10000007.png"
    urls = [
        image_paths.ERROR_PAGE,
        image_paths.EMPTY,
        forbidden,
        large,
        image_paths.BOMB,
        image_paths.DRAWING,
    ]
    with DemoHost([blog(urls)], rules=rules) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 1
        found = {
            str(url).removeprefix(host.url): tuple(rest)
            for url, *rest in tool.rows("select url, status, detail, width, height from media")
        }
    assert found == {
        image_paths.ERROR_PAGE: ("failed", "the server sent an HTML page, no image", None, None),
        image_paths.EMPTY: ("failed", "the server sent nothing, no image", None, None),
        forbidden: ("failed", "HTTP status 403", None, None),
        large: ("dead", "larger than 20 MB", None, None),
        image_paths.BOMB: ("stored", None, 20_000, 20_000),
        image_paths.DRAWING: ("stored", None, None, None),
    }
    assert tool.scalar("select max(size) from media_files") < 100_000, "a bomb is not decompressed"


def test_an_image_that_stays_an_html_page_is_said_to_fail_and_not_to_be_unreachable(tool: Tool) -> None:
    with DemoHost([blog([image_paths.ERROR_PAGE])]) as host:
        tool.days_ahead = -1  # failures have whole seconds
        tool.run("backup", host.blog_url(UID))
        tool.days_ahead = 0
        told = [tool.run("update").err for _run in range(2)][-1]
    assert "failed since" in told
    assert "the server sent an HTML page" in told
    assert "not reached" not in told


@pytest.mark.slow
def test_an_unreachable_image_host_costs_a_few_requests_and_no_exit_code_4(tool: Tool) -> None:
    with refusing_port() as port:
        dead = [f"http://localhost:{port}/{place}.png" for place in range(30)]
        with DemoHost([blog([*dead, GOOD])]) as host:
            ran = tool.run("backup", host.blog_url(UID), "--media-hosts", "localhost")
            assert requested_images(host) == [GOOD]
    assert ran.code == 1
    assert tool.rows("select status, attempts, count(*) from media group by 1 order by 1") == [
        ("failed", 1, 30),
        ("stored", 0, 1),
    ]
    assert tool.scalar("select count(*) from open_failures where next_try_at is not null") == 30
    assert ran.err.count("image:") <= 4, "the others are reported in one line"


def test_an_image_host_that_asks_for_an_hour_gets_no_more_requests_and_fails_no_run(tool: Tool) -> None:
    urls = [f"/upfile/20250101/3000000{place}.jpg" for place in range(9)]
    with DemoHost(
        [blog(urls)], rules=[Rule(Refuse(429, retry_after=3600), match="/upfile/", skip=2)]
    ) as host:
        ran = tool.run("backup", host.blog_url(UID))
        assert requested_images(host) == urls[:3]
    assert ran.code == 1
    assert "3600 seconds" in ran.err
    assert tool.scalar("select count(*) from media where status = 'stored'") == 2
    assert tool.scalar("select count(*) from media where status in ('failed', 'todo')") == 7


@pytest.mark.slow
def test_pictures_are_asked_for_with_the_pauses_of_pages(tool: Tool) -> None:
    urls = [f"/upfile/20250101/3000000{place}.jpg" for place in range(4)]
    with DemoHost([blog(urls)]) as host:
        assert tool.run("backup", host.blog_url(UID), delay=0.3).code == 0
        gaps = [after.at - before.at for before, after in pairwise(host.requests) if "/upfile/" in after.path]
    assert len(gaps) == 4
    assert mean(gaps) > 0.15, "not each: a busy machine may record one request late, and the next in time"
