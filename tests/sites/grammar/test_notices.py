"""A notice in place of a page differs from a post about such things; a list differs from a post: `notices.tsv`."""

import pytest

from blogarchive.items import NoticeKind, PageKind, ParsedPage
from tests.cases import read_cases
from tests.demo.blogs.generated import make_blog
from tests.sites.printed.around import sidebar
from tests.sites.printed.check import read_page
from tests.sites.printed.odd import BODIES
from tests.sites.printed.one import read
from tests.sites.printed.pages import post_main, print_blog, whole_page
from tests.sites.printed.style import Style
from tests.sites.printed.urls import BASE, Urls

STYLES = {
    "tables": Style(),
    "HTML5, sidebar first": Style(
        frame="html5", side="before", piece="section", comment="article", row="li", entry="li"
    ),
    "flat": Style(piece="p", comment="flat_p", comment_lines="p", row="p", entry="br", width="half"),
}
EVERY = [(NoticeKind(case["kind"]), case["words"]) for case in read_cases(__file__, "notices.tsv")]
BLOG = make_blog("31182", posts=10, seed=2, months=2, awkward=False)
POST = BLOG.posts[0]


def answer(style: Style, main: str) -> ParsedPage:
    """Parse a page that is served for the URL of a post."""
    urls = Urls(style, BLOG)
    html = whole_page(style, BLOG, "万维读者网", main, sidebar(style, BLOG, urls))
    return read_page(f"{BASE}{BLOG.post_path(POST)}", html, PageKind.POST, uid=BLOG.uid, number=POST.number)


def test_a_notice_is_found_with_the_blog_around_it_and_without() -> None:
    for kind, words in EVERY:
        for style in STYLES.values():
            notice = answer(style, f"<div><p>{words}</p><a href='/'>返回</a></div>").notice
            assert notice is not None
            assert (notice.kind, notice.text) == (kind, words)
        bare = f"<html><head><title>提示</title></head><body>{words}<br><a href='/'>返回</a></body></html>"
        parsed = read_page(f"{BASE}{BLOG.post_path(POST)}", bare, PageKind.POST)
        assert parsed.kind is PageKind.NOTICE
        assert parsed.notice is not None
        assert parsed.notice.kind is kind


@pytest.mark.parametrize("name", STYLES)
def test_a_post_about_such_things_is_a_post(name: str) -> None:
    style = STYLES[name]
    urls = Urls(style, BLOG)
    for kind, words in EVERY:
        body = (*BODIES[6], *POST.body[:1])
        post = POST.__class__(number=POST.number, title=words, posted_at=POST.posted_at, body=body, views=3)
        parsed = answer(style, post_main(style, BLOG, urls, post, 1, [urls.post(post)]))
        assert parsed.kind is PageKind.POST, (kind, words)
        assert parsed.posts[0].title == words


@pytest.mark.parametrize("name", STYLES)
def test_a_home_page_in_place_of_a_post_is_a_list(name: str) -> None:
    home = print_blog(STYLES[name], BLOG)[f"{BASE}{BLOG.path}"]
    for post in BLOG.posts[:4]:
        url = f"{BASE}{BLOG.post_path(post)}"
        parsed = read_page(url, home, PageKind.POST, uid=BLOG.uid, number=post.number)
        assert (parsed.kind, parsed.posts) == (PageKind.HOME, ())


def test_a_long_unknown_page_is_no_notice() -> None:
    lines = "".join(f"<p>第{number}段，说的是别的事情，说得很长很长。</p>" for number in range(80))
    parsed = read_page(f"{BASE}{BLOG.post_path(POST)}", f"<p>请先登录</p>{lines}", PageKind.POST)
    assert parsed.notice is None


@pytest.mark.parametrize("html", ["", "<html></html>", "<html><body>   </body></html>", "<!-- -->", "\0\0"])
def test_an_empty_page_is_of_unknown_kind(html: str) -> None:
    parsed = read_page(f"{BASE}{BLOG.post_path(POST)}", html, PageKind.POST)
    assert (parsed.kind, parsed.posts, parsed.listed, parsed.notice) == (PageKind.UNKNOWN, (), (), None)


def test_a_notice_beside_names_and_times_of_a_sidebar_is_a_notice() -> None:
    side = "<div><h4>最新訪客</h4><p><a href='/u/77/'>路人甲</a> 2025-01-09 08:00:00</p></div>"
    words = "抱歉，這篇文章不存在或已被作者刪除。"
    page = f"<html><head><title>訊息</title></head><body>{side}<div>{words}</div></body></html>"
    parsed = read(page)
    assert parsed.kind is PageKind.NOTICE
    assert parsed.notice is not None
    assert (parsed.notice.kind, parsed.notice.text) == (NoticeKind.GONE, words)


@pytest.mark.parametrize(
    "form",
    [
        "<form>验证码：<input><textarea></textarea></form>",
        "<p><a href='/login.php'>登录</a>后才能发表评论</p>",
    ],
)
def test_the_form_of_comments_is_no_notice(form: str) -> None:
    parsed = read(f"<html><body><div>林木的角落</div><p>一些文字。</p>{form}</body></html>")
    assert (parsed.kind, parsed.notice) == (PageKind.UNKNOWN, None)
