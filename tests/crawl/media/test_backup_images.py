"""A backup includes the images of posts, by real processes against real servers."""

import resource
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.crawl.media.media_hosts import HOME, UID, blog, requested_images
from tests.demo import DemoHost
from tests.demo.blogs import image_paths
from tests.demo.blogs.sample import sample_blog
from tests.demo.changes import add_post
from tests.demo.server.faults import Cut, Drop, Refuse, Rule
from tests.demo.server.http_server import LoggedRequest
from tests.demo.server.media import media
from tests.demo.server.response import Answer, GetRequest
from tests.killer import Killer
from tests.nights.host import EvolvingHost
from tests.tool import Tool, ended

GOOD = "/upfile/20250101/10000001.jpg"
OTHER = "/upfile/20250101/10000002.png"
LATE = "/upfile/20250102/10000003.png"
FACTS = "select url, status, content_type, width, height from media order by id"


def rows_by_path(tool: Tool, host: DemoHost) -> dict[str, tuple[object, ...]]:
    return {str(row[0]).removeprefix(host.url): row[1:] for row in tool.rows(FACTS)}


def test_every_image_is_stored_once_with_the_type_and_size_of_its_bytes(tool: Tool) -> None:
    with DemoHost([sample_blog()]) as host:
        ran = tool.run("backup", host.blog_url(UID))
        stored = rows_by_path(tool, host)
        asked = requested_images(host)
        truth = {p.src for post in host.blog(UID).posts for p in post.images}
        referers = {request.path: request.header("referer") for request in host.requests}
        album = host.post_url(UID, 496555)
    assert ran.code == 1, "one is retried later"
    assert stored.keys() == truth
    assert stored[image_paths.MISNAMED] == ("stored", "image/png", 48, 32)
    assert stored[image_paths.DRAWING] == ("stored", "image/svg+xml", None, None)
    assert stored[image_paths.MOVED] == ("stored", "image/png", 48, 32)
    assert stored[image_paths.MISSING][0] == "dead"
    assert stored[image_paths.ERROR_PAGE][0] == "failed"
    same = [*image_paths.TWINS, image_paths.MOVED]
    hashes = {tool.rows(f"select sha256 from media where url = '{host.url}{path}'")[0] for path in same}
    assert len(hashes) == 1
    assert tool.scalar("select count(*) = count(distinct sha256) from media_files") == 1
    assert tool.scalar("select count(*) from media_files where size <> length(body)") == 0
    assert sorted(asked) == sorted([*truth, image_paths.TWINS[0]]), (
        "each once, and the target of the redirect"
    )
    assert referers[image_paths.MISNAMED] == album
    assert referers[image_paths.MISSING] == album
    assert referers[HOME] is None, "pages are requested without one"
    assert tool.scalar("select count(*) from post_media where media_id is null") == 0
    assert tool.scalar("select count(*) from posts where body_html like '%<img%media%'") == 0
    assert '"media": 8' in str(tool.rows("select counts from runs"))
    assert tool.run("verify").code == 0


def test_a_dead_image_is_reported_once_and_an_update_without_news_sends_two_requests(tool: Tool) -> None:
    with DemoHost([blog([GOOD, image_paths.MISSING])]) as host:
        first = tool.run("backup", host.blog_url(UID))
        assert (first.code, first.err.count("HTTP status 404")) == (0, 1)
        host.forget_requests()
        again = tool.run("update")
        assert (again.code, again.err.count("HTTP status 404")) == (0, 0)
        assert [request.path for request in host.requests] == ["/robots.txt", HOME]
        listed = tool.run("failures").out
        assert image_paths.MISSING in listed
        assert host.post_url(UID, host.blog(UID).posts[0].number) in listed, "the failure names the post"
        host.forget_requests()
        tool.run("failures", "--retry")
        assert requested_images(host) == [image_paths.MISSING]
    assert "1 of 2 stored, 1 given up" in tool.run("status").out


def test_an_update_fetches_the_images_of_new_posts_only(tool: Tool) -> None:
    with DemoHost([blog([GOOD], [OTHER])]) as host:
        assert tool.run("backup", host.blog_url(UID), "--no-media").code == 0
        assert requested_images(host) == []
        newest = max(host.blog(UID).posts, key=lambda post: post.posted_at)
        dry = tool.run("update", "--dry-run")
        foreseen = {line.removeprefix(host.url) for line in dry.out.splitlines()}
        assert foreseen == {"/robots.txt", HOME, GOOD, OTHER}
        assert tool.run("update").code == 0, "it fetches the images that --no-media left out"
        assert sorted(requested_images(host)) == [GOOD, OTHER]
        host.forget_requests()
        late = replace(
            newest, number=newest.number + 9, title="新照片", body=blog([LATE, GOOD]).posts[0].body
        )
        host.change(UID, add_post(replace(late, posted_at=newest.posted_at.replace(second=59))))
        assert tool.run("update").code == 0
        assert requested_images(host) == [LATE]
    places = "select count(*) from post_media p join media m on m.id = p.media_id where m.status = 'stored'"
    assert tool.scalar(places) == 4


def test_an_image_that_comes_at_the_second_try_is_no_failure(tool: Tool) -> None:
    rules = [
        Rule(Refuse(503, retry_after=0), match=GOOD, times=1),
        Rule(Cut(), match=OTHER, times=1),
        Rule(Drop(), match=LATE, times=1),
    ]
    with DemoHost([blog([GOOD, OTHER, LATE])], rules=rules) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
    assert tool.rows("select distinct status from media") == [("stored",)]


def test_an_image_that_does_not_come_is_retried_for_some_days_and_then_given_up(tool: Tool) -> None:
    with DemoHost([blog([GOOD])], rules=[Rule(Refuse(500), match=GOOD)]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 1
        assert requested_images(host) == [GOOD] * 2, "twice in one run"
        assert tool.run("update").code == 1, "not due yet: reported, and not requested"
        assert requested_images(host) == [GOOD] * 2
        tool.change("update media set attempts = 5, next_try_at = '2020-01-01T00:00:00+00:00'")
        assert tool.run("update").code == 0, "given up: no longer reported"
        assert requested_images(host) == [GOOD] * 4
    assert tool.rows("select status, attempts, next_try_at from media") == [("dead", 6, None)]
    assert tool.rows("select attempts, permanent from open_failures where kind = 'picture'") == [(2, 1)]


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def test_an_image_that_is_due_again_during_the_run_is_left_to_the_next_run(tool: Tool) -> None:
    def later(request: LoggedRequest) -> None:
        if request.path == OTHER:
            start = moment = utc_now()
            while moment == start or not tool.rows("select id from media where status = 'failed'"):
                time.sleep(0.02)
                moment = utc_now()
            tool.change("update media set next_try_at = ? where status = 'failed'", moment)

    refused = [Rule(Refuse(403), match=GOOD)]
    with DemoHost([blog([GOOD, OTHER, LATE])], rules=refused, observer=later) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 1
        assert requested_images(host) == [GOOD, OTHER, LATE]
        assert tool.run("update").code == 1
        assert requested_images(host)[3:] == [GOOD]


def test_a_limited_run_fetches_the_images_of_its_own_posts(tool: Tool) -> None:
    with DemoHost([blog([GOOD], [OTHER], [LATE])]) as host:
        assert tool.run("backup", host.blog_url(UID), "--no-media", "--limit", "2").code == 0
        tool.change("update posts set own_page_seen_at = '2020-01-01T00:00:00+00:00'")
        assert tool.run("backup", host.blog_url(UID), "--limit", "1").code == 0
        assert requested_images(host) == [LATE]


def test_an_image_that_robots_txt_forbids_is_not_requested(tool: Tool) -> None:
    with DemoHost([blog([GOOD])]) as host:
        host.set_robots("User-agent: *\nDisallow: /upfile/\n")
        tool.run("backup", host.blog_url(UID))
        assert requested_images(host) == []
        assert tool.rows("select status, detail from media") == [("dead", "robots.txt forbids it")]


def test_images_are_fetched_while_pages_are_left(tool: Tool) -> None:
    posts = [[f"/upfile/20250101/3000{place:04}.png"] for place in range(12)]
    with DemoHost([blog(*posts)]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        paths = [request.path for request in host.requests]
    images = [place for place, path in enumerate(paths) if "/upfile/" in path]
    pages = [place for place, path in enumerate(paths) if path.startswith(HOME)]
    assert len(images) == 12
    assert sum(image < pages[-1] for image in images) >= 6


def test_a_replaced_image_is_found_when_its_post_is_fetched_again_and_the_earlier_file_stays(
    tool: Tool,
) -> None:
    shown = {"tag": '"one"', "image": GOOD}

    def image(request: GetRequest) -> Answer | None:
        if request.path != GOOD:
            return None
        if request.headers.get("if-none-match") == shown["tag"]:
            return Answer(status=304)
        answer = media(shown["image"])
        assert answer is not None
        return answer.with_header("ETag", shown["tag"])

    with EvolvingHost(blog([GOOD]), markup="tables") as host:
        host.instead = image
        assert tool.run("backup", host.blog_url(UID)).code == 0
        for days, requests in ((10, 0), (40, 1), (45, 0)):
            tool.days_ahead = days
            host.forget_requests()
            assert tool.run("update", "--full").code == 0
            assert [one.status for one in host.requests if one.path == GOOD] == [304] * requests
        shown.update(tag='"two"', image=OTHER)
        tool.days_ahead = 90
        assert tool.run("update", "--full").code == 0
        host.instead = lambda request: Answer(status=404) if request.path == GOOD else None
        tool.days_ahead = 140
        assert tool.run("update", "--full").code == 0
    assert tool.rows("select status, content_type from media") == [("stored", "image/png")]
    versions = tool.rows("select sha256, first_seen_at from media_versions order by 2")
    assert len(versions) == tool.scalar("select count(*) from media_files") == 2
    assert tool.rows("select sha256 from media") == [(versions[1][0],)]
    assert tool.run("verify").code == 0


def test_stored_images_that_a_blocked_host_does_not_serve_again_are_no_failures(tool: Tool) -> None:
    def tagged(request: GetRequest) -> Answer | None:
        answer = media(request.path)
        return answer and answer.with_header("ETag", '"one"')

    with EvolvingHost(blog([GOOD, OTHER, LATE]), markup="tables") as host:
        host.instead = tagged
        assert tool.run("backup", host.blog_url(UID)).code == 0
        refused = Answer(status=429).with_header("Retry-After", "3600")
        host.instead = lambda request: refused if "/upfile/" in request.path else None
        tool.days_ahead = 40
        host.forget_requests()
        ran = tool.run("update", "--full")
        assert requested_images(host) == [GOOD]
    assert (ran.code, "tried later: 0" in ran.err) == (0, True), ran.err
    assert tool.rows("select counts ->> 'failures' from runs order by id desc limit 1") == [(0,)]
    assert tool.rows("select distinct status from media") == [("stored",)]


PATHS = [f"/upfile/20250101/2000{place:04}.png" for place in range(24)]
POSTS = [PATHS[place : place + 6] for place in range(0, 24, 6)]
STORED = "select count(*) from media m join media_files f using (sha256) where m.status = 'stored'"


@pytest.mark.slow
def test_a_run_killed_several_times_ends_with_every_image(tool: Tool) -> None:
    killer = Killer("/upfile/")
    with DemoHost([blog(*POSTS)], observer=killer.listen) as host:
        start = partial(tool.start, "backup", host.blog_url(UID))
        for after in (3, 7, 5):
            assert killer.start(start, after=after).returncode == -signal.SIGKILL
        assert killer.start(start, after=2, signum=signal.SIGTERM).returncode == 3
        assert 0 < tool.scalar(STORED) < len(PATHS)
        assert tool.run("backup", host.blog_url(UID)).code == 0
        asked = requested_images(host)
    assert tool.scalar(STORED) == len(PATHS)
    assert tool.rows("pragma integrity_check") == [("ok",)]
    assert len(asked) <= len(PATHS) + 2 * 4, (
        "repeats at most the request in flight and the image being stored"
    )


@pytest.mark.slow
def test_a_full_disk_among_the_images_is_6_and_no_row_is_torn(tool: Tool) -> None:
    with DemoHost([blog(*POSTS)]) as host:
        assert tool.run("backup", host.blog_url(UID), "--no-media").code == 0
        room = tool.db.stat().st_size + 16_000
        full = tool.start(
            "update", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        )
        assert ended(full).code == 6
        assert tool.rows("pragma integrity_check") == [("ok",)]
        assert tool.scalar(STORED) < len(PATHS)
        assert tool.run("update").code == 0
    assert tool.scalar(STORED) == len(PATHS)


def test_verify_finds_an_image_with_changed_bytes(tool: Tool) -> None:
    with DemoHost([blog([PATHS[0]])]) as host:
        assert tool.run("backup", host.blog_url(UID)).code == 0
        stored = tool.rows("select body_html from posts")
        assert PATHS[0] in str(stored), "the stored body has the image URL of the page"
    assert tool.run("verify").code == 0
    tool.change("update media_files set body = zeroblob(length(body))")
    damaged = tool.run("verify")
    assert damaged.code == 6
    assert str(tool.rows("select sha256 from media")[0][0]) in damaged.err
