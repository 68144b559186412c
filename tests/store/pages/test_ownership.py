"""Tests of ownership: posts of other blogs on a page are not saved as posts of its blog."""

from dataclasses import replace

from blogarchive.items import CategoryRow, ListedPost, ParsedPage
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from tests.store.fake_blog import Clock, FakeBlog, a_blog, crawl, shown, texts


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
