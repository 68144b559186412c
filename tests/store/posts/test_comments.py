"""Comments are stored once each, over pages of comments and over time."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from blogarchive.items import Comment, DateText, PageKind, Problem
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.pages.context import date_text_iso
from blogarchive.store.posts.comments import ShownComment, StoredComment, identify_comments, match_stored
from blogarchive.store.rows import format_utc
from tests.new_archive import new_archive
from tests.store.fake_blog import Clock, Entry, FakeBlog, a_blog, comment, crawl, rows, texts

N = 500000
SECOND = "2024-08-01 10:00:00"


def a_post(*comments: object, per_page: int = 4) -> FakeBlog:
    blog = FakeBlog(comments_per_page=per_page)
    blog.add(
        Entry(number=N, title="一篇", when="2024-07-30 08:00:00", text="正文。" * 50, comments=list(comments))
    )  # type: ignore[arg-type]
    return blog


def read(archive: Archive, blog: FakeBlog, clock: Clock) -> list[str]:
    return crawl(archive, blog, clock, full=True).urls


def bodies(archive: Archive) -> list[object]:
    return texts(archive, "select body_text from comments where gone_at is null order by position, id")


def test_two_identical_comments_are_two(archive: Archive, clock: Clock) -> None:
    blog = a_post(comment("甲", SECOND, "顶"), comment("甲", SECOND, "顶"), comment("乙", SECOND, "顶"))
    read(archive, blog, clock)
    read(archive, blog, clock)
    assert bodies(archive) == ["顶", "顶", "顶"]
    assert len(set(texts(archive, "select fingerprint from comments"))) == 3


def test_an_edited_comment_is_a_revision(archive: Archive, clock: Clock) -> None:
    blog = a_post(comment("甲", SECOND, "原话"), comment("乙", SECOND, "别的"))
    read(archive, blog, clock)
    blog.entries[N].comments[0] = comment("甲", SECOND, "改过的话")
    read(archive, blog, clock)
    assert bodies(archive) == ["改过的话", "别的"]
    assert texts(archive, "select body_text from comment_revisions") == ["原话"]
    assert texts(archive, "select count(gone_at) from comments") == [0]


@pytest.mark.parametrize("place", [0, 1])
def test_an_edit_of_one_of_two_equal_comments_is_a_revision(
    archive: Archive, clock: Clock, place: int
) -> None:
    alike = comment("甲", SECOND, "顶")
    blog = a_post(alike, alike, comment("乙", SECOND, "别的"))
    read(archive, blog, clock)
    blog.entries[N].comments[place] = comment("甲", SECOND, "改过的话")
    read(archive, blog, clock)
    assert sorted(map(str, bodies(archive))) == ["别的", "改过的话", "顶"]
    assert texts(archive, "select body_text from comment_revisions") == ["顶"]
    assert texts(archive, "select count(*) from comments where gone_at is not null") == [0]


def test_likes_of_a_comment_are_no_edit(archive: Archive, clock: Clock) -> None:
    blog = a_post(comment("甲", SECOND, "话", likes=1))
    read(archive, blog, clock)
    blog.entries[N].comments[0] = comment("甲", SECOND, "话", likes=5)
    read(archive, blog, clock)
    assert (texts(archive, "select likes from comments"), rows(archive, "comment_revisions")) == ([5], [])


def test_a_new_comment_above_an_older_one_of_the_same_second_is_no_edit(
    archive: Archive, clock: Clock
) -> None:
    blog = a_post(comment("甲", SECOND, "先说的"))
    read(archive, blog, clock)
    blog.entries[N].comments.insert(0, comment("甲", SECOND, "后说的"))
    read(archive, blog, clock)
    assert bodies(archive) == ["后说的", "先说的"]
    assert rows(archive, "comment_revisions") == []


def test_a_deleted_comment_is_marked_and_unmarked_when_it_returns(archive: Archive, clock: Clock) -> None:
    first, second = comment("甲", SECOND, "一"), comment("乙", SECOND, "二")
    blog = a_post(first, second)
    read(archive, blog, clock)
    blog.entries[N].comments = [first]
    read(archive, blog, clock)
    assert (bodies(archive), texts(archive, "select count(*) from comments")) == (["一"], [2])
    blog.entries[N].comments = [first, second]
    read(archive, blog, clock)
    assert bodies(archive) == ["一", "二"]
    assert rows(archive, "comment_revisions") == []


def test_a_wrong_count_marks_nothing_gone_and_is_a_failure(archive: Archive, clock: Clock) -> None:
    first, second = comment("甲", SECOND, "一"), comment("乙", SECOND, "二")
    blog = a_post(first, second)
    read(archive, blog, clock)
    blog.entries[N].comments, blog.entries[N].claimed = [first], 2
    read(archive, blog, clock)
    assert bodies(archive) == ["一", "二"]
    assert archive.rows("select kind, field from open_failures") == [("incomplete", "comments")]
    blog.entries[N].comments = [first, second]
    read(archive, blog, clock)
    assert rows(archive, "open_failures") == []


def test_a_claim_of_no_comments_on_one_day_marks_none_gone(archive: Archive, clock: Clock) -> None:
    held = [comment("甲", SECOND, "一"), comment("乙", SECOND, "二")]
    blog = a_post(*held)
    read(archive, blog, clock)
    blog.entries[N].comments = []
    for _ in range(2):
        read(archive, blog, clock)
        assert bodies(archive) == ["一", "二"]
        assert texts(archive, "select detail from open_failures") == [
            "0 comments are claimed, 2 are stored; they are gone if a page of another day agrees"
        ]
    (due,) = texts(archive, "select due_at from frontier where number = 500000")
    assert str(due) <= format_utc(clock.now + timedelta(hours=20)), "the next night looks again"
    blog.entries[N].comments = held
    read(archive, blog, clock)
    assert (bodies(archive), rows(archive, "open_failures")) == (["一", "二"], [])


def test_comments_missing_on_two_days_are_gone(archive: Archive, clock: Clock) -> None:
    blog = a_post(comment("甲", SECOND, "一"))
    read(archive, blog, clock)
    blog.entries[N].comments = []
    read(archive, blog, clock)
    clock.now += timedelta(days=1)
    read(archive, blog, clock)
    assert (bodies(archive), rows(archive, "open_failures")) == ([], [])


def test_a_page_with_forged_comments_marks_none_gone(archive: Archive, clock: Clock) -> None:
    blog = a_post(comment("甲", SECOND, "一"))
    read(archive, blog, clock)
    crawled = blog.crawled(blog.post_target(N), clock())
    forged = Problem(kind="forged", field="comments", detail="a header inside a comment")
    post = replace(crawled.parsed.posts[0], comments=(), comment_count=0)
    save_page.save_page(
        archive, replace(crawled, parsed=replace(crawled.parsed, posts=(post,), problems=(forged,))), None
    )
    assert bodies(archive) == ["一"]
    assert texts(archive, "select kind from open_failures") == ["forged"]


def many(count: int) -> list[object]:
    return [comment(f"读者{i % 5}", f"2024-08-02 10:00:{i % 7:02}", f"话{i}") for i in range(count)]


def test_comments_of_several_pages_are_stored_together(archive: Archive, clock: Clock) -> None:
    blog = a_post(*many(11))
    urls = read(archive, blog, clock)
    assert sum("?page=" in url for url in urls) == 2
    assert bodies(archive) == [f"话{i}" for i in range(11)]
    assert rows(archive, "open_failures") == []
    read(archive, blog, clock)
    assert (len(rows(archive, "comments")), rows(archive, "comment_revisions")) == (11, [])


def test_a_repeated_comment_beside_another_of_the_same_second_is_stored(
    archive: Archive, clock: Clock
) -> None:
    again, other = comment("甲", SECOND, "重复"), comment("甲", SECOND, "另一句")
    blog = a_post(*many(3), again, other, comment("丙", SECOND, "尾"))
    read(archive, blog, clock)
    blog.entries[N].comments = [*many(3), again, again, other, comment("丙", SECOND, "尾")]
    for _ in range(2):
        read(archive, blog, clock)
        said = bodies(archive)
        assert (said.count("重复"), said.count("另一句"), len(said)) == (2, 1, 7)
        assert rows(archive, "open_failures") == rows(archive, "comment_revisions") == []


def test_equal_comments_on_two_pages_are_two_comments(archive: Archive, clock: Clock) -> None:
    comments = [
        *many(3),
        comment("甲", SECOND, "重复"),
        comment("甲", SECOND, "重复"),
        comment("丙", SECOND, "尾"),
    ]
    blog = a_post(*comments)
    for _ in range(2):
        read(archive, blog, clock)
        assert bodies(archive).count("重复") == 2
        assert len(rows(archive, "comments")) == 6
        assert rows(archive, "open_failures") == []


def test_a_new_comment_during_the_crawl_duplicates_nothing(archive: Archive, clock: Clock) -> None:
    blog = a_post(*many(9))
    post = blog.post_target(N)
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    save_page.save_page(archive, blog.crawled(post, clock()), None)
    blog.entries[N].comments.insert(0, comment("新人", "2024-08-03 00:00:00", "刚写的"))
    crawl(archive, blog, clock)
    assert sorted(map(str, bodies(archive))) == sorted(["刚写的", *(f"话{i}" for i in range(9))])
    assert rows(archive, "comment_revisions") == []
    assert rows(archive, "open_failures") == []


def test_a_comment_deleted_on_a_later_page_is_marked_after_the_last_page(
    archive: Archive, clock: Clock
) -> None:
    blog = a_post(*many(10))
    read(archive, blog, clock)
    del blog.entries[N].comments[9]
    read(archive, blog, clock)
    assert bodies(archive) == [f"话{i}" for i in range(9)]


def test_nothing_is_marked_gone_while_a_page_of_comments_is_missing(archive: Archive, clock: Clock) -> None:
    blog = a_post(*many(10))
    read(archive, blog, clock)
    del blog.entries[N].comments[0]
    blog.broken[f"{blog.post_url(N)}?page=2"] = 500
    read(archive, blog, clock)
    assert len(bodies(archive)) == 10
    blog.broken.clear()
    read(archive, blog, clock)
    assert bodies(archive) == [f"话{i}" for i in range(1, 10)]


def test_pages_that_keep_differing_are_a_failure(archive: Archive, clock: Clock) -> None:
    blog = a_post(*many(6))
    blog.entries[N].claimed = 8
    second = f"{blog.post_url(N)}?page=2"
    page = blog.crawled(blog.post_target(N), clock())
    urls = read(archive, blog, clock)
    assert urls.count(page.page.url) == 1
    assert urls.count(second) == 1
    assert texts(archive, "select detail from open_failures") == ["8 comments are claimed, 6 were parsed"]
    assert len(bodies(archive)) == 6


def test_fewer_pages_of_comments_leave_no_open_failure(archive: Archive, clock: Clock) -> None:
    blog = a_post(*many(10))
    blog.broken[f"{blog.post_url(N)}?page=3"] = 404
    read(archive, blog, clock)
    assert texts(archive, "select kind from open_failures where kind = 'http'") == ["http"]
    blog.entries[N].comments = blog.entries[N].comments[:3]
    read(archive, blog, clock)
    assert rows(archive, "open_failures") == []
    assert len(bodies(archive)) == 3


def test_a_relative_time_makes_no_new_comments(archive: Archive, clock: Clock) -> None:
    moving = comment("甲", SECOND, "话")
    blog = a_post(replace(moving, posted=DateText(text="3小时前", at=clock.now, precision="hour")))
    read(archive, blog, clock)
    blog.entries[N].comments = [
        replace(moving, posted=DateText(text="4小时前", at=clock.now, precision="hour"))
    ]
    read(archive, blog, clock)
    assert len(rows(archive, "comments")) == 1


texts_of_one_base = st.lists(st.sampled_from("甲乙丙丁"), max_size=6)


def items(found: list[str]) -> list[ShownComment]:
    return identify_comments([comment("某", SECOND, text) for text in found])


@given(before=texts_of_one_base, after=texts_of_one_base)
def test_each_of_several_equal_comments_is_matched_once(before: list[str], after: list[str]) -> None:
    held = [
        StoredComment(ordinal=item.ordinal, text_digest=item.text_digest, is_gone=False)
        for item in items(before)
    ]
    found = match_stored(items(after), held)
    assert len({item.ordinal for item in found}) == len(after)
    digests = {row.ordinal: row.text_digest for row in held}
    same = sum(digests.get(item.ordinal) == item.text_digest for item in found)
    assert same == sum(min(before.count(text), after.count(text)) for text in set(after))


# Few names, words and minutes, and times that a zone may move: what other comments share must not hide one.
any_comments = st.lists(
    st.builds(
        comment,
        st.sampled_from("甲乙"),
        st.sampled_from([f"2024-08-01 {time}" for time in ("10:00:00", "10:00:07", "10:15:00", "18:00:00")]),
        st.sampled_from(["谢谢", "谢谢你把这些旧事写下来", "写得好"]),
    ),
    max_size=9,
)


@given(
    shown=any_comments,
    per_page=st.integers(1, 5),
    counted=st.booleans(),
    site=st.sampled_from([("creaders", "31182"), ("web", "blog.test/u/31182")]),
)
@settings(max_examples=40)
def test_every_comment_of_a_post_is_stored_and_none_is_gone_while_shown(
    shown: list[Comment], per_page: int, counted: bool, site: tuple[str, str]
) -> None:
    # Without a count, equal comments on two pages may be one that both pages show.
    shown = shown if counted else list(dict.fromkeys(shown))
    blog = a_post(*shown, per_page=per_page)
    blog.site, blog.uid = site
    blog.entries[N].counted = counted
    clock = Clock()
    with tempfile.TemporaryDirectory() as place, Archive.open(new_archive(Path(place) / "a.db")) as archive:
        for _night in range(2):
            crawl(archive, blog, clock, full=True)
            stored = archive.rows(
                "select author_name, posted_at, body_text from comments where gone_at is null"
            )
            expected = [(one.author_name, date_text_iso(one.posted), one.body_text) for one in shown]
            assert sorted(stored) == sorted(expected)
            clock.now += timedelta(days=1)


def test_a_page_of_only_equal_comments_is_not_the_last_page(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1, comments=5, comments_per_page=3)
    entry = blog.entries[500000]
    entry.comments[:0] = [entry.comments[0]] * 3
    entry.comments[:0] = [comment("来客", f"2024-08-01 10:00:0{second}", f"话{second}") for second in (2, 1)]
    crawl(archive, blog, clock)
    assert archive.scalar("select count(*) from comments") == len(entry.comments)
    assert rows(archive, "open_failures") == []


def test_comments_missing_from_one_post_of_many_are_gone_after_the_run(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(8)
    for entry in blog.entries.values():
        entry.comments = [comment("甲", SECOND, f"给{entry.number}的话")]
    read(archive, blog, clock)
    first, *others = blog.entries.values()
    first.comments = []
    read(archive, blog, clock)
    assert (len(bodies(archive)), rows(archive, "open_failures")) == (7, [])
    for entry in others:
        entry.comments = []
    read(archive, blog, clock)
    assert len(bodies(archive)) == 7, "of all posts at once nobody takes them"


def test_a_saved_page_of_comments_is_stored_without_the_pages_before_it(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(1, comments=12)
    url = f"{blog.post_url(N)}?page=3"
    blog.broken[f"{blog.post_url(N)}?page=2"] = 404
    crawl(archive, blog, clock)
    target = replace(
        blog.post_target(N), url=url, kind=PageKind.COMMENTS, number=None, post_number=str(N), page_no=3
    )
    for header, count in (
        ("Content-Type", 4),
        ("X-Imported-From", 8),
    ):  # a fetched one is fetched again in order
        found = blog.crawled(target, clock())
        page = replace(found.page, headers=((header, "text/html"),))
        save_page.save_page(archive, replace(found, page=page), None)
        assert len(bodies(archive)) == count


def test_a_run_counts_the_comments_that_are_new(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3, comments=2)
    first = crawl(archive, blog, clock)
    assert sum(one.changes.comments_new for one in first.saved) == 6
    blog.entries[500000].comments.insert(0, comment("来客", "2024-08-01 10:00:00", "新话"))
    again = crawl(archive, blog, clock, full=True)
    assert sum(one.changes.comments_new for one in again.saved) == 1
