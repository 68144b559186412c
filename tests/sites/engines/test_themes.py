"""What themes put around a post: cards of other posts, links to a part of a page, a first paragraph with a date."""

from datetime import UTC, datetime

import pytest

from blogarchive import api
from blogarchive.items import NoticeKind, Page, PageKind, ParsedPage, Target
from blogarchive.sites.base import parse_page
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
        "Written on 3 March 2009. A friend from the harbour wrote down the price of coal and of bread.",
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
        ("/2024/12/31/2024/", True),
        ("/blog/2024/12/31/2025/", True),
        ("/2024/12/31/", False),
        ("/2005/03/37.html", True),
        ("/tips/2004/99.html", True),
        ("/posts/2024/", False),
        ("/blog/posts/home/", True),
        ("/blog/article/", False),
        ("/zh-cn/", False),
        ("/en/", False),
        ("/en/bridge/", True),
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
    assert page.notice.kind is NoticeKind.LOGIN
    assert page.posts == ()


def test_an_author_and_a_date_in_a_padded_element_are_no_comment() -> None:
    author = '<span>作者 <em><a href="/about">阿明</a></em></span>'
    meta = f'<div class="meta"><span>发表于 <em>2020-05-06</em></span> {author}</div>'
    body = f'<div class="wrap pl-4"><h1>{TITLE}</h1>{meta}<div class="post-content">{TEXT}</div></div>'
    page = read(f'<div class="row"><div class="pl-1 pr-3"><main class="post px-1">{body}</main></div></div>')
    assert page.posts[0].comments == ()
    assert told(page) == []


BODY = f'<div class="entry-content">{TEXT}</div>'


@pytest.mark.parametrize("sign", ["#", "§"], ids=["VuePress", "Textpattern"])
def test_the_link_that_themes_put_before_a_title_is_not_of_the_title(sign: str) -> None:
    anchor = f'<a href="#bridge" class="header-anchor">{sign}</a>'
    page = read(
        f'<main><div class="theme-default-content"><h1>{anchor} {TITLE}</h1><p>2020-05-06</p>{TEXT}</div></main>'
    )
    assert page.posts[0].title == TITLE


def test_a_published_time_behind_a_title_is_not_of_the_title() -> None:
    time = '<abbr class="published" title="2020-05-06T09:30:00+08:00">2020-05-06</abbr>'
    page = read(f'<main><h3 class="entry-title"><a href="#top">{TITLE}</a> · {time}</h3>{BODY}</main>')
    assert page.posts[0].title == TITLE


def test_the_profile_of_the_author_below_the_text_is_not_of_the_text() -> None:
    box = '<div class="blog-author-profile"><h3>林舟</h3><p>从2009年起在河边写字。</p></div>'
    page = read(f"<article><h1>{TITLE}</h1><p>2020-05-06</p>{TEXT}{box}</article>")
    assert "林舟" not in (page.posts[0].body_text or "")


def test_a_hyphen_between_chinese_words_separates_the_title_from_the_name_of_the_blog() -> None:
    post = f'<div class="post"><h4>2020年5月6日</h4><h2 class="post-title">{TITLE}</h2>{BODY}</div>'
    body = f'<h1><a href="/">山居</a></h1>{post}'
    text = f"<html><head><title>山居-{TITLE}</title></head><body>{body}</body></html>"
    page = api.parse_page(text.encode(), "https://notes.example.org/post/3.html", fetched_at=READ_AT)
    assert page.posts[0].title == TITLE
    assert told(page) == []


def test_the_time_and_counters_in_the_element_of_a_title_are_not_of_the_title() -> None:
    banner = f'<div class="banner-title"><h1 class="post-title">{TITLE}</h1><p><time>2020-05-06</time> • 63 阅读</p></div>'
    name = f'<meta property="og:site_name" content="{TITLE} - 山居">'
    page = read(f"{banner}<article>{BODY}</article>{name}")
    assert page.posts[0].title == TITLE


def test_the_links_of_emlog_to_the_posts_before_and_after_are_no_part_of_a_text() -> None:
    beside = '<div class="nextlog">« <a href="/?post=8">冬天</a> | <a href="/?post=10">夏天</a>»</div>'
    top, tags = (
        '<p class="date">发布于：2020-5-6 9:30</p>',
        '<p class="tag">标签: <a href="/?tag=1">桥</a></p>',
    )
    page = read(f'<div id="contentleft"><h2>{TITLE}</h2>{top}{TEXT}{tags}{beside}</div>')
    assert page.posts[0].body_text == read(f"<h2>{TITLE}</h2>{BODY}").posts[0].body_text


def test_a_logo_that_is_described_by_the_title_of_the_post_leaves_the_post_its_title() -> None:
    name = '<meta property="og:site_name" content="山居">'
    logo = f'<a class="navbar-logo" href="/"><img src="/logo.png" alt="{TITLE}"></a>'
    page = read(f'{name}<nav>{logo}</nav><p><time>2020-05-06</time></p><h1 class="title">{TITLE}</h1>{BODY}')
    assert page.posts[0].title == TITLE
    assert told(page) == []


def test_the_time_in_a_banner_whose_title_a_script_writes_is_that_of_the_post() -> None:
    stamp = '<meta property="article:published_time" content="2020-05-05T15:10:05.000Z">'
    time = '<time datetime="2020-05-06 00:10">2020年5月6日 凌晨</time>'
    banner = f'<header><div id="banner"><span id="subtitle"></span>{time}</div></header>'
    hidden = f'<h1 style="display: none">{TITLE}</h1>'
    page = read(f"{stamp}{banner}<main><article>{hidden}{BODY}</article></main>")
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d}" == "2020-05-06"


def test_the_name_of_a_month_above_a_calendar_is_no_time_of_a_post() -> None:
    page = read(
        f"<main><article>{BODY}</article></main><table><caption>2020年5月</caption><tr><td>1</td></tr></table>"
    )
    assert page.posts[0].posted is None
    assert "posted_at" in told(page)


@pytest.mark.parametrize(
    "line",
    [
        '<span class="posted">Posted by Ming at May 06, 2020 07:55 AM<br></span>',
        "<p>published on 2020-05-06 · tagged with <a href='/tags/river'>河</a></p>",
    ],
    ids=["Movable Type", "blag"],
)
def test_the_line_that_says_when_a_post_was_posted_is_not_of_the_text(line: str) -> None:
    page = read(f'<div class="blogbody"><h3 class="title">{TITLE}</h3>{TEXT}{line}</div>')
    assert (page.posts[0].body_text or "").endswith("钓鱼。")
    assert page.posts[0].posted is not None


@pytest.mark.parametrize("waiting", ["Loading...", "加载中…"])
def test_a_page_that_shows_menus_and_waits_for_its_scripts_needs_a_browser(waiting: str) -> None:
    menu = "<ul><li><a href='/home'>首页</a></li><li><a href='/archives'>归档</a></li></ul>"
    page = read(
        f'<div id="app"><nav>{menu}</nav><div class="post"><h2>文章详情</h2><p>{waiting}</p></div></div><script></script>'
    )
    assert page.kind is PageKind.UNKNOWN
    assert "needs a browser" in page.problems[0].detail


def test_a_page_that_a_script_writes_whole_needs_a_browser() -> None:
    page = read('<is-a></is-a><script src="/main.js"></script>')
    assert page.kind is PageKind.UNKNOWN
    assert "needs a browser" in page.problems[0].detail


def test_the_day_beside_a_title_in_a_list_is_not_of_the_title() -> None:
    rows = "".join(
        f'<a href="/posts/{slug}" class="posts"><div class="post">{title}</div><div class="date">05/1{number}</div></a>'
        for number, (slug, title) in enumerate((("a", "车站"), ("b", "信"), ("c", "雨"), ("d", "窗")))
    )
    page = read(
        f'<main><div class="archives"><div class="year">2024</div>{rows}</div></main>',
        "https://notes.example.org/archives/",
    )
    assert [post.title for post in page.listed] == ["车站", "信", "雨", "窗"]


@pytest.mark.parametrize(
    "path",
    [
        "/archives/12/",
        "/index.php/archives/12/",
        "/archives/12",
        "/archives/river",
        "/archives/2022/05/river",
        "/archive/2009/03/08/river.aspx",
        "/blog/PermaLink,guid,6b1e.aspx",
        "/comment/1234.html",
        "/article.php3?id_article=12&id_rubrique=3",
        "/article.php3?id_rubrique=3&id_article=12",
    ],
)
def test_a_post_below_a_folder_or_beside_its_section_is_a_post(path: str) -> None:
    assert urls.may_be_post(f"https://notes.example.org{path}")


@pytest.mark.parametrize(
    "path",
    ["/archives/", "/archives/2022/", "/archives/2022/05/", "/archives/202205", "/archives/page/2/", "/archives/tag/river",
     "/archive/2005/07.html", "/archives/2004_05.html", "/blog/page2/", "/archive/2009/03.aspx", "/archive/2009/03/08.aspx",
     "/blog/CategoryView,category,River.aspx", "/blog/default,month,2007-02.aspx"],
)  # fmt: skip
def test_a_year_a_month_and_a_tag_below_archives_are_lists(path: str) -> None:
    assert not urls.may_be_post(f"https://notes.example.org{path}")


@pytest.mark.parametrize(("query", "is_post"), [("uid=11", False), ("uid=11&do=blog&id=5", True)])
def test_the_space_of_a_member_of_discuz_is_no_post(query: str, is_post: bool) -> None:
    assert urls.may_be_post(f"https://notes.example.org/home.php?mod=space&{query}") == is_post


def test_the_blog_of_a_feed_below_index_php_begins_above_it() -> None:
    feed = '<link rel="alternate" type="application/rss+xml" href="/index.php/feed/">'
    body = f"{feed}<article><h1>{TITLE}</h1><time>2020-05-06</time>{BODY}</article>"
    page = read(body, "https://notes.example.org/index.php/archives/5/")
    assert page.author is not None
    assert page.author.uid == "notes.example.org"


@pytest.mark.parametrize("host", ["notes.example.org", "notes.example.org:8080"])
def test_the_blog_of_a_user_on_a_host_is_on_the_port_of_its_pages(host: str) -> None:
    page = read(
        f"<article><h1>{TITLE}</h1><time>2020-05-06</time>{BODY}</article>", f"http://{host}/~ann/p1.html"
    )
    assert page.author is not None
    assert (page.author.uid, page.author.url) == (f"{host}/~ann", f"http://{host}/~ann/")


@pytest.mark.parametrize("window", [f"山居文字 --- {TITLE}", f"{TITLE} - 山居文字"])
def test_of_two_bold_lines_that_the_window_title_has_the_later_one_is_the_title(window: str) -> None:
    menu = '<td><a href="../index.htm">首页</a><br><a href="guestbook.asp">留言</a></td>'
    post = f'<td><font size="4"><b>{TITLE}</b></font><p align="right">2003年6月8日</p>{TEXT}</td>'
    rows = f'<tr><td colspan="2"><font size="6">山居文字</font></td></tr><tr>{menu}{post}</tr>'
    foot = "<tr><td colspan=2>版权所有 <b>山居文字</b></td></tr>"
    text = f"<html><head><title>{window}</title></head><body><table>{rows}{foot}</table></body></html>"
    page = api.parse_page(text.encode(), "https://notes.example.org/2003/rain.htm", fetched_at=READ_AT)
    assert page.posts[0].title == TITLE
    assert page.posts[0].posted is not None
    assert told(page) == []


@pytest.mark.parametrize(
    ("path", "is_post"),
    [
        ("/2020/05/12/about-my-cat/", True),
        ("/login-problem.html", True),
        ("/posts/contact-lenses/", True),
        ("/feed-the-cat/", True),
        ("/about/", False),
        ("/%E5%85%B3%E4%BA%8E/", False),
        ("/page/友链/", False),
        ("/关于我.html", False),
        ("/post/关于/", True),
        ("/生活/关于我/", True),
        ("/关于我的猫/", True),
        ("/page/", False),
        ("/cn/about-me.html", False),
        ("/contact", False),
        ("/guestbook.html", False),
        ("/links.html", False),
        ("/posts/links.html", True),
        ("/linksammlung.html", True),
        ("/2020/05/river/feed/", False),
        ("/wp-login.php", False),
    ],
)
def test_a_slug_that_begins_with_the_name_of_a_page_is_that_of_a_post(path: str, is_post: bool) -> None:
    assert urls.may_be_post(f"https://notes.example.org{path}") == is_post


@pytest.mark.parametrize(
    ("head", "window"),
    [
        (f'<div class="block text-3xl">{TITLE}</div>', TITLE),
        (f'<div class="text-3xl"><span>🌉</span>{TITLE}</div>', TITLE),
        (f'<div class="post-title">{TITLE} <div>2020-05-06 <i>schedule</i></div></div>', TITLE),
        (f"<h2>{TITLE}<span>[日志]</span></h2>", TITLE),
        (f'<div class="showTitle"><span>{TITLE}</span></div>', f"{TITLE} - 一个名字很长很长的博客"),
        (f'<div class="Blog_tit4"><a href="#">{TITLE}</a></div>', f"{TITLE}-一个名字很长很长的博客"),
        (f"<p><b>{TITLE}</b></p>", f"名字很长很长的书斋→随笔→{TITLE}"),
    ],
    ids=["div", "icon", "time", "category", "span", "link", "last part"],
)
def test_the_element_whose_own_text_the_window_title_has_is_the_title(head: str, window: str) -> None:
    text = f"<title>{window}</title><article>{head}<p>2020-05-06 10:20</p><div>{TEXT}</div></article>"
    page = api.parse_page(text.encode(), "https://notes.example.org/bridge/", fetched_at=READ_AT)
    assert page.posts[0].title == TITLE
    assert told(page) == []


def test_a_name_in_the_sidebar_that_the_window_title_ends_with_is_not_the_title() -> None:
    body = f'<header><h1>{TITLE}</h1></header><p>2020-05-06</p>{TEXT}<div class="sidebar"><p>山居</p></div>'
    page = read(body)
    assert (page.posts[0].title, told(page)) == (TITLE, [])


@pytest.mark.parametrize(
    "line",
    [
        '<nav><a href="/about/">阿明</a> / <div>2020-05-06</div></nav>',
        '<h5><img src="a.png"><a href="/author-1.html">阿明</a> <span>2020-05-06 10:20</span></h5>',
        "<p>2020년 5월 6일</p>",
    ],
    ids=["nav", "small heading", "Korean"],
)
def test_the_time_between_the_title_and_the_text_is_that_of_the_post(line: str) -> None:
    page = read(f'<div><h1>{TITLE}</h1>{line}</div><div class="entry-content">{TEXT}</div>')
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d}" == "2020-05-06"


def test_the_second_part_of_a_text_of_movable_type_is_of_the_text() -> None:
    parts = (
        f'<div class="entry-body">{TEXT}</div><div class="entry-more"><p>后来下了雪，桥面结了冰。</p></div>'
    )
    page = read(f'<h3>{TITLE}</h3><p>2020-05-06</p><div class="entry-content">{parts}</div>')
    assert (page.posts[0].body_text or "").endswith("结了冰。")


def test_lines_around_the_text_in_an_element_named_for_it_are_not_of_the_text() -> None:
    line = "<ul><li>阿明</li><li>2020-05-06</li><li>标签：河</li></ul>"
    foot = "<div>类别：河┆阅读(10)┆评论(0)</div>"
    text = f'<div class="showContent">{TEXT}</div>'
    page = read(f'<div class="blogContent"><div><h2>{TITLE}</h2>{line}</div>{text}{foot}</div>')
    assert (page.posts[0].body_text or "").replace("\n", "") == TEXT.removeprefix("<p>").removesuffix("</p>")


_MENU = (
    '<div class="sphinxsidebar" role="navigation"><h2>2020-05-06</h2><h3><a href="/blog.html">Recent Posts</a></h3>'
    '<h3><a href="/blog/archive.html">Archives</a></h3><p><a href="/about.html" title="next page">关于</a></p></div>'
)


def test_a_text_beside_an_element_of_comments_that_has_only_links_is_read() -> None:
    links = "Previous: <a href='/letter.html'>一封很长的信</a> Next: <a href='/a.html'>车站</a>"
    links = f'<div class="section blog_comments">{links}</div>'
    page = read(
        f'<div class="body" role="main"><section><h1>{TITLE}</h1>{TEXT}</section>{links}</div>{_MENU}',
        "https://notes.example.org/posts/bridge.html",
    )
    assert (page.posts[0].body_text or "").endswith("钓鱼。")
    assert "comments" not in told(page)


def test_footnotes_behind_the_section_of_a_text_are_of_the_text() -> None:
    note = '<aside class="footnote-list brackets"><aside class="footnote"><p>河水很浅，没有船。</p></aside></aside>'
    page = read(
        f'<div class="body" role="main"><section id="bridge"><h1>{TITLE}</h1>{TEXT}</section>{note}</div>{_MENU}',
        "https://notes.example.org/posts/bridge/",
    )
    assert (page.posts[0].body_text or "").endswith("没有船。")


def test_a_walk_follows_the_archive_and_no_document_that_sphinx_calls_the_next() -> None:
    rows = "".join(
        f'<li><p class="post-title">2020-05-0{n} - <a href="/posts/d{n}.html">第 {n} 天</a></p></li>'
        for n in range(1, 6)
    )
    page = read(
        f'<div role="main"><h1>山居</h1><ul>{rows}</ul></div>{_MENU}', "https://notes.example.org/#walk"
    )
    assert [link.url for link in page.links if link.next_page] == [
        "https://notes.example.org/blog/archive.html"
    ]
    assert [post.number for post in page.listed] == [f"posts/d{n}.html" for n in range(1, 6)]


def test_a_walk_from_a_home_page_below_a_path_follows_the_archive_of_all_posts() -> None:
    """The home page shows whole posts, and lists in its archive name each post with its day."""
    home, cards = "https://notes.example.org/journal/", ""
    for n in (7, 8):
        cards += (
            f'<div class="card"><h3><a href="/journal/d{n}/">第 {n} 天</a></h3><h1>第 {n} 天</h1>{TEXT}</div>'
        )
    body = f'<div role="main"><h1>最近</h1>{cards}<p><a href="archive#10">Archive of all posts</a></p></div>'
    text = f"<!DOCTYPE html><html><head><title>山居</title></head><body>{body}</body></html>".encode()
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    shown = Page(url=home, fetched_at=READ_AT, status=200, headers=headers, body=text)
    walk = Target(url=f"{home}#walk", site="web", kind=PageKind.HOME, uid="notes.example.org", page_no=2)
    page = parse_page(shown, walk)
    assert (page.kind, page.posts) == (PageKind.HOME, ())
    assert [link.url for link in page.links if link.next_page] == [
        "https://notes.example.org/journal/archive"
    ]
    rows = "".join(f'<p><a href="/journal/d{n}/">2020-05-0{n} - 第 {n} 天</a></p>' for n in range(1, 6))
    listed = read(f"<div role='main'><h1>归档</h1>{rows}</div>", f"{home}archive").listed
    assert [post.title for post in listed] == [f"2020-05-0{n} - 第 {n} 天" for n in range(1, 6)]


def test_a_link_to_all_posts_below_a_text_is_not_of_it() -> None:
    page = read(
        f"<div id='main'><h1>{TITLE}</h1><p>2020-05-06</p>{TEXT}<p><a href='/archive/'>← all posts</a></p></div>"
    )
    assert "posts" not in (page.posts[0].body_text or "")


@pytest.mark.parametrize("line", ["2020-05-06 23:10", "© 2020 was a good year, he said.", "← Ben went home"])
def test_the_last_line_of_an_author_stays_in_the_text(line: str) -> None:
    page = read(f'<h1>{TITLE}</h1><p>2020-05-06</p><div class="entry">{TEXT}<p>{line}</p></div>')
    assert (page.posts[0].body_text or "").endswith(line)


def test_a_line_of_copyright_and_generator_is_not_the_text_of_a_short_post() -> None:
    tool = 'Generated with <a href="https://example.org/">staticsite</a> on 2026-12-01 19:28 CET.'
    lines = f"<div><small>© 2017 Ines.</small><small>{tool}</small></div>"
    page = read(
        f"<div role='main'><div><h1>{TITLE}</h1></div><h1>{TITLE}</h1><p>No one watered the tomatoes.</p></div>{lines}"
    )
    assert page.posts[0].body_text == "No one watered the tomatoes."


def test_the_titles_of_years_above_the_titles_of_posts_are_no_posts() -> None:
    rows = "".join(
        f"<div><h2>Posted in <a href='/blog/{year}.html'>{year}</a></h2>"
        f"<p>{year}-05-06 - <a href='/posts/y{year}.html'>河 {year}</a></p>"
        f"<p>{year}-04-06 - <a href='/posts/z{year}.html'>桥 {year}</a></p></div>"
        for year in (2020, 2021)
    )
    page = read(f'<div role="main">{rows}</div>', "https://notes.example.org/blog/archive.html")
    assert [post.number for post in page.listed] == [
        f"posts/{letter}{year}.html" for year in (2020, 2021) for letter in "yz"
    ]


def test_a_short_post_above_a_list_of_others_without_headings_is_a_post() -> None:
    rows = "".join(
        f'<dl><dt><a href="/pages/{n}/">第 {n} 天</a> <span class="date">05-0{n}</span></dt></dl>'
        for n in range(1, 5)
    )
    page = read(
        f'<main class="page"><div class="date">2020-05-06</div><h1>{TITLE}</h1>'
        '<div class="content__default"><p>今天只写一句。</p></div>'
        f'<div class="article-list">{rows}</div></main>',
        "https://notes.example.org/pages/bridge/",
    )
    assert (page.kind, [post.body_text for post in page.posts]) == (PageKind.POST, ["今天只写一句。"])


def test_a_text_that_the_page_states_is_whole_although_it_is_code_above_a_licence_of_links() -> None:
    code = "<figure><table><tr><td><pre>{}</pre></td></tr></table></figure>"
    lines = ("# 把面团放好，等一会儿。", "bake --slow bread.txt", "# 再烤，更快。", "bake --fast bread.txt")
    last = code.format("".join(f"<span>{line}</span><br>" for line in lines))
    steps = f"<h4>第一步</h4>{code.format('<span>bake --hot</span>')}<h4>第二步</h4>{last}"
    link = "https://notes.example.org/2018/08/01/how-to-bake-bread-on-two-ovens/"
    licence = f'<ul class="post-copyright"><li>本文链接：<a href="{link}">{link}</a></li></ul>'
    text = f'<div class="article-entry" itemprop="articleBody">{steps}<div>{licence}</div></div>'
    page = read(f"<article><header><h1>{TITLE}</h1><time>2018-08-01</time></header>{text}</article>")
    assert page.posts[0].body_text == "\n".join(("第一步", "bake --hot", "第二步", *lines))


def test_taxonomies_are_not_of_the_text_but_lists_without_links_are() -> None:
    links = '<div class="post-cat"><h2>Categories:</h2><a href="/category/river/">河</a></div>'
    added = f'<div class="post-taxonomy">{links}</div>'
    own = '<ul class="postList"><li>桥的高度</li><li>水的深度</li></ul>'
    text = f'<div itemprop="articleBody">{TEXT}{own}{added}</div>'
    page = read(f"<article><h1>{TITLE}</h1><time>2020-05-06</time>{text}</article>")
    assert (page.posts[0].body_text or "").endswith("钓鱼。\n桥的高度\n水的深度")


@pytest.mark.parametrize(
    ("body", "window", "title"),
    [
        ('<a href="/tags/glue/">glue</a>', "Glue, again - Bench notes", "Glue, again"),
        ("<div>Bench notes</div>", "Glue - Bench notes", "Glue, again"),
    ],
    ids=["tag", "blog"],
)
def test_a_word_of_the_window_title_is_no_title_beside_a_heading(body: str, window: str, title: str) -> None:
    text = f"<title>{window}</title><header><h1>{title}</h1><p>Posted on May 6, 2020</p></header>"
    page = api.parse_page(
        f"{text}<article>{TEXT}{body}</article>".encode(),
        "https://notes.example.org/2020-05-06-glue/",
        fetched_at=READ_AT,
    )
    assert page.posts[0].title == title or "title" in told(page)


def test_the_name_of_the_blog_is_cut_off_a_window_title_without_separators() -> None:
    head = "<title>豆子的厨房 河边的桥</title>"
    top = f'<h1><a href="/">豆子的厨房</a></h1><h2 class="entry_header">{TITLE}</h2><ul><li>2011/06/12(日) 21:15</li></ul>'
    page = api.parse_page(
        f'{head}{top}<div class="entry_body">{TEXT}</div>'.encode(),
        "https://notes.example.org/blog-entry-128.html",
        fetched_at=READ_AT,
    )
    assert (page.posts[0].title, told(page)) == (TITLE, [])


def test_a_tilde_may_part_the_title_from_the_name_of_the_blog() -> None:
    top = '<h1 class="t_nav"><span>您现在的位置是：首页 > 日记</span><a href="/">网站首页</a></h1>'
    line = '<div class="news_author"><span><a href="mailto:a@example.org">阿明</a></span><span>2020-05-06</span></div>'
    text = f'{top}<div><h3 class="news_title">{TITLE}</h3>{line}<div class="news_infos">{TEXT}</div></div>'
    page = read(text, window=f"{TITLE}~阿明的博客 - 一个写日记的网站")
    assert page.posts[0].title == TITLE
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d}" == "2020-05-06"
    assert "title" not in told(page)


def test_a_link_beside_the_time_below_the_title_leaves_the_time() -> None:
    line = '<div class="label">[<a href="/read.php?save_56">记</a> 2020/05/06 21:43 | by <a href="/user-1">阿明</a> ]</div>'
    page = read(f'<div><h4>{TITLE}</h4>{line}</div><div class="textbox-content">{TEXT}</div>')
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d %H:%M}" == "2020-05-06 21:43"


def test_the_name_of_a_blog_that_is_longer_than_the_title_is_not_the_title() -> None:
    top = '<div id="blogname">山居小站</div>'
    line = '<li class="blog_title"><a href="/bridge/">桥</a> <span>[2020-5-6 22:30:00 | By: 阿明]</span></li>'
    text = f'<title>桥-山居小站</title>{top}<ul>{line}<li class="blog_text">{TEXT}</li></ul>'
    page = api.parse_page(text.encode(), "https://notes.example.org/bridge/", fetched_at=READ_AT)
    assert page.posts[0].title == "桥"


def test_a_text_shorter_than_its_title_is_read() -> None:
    title = "在河边的桥上等一位很久没有见面的朋友"
    head = f"<header class='entry-header'><h1 class='entry-title'>{title}</h1></header>"
    foot = "<footer class='entry-footer'><time datetime='2020-05-06'>2020-05-06</time></footer>"
    page = read(
        f"<main><article>{head}<div class='entry-content'><p>今天下雨</p></div>{foot}</article></main>"
    )
    assert page.posts[0].body_text == "今天下雨"
    assert "body" not in told(page)


def test_a_line_with_an_author_in_the_element_of_heading_and_text_has_the_time() -> None:
    line = '<p class="date">2020-5-6 <a href="/author-1/">阿明</a></p>'
    page = read(f'<div class="content"><h2>{TITLE}</h2>{line}{TEXT}</div>')
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d}" == "2020-05-06"


def test_a_link_to_trackbacks_below_the_post_leaves_the_time_beside_it() -> None:
    line = "<small>发表于 2020-05-06，可以<a href='/bridge/trackback/'>引用</a>。</small>"
    page = read(f'<h1>{TITLE}</h1><div class="entry">{TEXT}<p class="postmetadata">{line}</p></div>')
    assert page.posts[0].posted is not None
    assert page.posts[0].posted.text == "2020-05-06"


@pytest.mark.parametrize(
    ("above", "below"),
    [("2020年5月6日 21:43 | 阿明", ""), ("", "<div>2020/5/6 21:43:08 | <a href='#post'>添加评论</a></div>")],
    ids=["above", "below"],
)
def test_a_line_that_is_only_a_time_in_the_element_of_the_text_is_that_of_the_post(
    above: str, below: str
) -> None:
    page = read(f"<div><h2>{TITLE}</h2>{above}{TEXT}{below}</div>")
    assert page.posts[0].posted is not None
    assert f"{page.posts[0].posted.at:%Y-%m-%d %H:%M}" == "2020-05-06 21:43"
    assert (page.posts[0].body_text or "").endswith("也有人在钓鱼。")


@pytest.mark.parametrize("last", ["2020年5月6日夜，于河边", "2020年5月6日 21:43 于河边"])
def test_a_day_with_which_the_author_signs_is_of_the_text(last: str) -> None:
    page = read(f'<h1>{TITLE}</h1><p>2020-05-07</p><div class="entry-content">{TEXT}<p>{last}</p></div>')
    assert (page.posts[0].body_text or "").endswith(last)


def test_a_post_with_the_name_of_its_blog_has_its_title_and_its_whole_text() -> None:
    top = '<div class="left"><h1 class="name"><a href="/">山居</a></h1></div><h1 class="article-title">山居</h1>'
    page = read(f'{top}<p>2020-05-06</p><div class="entry">{TEXT}<h2>后来</h2>{TEXT}</div>', window="山居")
    assert page.posts[0].title == "山居"
    assert (page.posts[0].body_text or "").count("也有人在钓鱼") == 12


def test_a_heading_of_tags_without_a_colon_ends_the_text() -> None:
    tags = "<div class='line'><h5>标签</h5><a href='/tag/river/'>河</a></div>"
    page = read(f'<h1>{TITLE}</h1><p>2020-05-06</p><div class="blog-text">{TEXT}{tags}</div>')
    assert "标签" not in (page.posts[0].body_text or "")


def test_the_heading_of_a_blog_below_a_path_is_no_post_of_a_list() -> None:
    row = '<div><a href="/notes/2020/05/06/bridge/"><h2>桥</h2></a><span>2020-05-06</span></div>'
    body = f'<div><a href="/notes/"><h1>山居</h1></a></div>{row}'
    page = read(body, url="https://example.org/notes/2020/05/", window="山居")
    assert [one.title for one in page.listed] == ["桥"]


def test_a_month_that_a_theme_states_to_be_an_article_in_a_widget_is_a_list() -> None:
    row = '<article class="hentry"><h2><a href="/2020/05/06/bridge/">桥</a></h2><p>2020-05-06</p></article>'
    menu = '<div class="menu"><a href="/section/news/">新闻</a><a href="/section/video/">影像</a></div>'
    main = f'<main><div class="widget"><h1>2020 年 5 月</h1>{row}</div></main>'
    head = '<title>2020 年 5 月 - 山居</title><meta property="og:type" content="article">'
    text = f'{head}<body class="archive date">{menu}{main}</body>'
    page = api.parse_page(text.encode(), "https://notes.example.org/2020/05/", fetched_at=READ_AT)
    assert (page.kind, [one.title for one in page.listed]) == (PageKind.HOME, ["桥"])


def test_a_time_on_several_lines_is_the_time_of_a_comment() -> None:
    lines = "el martes 20\n                    de diciembre de 2005\n                    a las 01:30"
    item = '<li id="comment-{0}"><cite>{1}</cite> dijo:<br><small>{2}</small><p>Qué lluvia tan larga, todo el día.</p></li>'
    items = "".join(item.format(number, name, lines) for number, name in ((58, "Luz"), (59, "Paz")))
    body = f'<h1>{TITLE}</h1><p>2005-12-19</p><div class="entry-content">{TEXT}</div><h3>2 comentarios</h3>'
    page = read(f'{body}<ol class="commentlist">{items}</ol>')
    times = [one.posted.at for one in page.posts[0].comments if one.posted]
    assert [f"{at:%Y-%m-%d %H:%M}" for at in times] == ["2005-12-20 01:30"] * 2


def test_a_class_of_the_whole_content_that_names_the_sidebar_hides_no_text() -> None:
    spinner = "<div class='loading'><p>少女祈祷中</p></div>"
    text = f'<section id="main"><article><div class="e-content" itemprop="articleBody">{TEXT}</div></article></section>'
    page = read(
        f'{spinner}<header><h1>{TITLE}</h1></header><div id="content" class="sidebar-right">{text}</div>'
    )
    assert (page.posts[0].body_text or "").startswith("桥下的水很慢")


@pytest.mark.parametrize(
    "text", ['<div class="post-content"><p>{}</p></div>', "<p>{}</p>"], ids=["named", "unnamed"]
)
def test_a_post_of_a_picture_alone_is_that_picture(text: str) -> None:
    picture = '<img src="/images/bridge.png" alt="桥">'
    meta = '<div class="author-box"><img src="/images/face.png"><span>林舟</span> <time>Dec 22, 2018</time></div>'
    footer = "<footer>阅读时长 0 分钟</footer>"
    page = read(
        f"<main><article><header><h1>{TITLE}</h1>{meta}</header>{text.format(picture)}{footer}</article></main>"
    )
    assert [image.url for image in page.posts[0].images] == ["https://notes.example.org/images/bridge.png"]
    assert page.posts[0].body_text == ""


def test_the_word_last_in_a_title_is_no_label_of_the_time_below_it() -> None:
    title = "The last lamp"
    body = f'<main><h1>{title}</h1><time>2020-05-06</time><div class="entry-content">{TEXT}</div></main>'
    page = read(body, window=title)
    assert page.posts[0].posted is not None
    assert told(page) == []


@pytest.mark.parametrize("month", ["2017/04", "2017年4月", "April 2017"])
@pytest.mark.parametrize(
    "row",
    [
        '<ul><li><a href="/archives/2017/04/">{}{}</a></li></ul>',
        '<ul><li><a href="/archives/2017/04/">{}</a>{}</li></ul>',
        '<div><a href="/archives/2017/04/">{}</a>{}</div>',
    ],
)
def test_a_month_of_the_archive_and_its_number_of_posts_are_no_day(row: str, month: str) -> None:
    count = "<div><span>1</span><span>篇</span></div>"
    console = f'<div class="console">{row.format(f"<span>{month}</span>", count)}</div>'
    page = read(f'{console}<main><h1>{TITLE}</h1><div class="entry-content">{TEXT}</div></main>')
    assert page.posts[0].posted is None


def test_a_short_sentence_beside_a_picture_of_its_author_is_the_text() -> None:
    author = '<div class="post-content"><img src="/images/face.png"></div>'
    text = '<div class="entry-content"><p>No power for two hours today.</p></div>'
    page = read(f"<main><h1>{TITLE}</h1><time>2020-05-06</time>{text}{author}</main>")
    assert page.posts[0].body_text == "No power for two hours today."


@pytest.mark.parametrize("place", ["comments", "author"])
def test_a_short_text_among_labels_and_faces_is_the_text(place: str) -> None:
    text = '<div class="entry-content"><p>No power for two hours today.</p></div>'
    labels = "<div><p>Posted</p><time>May 6, 2020</time><p>in</p><a href='/category/life/'>Life</a><p>by Ann</p></div>"
    face = '<div class="avatar"><img src="/images/face.png"></div>'
    items = f'<li id="comment-5" class="comment">{face}<cite>Ann</cite><time>May 7, 2020</time><p>It was wrong.</p></li>'
    comments = f'<div class="comments"><h3>One response</h3><ol>{items}</ol></div>'
    page = read(f"<main><h1>{TITLE}</h1>{text}{labels}{comments if place == 'comments' else face}</main>")
    assert page.posts[0].body_text == "No power for two hours today."
    assert page.posts[0].posted is not None


def test_a_column_of_links_in_the_element_named_for_the_text_is_not_of_the_text() -> None:
    links = "".join(f'<li><a href="/news/{n}.html">车站旁边的第{n}家小店今天开门</a></li>' for n in range(30))
    columns = (
        f'<div class="left"><div class="article">{TEXT}</div></div><div class="right"><ul>{links}</ul></div>'
    )
    page = read(f'<h1>{TITLE}</h1><time>2020-05-06</time><div class="article-content">{columns}</div>')
    assert ((page.posts[0].body_text or "").endswith("钓鱼。"), told(page)) == (True, [])


OTHERS = "".join(
    f'<li><b>0{n}</b> <a href="/day-{n}/">第 {n} 天</a> <i>2024-03-0{n} 10:2{n}:00</i></li>'
    for n in (1, 2, 3)
)


def test_the_rows_of_other_posts_below_a_picture_are_neither_text_nor_time_nor_comments() -> None:
    body = (
        f'<div class="content"><span>2020-05-06</span><main class="main"><h1>{TITLE}</h1><p><img src="/p.png"></p></main>'
        f"<div><b>最近更新</b><ul>{OTHERS}</ul></div></div>"
    )
    page = read(body)
    (post,) = page.posts
    assert ([image.url for image in post.images], post.body_text) == (["https://notes.example.org/p.png"], "")
    assert post.posted is not None
    assert post.posted.text == "2020-05-06"
    assert "comments" not in told(page)


def test_the_rows_of_other_posts_below_a_text_are_no_comments() -> None:
    body = f"<span>2020-05-06</span><main><h1>{TITLE}</h1>{TEXT}</main><div><b>最近更新</b><ul>{OTHERS}</ul></div>"
    assert told(read(body)) == []


def test_verses_in_the_named_element_are_the_text_beside_an_icon_of_the_title() -> None:
    verses = "<p>桥下的水很慢<br>有人在洗菜<br>也有人在钓鱼</p>"
    cards = "".join(f'<dl><dd>0{n}</dd><dt><a href="/pages/{n}/">第 {n} 天</a></dt></dl>' for n in (1, 2, 3))
    body = (
        f'<main class="page"><div class="date">2020-05-06</div><h1><img src="/icon.png">{TITLE}</h1>'
        f'<div class="content__default">{verses}</div><div class="article-list">{cards}</div></main>'
    )
    assert read(body).posts[0].body_text == "桥下的水很慢\n有人在洗菜\n也有人在钓鱼"


def test_a_picture_above_a_list_of_others_is_a_post() -> None:
    rows = "".join(
        f'<dl><dt><a href="/pages/{n}/">第 {n} 天</a> <span>05-0{n}</span></dt></dl>' for n in range(1, 5)
    )
    body = (
        f'<main class="page"><h1>{TITLE}</h1><div class="content__default"><img src="/p.png"></div>'
        f'<div class="article-list">{rows}</div></main>'
    )
    assert read(body, "https://notes.example.org/pages/bridge/").kind is PageKind.POST


def test_a_node_of_drupal_with_headings_of_its_files_and_comments_is_a_post() -> None:
    files = "".join(
        f'<h2><a href="/file/{n}">bridge-{n}.jpg</a></h2><img src="/{n}.jpg">' for n in range(1, 5)
    )
    body = f'<div id="node-130">{files}<h1>{TITLE}</h1><p>2020-05-06</p><p>{"雨停了，桥还在。" * 9}</p></div>'
    node = f'<title>{TITLE}</title><body class="html not-front page-node page-node-130 node-type-blog-article">{body}</body>'
    page = api.parse_page(node.encode(), "https://notes.example.org/article/130", fetched_at=READ_AT)
    assert (page.kind, [post.title for post in page.posts]) == (PageKind.POST, [TITLE])


def test_a_line_with_the_time_below_a_picture_is_not_the_text() -> None:
    footer = "<div><div><small>2020-05-06 10:20</small></div><small>Made by Ann. Built on 2024-05-06 10:20.</small></div>"
    page = read(f'<div role="main"><h1>{TITLE}</h1><p><img src="/p.png"></p></div>{footer}')
    (post,) = page.posts
    assert ([image.url for image in post.images], post.body_text) == (["https://notes.example.org/p.png"], "")


_VERSE = '<div class="verse"><div class="line">{}</div><div class="line">{}</div></div>'


@pytest.mark.parametrize(
    "parts",
    [
        (
            _VERSE.format("柜子里翻出十年前的报表", "下午翻到一本地图集"),
            _VERSE.format("桥下的水很慢", "有人在洗菜"),
        ),
        (
            "<p>The script of every month.</p>",
            "<div class='code'><pre>for name, price in bills:\n  add(name, price)</pre></div>",
        ),
        (
            '<section class="block-overview"><section class="block"><p>柜子里翻出十年前的报表。</p></section></section>',
            f'<section class="block-detail"><section class="block"><p>有人在洗菜。</p>{TEXT}</section></section>',
        ),
    ],
    ids=["verses", "code", "sections"],
)
def test_all_parts_of_a_text_in_the_section_of_its_title_are_the_text(parts: tuple[str, str]) -> None:
    page = read(
        '<div class="main wrapper body"><article><div class="postmeta"><span>May 6, 2020</span></div>'
        f'<div class="section"><h1>{TITLE}</h1>{"".join(parts)}</div>'
        '<div class="postmeta"><span>Posted by Ann</span></div></article></div>'
    )
    text = page.posts[0].body_text or ""
    assert [one in text for one in ("柜子", "洗菜", "script", "price")] in ([1, 1, 0, 0], [0, 0, 1, 1])


def test_a_title_that_the_text_repeats_is_not_of_the_text() -> None:
    header = f"<header><h1>{TITLE}</h1><p>Published on May 6, 2020</p></header>"
    page = read(f"<article>{header}<main><h1>{TITLE}</h1>{TEXT}</main></article>")
    assert (page.posts[0].body_text or "").startswith("桥下的水很慢")


def test_a_day_that_is_the_title_gives_way_to_other_witnesses_and_is_told_alone() -> None:
    body = f'<header><h1>2015-08-13</h1></header><main><article class="article">{TEXT}</article></main>'
    alone = read(body, window="2015-08-13")
    assert told(alone) == ["posted_at"]
    dated = read(body, "https://notes.example.org/2018/09/25/bridge/", window="2015-08-13")
    assert dated.posts[0].posted is not None
    assert str(dated.posts[0].posted.at)[:10] == "2018-09-25"


def test_midnight_that_the_data_state_is_no_time_of_day() -> None:
    line = '<time datetime="2020-05-06T00:00:00+08:00">2020年5月6日</time>'
    posted = (
        read(f'<main><h1>{TITLE}</h1>{line}<div class="entry-content">{TEXT}</div></main>').posts[0].posted
    )
    assert posted is not None
    assert (str(posted.at)[:10], posted.precision) == ("2020-05-06", "day")


def test_the_time_of_the_post_below_the_text_and_that_of_the_page_are_no_comments() -> None:
    footer = "<div><small>2020-05-06 10:20</small></div><div><small>Built on 2024-05-06 11:30.</small></div>"
    assert "comments" not in told(read(f'<div role="main"><h1>{TITLE}</h1>{TEXT}</div>{footer}'))


def test_the_time_in_a_list_row_that_holds_the_whole_post_is_that_of_the_post() -> None:
    more = '<p>相关：<a href="https://notes.example.org/2019/08/station.html">车站</a></p>'
    row = f'<li class="left"><h3>{TITLE}</h3><div class="time"><span>2020-05-06 09:25:09</span></div>{TEXT}{more}</li>'
    post = read(f'<ul class="columns">{row}<li><a href="/about.html">关于</a></li></ul>').posts[0]
    assert post.posted is not None
    assert post.posted.text.startswith("2020-05-06 09:25")


def _of_matery(title: str, text: str) -> ParsedPage:
    head = f'<html><head><title>{title or "山居"}</title><link rel="alternate" href="/atom.xml" title="山居"></head>'
    card = f'<div class="card"><a href="/2019/04/02/station/"><span class="card-title">车站</span></a>{TEXT}2019-04-02</div>'
    after = f'<span>评论</span><div id="tcomment"></div><article class="prev-next articles">{card}</article>'
    body = f'<p>2020-05-06</p><div id="articleContent">{text}</div>{after}'
    page = (
        f'{head}<body><span>山居</span><h1 class="post-title">{title}</h1><main>{body}</main></body></html>'
    )
    return api.parse_page(page.encode(), "https://notes.example.org/2020/05/06/b/", fetched_at=READ_AT)


def test_the_card_of_the_next_post_is_no_text_and_no_comment() -> None:
    page = _of_matery(TITLE, "<p>今天去看了桥，水很清，人也不多。</p>")
    assert (page.posts[0].title, page.posts[0].body_text) == (TITLE, "今天去看了桥，水很清，人也不多。")
    assert told(page) == []


def test_links_to_other_posts_below_a_heading_of_the_theme_are_not_of_the_text() -> None:
    others = '<h4 class="see-also">See also</h4><ul><li><a href="/station/">车站</a></li></ul>'
    own = '<h2 id="see-also">See also</h2><ul><li><a href="/letter/">信</a></li></ul>'
    page = read(f'<h1>{TITLE}</h1><p>2020-05-06</p><article class="blog-post">{TEXT}{own}{others}</article>')
    text = page.posts[0].body_text or ""
    assert (text.endswith("信"), "车站" in text) == (True, False)


def test_a_relative_link_leads_to_the_next_page_of_a_list() -> None:
    rows = "".join(f'<h2><a href="/blog/{n}/">第{n}篇</a></h2><p>2020-05-0{n}</p>' for n in range(1, 7))
    body = f'<div class="page">{rows}<p><a href="../../">« Previous</a> | 2 | <a href="../3/">Next »</a></p></div>'
    links = [link.url for link in read(body, "https://notes.example.org/blog/page/2/").links]
    assert "https://notes.example.org/blog/page/3/" in links


def test_a_link_to_log_in_and_a_count_above_a_single_comment_are_not_its_author() -> None:
    comment = (
        '<div class="comment-parent"><li class="media"><div class="media-body"><p><strong>阿木</strong></p>'
        '<p class="small">1楼&nbsp;-&nbsp;2 年，8 月前</p></div></li><div class="comment-body"><p>鱼很好吃。</p></div></div>'
    )
    above = '<div><a href="/login/"><strong>登录</strong></a> 后回复</div>'
    count = "<strong>1 人参与 | 1 条评论</strong>"
    area = f'<div id="comment-block">{above}<div id="comment-list"><ul><div>{count}</div>{comment}</ul></div></div>'
    body = f'<h1>{TITLE}</h1><p>2020年5月6日 09:30</p><div class="article-body">{TEXT}</div>{area}'
    assert [one.author_name for one in read(body).posts[0].comments] == ["阿木"]


def test_the_box_that_quotes_the_answered_comment_is_not_the_text_of_the_answer() -> None:
    rows = "".join(
        f'<li class="list-group-item"><div><h5><a href="#">{name}</a></h5><small>2020-05-0{day} 10:00</small>'
        f'</div><p class="alert reply-body">老周:<br>{quoted}</p><p class="mb-1">{text}</p></li>'
        for name, day, quoted, text in (
            ("阿木", 7, "鱼很好吃。", "我也这样想。"),
            ("小满", 8, "桥很旧了。", "下次一起去。"),
        )
    )
    comments = (
        f'<div class="comments" id="comments"><h3>2 Comments</h3><ul class="list-group">{rows}</ul></div>'
    )
    body = f'<h1>{TITLE}</h1><p>2020-05-06</p><div class="post-content">{TEXT}</div>{comments}'
    assert [one.body_text for one in read(body).posts[0].comments] == ["我也这样想。", "下次一起去。"]


def test_a_text_with_a_class_of_its_style_keeps_its_lines_but_not_the_tags_below() -> None:
    tags = '<ul class="pa0"><li><a href="/tags/a/">书</a></li><li><a href="/tags/b/">茶</a></li></ul>'
    text = f'<div class="nested-copy lh-copy nested-links"><p>今天什么也没写。</p>{tags}</div>'
    head = f'<header><h1>{TITLE}</h1><time datetime="2020-05-06">May 6, 2020</time></header>'
    page = read(f'<main class="pb7" role="main"><article>{head}{text}<aside></aside></article></main>')
    assert page.posts[0].body_text == "今天什么也没写。"


def test_a_button_to_answer_is_no_author_where_the_name_is_a_number() -> None:
    head = '<h4>Re: 桥</h4><div><a class="comment-add-reply" href="#">Add reply</a></div>'
    meta = '<div class="comment-meta">Written on Sat, 30 Mar 2019 14:22:00 by 2333</div>'
    row = f'<div class="comment">{head}{meta}<div class="comment-text">鱼很好吃。</div></div>'
    text = f'<h1>{TITLE}</h1><p>2019-03-06</p><div class="e-content">{TEXT}</div>'
    body = f'{text}<h3>Comments</h3><div class="comments">{row}</div>'
    assert "Add reply" not in [one.author_name for one in read(body).posts[0].comments]


def test_a_list_that_shows_years_ago_lists_the_day_it_states_for_machines() -> None:
    rows = "".join(
        f'<li><a href="/posts/{word}"><time datetime="2019-04-2{day}T10:05:00+00:00">6 years ago</time>'
        f"<h2>{word}</h2></a></li>"
        for day, word in enumerate(("bread", "ferry", "honey", "snow"))
    )
    page = read(
        f'<section class="content"><ul class="items">{rows}</ul></section>', "https://notes.example.org/"
    )
    days = [one.posted.at.day for one in page.listed if one.posted and one.posted.at]
    assert days == [20, 21, 22, 23]


def test_subjects_of_comments_of_drupal_are_no_list_of_posts() -> None:
    said = "".join(
        f'<h3><a href="/comment/{n}#comment-{n}">很好 {n}</a></h3><div>林 {n}，2020-05-0{n} 09:00</div><p>说得对。</p>'
        f'<a href="/comment/reply/130/{n}">回复</a>'
        for n in range(4, 8)
    )
    body = f'<div role="main"><span>2020-05-03</span><h1>{TITLE}</h1><p>桥下的水很慢，有人在洗菜。</p>{said}</div>'
    assert read(body, "https://notes.example.org/article/130").kind is PageKind.POST


def test_a_text_of_tistory_may_be_mostly_a_link() -> None:
    link = '<a href="https://pics.example/7">河边的桥，2019 年春天，从北岸往南看，桥下有人在洗菜</a>'
    text = f"<p>雨停了。</p><figure>{link}</figure>"
    tools = "".join(f'<li><a href="/{one}">{one}</a></li>' for one in ("manage/entry/post", "rss", "manage"))
    text = f'<div class="area"><div class="tt_article contents_style">{text}</div></div>'
    body = f"<ul>{tools}</ul><h3>{TITLE}</h3><span>2022. 12. 20. 12:04</span>{text}"
    page = read(body, "https://notes.example.org/2")
    assert [post.body_text and post.body_text[:4] for post in page.posts] == ["雨停了。"]


def test_a_page_with_the_url_of_a_post_that_shows_links_alone_says_so() -> None:
    rows = "".join(f'<li><a href="/article/{n}">第 {n} 天的桥</a></li>' for n in range(4, 9))
    page = read(f"<div role='main'><ul>{rows}</ul></div>", "https://notes.example.org/article/130", "山居")
    assert (page.posts, told(page)) == ((), ["body"])


def test_the_footer_of_a_title_with_the_day_is_no_text_beside_a_shorter_one() -> None:
    line = '<footer class="article-time"><time>May 06, 2020</time> <time>阅读时长: 1 分钟</time></footer>'
    heading = f'<div class="article-title-wrapper"><h2 class="article-title">{TITLE}</h2></div>'
    head = f'<header><div class="article-details">{heading}{line}</div></header>'
    after = "<footer><section>更新于 2026-01-05</section></footer>"
    page = read(f'<article>{head}<section class="article-content"><p>水很慢。</p></section>{after}</article>')
    post = page.posts[0]
    assert (post.body_text, post.posted and post.posted.text, told(page)) == ("水很慢。", "May 06, 2020", [])
