"""The template of 2006 of 文学城: a month page shows whole posts."""

from datetime import UTC, datetime

import pytest

from blogarchive.items import Page, PageKind, ParsedPage, Target
from blogarchive.sites import base as sites
from tests.paths import REAL

URL = "http://blog.wenxuecity.com/archives.php?date=200605&blogID=77&wid=1"

HEAD = """<html><head><title>灯下客 | blog.wenxuecity.com</title>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" /></head><body><table><tr><td>
<table><tr><td class="side_nav">博客标题</td></tr></table>
<table id="s1"><tr><td class="sub-side_nav"><div><strong>灯下闲谈 </strong></div></td></tr>
<tr><td class="sub-side_nav"> 一盏灯，一杯茶。 </td></tr></table>
<table><tr><td class="side_nav">个人信息</td></tr></table>
<table id="s2"><tr><td class="sub-side_nav"><strong>灯下客</strong>, 41岁<br />某地<br />
<a href="/profile.php?cid=x">点击查看我的个人资料</a></td></tr></table>
<table><tr><td class="side_nav">最新文章</td></tr></table>
<table id="s3"><tr><td class="sub-side_nav"><table><tr><td>&#8226;&nbsp;</td>
<td><a href="http://blog.wenxuecity.com/blogview.php?date=200605&postID=902">新茶 </a></td></tr></table></td></tr></table>
<table><tr><td class="side_nav">归档备份</td></tr></table>
<table id="s4"><tr><td class="sub-side_nav"><nobr>
<a href="archives.php?date=200604&blogID=77">04/01/2006 - 5/01/2006</a><br>
<a href="archives.php?date=200605&blogID=77">05/01/2006 - 6/01/2006</a></nobr></td></tr></table>
<table><tr><td class="side_nav">文章分类</td></tr></table>
<table id="s5"><tr><td class="sub-side_nav">
<div class="category-title">【<a href="http://blog.wenxuecity.com/myblog.php?blogID=77&catid=5">茶话</a>】</div>
<table><tr><td>&#8226;&nbsp;</td>
<td><a href="/blogview.php?date=200605&postID=902">新茶 </a></td></tr></table></td></tr></table>
<table><tr><td>最新评论</td></tr>
<tr><td class="bottom_nav">你是第 你是第 12,345 位访问者 位访问者</b></td></tr></table></td><td>"""
FOOT = "</td></tr></table></body></html>"


def a_post(number: int, title: str, time: str, body: str, views: int, comments: int) -> str:
    link = f"http://blog.wenxuecity.com/blogview.php?date=200605&postID={number}"
    return f"""<tr><td><a name="{number}"></a><table class="table-bg"><tr><td><table><tr>
<td class="post-title">{title}</td><td class="post-title"><nobr>{time}</nobr></td>
<td class="post-title"><img src="images/arrow-up.gif"></td></tr></table></td></tr>
<tr id="p{number}" style="display:block"><td><table><tr><td class="post-body">{body}</td></tr><tr><td>&nbsp;</td></tr>
<tr><td>[<a href="http://blog.wenxuecity.com/blogarticle.php?date=200605&postID={number}">打印</a>]</td></tr>
<tr><td class="post-footer"><em>由灯下客张贴 @ <a href="{link}" title="{title} ">{time}</a></em>&nbsp;({views})
<a class="comment-link" href="{link}#mark">共 {comments} 篇评论</a> <a href="/comment.php?postID={number}">发表评论 >>></a>
</td></tr></table></td></tr></table></td></tr>"""


def read(body: str, url: str = URL, kind: PageKind = PageKind.MONTH) -> ParsedPage:
    page = Page(
        url=url,
        fetched_at=datetime(2006, 6, 2, tzinfo=UTC),
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=body.encode("gb18030"),
    )
    return sites.parse_page(page, Target(url=url, site="wenxuecity", kind=kind))


TEA = a_post(
    902, "新茶 (图)", "2006-05-20 08:15:00", "<p>雨前的茶。</p><p><img src='/t.jpg'>镕喆。</p>", 310, 4
)
ROAD = a_post(871, "夜路", "2006-05-02 23:59:59", "第一行。<br>第二行。", 99, 0)


def test_a_month_page_gives_each_post_whole_with_its_time_and_counters() -> None:
    tea, road = read(HEAD + TEA + ROAD + FOOT).posts
    assert (tea.number, tea.title, tea.views, tea.comment_count) == ("200605_902", "新茶 (图)", 310, 4)
    assert tea.posted is not None
    assert tea.posted.text == "2006-05-20 08:15:00"
    assert tea.body_text == "雨前的茶。\n镕喆。"
    assert [image.url for image in tea.images] == ["http://blog.wenxuecity.com/t.jpg"]
    assert (road.title, road.body_text, road.views, road.comment_count) == (
        "夜路",
        "第一行。\n第二行。",
        99,
        0,
    )


def test_the_sidebar_has_card_months_categories_and_latest_titles() -> None:
    parsed = read(HEAD + TEA + FOOT)
    author = parsed.author
    assert author is not None
    assert (author.uid, author.nickname, author.blog_title) == ("77", "灯下客", "灯下闲谈")
    assert (author.tagline, author.total_visits) == ("一盏灯，一杯茶。", 12345)
    assert [row.month for row in parsed.months] == ["2006-04", "2006-05"]
    assert [(row.name, [post.title for post in row.posts]) for row in parsed.categories] == [
        ("茶话", ["新茶"])
    ]
    assert [post.title for post in parsed.latest] == ["新茶"]


def test_a_month_without_days_of_posts_has_no_first_and_last_day() -> None:
    assert {(row.first, row.last) for row in read(HEAD + TEA + FOOT).months} == {(None, None)}


def test_a_footer_typed_into_a_post_does_not_end_it() -> None:
    typed = (
        "<p>看这一行：</p><table><tr><td><p>别的题目</p></td><td><p>2006-05-01 01:01:01</p></td></tr></table>"
        "<p>由别人张贴 @ "
        '<a href="/blogview.php?date=200605&postID=1">2006-05-01 01:01:01</a> (9) 共 9 篇评论</p><p>还没完。</p>'
    )
    quoting = a_post(903, "引文", "2006-05-21 10:00:00", typed, 5, 0)
    posts = read(HEAD + quoting + ROAD + FOOT).posts
    assert [post.number for post in posts] == ["200605_903", "200605_871"]
    assert (posts[0].body_text or "").endswith("还没完。")


def test_a_switch_of_script_has_the_same_canonical_url() -> None:
    site = sites.site_by_name("wenxuecity")
    plain = site.parse_url("http://blog.wenxuecity.com/archives.php?date=200506&blogID=1854&wid=2")
    assert (
        site.parse_url("http://blog.wenxuecity.com/archives.php?date=200506&blogID=1854&wid=2&&c_lang=big5")
        == plain
    )
    assert (plain.kind, plain.uid) == (PageKind.MONTH, "1854")


@pytest.mark.parametrize(("before", "after"), [("<html><body>", "</body></html>"), (HEAD, FOOT)])
def test_a_notice_is_not_a_month_even_inside_the_template(before: str, after: str) -> None:
    parsed = read(f"{before}<p>您要看的文章不存在或已被删除。</p>{after}")
    assert parsed.kind is PageKind.NOTICE
    assert parsed.posts == ()


@pytest.mark.skipif(not (REAL / "wenxuecity_2006").is_dir(), reason="the real pages are not here")
def test_a_real_month_page_is_parsed_as_its_gold_files() -> None:
    folder = REAL / "wenxuecity_2006"
    body = (folder / "page.html").read_bytes().split(b"\n", 1)[1]
    url = "http://blog.wenxuecity.com/archives.php?date=200506&blogID=1854&wid=2"
    page = Page(url=url, fetched_at=datetime(2007, 1, 1, tzinfo=UTC), status=200, headers=(), body=body)
    parsed = sites.parse_page(page, Target(url=url, site="wenxuecity", kind=PageKind.MONTH))
    gold = {name: (folder / f"gold_{name}.txt").read_text("utf-8") for name in ("text", "date", "author")}
    assert parsed.author is not None
    assert parsed.author.nickname == gold["author"].strip()
    first = parsed.posts[0]
    assert first.posted is not None
    assert first.posted.text == gold["date"].strip()
    assert "".join((first.body_text or "").split()) == "".join(gold["text"].split())
    assert (len(parsed.posts), len(parsed.months), len(parsed.categories)) == (6, 25, 14)
