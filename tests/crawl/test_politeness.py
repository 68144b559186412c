"""A crawl obeys the limits of its host, and reports a host that refuses or fails."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from scrapy.http import Request, Response
from scrapy.utils.test import get_crawler

from spiders.middlewares import RedirectRefused, SameSiteRedirectMiddleware
from tests.demo import DemoHost, make_blog
from tests.demo.server.faults import Block, Cut, Drop, Elsewhere, Fault, Refuse, Rule, Slow
from tests.ports import refusing_port
from tests.tool import Tool

UID = "31182"
POST = r"/\d{6}/\d+\.html"


def host(*rules: Rule, posts: int = 6) -> DemoHost:
    return DemoHost([make_blog(UID, posts=posts, months=2)], rules=rules)


def test_one_request_at_a_time_whatever_the_delay(tool: Tool) -> None:
    under_way: list[tuple[float, float]] = []
    with host(Rule(Slow(0.03)), posts=20) as slow:
        assert tool.run("backup", slow.blog_url(UID), delay=0).code == 0
        under_way = [(request.at, request.at + 0.03) for request in slow.requests]
    assert len(under_way) > 20
    assert all(ended <= began + 0.001 for (_, ended), (began, _) in pairwise(sorted(under_way)))


def test_the_delay_is_the_time_between_requests(tool: Tool) -> None:
    with host(posts=2) as polite:
        assert tool.run("backup", polite.blog_url(UID), "--limit", "1", delay=0.2).code == 0
        times = [request.at for request in polite.requests]
    # Not each gap: a busy machine may record one request late, and the next in time.
    assert times[-1] - times[0] > 0.1 * (len(times) - 1)


def test_a_crawl_delay_in_robots_txt_is_obeyed(tool: Tool) -> None:
    with host(posts=1) as slow:
        slow.set_robots("User-agent: *\nCrawl-delay: 0.4\n")
        assert tool.run("backup", slow.blog_url(UID), "--limit", "1", "--no-media").code == 0
        times = [request.at for request in slow.requests]
    assert times[-1] - times[1] > 0.2 * (len(times) - 2)


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_delays_the_whole_host(tool: Tool, as_date: bool) -> None:
    wait = datetime.now(UTC) + timedelta(seconds=2) if as_date else 1
    with host(Rule(Refuse(503, retry_after=wait), match=POST, skip=2, times=1)) as busy:
        ran = tool.run("backup", busy.blog_url(UID))
        (refused,) = [index for index, request in enumerate(busy.requests) if request.status == 503]
        gap = busy.requests[refused + 1].at - busy.requests[refused].at
        after = datetime.fromtimestamp(busy.requests[refused + 1].at, UTC)
    assert ran.code == 0, ran.err
    assert after >= wait.replace(microsecond=0) if isinstance(wait, datetime) else gap >= wait


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Refuse(429), match=POST, skip=2),
        Rule(Refuse(403), match="/u/"),
        Rule(Block(), match=POST, skip=2),
    ],
    ids=["429 from some page on", "403 from the first", "block pages with status 200"],
)
def test_a_site_that_blocks_ends_the_run_with_4_after_a_few_tries(tool: Tool, rule: Rule) -> None:
    with host(rule, posts=12) as blocking:
        ran = tool.run("backup", blocking.blog_url(UID))
        assert blocking.faults.struck() <= 6
    assert ran.code == 4, ran.err
    assert tool.scalar("select count(*) from failures where kind = 'blocked'") >= 1
    assert tool.rows("select outcome, exit_code from runs") == [("blocked", 4)]
    assert tool.scalar("select count(*) from posts where gone_at is not null") == 0


@pytest.mark.parametrize("fault", [Cut(), Cut(honest=True), Drop(), Refuse(500)], ids=repr)
def test_a_page_that_fails_now_and_then_is_retried(tool: Tool, fault: Fault) -> None:
    with host(Rule(fault, match=POST, every=3)) as flaky:
        ran = tool.run("backup", flaky.blog_url(UID))
        assert flaky.faults.struck() >= 2
    assert ran.code == 0, ran.err
    assert tool.scalar("select count(*) from posts where content_hash is not null") == 6


def test_robots_txt_is_obeyed_and_can_be_ignored_for_one_s_own_blog(tool: Tool) -> None:
    with host(posts=2) as forbidding:
        forbidding.set_robots("User-agent: *\nDisallow: /u/")
        ran = tool.run("backup", forbidding.blog_url(UID))
        assert ran.code == 4
        assert "robots.txt" in ran.err
        assert list(forbidding.counts()) == ["/robots.txt"]
        assert "robots.txt forbids this page" in tool.run("doctor", forbidding.blog_url(UID)).err
        forbidding.forget_requests()
        assert tool.run("backup", forbidding.blog_url(UID), "--ignore-robots").code == 0
        assert "/robots.txt" not in forbidding.counts()


def test_a_page_that_redirects_to_a_robots_txt_elsewhere_is_not_called_forbidden(tool: Tool) -> None:
    with host(Rule(Elsewhere(to="http://localhost/robots.txt"), match="/u/")) as leading:
        ran = tool.run("doctor", leading.blog_url(UID))
    assert ran.code == 4
    assert "redirects to http://localhost/robots.txt, which is no known page of this blog" in ran.err


def test_an_unreachable_host_is_4_in_one_line(tool: Tool) -> None:
    with refusing_port() as port:
        url = f"http://127.0.0.1:{port}/u/{UID}/"
        ran = tool.run("backup", url)
    assert ran.code == 4
    assert f"no blog could be reached: creaders/{UID} {url}: connection refused" in ran.err


def test_redirects_to_other_sites_and_in_circles_are_refused(tool: Tool) -> None:
    with (
        host() as other,
        host(
            Rule(Elsewhere(to=f"{other.url.replace('127.0.0.1', 'localhost')}/"), match=POST, times=1),
            Rule(Elsewhere(to="http://10.0.0.1/"), match=POST, times=1),
            Rule(Elsewhere(), match=POST, times=1),
        ) as leading,
    ):
        ran = tool.run("backup", leading.blog_url(UID))
        assert not other.requests
    assert ran.code == 1
    details = " ".join(str(row[0]) for row in tool.rows("select detail from open_failures"))
    assert "http://10.0.0.1/, which is no known page of this blog" in details
    assert "localhost" in details
    assert "in a circle" in details
    assert tool.scalar("select count(*) from posts where content_hash is not null") == 3


@pytest.mark.parametrize(
    ("old", "new", "is_followed"),
    [
        ("http://example.org/a", "https://www.example.org/a", True),
        ("http://www.example.org/a", "http://example.org/a", True),
        ("http://amy.example.org/a", "http://example.org/a", False),
        ("http://example.org/a", "http://amy.example.org/a", False),
    ],
)
def test_a_page_may_redirect_to_its_host_with_or_without_www_only(
    old: str, new: str, is_followed: bool
) -> None:
    middleware = SameSiteRedirectMiddleware.from_crawler(get_crawler())
    request = Request(old, meta={"site": "web"})
    response = Response(old, status=301, headers={"Location": new})
    with nullcontext() if is_followed else pytest.raises(RedirectRefused):
        assert middleware.process_response(request, response).url == new


def test_cookies_are_sent_to_their_own_host_only_and_never_stored(tool: Tool) -> None:
    jar = tool.folder / "cookies.txt"
    jar.write_text(
        "# Netscape HTTP Cookie File\n"
        "127.0.0.1\tFALSE\t/\tFALSE\t0\tuser\tthe-owners-secret\n"
        "elsewhere.example\tFALSE\t/\tFALSE\t0\tother\tnot-for-this-host\n"
    )
    with host(posts=2) as own:
        assert tool.run("backup", own.blog_url(UID), "--cookies", str(jar)).code == 0
        sent = {dict(request.headers).get("cookie") for request in own.requests}
    assert sent == {"user=the-owners-secret"}
    for path in tool.folder.iterdir():
        assert path == jar or b"secret" not in path.read_bytes()


@pytest.mark.parametrize(
    "line", ["127.0.0.1\tFALSE\t/\tFALSE\t1e400\tuser\tsecret", "user=secret", "secret\t\t\t\t\t"]
)
def test_the_error_about_a_line_that_is_no_cookie_does_not_show_it(tool: Tool, line: str) -> None:
    jar = tool.folder / "cookies.txt"
    jar.write_text(f"# Netscape HTTP Cookie File\n{line}\n")
    refused = tool.run("backup", "http://127.0.0.1:9/u/1/", "--cookies", str(jar))
    assert (refused.code, "is no Netscape cookies file" in refused.err) == (2, True), refused.err
    assert "secret" not in refused.err


def test_the_user_agent_names_this_program(tool: Tool) -> None:
    with host(posts=1) as asked:
        tool.run("backup", asked.blog_url(UID), "--limit", "1")
        agents = {dict(request.headers)["user-agent"] for request in asked.requests}
    (agent,) = agents
    assert agent.startswith("blogarchive/")


def test_a_robots_txt_that_forbids_everything_is_reported_once_for_each_blog(tool: Tool) -> None:
    with DemoHost([make_blog(uid, posts=4) for uid in (UID, "31183")]) as host:
        urls = [host.blog_url(uid) for uid in (UID, "31183")]
        assert tool.run("backup", *urls).code == 0
        host.set_robots("User-agent: *\nDisallow: /")
        host.forget_requests()
        ran = tool.run("update", "--full")
        assert ran.code == 4
        assert "robots.txt forbids these pages" in ran.err
        assert list(host.counts()) == ["/robots.txt"]
        reported = tool.rows("select url, kind, detail from open_failures order by url")
        assert reported == [(url, "robots", "robots.txt forbids the whole blog") for url in urls]
        host.set_robots("User-agent: *\nDisallow: /admin/")
        assert tool.run("update", "--full").code == 0
        assert tool.rows("select * from open_failures") == []


def test_a_robots_txt_that_forbids_some_pages_is_reported_for_each(tool: Tool) -> None:
    with DemoHost([make_blog(UID, posts=6)]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        numbers = [number for (number,) in tool.rows("select number from posts order by number")][:3]
        rules = "".join(f"Disallow: /*/{number}.html\n" for number in numbers)
        host.set_robots(f"User-agent: *\n{rules}")
        assert tool.run("update", "--full").code == 1
        assert tool.rows("select count(*), detail from open_failures") == [(3, "robots.txt forbids it")]
