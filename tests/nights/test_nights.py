"""What an archive says after chosen nights of a blog that changes, moves, lies and closes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from blogarchive.store import schedule
from tests.demo.blogs.generated import make_blog
from tests.demo.blogs.truth import DemoComment, DemoPost, PostState
from tests.demo.changes import add_comment, add_post, edit_post, move_counters, pin_post, remove_post
from tests.demo.server.response import page
from tests.nights.host import (
    UID,
    EvolvingHost,
    Nights,
    closed,
    indented,
    maintenance,
    make_certificate,
    make_nights,
    rename_category,
    unreadable,
)

pytestmark = pytest.mark.slow

_OTHER_SCRIPT = str.maketrans("了不在人一", "矣弗於亻壹")


@pytest.fixture
def host() -> Iterator[EvolvingHost]:
    with EvolvingHost(make_blog(UID, posts=50, awkward=False, comments=3, months=10)) as host:
        yield host


@pytest.fixture
def nights(host: EvolvingHost, tmp_path: Path) -> Nights:
    return make_nights(host, tmp_path)


def texts(nights: Nights) -> list[list[tuple[object, ...]]]:
    """Return all that a lie must not change: posts, comments, names, versions."""
    return [
        nights.tool.rows(query)
        for query in (
            "select number, title, body_text, posted_at, gone_at from posts order by 1",
            "select post_id, author_name, body_text, gone_at from comments order by 1, 2, 3",
            "select nickname, blog_title, tagline from authors",
            "select count(*) from post_revisions union all select count(*) from comment_revisions",
        )
    ]


def new_post(like: DemoPost, number: int, posted_at: datetime, **changes: object) -> DemoPost:
    return replace(like, number=number, title=f"新的{number}", posted_at=posted_at, comments=(), **changes)  # type: ignore[arg-type]


def test_twenty_nights_of_edits_redesigns_and_outages_store_what_the_host_showed(
    host: EvolvingHost, nights: Nights
) -> None:
    posts = host.blog(UID).newest_first()
    assert nights.pass_by().requests <= 8, "home and what is due of the newest posts"
    nights.change(
        edit_post(posts[3].number, title="改过的题目"), edit_post(posts[0].number, lines=("全部重写。",))
    )
    late = DemoComment(author_name="迟到", posted_at=datetime(2025, 2, 3, 9), text="来晚了。")
    nights.change(add_comment(posts[1].number, late))
    assert [nights.pass_by().ran.code for _ in range(3)] == [0, 0, 0]
    assert nights.tool.scalar("select count(*) from post_revisions") == 2
    assert nights.tool.scalar("select count(*) from comments where author_name = '迟到'") == 1

    host.reprint = indented
    assert nights.pass_by(1, "--full").ran.code == 0
    assert nights.tool.scalar("select count(*) from post_revisions") == 2
    assert nights.tool.scalar("select count(*) from comment_revisions") == 0

    host.instead = maintenance
    outage = [nights.pass_by() for _ in range(8)]
    assert [night.ran.code for night in outage] == [4, 0, 0, 0, 0, 0, 0, 4], "once, then weekly"
    assert all(night.requests <= 5 for night in outage)
    host.instead = None

    newest = posts[0]
    nights.change(
        add_post(new_post(newest, 990001, datetime(2030, 1, 1), pinned=True)),
        add_post(new_post(newest, 990002, datetime(2025, 2, 14), state=PostState.MISSING)),
    )
    assert nights.pass_by().ran.code == 0
    nights.change(remove_post(990002), remove_post(posts[5].number), pin_post(posts[9].number))
    assert [nights.pass_by().ran.code for _ in range(3)] == [0, 0, 0]
    gone = dict(nights.tool.rows("select number, content_hash is null from posts where gone_at is not null"))
    assert gone == {"990002": 1, str(posts[5].number): 0}
    assert nights.tool.rows("select url, kind, field from open_failures") == []
    assert (nights.false_versions(), nights.false_marks()) == ([], [])


def test_a_closed_blog_is_asked_for_once_a_week_until_it_opens_again(
    host: EvolvingHost, nights: Nights
) -> None:
    host.instead = closed
    rests = [nights.pass_by() for _ in range(9)]
    assert [night.ran.code for night in rests] == [4, *[0] * 8]
    assert [night.requests for night in rests] == [2, 2, *[0] * 6, 2]
    assert "已关闭" in rests[0].ran.err
    assert "closed since" in nights.tool.run("status").out
    host.instead = None
    assert [nights.pass_by().ran.code for _ in range(7)] == [0] * 7
    assert nights.nights[-1].requests > 0
    assert "closed since" not in nights.tool.run("status").out
    assert (nights.false_versions(), nights.false_marks()) == ([], [])


def test_a_login_page_or_a_blank_page_of_one_night_changes_nothing(
    host: EvolvingHost, nights: Nights
) -> None:
    for html in (
        "<html><head><title>登录</title></head><body><p>请先登录后查看</p></body></html>",
        "\ufeff<html><body>\n<!-- cached --></body></html>",
        "<html><head><title>Error</title></head><body>Can not connect to MySQL server</body></html>",
    ):
        answer = page(html.encode(), "text/html; charset=utf-8")
        host.instead = lambda request, answer=answer: None if request.path == "/robots.txt" else answer
        assert nights.pass_by().ran.code == 4
        host.instead = None
        assert (after := nights.pass_by()).ran.code == 0
        assert after.requests > 0
    assert nights.tool.rows("select url, kind, detail from open_failures") == []
    assert (nights.false_versions(), nights.false_marks()) == ([], [])


def test_posts_of_a_blog_without_a_readable_home_page_wait_a_week_or_until_it_is_readable(
    host: EvolvingHost, nights: Nights
) -> None:
    usual = max(nights.pass_by().requests for _ in range(3))
    host.instead = unreadable
    lies = [nights.pass_by() for _ in range(6)]
    assert [night.ran.code for night in lies] == [5] * 6
    posts = [path for night in lies for path in night.paths if path.endswith(".html")]
    assert len(posts) == len(set(posts)) > 1, "each post once"
    assert all(night.requests <= usual + 2 for night in lies)
    host.instead = None
    assert nights.pass_by().ran.code == 0
    assert set(posts) <= set(nights.nights[-1].paths)
    assert nights.tool.rows("select url, kind, field from open_failures") == []
    assert (nights.false_versions(), nights.false_marks()) == ([], [])


@pytest.mark.parametrize("is_secure", [False, True], ids=["http", "https"])
def test_a_blog_at_a_new_host_goes_on_there_after_the_command_of_the_message(
    is_secure: bool, host: EvolvingHost, nights: Nights, tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path) if is_secure else None
    with EvolvingHost(host.blog(UID), address="127.0.0.2", certificate=certificate) as other:
        host.move_to(other)
        found = [nights.pass_by() for _ in range(8)]
        assert [night.ran.code for night in found] == [4, *[0] * 7]
        assert sum(night.statuses[301] for night in found) <= 4
        assert f"blogarchive backup {other.blog_url(UID)} --site creaders" in found[0].ran.err
        assert f"moved to {other.blog_url(UID)}" in nights.tool.run("status").out
        nights.host = other
        (nights.tool.folder / "blogarchive.toml").write_text("ignore-certificates = true")
        examined = nights.tool.run("doctor", other.blog_url(UID), "--json", "--ignore-certificates")
        assert (examined.code, UID in examined.out) == (0, True), examined.err
        assert nights.pass_by(1, other.blog_url(UID), command=("backup",)).ran.code == 0
        assert nights.tool.rows("select site, uid, url, state from authors") == [
            ("creaders", UID, other.blog_url(UID), None)
        ]
        host.forget_requests()
        after = [nights.pass_by(10) for _ in range(4)]
        assert ([night.ran.code for night in after], host.requests) == ([0] * 4, [])
        fetched = [path for night in nights.nights[-5:] for path in night.paths if path.endswith("/")]
        months = nights.tool.scalar("select count(*) from archive_months")
        assert len(fetched) <= 2 * (months + 5) + 5, "no month is fetched at two URLs"
    assert nights.tool.scalar("select count(*) from post_revisions") == 0
    assert (nights.false_versions(), nights.false_marks()) == ([], [])


def test_a_renamed_category_has_its_posts_under_the_new_name_alone(
    host: EvolvingHost, nights: Nights
) -> None:
    nights.pass_by()
    nights.change(rename_category)
    assert [nights.pass_by(days).ran.code for days in (1, 15, 30, 30)] == [0] * 4
    stored = nights.tool.rows(
        "select p.number, c.name from post_categories x join posts p on p.id = x.post_id"
        " join categories c on c.id = x.category_id where x.gone_at is null order by 1, 2"
    )
    shown = [(str(post.number), name) for post in host.blog(UID).posts for name in post.categories]
    assert stored == sorted(shown)
    assert (nights.false_versions(), nights.false_marks()) == ([], [])


def test_views_that_the_home_page_lists_are_stored_each_night(host: EvolvingHost, nights: Nights) -> None:
    nights.pass_by()
    nights.change(move_counters(7))
    nights.pass_by()
    newest = host.blog(UID).newest_first()[:10]
    stored = dict(nights.tool.rows("select number, views from posts"))
    assert [stored[str(post.number)] for post in newest] == [post.views for post in newest]


def test_a_lie_that_ends_leaves_posts_comments_and_names_as_before_and_one_agreement_is_enough(
    host: EvolvingHost, nights: Nights
) -> None:
    nights.pass_by(3)
    before = texts(nights)
    host.reprint = lambda text: text.translate(_OTHER_SCRIPT)
    for _ in range(4):
        assert (nights.pass_by(3).ran.code, texts(nights)) == (5, before)
    host.reprint = None
    assert {nights.pass_by(3).ran.code for _ in range(4)} <= {0, 1}
    assert (texts(nights), nights.tool.rows("select * from open_failures")) == (before, [])
    host.reprint = lambda text: text.translate(_OTHER_SCRIPT)
    assert nights.pass_by(3).ran.code == 5
    assert nights.pass_by(1, "--accept-changes").ran.code == 0
    assert "posts that may still change after --accept-changes" in nights.tool.run("status").out
    assert [nights.pass_by(5).ran.code for _ in range(8)] == [0] * 8


def test_a_post_that_came_while_its_host_lied_has_no_version_of_the_lie(
    host: EvolvingHost, nights: Nights
) -> None:
    host.reprint = lambda text: text.translate(_OTHER_SCRIPT)
    nights.change(add_post(new_post(host.blog(UID).newest_first()[0], 990003, datetime(2025, 2, 2))))
    assert nights.pass_by(3).ran.code == 5
    host.reprint = None
    assert [nights.pass_by(3).ran.code for _ in range(4)] == [0] * 4
    assert nights.tool.rows("select title from posts where number = '990003'") == [("新的990003",)]
    assert (nights.false_versions(), nights.false_marks()) == ([], [])


def test_requests_do_not_grow_while_posts_beside_a_readable_home_page_are_unreadable(
    host: EvolvingHost, nights: Nights
) -> None:
    nights.pass_by(30)  # most posts are due
    host.instead = lambda request: unreadable(request) if request.path.endswith(".html") else None
    lies = [nights.pass_by() for _ in range(16)]
    asked = [path for night in lies for path in night.paths if path.endswith(".html")]
    assert len(set(asked)) > 20, "other posts are due each night"
    assert all(night.requests <= schedule.MIN_BUDGET + 5 for night in lies), "as on a night of stored pages"
    assert 5 in [night.ran.code for night in lies]
    host.instead = None
    assert nights.pass_by().ran.code == 0
    assert nights.tool.rows("select url, kind, field from open_failures") == [], (
        "one readable page releases all"
    )
    assert (nights.false_versions(), nights.false_marks()) == ([], [])
