"""After any sequence of edits, neither `diff` nor `serve` lists a pair of versions without a visible difference."""

from dataclasses import replace
from html import unescape
from random import Random
from re import sub

import datasette.app  # noqa: F401 - before the plugin, which it loads
import pytest

from blogarchive.browse.pages.post_page import diff_texts
from blogarchive.cli.reports import unified_difference
from blogarchive.items import CrawledPage, Image
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from blogarchive.store.posts.revisions import image_urls, merge_equal_images
from blogarchive.store.read import posts
from blogarchive.store.rows import format_utc
from tests.store.conftest import Clock
from tests.store.fake_blog import START, Entry, FakeBlog

N = 500000
PARTS = (
    "<p>第一段。</p>",
    '<p>第二段<a href="http://other.test/1">链接</a>完。</p>',
    '<img src="http://blog.test/a/1.jpg">',
    "<pre>甲\n  乙</pre>",
    "<p>a b</p>",
)
REDESIGNS = (  # a reader sees the same
    lambda html: html.replace("<p>", "<div>\n   ").replace("</p>", "\n</div>"),
    lambda html: html.replace("http://", "https://"),
    lambda html: html.replace("https://", "http://"),
    lambda html: html.replace("blog.test/a/", "img.blog.test/a/"),
    lambda html: html.replace("/a/1.jpg", "/b/2.jpg"),  # equal bytes
    lambda html: html.replace("段", "&#27573;"),
    lambda html: html.replace("第", "<b>第</b>"),
)


def save(archive: Archive, blog: FakeBlog, html: str, clock: Clock) -> None:
    crawled = blog.crawled(blog.post_target(N), clock())
    images = tuple(Image(url=url, position=place) for place, url in enumerate(image_urls(html)))
    text = unescape(sub("<[^>]*>", "", html))
    post = replace(crawled.parsed.posts[0], body_html=html, body_text=text, images=images)
    page = replace(crawled.page, body=html.encode())
    changed: CrawledPage = replace(crawled, page=page, parsed=replace(crawled.parsed, posts=(post,)))
    save_page.save_page(archive, changed, None)


def store_files(archive: Archive) -> None:
    """Store the same bytes under the URLs of all images."""
    archive.execute(
        "insert or ignore into media_files(sha256, content_type, size, body) values ('x', 'image/jpeg', 1, x'00')"
    )
    archive.execute(
        "insert or ignore into media(url, status, sha256) select distinct url, 'stored', 'x' from post_media"
    )


@pytest.fixture
def blog() -> FakeBlog:
    blog = FakeBlog()
    blog.add(Entry(number=N, title="题目", when="2024-07-01 09:00:00", text="正文"))
    return blog


@pytest.mark.parametrize("seed", range(12))
def test_no_pair_of_versions_is_without_a_visible_difference(
    archive: Archive, clock: Clock, blog: FakeBlog, seed: int
) -> None:
    random, parts, shown = Random(seed), list(PARTS), 0
    for _ in range(14):
        if random.random() < 0.4:
            random.shuffle(parts)  # an edit, also one that moves a link or an image alone
            shown += 1
        html = "".join(parts)
        for redesign in random.sample(REDESIGNS, 2):
            html = redesign(html)
        save(archive, blog, html, clock)
        store_files(archive)
        merge_equal_images(archive, format_utc(START))
    ((_, post),) = posts.find_posts(archive, str(N))
    assert len(post.versions) <= shown + 1
    for before, after in zip(post.versions, post.versions[1:], strict=False):
        assert list(unified_difference(before, after)), (before.body_html, after.body_html)
        parts_of = diff_texts(*before.texts_compared_with(after))
        assert {part.kind for part in parts_of} & {"old", "new"}, (before.body_html, after.body_html)


def test_an_image_of_equal_bytes_at_another_path_is_no_edit(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    first, second = (
        '<p>文</p><img src="http://blog.test/a/1.jpg">',
        '<p>文</p><img src="http://blog.test/b/2.jpg">',
    )
    save(archive, blog, first, clock)
    store_files(archive)
    save(archive, blog, second, clock)
    assert archive.scalar("select count(*) from post_revisions") == 1, "the bytes are not known yet"
    store_files(archive)
    merge_equal_images(archive, format_utc(START))
    assert archive.scalar("select count(*) from post_revisions") == 0
    save(archive, blog, first, clock)
    assert archive.rows("select count(*), max(last_changed_at) from post_revisions, posts") == [(0, None)]
    assert archive.text("select body_html from posts") == first, "the newest markup is stored"
    archive.execute("update media set sha256 = null where url like '%2.jpg'")
    save(archive, blog, second, clock)
    assert archive.scalar("select count(*) from post_revisions") == 1


def test_https_in_place_of_http_in_links_is_no_edit(archive: Archive, clock: Clock, blog: FakeBlog) -> None:
    html = '<p>文<a href="http://other.test/1">甲</a><a href="http://blog.test/2">乙</a></p>'
    save(archive, blog, html, clock)
    save(archive, blog, html.replace("http:", "https:"), clock)
    assert archive.scalar("select count(*) from post_revisions") == 0
    save(archive, blog, html.replace("http://other.test/1", "https://another.test/1"), clock)
    assert archive.scalar("select count(*) from post_revisions") == 1


def test_a_new_session_in_links_or_a_new_signature_of_an_image_is_no_edit(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    html = (
        '<p>文<a href="http://blog.test/2?PHPSESSID={0}">甲</a><a href="http://blog.test/3;jsessionid={0}?a=1">乙</a>'
        '<img src="http://blog.test/a/1.php?w=800&amp;t={0}"><img src="http://c.test/2?X-Amz-Date={0}&amp;Expires=1">'
        '<img src="http://c.test/4?e=176450000{1}&amp;token=k:{0}"><img src="http://c.test/5?wsSecret={0}&amp;wsTime={0}">'
        '<img src="http://c.test/3.png?ver={0}"><a href="http://blog.test/cdn-cgi/l/email-protection#{0}">丙</a></p>'
    )
    for number in range(3):
        save(archive, blog, html.format(f"{number}f", number), clock)
        if number == 0:
            store_files(archive)
            archive.execute(
                "update post_media set media_id = (select id from media m where m.url = post_media.url)"
            )
            archive.execute("update media set etag = ''")  # the host sent none: it is not asked again
    assert archive.scalar("select count(*) from post_revisions") == 0
    assert archive.rows("select distinct sha256, etag from media") == [("x", "")]
    assert archive.text("select body_html from posts") == html.format("2f", 2), "the newest URLs are stored"
    save(archive, blog, html.format("3f", 3).replace("w=800", "w=900"), clock)
    save(archive, blog, html.format("3f", 3).replace("/2?", "/2?t=5&amp;"), clock)
    assert archive.scalar("select count(*) from post_revisions") == 2


def test_a_page_that_lost_the_picture_of_a_post_without_a_text_is_no_version_of_it(
    archive: Archive, clock: Clock, blog: FakeBlog
) -> None:
    picture = '<p><img src="http://blog.test/a/1.jpg"></p>'
    for html in (picture, "<p></p>", picture):
        save(archive, blog, html, clock)
        assert archive.column("select body_html from posts") == [picture]
        failures = archive.rows("select kind, detail from open_failures")
        assert failures == ([] if html == picture else [("cut", "the body is empty now")])
    assert archive.scalar("select count(*) from post_revisions") == 0
