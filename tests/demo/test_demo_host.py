"""The host answers as a blog host does, logs requests, and changes while it serves."""

import http.client
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.demo import SAMPLE_MARKUPS, DemoHost, make_blog, sample_blog, sample_blogs
from tests.demo.blogs import image_paths
from tests.demo.blogs.truth import PostState
from tests.demo.changes import (
    add_comment,
    edit_post,
    move_counters,
    pin_post,
    remove_post,
    rename_author,
    restore_post,
    second_state,
)
from tests.demo.markup.by_name import MARKUPS
from tests.demo.reader import get, lines_of, text_of
from tests.demo.server.faults import Blank, Block, Cut, Drop, Elsewhere, Refuse, Rule, Slow

Serve = Callable[..., DemoHost]
NUMBER = 506012


@pytest.fixture
def host(serve: Serve) -> DemoHost:
    return serve([sample_blog()])


def test_every_request_is_written_down_with_its_status(host: DemoHost) -> None:
    get(f"{host.url}/robots.txt")
    get(host.blog_url("31182"), cookie="a=b")
    get(f"{host.url}/u/31182/202501/1.html")
    assert [(request.path, request.status) for request in host.requests] == [
        ("/robots.txt", 200),
        ("/u/31182/", 200),
        ("/u/31182/202501/1.html", 404),
    ]
    assert host.requests[1].header("cookie") == "a=b"
    assert host.counts()["/robots.txt"] == 1
    host.forget_requests()
    assert host.requests == []


def test_a_connection_serves_many_pages(host: DemoHost) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=10)
    connection.request("GET", "/robots.txt")
    connection.getresponse().read()
    socket = connection.sock
    connection.request("GET", "/u/31182/")
    assert connection.getresponse().read()
    assert connection.sock is socket
    connection.close()


@pytest.mark.parametrize(
    "path",
    [
        f"/user_blog_diary.php?did={NUMBER}",
        f"/Bei_Chuang/user_blog_diary.php?did={NUMBER}",
        f"/user_blog_diary.php?did={b64encode(str(NUMBER).encode()).decode()}",
    ],
)
def test_old_links_lead_to_the_post(host: DemoHost, path: str) -> None:
    seen = get(host.url + path)
    assert (seen.status, host.url + seen.headers["location"]) == (301, host.post_url("31182", NUMBER))


@pytest.mark.parametrize("path", ["/u/31182", "/Bei_Chuang", "/Bei_Chuang/"])
def test_other_names_of_a_blog_lead_home(host: DemoHost, path: str) -> None:
    assert get(host.url + path).headers["location"] == "/u/31182/"


@pytest.mark.parametrize("query", ["?PHPSESSID=abc", "?language=big5", "?language=big5&PHPSESSID=1"])
def test_session_ids_and_script_switches_show_the_same_post(host: DemoHost, query: str) -> None:
    url = host.post_url("31182", NUMBER)
    assert lines_of(text_of(get(url + query))) == lines_of(text_of(get(url)))


@pytest.mark.parametrize(
    "path",
    ["/u/99999/", "/u/31182/202412/506012.html", "/u/31182/?page=9", "/wp-login.php", "/u/31182/1.html"],
)
def test_what_is_not_there_is_a_404(host: DemoHost, path: str) -> None:
    assert get(host.url + path).status == 404


@pytest.mark.parametrize("name", sorted(MARKUPS))
@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        (PostState.MISSING, 404, "missing"),
        (PostState.DELETED, 200, "deleted"),
        (PostState.HIDDEN, 200, "hidden"),
        (PostState.LOGIN, 200, "login"),
    ],
)
def test_a_removed_post_answers_with_a_notice_and_no_listing_shows_it(
    serve: Serve, name: str, state: PostState, status: int, words: str
) -> None:
    host = serve([sample_blog()], markup=name)
    host.change("31182", remove_post(NUMBER, state))
    seen = get(host.post_url("31182", NUMBER))
    assert seen.status == status
    assert getattr(MARKUPS[name].labels(False), words) in text_of(seen)
    assert str(NUMBER) not in text_of(get(host.blog_url("31182")))
    host.change("31182", restore_post(NUMBER))
    assert str(NUMBER) in text_of(get(host.blog_url("31182")))


def test_a_deleted_post_may_still_be_listed(host: DemoHost) -> None:
    host.change("31182", remove_post(NUMBER, still_listed=True))
    assert get(host.post_url("31182", NUMBER)).status == 404
    assert str(NUMBER) in text_of(get(host.blog_url("31182")))


def test_a_hidden_post_shows_itself_to_its_owner(serve: Serve) -> None:
    host = serve([sample_blog()], owner_cookie="auth=secret")
    host.change("31182", remove_post(NUMBER, PostState.HIDDEN))
    url = host.post_url("31182", NUMBER)
    assert "留言时间" not in text_of(get(url, cookie="auth=guess"))
    assert "留言时间" in text_of(get(url, cookie="lang=zh; auth=secret"))
    assert str(NUMBER) in text_of(get(host.blog_url("31182"), cookie="auth=secret"))


def test_changes_are_seen_by_the_next_request(host: DemoHost) -> None:
    blog = host.blog("31182")
    late = replace(blog.post(NUMBER).comments[0], text="来晚了。", posted_at=datetime(2025, 3, 1))
    host.change("31182", edit_post(NUMBER, title="改过的题目", lines=("只剩一行。",)))
    host.change("31182", add_comment(NUMBER, late))
    host.change("31182", rename_author("新名字"))
    lines = lines_of(text_of(get(host.post_url("31182", NUMBER))))
    for line in ("改过的题目 2025-01-28 01:46:53", "只剩一行。", "来晚了。", "新名字 ，3岁"):
        assert line in lines
    assert host.blog("31182").post(NUMBER).comments[0] == late


def test_a_pinned_post_stands_on_top_of_the_home_page_only(host: DemoHost) -> None:
    host.change("31182", pin_post(484006))
    home = text_of(get(host.blog_url("31182")))
    month = text_of(get(f"{host.url}/user_blog_month.php?uid=31182&ym=202409"))
    assert "[置顶] 开张 2024-09-02 20:01:02" in lines_of(home)[:8]
    assert "置顶" not in month


def test_counters_move_and_nothing_else(host: DemoHost) -> None:
    before = lines_of(text_of(get(host.post_url("31182", NUMBER))))
    host.change("31182", move_counters(3))
    after = lines_of(text_of(get(host.post_url("31182", NUMBER))))
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 2
    assert all("浏览" in a or "访问总量" in a for a, _ in changed)


def test_the_second_state_differs_where_it_says() -> None:
    blog = make_blog("31182", posts=40)
    state = second_state(blog)
    changed = state.change(blog)
    assert changed.post(state.title_edited).title.endswith("（修订）")
    assert changed.post(state.body_edited).body_text.startswith(blog.post(state.body_edited).body_text)
    assert changed.post(state.missing).state is PostState.MISSING
    assert changed.post(state.deleted).state is PostState.DELETED
    assert changed.post(state.hidden).state is PostState.HIDDEN
    assert changed.newest_first()[0].number == state.new
    assert changed.post(state.in_the_past).posted_at < blog.newest_first()[20].posted_at
    assert len(changed.post(state.late_comment).comments) == len(blog.post(state.late_comment).comments) + 1
    assert (
        len(changed.post(state.comment_removed).comments)
        == len(blog.post(state.comment_removed).comments) - 1
    )


def test_an_etag_holds_until_the_blog_changes(serve: Serve) -> None:
    host = serve([sample_blog()], validators=True)
    tag = get(host.blog_url("31182")).headers["etag"]
    again = get(host.blog_url("31182"), **{"if-none-match": tag})
    assert (again.status, again.body) == (304, b"")
    host.change("31182", move_counters())
    assert get(host.blog_url("31182"), **{"if-none-match": tag}).status == 200


def test_a_rule_strikes_every_nth_matching_request_until_it_is_spent(host: DemoHost) -> None:
    host.set_faults(Rule(Refuse(503, retry_after=2), match=r"/\d{6}/", every=2, skip=1, times=2))
    url = host.post_url("31182", NUMBER)
    assert get(host.blog_url("31182")).status == 200
    assert [get(url).status for _ in range(7)] == [200, 200, 503, 200, 503, 200, 200]
    assert host.faults.struck() == 2
    host.set_faults()
    assert get(url).status == 200


def test_retry_after_is_seconds_or_a_date(host: DemoHost) -> None:
    host.set_faults(Rule(Refuse(429, retry_after=7)))
    assert get(host.url).headers["retry-after"] == "7"
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=30)
    host.set_faults(Rule(Refuse(503, retry_after=later)))
    assert parsedate_to_datetime(get(host.url).headers["retry-after"]) == later


def test_a_cut_body_is_shorter_than_it_says(host: DemoHost) -> None:
    whole = get(host.blog_url("31182")).body
    host.set_faults(Rule(Cut(0.5)))
    with pytest.raises(http.client.IncompleteRead) as cut:
        get(host.blog_url("31182"))
    assert 0 < len(cut.value.partial) < len(whole) * 0.6
    host.set_faults(Rule(Cut(0.5, honest=True)))
    assert b"</html>" not in get(host.blog_url("31182")).body


def test_a_dropped_connection_has_no_answer(host: DemoHost) -> None:
    host.set_faults(Rule(Drop()))
    with pytest.raises(http.client.RemoteDisconnected):
        get(host.url)
    assert host.requests[0].status == 0


def test_a_block_page_has_status_200_and_no_blog(host: DemoHost) -> None:
    host.set_faults(Rule(Block()))
    seen = get(host.blog_url("31182"))
    assert seen.status == 200
    assert "访问过于频繁" in text_of(seen)
    assert "我的名片" not in text_of(seen)


def test_blank_late_and_looping_answers(host: DemoHost) -> None:
    host.set_faults(Rule(Blank(), times=1), Rule(Slow(0.01), times=1), Rule(Elsewhere()))
    url = host.blog_url("31182")
    assert get(url).body == b""
    assert get(url).status == 200
    assert get(url).headers["location"] == "/u/31182/"
    host.set_faults(Rule(Elsewhere("http://127.0.0.1:9/")))
    assert get(url).headers["location"] == "http://127.0.0.1:9/"


def test_robots_can_forbid_everything(host: DemoHost) -> None:
    host.set_robots("User-agent: *\nDisallow: /\n")
    assert b"Disallow: /\n" in get(f"{host.url}/robots.txt").body


@pytest.mark.parametrize(
    ("path", "kind", "magic"),
    [
        ("/u/31182/upload_file/20250127190211.jpg", "image/jpeg", b"\xff\xd8\xff"),
        ("/upfile/201009/12345_n.png", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("/images/good.gif", "image/gif", b"GIF8"),
        (image_paths.MISNAMED, "image/jpeg", b"\x89PNG\r\n\x1a\n"),
        (image_paths.ERROR_PAGE, "image/jpeg", b"<html>"),
        (image_paths.DRAWING, "image/svg+xml", b"<?xml"),
        (image_paths.BOMB, "image/png", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_pictures_have_the_bytes_and_the_type_they_are_meant_to(
    host: DemoHost, path: str, kind: str, magic: bytes
) -> None:
    seen = get(host.url + path)
    assert (seen.status, seen.headers["content-type"]) == (200, kind)
    assert seen.body.startswith(magic)
    assert len(seen.body) < 100_000


def test_twins_are_equal_and_others_are_not(host: DemoHost) -> None:
    first, second = (get(host.url + path).body for path in image_paths.TWINS)
    assert first == second != get(f"{host.url}/upfile/20100903/10000013.png").body
    assert get(host.url + image_paths.MISSING).status == 404
    assert get(host.url + image_paths.MOVED).headers["location"] == image_paths.TWINS[0]


def test_the_same_arguments_make_the_same_blog_and_uids_share_no_numbers() -> None:
    assert make_blog("31182", posts=50, seed=4) == make_blog("31182", posts=50, seed=4)
    assert make_blog("31182", posts=50, seed=4) != make_blog("31182", posts=50, seed=5)
    numbers = [post.number for blog in sample_blogs() for post in blog.posts]
    assert len(set(numbers)) == len(numbers)


def test_several_blogs_are_served_each_in_its_own_markup(serve: Serve) -> None:
    host = serve(sample_blogs(), markups=SAMPLE_MARKUPS)
    for uid, name in SAMPLE_MARKUPS.items():
        seen = get(host.blog_url(uid))
        assert f"charset={MARKUPS[name].charset.declared}".encode() in seen.body.replace(b'"', b"")
        assert host.blog(uid).title in text_of(seen)


def test_changes_and_requests_at_the_same_time_leave_whole_pages(host: DemoHost) -> None:
    statuses = []

    def ask() -> None:
        statuses.extend(get(host.post_url("31182", NUMBER)).status for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        host.change("31182", move_counters())
    for thread in threads:
        thread.join()
    assert statuses == [200] * 80
    assert host.blog("31182").post(NUMBER).views == sample_blog().post(NUMBER).views + 50


def test_the_host_runs_as_a_process_that_logs_what_it_was_asked(tmp_path: Path) -> None:
    log = tmp_path / "requests"
    command = [sys.executable, "-m", "tests.demo", "--uid", "7", "--posts", "9", "--markup", "html5"]
    with subprocess.Popen([*command, "--log", str(log)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert get(url).status == 200
        process.terminate()
        assert process.wait(10) == 0
    assert log.read_text().split()[1:] == ["200", "/u/7/"]
