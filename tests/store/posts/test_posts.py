"""Posts over time: versions, counters, titles, images, failures."""

from dataclasses import replace
from datetime import timedelta

import pytest

from blogarchive.items import CategoryRow, DateText, Image, ListedPost, NoticeKind, PageKind, ParsedPage, Post
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.pages import pages
from blogarchive.store.pages.context import Outcome, SaveResult
from blogarchive.store.read import posts
from tests.store.fake_blog import SITE, Clock, Entry, FakeBlog, a_blog, comment, crawl, rows, shown, texts

N = 500000


def look(archive: Archive, blog: FakeBlog, clock: Clock, number: int = N) -> SaveResult:
    return save_page.save_page(archive, blog.crawled(blog.post_target(number), clock()), None)


def test_everything_a_post_shows_is_stored(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1, comments=2)
    look(archive, blog, clock)
    post = archive.row(
        "select number, url, title, posted_at, posted_at_text, body_html, body_text, views, likes, comment_count,"
        " first_seen_at, gone_at from posts"
    )
    entry = blog.entries[N]
    assert post == (
        str(N),
        blog.post_url(N),
        entry.title,
        "2024-01-10T08:00:00-08:00",
        "2024-01-10 08:00:00",
        f"<p>{entry.text}</p>",
        entry.text,
        10,
        1,
        2,
        "2025-02-01T09:00:01+00:00",
        None,
    )
    assert archive.rows(
        "select author_name, body_text, likes, posted_at from comments order by position"
    ) == [
        ("读者0", "评论0-0", 0, "2024-07-01T10:00:00-07:00"),
        ("读者1", "评论0-1", 1, "2024-07-02T10:00:01-07:00"),
    ]


def test_the_text_replaced_by_an_edit_is_a_revision(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    look(archive, blog, clock)
    old = blog.entries[N].text
    blog.entries[N].text = "改过的正文。" * 60
    assert look(archive, blog, clock).changes.posts_changed == 1
    assert texts(archive, "select body_text from posts") == [blog.entries[N].text]
    assert texts(archive, "select body_text from post_revisions") == [old]
    assert texts(archive, "select number from edited_posts") == [str(N)]
    versions = posts.find_posts(archive, str(N))[0][1].versions
    assert [version.body_text for version in versions] == [old, blog.entries[N].text]


def test_counters_make_no_revision_and_store_no_page(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    look(archive, blog, clock)
    for views in (11, 12, 12):
        blog.entries[N].views = views
        blog.crawled_pages += 5
        assert look(archive, blog, clock).outcome is Outcome.SAME
    assert rows(archive, "post_revisions") == []
    assert texts(archive, "select views from post_stats order by captured_at") == [10, 11, 12]
    assert texts(archive, "select views from posts") == [12]
    assert pages.count_pages(archive) == 1


def test_a_counter_that_is_not_shown_stays_unchanged(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    look(archive, blog, clock)
    blog.entries[N].likes = None  # type: ignore[assignment]
    look(archive, blog, clock)
    assert archive.rows("select views, likes from post_stats") == [(10, 1)]


def test_text_that_comes_back_after_an_edit_is_a_third_version(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    first = blog.entries[N].text
    for text in (first, "另一个版本。" * 50, first):
        blog.entries[N].text = text
        look(archive, blog, clock)
    assert [version.body_text for version in posts.find_posts(archive, str(N))[0][1].versions] == [
        first,
        "另一个版本。" * 50,
        first,
    ]


def test_saving_a_crawled_page_twice_changes_nothing(archive: Archive, clock: Clock) -> None:
    blog = a_blog(3)
    crawl(archive, blog, clock)
    crawled = blog.crawled(blog.post_target(N), clock())
    save_page.save_page(archive, crawled, None)
    tables = ("posts", "comments", "post_stats", "pages", "post_categories", "post_media", "failures")
    before = {table: rows(archive, table) for table in tables}
    save_page.save_page(archive, crawled, None)
    assert {table: rows(archive, table) for table in tables} == before


def test_an_older_page_saved_later_is_a_revision_of_its_time(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    look(archive, blog, clock)
    today = blog.entries[N].text
    blog.entries[N].text = "十年前的版本。" * 30
    save_page.save_page(archive, blog.crawled(blog.post_target(N), clock.now - timedelta(days=3650)), None)
    assert texts(archive, "select body_text from posts") == [today]
    assert texts(archive, "select body_text from post_revisions") == ["十年前的版本。" * 30]
    assert texts(archive, "select substr(first_seen_at, 1, 4) from posts") == ["2015"]


def test_an_excerpt_in_a_listing_never_replaces_the_post(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    look(archive, blog, clock)
    before = rows(archive, "post_revisions"), texts(archive, "select body_html from posts")
    excerpt = Post(
        number=str(N),
        url=blog.post_url(N),
        title="第0篇",
        body_html="<p>正文0…</p>",
        body_text="正文0…",
        views=99,
        whole=False,
    )
    frame = blog.crawled(blog.home, clock()).parsed
    blog.broken[blog.home.url] = ParsedPage(
        kind=PageKind.HOME, encoding="utf-8", author=frame.author, posts=(excerpt,)
    )
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    assert (rows(archive, "post_revisions"), texts(archive, "select body_html from posts")) == before
    assert texts(archive, "select views from posts") == [99]


def test_comments_of_a_post_that_a_list_shows_whole_are_stored_and_its_own_page_takes_precedence(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(1, comments=3)
    frame = blog.crawled(blog.home, clock()).parsed
    (shown,) = blog.crawled(blog.post_target(N), clock()).parsed.posts
    newest = replace(shown, comments=shown.comments[:2])  # a list may show the newest comments only
    blog.broken[blog.home.url] = ParsedPage(
        kind=PageKind.HOME, encoding="utf-8", author=frame.author, posts=(newest,)
    )
    home = blog.crawled(blog.home, clock())
    save_page.save_page(archive, home, None)
    assert texts(archive, "select author_name from comments order by id") == ["读者0", "读者1"]
    look(archive, blog, clock)
    stored = rows(archive, "comments")
    assert len(stored) == 3
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    assert rows(archive, "comments") == stored
    assert texts(archive, "select count(*) from comments where gone_at is not null") == [0]
    assert rows(archive, "open_failures") == []


def test_a_full_title_replaces_a_cut_one_but_not_the_reverse(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    blog.entries[N].title = "关于网络日志之存亡与一个读书人的后半生"
    category = blog.crawled(blog.home, clock())
    listed = category.parsed
    blog.broken[blog.home.url] = ParsedPage(
        kind=PageKind.HOME, encoding="utf-8", author=listed.author, latest=listed.latest, links=listed.links
    )
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    assert archive.rows("select title, title_is_cut, content_hash from posts") == [
        (blog.entries[N].title[:15], 1, None)
    ]
    look(archive, blog, clock)
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    assert archive.rows("select title, title_is_cut from posts") == [(blog.entries[N].title, 0)]
    assert rows(archive, "post_revisions") == []


def test_every_image_of_a_post_is_listed(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    blog.entries[N].images = tuple(Image(url=f"http://blog.test/{i}.jpg", position=i) for i in range(3))
    look(archive, blog, clock)
    assert len(rows(archive, "post_media")) == 3
    archive.execute("insert into media(url, status) values ('http://blog.test/1.jpg', 'done')")
    blog.entries[N].images = (
        Image(url="http://blog.test/1.jpg", position=0),
        Image(url="http://blog.test/9.jpg", position=1),
    )
    blog.entries[N].text += "换图。"
    look(archive, blog, clock)
    assert archive.rows("select url, media_id is not null from post_media order by position") == [
        ("http://blog.test/1.jpg", 1),
        ("http://blog.test/9.jpg", 0),
    ]


def test_no_cookie_is_ever_stored(archive: Archive, clock: Clock) -> None:
    crawl(archive, a_blog(2), clock)
    assert not [text for text in texts(archive, "select headers from pages") if "ookie" in str(text)]
    assert all("text/html" in str(text) for text in texts(archive, "select headers from pages"))


def test_stored_bytes_are_the_served_bytes(archive: Archive, clock: Clock) -> None:
    blog = a_blog(2)
    look(archive, blog, clock)
    crawled = blog.crawled(blog.post_target(N), clock.now)
    stored = next(iter(pages.stored_pages(archive)))
    assert (stored.page.body, stored.page.url, stored.target) == (
        crawled.page.body,
        crawled.page.url,
        crawled.target,
    )
    assert stored.page.fetched_at == crawled.page.fetched_at


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"text": ""}, "cut"),
        ({"text": "短", "title": None}, "cut"),
        ({"notice": NoticeKind.BLOCKED}, "blocked"),
        ({"notice": NoticeKind.LOGIN}, "notice"),
        ({"status": 503}, "blocked"),
        ({"status": 500}, "http"),
        ({"status": 429}, "blocked"),
    ],
)
def test_a_page_that_parses_worse_replaces_nothing(
    archive: Archive, clock: Clock, change: dict[str, object], kind: str
) -> None:
    blog = a_blog(1)
    look(archive, blog, clock)
    before = rows(archive, "posts"), rows(archive, "comments"), rows(archive, "post_revisions")
    for name, value in change.items():
        setattr(blog.entries[N], name, value)
    saved = look(archive, blog, clock)
    assert saved.outcome in (Outcome.FAILED, Outcome.BLOCKED)
    assert (rows(archive, "posts"), rows(archive, "comments"), rows(archive, "post_revisions")) == before
    assert texts(archive, "select kind from open_failures") == [kind]


def test_a_shorter_text_of_a_sound_page_is_an_edit(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    look(archive, blog, clock)
    blog.entries[N].text = "已删节。"
    assert look(archive, blog, clock).changes.posts_changed == 1
    assert texts(archive, "select body_text from posts") == ["已删节。"]


def test_a_failure_is_counted_and_resolved_by_the_next_good_page(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    blog.entries[N].status = 500
    look(archive, blog, clock)
    look(archive, blog, clock)
    assert archive.rows("select kind, attempts, next_try_at > last_failed_at from open_failures") == [
        ("http", 2, 1)
    ]
    blog.entries[N].status = 200
    look(archive, blog, clock)
    assert rows(archive, "open_failures") == []
    assert archive.scalar("select count(*) from failures where resolved_at is not null") == 1


def test_a_page_of_another_blog_changes_nothing_in_this_one(archive: Archive, clock: Clock) -> None:
    blog, other = a_blog(2), FakeBlog(uid="777")
    crawl(archive, blog, clock)
    other.add(Entry(number=N, title="别人的", when="2024-05-05 05:05:05", text="别人的正文"))
    blog.broken[blog.post_url(N)] = other.crawled(other.post_target(N), clock()).parsed
    assert look(archive, blog, clock).outcome is Outcome.FAILED
    assert texts(archive, "select uid from authors") == [blog.uid]


def test_two_blogs_with_the_same_numbers_stay_apart(archive: Archive, clock: Clock) -> None:
    one, two = a_blog(4), a_blog(4, uid="777", nickname="别人")
    crawl(archive, one, clock)
    crawl(archive, two, clock)
    assert archive.rows(
        "select uid, count(*) from posts p join authors a on a.id = p.author_id group by 1"
    ) == [("31182", 4), ("777", 4)]


def test_every_name_of_an_author_is_stored(archive: Archive, clock: Clock) -> None:
    blog = a_blog(2)
    crawl(archive, blog, clock)
    blog.nickname = "新墙"
    crawl(archive, blog, clock, command="update")
    assert texts(archive, "select nickname from authors") == ["新墙"]
    assert texts(archive, "select nickname from author_names order by captured_at") == ["老墙", "新墙"]


def test_comments_of_a_reader_named_by_the_text_are_found_by_the_view(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1, comments=0)
    blog.entries[N].comments = [comment("甲", "2024-08-01 10:00:00", "好文")]
    look(archive, blog, clock)
    assert archive.rows("select author, number, comments_held from posts_view") == [("老墙", str(N), 1)]


def strangers(uid: str, number: int) -> ListedPost:
    url = f"http://blog.test/u/{uid}/202501/{number}.html"
    return ListedPost(title="别人家的热门文章", number=str(number), url=url, posted=shown("2025-01-02"))


def home_with(blog: FakeBlog, clock: Clock, *others: ListedPost) -> ParsedPage:
    """Return the home page with other posts in its list, among its newest posts and under a category."""
    parsed = blog.crawled(blog.home, clock()).parsed
    first, *rest = parsed.categories
    with_others = CategoryRow(name=first.name, url=first.url, posts=(*others, *first.posts))
    return replace(
        parsed,
        listed=(*others, *parsed.listed),
        latest=(*others, *parsed.latest),
        categories=(with_others, *rest),
    )


def test_a_post_of_another_blog_in_a_listing_or_a_sidebar_is_not_a_post_of_this_one(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(4)
    blog.broken[blog.home.url] = home_with(blog, clock, strangers("27282", 7))
    requested = crawl(archive, blog, clock).urls
    assert sorted(texts(archive, "select number from posts")) == sorted(map(str, blog.entries))
    assert not [url for url in requested if "/27282/" in url]


def test_a_post_under_an_older_name_of_the_blog_is_its_own(archive: Archive, clock: Clock) -> None:
    blog = a_blog(4)
    crawl(archive, blog, clock)
    archive.execute("insert into author_aliases values (1, '31100', '2025-01-01')")
    older = strangers("31100", 7)
    blog.broken[blog.home.url] = home_with(blog, clock, older)
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    assert texts(archive, "select url from posts where number = 7") == [older.url]
    assert texts(archive, "select state from frontier where url = ?", (older.url or "",)) == ["todo"]


def test_a_post_costs_no_more_in_a_blog_of_many_posts(archive: Archive, clock: Clock) -> None:
    blog = a_blog(12, comments=2)
    look(archive, blog, clock)
    few = [_count_steps(archive, blog, clock, N + i) for i in range(1, 6)]
    others = (
        (f"other/{i}", blog.url(f"other/{i}"), SITE, blog.uid, f"x{i}", "post" if i % 2 else "comments")
        for i in range(4000)
    )
    archive.execute_many(
        "insert into frontier(key, url, site, uid, number, kind, state, priority, rank, found_at, fetched_at)"
        " values (?, ?, ?, ?, ?, ?, 'done', 4, 1, 'a', 'a')",
        others,
    )
    archive.execute_many(
        "insert into posts(author_id, number, url, title, posted_at, content_hash, first_seen_at, last_seen_at)"
        " values (1, ?, ?, '题目', '2020-01-01', 'x', 'a', 'b')",
        [(f"x{i}", blog.url(f"other/{i}")) for i in range(4000)],
    )
    many = [_count_steps(archive, blog, clock, N + i) for i in range(6, 11)]
    assert min(many) < 1.2 * min(few) + 20


def _count_steps(archive: Archive, blog: FakeBlog, clock: Clock, number: int) -> int:
    """Return the steps of SQLite's machine for the page of a post, in hundreds."""
    steps: list[None] = []
    archive.connection.set_progress_handler(lambda: steps.append(None), 100)
    look(archive, blog, clock, number)
    archive.connection.set_progress_handler(None, 0)
    return len(steps)


def test_a_relative_time_stays_as_it_was_first_shown_and_is_no_change(archive: Archive, clock: Clock) -> None:
    blog = a_blog(1)
    for year in (2022, 2023):  # "2 years ago", fetched in December and in January
        crawled = blog.crawled(blog.post_target(N), clock())
        ago = DateText(text="2 years ago", at=clock.now.replace(year=year), precision="year")
        post = replace(crawled.parsed.posts[0], posted=ago)
        parsed = replace(crawled.parsed, posts=(post,))
        save_page.save_page(archive, replace(crawled, parsed=parsed), None)
    assert texts(archive, "select posted_at from posts") == ["2022"]
    assert rows(archive, "text_changes") == []
