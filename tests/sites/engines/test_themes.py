"""What themes put around a post: cards of other posts, links to a part of a page, a first paragraph with a date."""

from datetime import UTC, datetime

import pytest

from blogarchive import api
from blogarchive.items import NoticeKind, PageKind, ParsedPage
from blogarchive.sites.engines import urls

READ_AT = datetime(2026, 1, 1, tzinfo=UTC)
TITLE = "河边的桥"
TEXT = "<p>" + "桥下的水很慢，有人在洗菜，也有人在钓鱼。" * 6 + "</p>"
CARDS = "".join(
    f'<li class="post"><div><h3><a href="/{slug}/">{title}</a></h3><div class="date"><time datetime="{day}">{day}</time>'
    "</div></div></li>"
    for slug, title, day in (("station", "车站", "2024-06-16"), ("letter", "信", "2023-05-01"))
)


def read(body: str, url: str = "https://notes.example.org/bridge/", window: str = TITLE) -> ParsedPage:
    text = f"<!DOCTYPE html><html><head><title>{window} - 山居</title></head><body>{body}</body></html>"
    return api.parse_page(text.encode(), url, fetched_at=READ_AT)


def told(page: ParsedPage) -> list[str]:
    return [problem.field for problem in page.problems]


def test_the_time_in_a_card_of_another_post_is_not_that_of_the_post() -> None:
    body = f'<main><h1>{TITLE}</h1><div class="entry-content">{TEXT}</div><h2>更多文章</h2><ul>{CARDS}</ul></main>'
    page = read(body)
    assert page.posts[0].posted is None
    assert told(page) == ["posted_at"]


def test_the_time_of_the_post_is_found_beside_links_to_its_neighbours() -> None:
    links = '<nav><h3><a href="/station/">车站</a></h3></nav>'
    body = f'<main><h1>{TITLE}</h1><p><time>2020-05-06</time></p><div class="entry-content">{TEXT}</div>{links}</main>'
    page = read(body)
    assert page.posts[0].posted is not None
    assert page.posts[0].posted.text == "2020-05-06"


@pytest.mark.parametrize(
    "first",
    [
        "2011年3月5日，我们搬进了这所房子。到了秋天，灯坏了。",
        "On March 5, 2011 we moved into the old house by the river and slept on the floor.",
    ],
)
def test_a_first_paragraph_with_a_date_is_of_the_text(first: str) -> None:
    body = f'<article><h1>{TITLE}</h1><p>{first}</p>{TEXT}</article><footer class="info">发表于 2020-05-06</footer>'
    page = read(body)
    assert (page.posts[0].body_text or "").startswith(first)
    assert page.posts[0].posted is None or page.posts[0].posted.text == "2020-05-06"


def test_tags_beside_comments_with_a_heading_are_those_of_the_post() -> None:
    tags = '<div class="terms"><a href="/tag/river/" rel="tag">河</a>, <a href="/tag/bridge/" rel="tag">桥</a></div>'
    comments = (
        '<div class="wp-block-comments"><h2>Comments</h2><ol><li id="comment-1"><b class="fn">阿明</b>'
        '<time datetime="2020-05-07T08:00:00+08:00">2020-05-07</time><div class="comment-content"><p>好。</p></div>'
        "</li></ol></div>"
    )
    head = f"<div><h1>{TITLE}</h1><time>2020-05-06</time></div>"
    body = f'{head}<div class="entry-content">{TEXT}</div><div><div>{tags}</div>{comments}</div>'
    page = read(f"<main>{body}</main>")
    assert page.posts[0].categories == ("河", "桥")
    assert [one.author_name for one in page.posts[0].comments] == ["阿明"]


ROWS = "".join(
    f'<article><h2><a href="/posts/{slug}.html#{slug}">{title}</a></h2><p>2020-05-0{day}</p><p>桥下的水很慢…</p></article>'
    for day, (slug, title) in enumerate(
        (("station", "车站"), ("walk", "&nbsp;"), ("friend", "朋友")), start=1
    )
)


def test_titles_that_lead_to_the_heading_of_a_post_are_listed_also_an_empty_one() -> None:
    page = read(f"<main>{ROWS}</main>", url="https://notes.example.org/", window="山居")
    assert [(one.number, one.title, one.title_cut) for one in page.listed] == [
        ("posts/station.html", "车站", False),
        ("posts/walk.html", "", True),
        ("posts/friend.html", "朋友", False),
    ]


@pytest.mark.parametrize(
    ("path", "is_post"),
    [
        ("/posts/friend/", True),
        ("/2020/05/links/", True),
        ("/blog/posts/home/", True),
        ("/posts/tags/", False),
        ("/posts/page/2/", False),
        ("/posts/", False),
        ("/friends/", False),
        ("/blog/links/", False),
        ("/2020/05/", False),
        ("/category/friends/", False),
        ("/?p=12", True),
        ("/?paged=2", False),
        ("/", False),
        ("/index.atom", False),
    ],
)
def test_a_word_of_lists_in_the_place_of_the_slug_is_a_post(path: str, is_post: bool) -> None:
    assert urls.may_be_post(f"https://notes.example.org{path}") == is_post


def test_a_post_behind_a_password_is_a_notice_and_not_a_text() -> None:
    form = '<form><p>这篇文章受密码保护，请输入密码。</p><input name="post_password" type="password"></form>'
    page = read(
        f'<article><h1>{TITLE}</h1><time>2020-05-06</time><div class="entry-content">{form}</div></article>'
    )
    assert page.kind is PageKind.NOTICE
    assert page.notice is not None
    assert page.notice.kind is NoticeKind.HIDDEN
    assert page.posts == ()


def test_an_author_and_a_date_in_a_padded_element_are_no_comment() -> None:
    author = '<span>作者 <em><a href="/about">阿明</a></em></span>'
    meta = f'<div class="meta"><span>发表于 <em>2020-05-06</em></span> {author}</div>'
    body = f'<div class="wrap pl-4"><h1>{TITLE}</h1>{meta}<div class="post-content">{TEXT}</div></div>'
    page = read(f'<div class="row"><div class="pl-1 pr-3"><main class="post px-1">{body}</main></div></div>')
    assert page.posts[0].comments == ()
    assert told(page) == []
