"""A post's title and time are found in any words, order and position of a template."""

import pytest

from blogarchive.items import PageKind
from blogarchive.sites.grammar.page import UNCONFIRMED_TITLE, confirms_title
from tests.sites.printed.one import CARD, COMMENTS, HEAD, TOP, URL, post, read

TIME = "2025-01-01 10:00:00"
BODY = "<div><p>正文。</p><p>二段。</p></div>"
COUNTED = "浏览(10) (2) 评论(2)"


@pytest.mark.parametrize("window", ["一篇 - 林木的角落", "万维博客"])
@pytest.mark.parametrize(
    "under",
    [
        f"【{TIME}】",
        f"{TIME} 发表",
        f"于 {TIME} 发表",
        f"由 林木 发表于 {TIME}",
        f"林木 发表于 {TIME}",
        f"林木 @ {TIME}",
        f"作者：<a href='/u/31182/'>林木</a>　时间：{TIME}",
        f"張貼於 {TIME}",
        f"Posted on {TIME}",
        f"分类：<a href='/u/31182/36000.html'>时政</a> | {TIME} | 阅读 10",
        f"{TIME}　<a href='#'>编辑</a> <a href='#'>删除</a>",
        f"{TIME} 由 林木 发表",
    ],
)
def test_the_line_below_a_title_may_have_more_than_the_time(under: str, window: str) -> None:
    page = post(f"<h3>一篇</h3><div>{under}</div>").replace("<title>林木<", f"<title>{window}<")
    (found,) = read(page).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", TIME)
    assert (found.body_text, len(found.comments)) == ("正文。\n二段。", 2)


@pytest.mark.parametrize(
    ("head", "time"),
    [
        ("<h3>一篇</h3><div>2025-01-01T10:00:00</div>", "2025-01-01T10:00:00"),
        ("<h3>一篇</h3><div>2025-01-01</div>", "2025-01-01"),
        ("<h3>一篇</h3><div>2025-01-01</div><div>10:00:00</div>", TIME),
        (f"<div><span style='float:right'>{TIME}</span>一篇</div>", TIME),
        (f"<table><tr><td>{TIME}</td><td>一篇</td></tr></table>", TIME),
        (
            f"<table><tr><td>标题：</td><td>一篇</td></tr><tr><td>时间：</td><td>{TIME}</td></tr></table>",
            TIME,
        ),
    ],
)
def test_a_time_may_be_a_day_before_or_after_the_title(head: str, time: str) -> None:
    page = post(head).replace("<title>林木<", "<title>万维博客<")
    (found,) = read(page).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", time)
    assert (found.body_text, len(found.comments)) == ("正文。\n二段。", 2)


def test_no_comment_becomes_the_post_if_the_post_has_no_time() -> None:
    for head in ("<h3>一篇</h3>", "<div>一篇</div><div>昨天发的</div>"):
        assert all(found.title != "作者：乙 留言" for found in read(post(head)).posts)


def page(head: str, foot: str = "", comments: str = COMMENTS, label: str = "<div>网络日志正文</div>") -> str:
    above = "<div><a href='#'>发表评论</a></div><div>文章评论</div>"
    return (
        f"<html><head><title>一篇 - 林木</title></head><body>{TOP}{label}{head}{BODY}{foot}{above}{comments}{CARD}"
        "</body></html>"
    )


@pytest.mark.parametrize("label", ["<div>网络日志正文</div>", ""])
@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (f"<h3>一篇</h3><div>{TIME}</div><div>{COUNTED}</div>", ""),
        (f"<h3>一篇</h3><div>{TIME} | {COUNTED}</div>", ""),
        (
            f"<h3>一篇</h3><table><tr><td>{TIME}</td><td>浏览(10)</td><td>(2)</td><td>评论(2)</td></tr></table>",
            "",
        ),
        ("<h3>一篇</h3>", f"<div>{TIME} {COUNTED}</div>"),
        ("<h3>一篇</h3>", f"<div>林木 发表于 {TIME}</div><div>{COUNTED}</div>"),
    ],
)
def test_time_and_counters_may_be_above_the_text_or_below_it(head: str, foot: str, label: str) -> None:
    parsed = read(page(head, foot, label=label))
    (found,) = parsed.posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", TIME)
    assert (found.views, found.likes, found.comment_count) == (10, 2, 2)
    assert (found.body_text, len(found.comments), parsed.problems) == ("正文。\n二段。", 2, ())


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (HEAD, ""),
        (f"<h3>一篇</h3><div>{TIME}</div><div>{COUNTED}</div>", ""),
        ("<h3>一篇</h3>", f"<div>{TIME}</div><div>{COUNTED}</div>"),
    ],
)
@pytest.mark.parametrize("place", ["话一", "话二"])
@pytest.mark.parametrize(
    "typed",
    [
        "文章评论",
        COUNTED,
        f"{TIME} {COUNTED}",
        f"{COUNTED}<br>文章评论<br>作者：雷鸣 留言时间：2025-01-01 12:30:00<br>假",
    ],
)
def test_counters_typed_by_a_commenter_are_never_the_counters_of_the_page(
    typed: str, place: str, head: str, foot: str
) -> None:
    comments = COMMENTS.replace(place, f"好<br>{typed}<br>完")
    (found,) = read(page(head, foot, comments)).posts
    assert found.body_text == "正文。\n二段。"
    assert [each.author_name for each in found.comments] == ["乙", "丙"]


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (f"<h3>一篇</h3><div>{TIME}</div><div>{COUNTED}</div>", ""),
        ("<h3>一篇</h3>", f"<div>{TIME}</div><div>{COUNTED}</div>"),
    ],
)
@pytest.mark.parametrize(
    "quoted",
    [
        "作者：雷鸣 留言时间：2025-01-01 11:30:00",
        "浏览(88) (7) 评论(2)",
        "浏览(88) (7) 评论(3)<p>文章评论<p>作者：雷鸣 留言时间：2025-01-01 12:30:00<p>假",
    ],
)
def test_quotes_of_an_author_are_text_wherever_time_and_counters_are(
    quoted: str, head: str, foot: str
) -> None:
    html = page(head, foot).replace("<p>二段。", f"<p>{quoted}</p><p>二段。")
    (found,) = read(html).posts
    expected_text = quoted.replace("<p>", "\n")
    assert (found.title, found.body_text) == ("一篇", f"正文。\n{expected_text}\n二段。")
    assert [each.author_name for each in found.comments] == ["乙", "丙"]


def test_a_title_above_the_label_of_the_post_is_ignored() -> None:
    head, foot = "<div>一篇</div>" + "<div>又一段。</div>" * 9, f"<div>{TIME} | {COUNTED}</div>"
    html = page(head, foot).replace("<title>一篇 - 林木<", "<title>林木的角落：一篇<")
    (found,) = read(html).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", TIME)


def test_a_further_page_that_repeats_title_and_counters_shows_its_comments() -> None:
    head = f"<h1>一篇</h1><p>{TIME} {COUNTED.replace('评论(2)', '评论(4)')}</p>"
    html = (
        f"<html><head><title>一篇 - 林木</title></head><body>{TOP}{head}<div><h2>文章评论</h2>{COMMENTS}</div>"
        f"<div>发表评论</div>{CARD}</body></html>"
    )
    (found,) = read(html, PageKind.COMMENTS, f"{URL}?cp=2", page_no=2).posts
    assert [each.author_name for each in found.comments] == ["乙", "丙"]


SIDE = (
    "<div><h4>最近访客</h4><p><a href='/u/77/'>路人</a> 2025-01-09 08:00:00</p>"
    "<p>乙：很好 <i>2025-01-08 08:00:00</i></p></div>"
)
HEADER = "<h1><a href='/u/31182/'>林木的角落</a></h1><h2>随手写下</h2>"


@pytest.mark.parametrize(
    ("window", "head", "time"),
    [
        ("林木的角落: 一篇 - 某博客", f"<ul><li>{TIME}</li><li><h2>一篇</h2></li></ul>", TIME),
        ("林木的角落: 一篇", "<h2>2025年1月1日星期三</h2><h3>一篇</h3>", "2025年1月1日"),
        ("一篇 - 林木", "<div>2025年01月01日 星期三</div><h3>一篇</h3>", "2025年01月01日"),
    ],
)
def test_the_window_title_finds_the_title_below_a_sidebar_with_times(
    window: str, head: str, time: str
) -> None:
    page = (
        f"<html><head><title>{window}</title></head><body>{HEADER}{SIDE}<div>{head}{BODY}</div>"
        f"<div>{COUNTED}</div><div>文章评论</div>{COMMENTS}</body></html>"
    )
    parsed = read(page)
    (found,) = parsed.posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", time)
    assert (found.body_text, len(found.comments), parsed.problems) == ("正文。\n二段。", 2, ())


def test_a_day_below_the_title_may_have_author_and_counts_beside_it() -> None:
    shown = "<h1>一篇</h1><h5>2025年01月01日 林木 评论 2 条评论 1,769 人阅读</h5>"
    comments = COMMENTS.replace("作者：", "").replace("留言时间：", "")
    window = "<html><head><title>一篇 | 林木</title></head><body>"
    html = (
        f"{window}<header><h2>一篇</h2></header><article>{shown}{BODY}</article><h4>文章评论</h4>{comments}"
    )
    parsed = read(html + "</body></html>")
    (found,) = parsed.posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", "2025年01月01日")
    assert (found.views, found.body_text) == (1769, "正文。\n二段。")
    assert (parsed.author and parsed.author.blog_title) in (None, "林木")


def test_a_sentence_below_the_title_that_begins_with_a_day_is_text() -> None:
    text = BODY.replace("正文。", "2008-08-08 开幕，看了一夜。")
    (found,) = read(page("<h3>一篇</h3>", f"<div>{COUNTED}</div>", label="").replace(BODY, text)).posts
    assert (found.posted, found.body_text) == (None, "2008-08-08 开幕，看了一夜。\n二段。")


def test_tags_between_title_and_time_hide_no_time() -> None:
    head = f"<h1>一篇</h1><div>标签： <a href='#'>杂谈</a></div><div>{TIME} 10人阅读 评论(2) 收藏 举报</div>"
    (found,) = read(page(head)).posts
    assert (found.posted and found.posted.text, found.views, found.body_text) == (TIME, 10, "正文。\n二段。")


def test_a_count_of_comments_in_a_box_of_the_author_ends_no_text() -> None:
    counts = "".join(
        f"<dl><dt>{word}</dt><dd>{n}</dd></dl>" for word, n in (("粉丝", 7), ("评论", 3), ("等级", 4))
    )
    head = f"<article><h1>一篇</h1><span>{TIME}</span>{BODY}</article><aside><h3>林木</h3>{counts}</aside>"
    (found,) = read(
        f"<html><head><title>一篇 - 林木</title></head><body><main>{head}</main></body></html>"
    ).posts
    assert (found.body_text, found.comments) == ("正文。\n二段。", ())


def test_an_element_around_the_title_without_a_sentence_has_no_text() -> None:
    head = f"<header><h1>一篇</h1><p>{TIME}</p><p>创作集 566 words 2 mins read</p></header>"
    html = f"<html><head><title>一篇 - 林木</title></head><body><article>{head}{BODY}</article><p>尾</p></body></html>"
    (found,) = read(html).posts
    assert found.body_text.endswith("正文。\n二段。")


def test_a_title_that_the_window_title_confirms_is_kept_without_a_time() -> None:
    page = (
        f"<html><head><title>林木: 一篇 - 某博客</title></head><body><h3>一篇</h3>{BODY}<p>(上午)</p>"
        f"<h4>评论</h4><div>路过。</div><div>2025-01-01 12:00:00</div></body></html>"
    )
    (found,) = read(page).posts
    assert (found.title, found.posted) == ("一篇", None)


_UNLABELLED = post().replace("<div>网络日志正文</div>", "")


@pytest.mark.parametrize(
    ("window", "title", "confirmed"),
    [
        ("一篇 - 林木", "一篇", True),
        ("林木的角落：Ａ一 篇", "a一篇", True),
        ("很长的题目的前半…", "很长的题目的前半和后半", True),
        ("林木…", "林木森森", False),  # too short a beginning
        ("别的 - 林木", "一篇", False),
        ("林木的角落 - 某博客", "林木", False),
        ("…… - 林木", "……", True),
        ("", "一篇", False),
        ("一篇", "", False),
    ],
)
def test_a_window_title_confirms_a_title_that_it_contains_or_begins(
    window: str, title: str, confirmed: bool
) -> None:
    assert confirms_title(window, title) is confirmed


@pytest.mark.parametrize("page", [_UNLABELLED, _UNLABELLED.replace("<title>林木</title>", "")])
def test_a_title_without_a_witness_is_a_problem(page: str) -> None:
    parsed = read(page)
    assert parsed.posts[0].title == "一篇"
    assert UNCONFIRMED_TITLE in parsed.problems


@pytest.mark.parametrize(
    "page",
    [
        post(),
        _UNLABELLED.replace("<title>林木", "<title>一篇 - 林木"),
        _UNLABELLED.replace(
            "</body>",
            "<div><h4>最新发布</h4><p><a href='/u/31182/202501/506012.html'>一篇</a></p></div></body>",
        ),
    ],
)
def test_a_label_the_window_title_or_the_sidebar_confirms_a_title(page: str) -> None:
    parsed = read(page)
    assert parsed.posts[0].title == "一篇"
    assert UNCONFIRMED_TITLE not in parsed.problems


@pytest.mark.parametrize("sign", ["■", "<span>●</span>", "·"])
def test_a_sign_before_the_title_is_no_part_of_it(sign: str) -> None:
    (found,) = read(page(f"<h3>{sign} 一篇</h3><div>{TIME}</div>", f"<div>{COUNTED}</div>")).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", TIME)


CATEGORY = "分类：<a href='/u/31182/36000.html'>时政</a>"


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (f"<h3>一篇</h3><div>{TIME} {CATEGORY}</div>", f"<div>{COUNTED}</div>"),
        (f"<h3>一篇</h3><div>{TIME}</div><div>{CATEGORY}</div>", f"<div>{COUNTED}</div>"),
        (f"<h3>一篇</h3><div>{TIME}</div>", f"<div>{CATEGORY}</div><div>{COUNTED}</div>"),
        (f"<h3>一篇</h3><div>{TIME}</div>", f"<div>{COUNTED} {CATEGORY}</div>"),
    ],
)
def test_a_category_linked_outside_the_text_is_that_of_the_post(head: str, foot: str) -> None:
    (found,) = read(page(head, foot)).posts
    assert (found.categories, found.body_text, found.views) == (("时政",), "正文。\n二段。", 10)


def test_a_category_linked_in_the_text_is_no_category_of_the_post() -> None:
    html = page(HEAD, f"<div>{COUNTED}</div>").replace(
        "正文。", "正文。<a href='/u/31182/36000.html'>时政</a>"
    )
    (found,) = read(html).posts
    assert found.categories == ()


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        (f"<h3>一篇</h3><div>{TIME} 分类：时政</div>", f"<div>{COUNTED}</div>"),
        (f"<h3>一篇</h3><div>{TIME}</div><div>Category: 时政</div>", f"<div>{COUNTED}</div>"),
        (f"<div>分类：时政</div><h3>一篇</h3><div>{TIME}</div>", f"<div>{COUNTED}</div>"),
        (f"<h3>一篇</h3><div>{TIME}</div>", f"<div>文章分类：时政　{COUNTED}</div>"),
        (
            f"<table><tr><td colspan=2><h3>一篇</h3> {TIME}</td></tr><tr><td>分類：</td><td>时政</td></tr></table>",
            f"<div>{COUNTED}</div>",
        ),
        (
            f"<table><tr><td colspan=2><h3>一篇</h3> {TIME}</td></tr><tr><th>分类</th><td>时政</td></tr></table>",
            f"<div>{COUNTED}</div>",
        ),
    ],
)
def test_a_category_may_have_no_link(head: str, foot: str) -> None:
    (found,) = read(page(head, foot)).posts
    assert (found.categories, found.body_text, found.views) == (("时政",), "正文。\n二段。", 10)


@pytest.mark.parametrize(
    "body",
    [
        "<div><p>分类：冒名</p><p>正文。</p></div>",
        "<div>分类：冒名<br>正文。</div>",
        "<p>分类：冒名</p><p>正文。<br>二段。</p>",
        "<p>正文。</p><p>分类：冒名</p>",
    ],
)
def test_a_typed_category_is_text(body: str) -> None:
    (found,) = read(page(HEAD, f"<div>{COUNTED}</div>").replace(BODY, body)).posts
    assert (found.categories, "冒名" in (found.body_text or "")) == ((), True)


def test_a_time_in_brackets_may_have_spaces_and_the_author() -> None:
    under = f"<center>[ {TIME} | By: <a href='/u/31182/'>林木</a> ]</center>"
    html = page(f"<center><b>一篇</b></center>{under}", f"<div>{COUNTED}</div>")
    (found,) = read(html.replace("<div>网络日志正文</div>", "")).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", TIME)


def test_rows_of_a_table_about_the_post_are_no_text_if_the_counters_are_above_the_text() -> None:
    shown = (("标题", "一篇"), ("发表时间", TIME), ("分类", "时政"))
    rows = "".join(f"<tr><td>{label}：</td><td>{value}</td></tr>" for label, value in shown)
    parsed = read(page(f"<table>{rows}</table><div>{COUNTED}</div>"))
    assert (parsed.posts[0].body_text, parsed.posts[0].views, parsed.problems) == ("正文。\n二段。", 10, ())


@pytest.mark.parametrize(
    "below",
    [
        "<p>上一篇<a href='/u/31182/202501/1.html'>旧</a></p><p>下一篇<a href='/u/31182/202501/2.html'>新</a></p>",
        "<p>Previous: <a href='/u/31182/202501/1.html'>旧</a></p>",
        "<div><a href='javascript:zan()'><img src='/i/zan.png'></a> <span>60</span></div>",
        "<div><a href='#'>顶</a> <b>56</b> <a href='#'>踩</a> <b>0</b></div>",
        "<div><a href='http://digest.creaders.net/ads.php?url=x'><img src='/ad.gif'></a></div>",
    ],
)
def test_buttons_advertisements_and_neighbours_below_the_text_are_no_text(below: str) -> None:
    (found,) = read(page(f"<h3>一篇</h3><div>{TIME}</div><div>{COUNTED}</div>", below)).posts
    assert (found.body_text, found.images, found.views) == ("正文。\n二段。", (), 10)


def test_photos_with_a_number_that_link_to_larger_ones_are_of_the_text() -> None:
    photo = "<p><a href='/u/31182/{0}.jpg'><img src='/u/31182/upload_file/{0}.jpg'></a> {0}</p>"
    html = page(HEAD, f"<div>{COUNTED}</div>").replace("<p>二段。</p>", photo.format(1) + photo.format(2))
    (found,) = read(html).posts
    assert (found.body_text, len(found.images)) == ("正文。\n1\n2", 2)


IMAGE = "<p><img src='/u/31182/upload_file/1.jpg'></p>"


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("<h3>一篇</h3>", f"<div>发表于：{TIME} | {COUNTED}</div>"),
        (f"<ul><li>作者：林木</li><li>{TIME}</li></ul><div>{COUNTED}</div>", ""),
        (f"{CATEGORY}<h3>一篇</h3><div>{TIME} {COUNTED}</div>", ""),
    ],
)
def test_a_post_may_be_images_alone(head: str, foot: str) -> None:
    head = head if "一篇" in head else f"<h3>一篇</h3>{head}"
    parsed = read(page(f"<div>{head}</div>", foot).replace(BODY, f"<div>{IMAGE}</div>"))
    (found,) = parsed.posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", TIME)
    assert (found.body_text, len(found.images), found.views, parsed.problems) == ("", 1, 10, ())


def test_a_day_above_the_title_counts_before_a_time_in_the_text() -> None:
    html = page("<div>2025-01-01</div><h3>一篇</h3>", f"<div>{COUNTED}</div>", label="")
    (found,) = read(html.replace("二段。", "2008-08-08 20:00 开幕")).posts
    assert (found.posted and found.posted.text, found.body_text) == (
        "2025-01-01",
        "正文。\n2008-08-08 20:00 开幕",
    )


def test_a_sign_before_a_title_without_a_heading_hides_no_post() -> None:
    html = page(f"<div>● 一篇</div><div>发表时间：{TIME} {COUNTED}</div>", label="")
    (found,) = read(html).posts
    assert (found.title, found.posted and found.posted.text, found.views) == ("一篇", TIME, 10)


@pytest.mark.parametrize(
    "foot", ["发表于 16:23 | 评论(2) 浏览(10)", "Posted at 4:23 PM | 2 Comments · 10 Views"]
)
def test_the_hour_may_be_below_the_text_and_the_day_above_the_title(foot: str) -> None:
    html = page("<h4>2025年1月1日 星期三</h4><h3>一篇</h3>", f"<p>{foot}</p>")
    (found,) = read(html.replace("<div>网络日志正文</div>", "")).posts
    assert found.posted is not None
    assert found.posted.text == f"2025年1月1日 {'4:23 PM' if 'PM' in foot else '16:23'}"
    assert (found.title, found.body_text, found.views) == ("一篇", "正文。\n二段。", 10)


@pytest.mark.parametrize("mark", ["[原创]", "【转载】", "[置顶]"])
def test_a_mark_before_the_title_needs_no_witness(mark: str) -> None:
    assert confirms_title("一篇旧文 - 林木的角落", f"{mark} 一篇旧文")
    assert not confirms_title("另一篇 - 林木的角落", f"{mark} 一篇旧文")


@pytest.mark.parametrize(
    "foot",
    [
        "<div>归类于 <a href='/u/31182/36000.html'>时政</a></div>",
        "<div>作者:林木 | 分类:<a href='/u/31182/36000.html'>时政</a></div>",
        "<h4>推荐阅读</h4><ul><li><a href='/u/31182/202401/5.html'>旧文</a> 2024-01-02 10:10</li></ul>",
        "<div>转载本文请联系作者。<br>上一篇：<a href='/u/31182/202401/5.html'>旧文</a></div><div>推荐人数 12</div>",
    ],
)
def test_data_and_other_posts_below_a_text_are_none_of_it(foot: str) -> None:
    (found,) = read(page(HEAD, f"{foot}<div>{COUNTED}</div>")).posts
    assert (found.body_text, found.views) == ("正文。\n二段。", 10)


@pytest.mark.parametrize("shown", ["标题：一篇", "標題: 一篇", "【一篇】", "[时政] 【一篇】"])
def test_a_label_or_brackets_around_a_title_are_no_part_of_it(shown: str) -> None:
    html = page(f"<h3>{shown}</h3><div>{TIME}</div>", f"<div>{COUNTED}</div>")
    assert "<title>一篇" in html
    assert read(html).posts[0].title == "一篇"


@pytest.mark.parametrize("window", ["{} - 林木", "林木 | {}"])
@pytest.mark.parametrize("title", ["一篇", "桥"])
def test_the_name_of_the_blog_right_above_the_title_is_no_title(title: str, window: str) -> None:
    head, foot = f"<h3>{title}</h3><div>发表于 {TIME} 分类：时政</div>", f"<div>{COUNTED}</div>"
    html = (
        page(head, foot, label="").replace(TOP, "<h1>林木</h1>").replace("一篇 - 林木", window.format(title))
    )
    assert read(html).posts[0].title == title


def test_a_text_that_begins_with_its_title_keeps_that_line() -> None:
    html = page(f"<div>● 一篇</div><div>发表时间：{TIME}</div>", f"<div>{COUNTED}</div>", label="")
    (found,) = read(html.replace("正文。", "一篇")).posts
    assert (found.title, found.body_text) == ("一篇", "一篇\n二段。")


def test_a_text_above_its_time_may_begin_with_its_title() -> None:
    html = page("<h3>一篇</h3>", f"<div>{TIME}</div><div>{COUNTED}</div>").replace("正文。", "一篇")
    (found,) = read(html).posts
    assert (found.title, found.body_text) == ("一篇", "一篇\n二段。")


def test_a_page_to_print_shows_the_data_of_the_post_below_its_title() -> None:
    head = f"<center><b>一篇</b></center><br>来源：林木的角落（{URL}）<br>作者：林木<br>日期：{TIME}<br><br>"
    foot = "<center>[<a href='javascript:window.close()'>关闭窗口</a>] [<a href='#'>打印</a>]</center>"
    comments = (
        "<b>1. 乙</b>（2025-01-01 11:00）：<br>话一<br><br><b>2. 丙</b>（2025-01-01 12:00）：<br>话二<br><br>"
    )
    page = post(head, comments=f"{comments}{foot}").replace("<title>林木<", "<title>一篇 - 打印<")
    (found,) = read(page.replace(CARD, "")).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", TIME)
    assert (found.body_text, found.comments[-1].body_text) == ("正文。\n二段。", "话二")


def test_a_dated_title_of_the_sidebar_is_not_that_of_the_post_below_it() -> None:
    rows = "".join(
        f"· <a href='/u/31182/202501/{number}.html'>{title}</a>[2025-01-0{day} 10:00:00]<br>"
        for number, title, day in ((506013, "又一篇", 2), (506012, "一篇", 1), (506011, "前一篇", 1))
    )
    head = f"<div><span>[时政]</span> <b>一篇</b></div><div>林木 发表于 {TIME}</div>"
    main = post(head).replace("<title>林木<", "<title>角落札记-一篇<").replace("<div>网络日志正文</div>", "")
    side = "<h4>分类</h4><p><a href='/u/31182/7.html'>时政</a></p><p><a href='/u/31182/8.html'>诗词</a></p>"
    (found,) = read(main.replace(head, f"<div><h4>最新日志</h4><p>{rows}</p>{side}</div>{head}")).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", TIME)
    assert (found.body_text, found.categories) == ("正文。\n二段。", ("时政",))


def test_the_field_of_a_form_below_the_comments_is_no_label_of_comments() -> None:
    form = "<form><p>Name: <input></p><p>Comments: <textarea></textarea></p></form>"
    (found,) = read(post(counters="", label="Comments", comments=COMMENTS + form)).posts
    assert (found.body_text, [each.body_text for each in found.comments]) == (
        "正文。\n二段。",
        ["话一", "话二"],
    )


def test_a_mark_of_the_title_behind_its_category_is_kept() -> None:
    html = page(f"<h3>[时政] 【转载】一篇</h3><div>{TIME}</div>", f"<div>{COUNTED}</div>")
    assert read(html.replace("<title>一篇", "<title>【转载】一篇")).posts[0].title == "【转载】一篇"


def test_tags_in_elements_of_their_own_between_the_time_and_the_text_are_no_text() -> None:
    tags = (
        "<td>标签：<h4><a href='/tag/1'>春</a></h4> <h4><a href='/tag/2'>秋</a></h4></td><td>分类：时政</td>"
    )
    found = read(page(f"{HEAD}<table><tr>{tags}</tr></table>", f"<div>{COUNTED}</div>")).posts[0]
    assert (found.body_text, found.views) == ("正文。\n二段。", 10)


def test_a_category_before_the_title_hides_no_post_in_a_page_with_dated_lists() -> None:
    near = "".join(
        f"<p><a href='/u/31182/202501/{i}.html'>旧文{i}</a> 2024-12-0{i} 10:00:00</p>" for i in (1, 2, 3)
    )
    head = f"<table><tr><td>【时政】<b>一篇</b></td></tr><tr><td>林木 于 {TIME} 发表</td></tr></table>"
    html = page(head, f"<div>浏览(10) 推荐(2) 留言(0)</div><div>{near}</div>").replace(COMMENTS, "")
    (found,) = read(html.replace("<div>网络日志正文</div>", "")).posts
    assert (found.title, found.posted and found.posted.text, found.views) == ("一篇", TIME, 10)


@pytest.mark.parametrize(
    "shown",
    [
        f"分类：时政评论 {TIME} 10人阅读 评论(2) 收藏",
        f"{TIME}　浏览 <b>10</b> 次　|　评论 <b>2</b> 条　|　<a href='/u/31182/7.html'>时政</a>",
    ],
)
def test_a_category_may_be_before_or_behind_time_and_counters(shown: str) -> None:
    found = read(page(f"<h3>一篇</h3><div>{shown}</div>", "<div>分享给好友</div>")).posts[0]
    assert (found.posted and found.posted.text, found.views, found.comment_count) == (TIME, 10, 2)
    assert found.body_text == "正文。\n二段。"


@pytest.mark.parametrize(
    "label", ["<div><b>网友评论</b><i>共有 0 条评论</i></div>", "<div>还没有人说话</div>"]
)
def test_newest_comments_in_the_sidebar_end_no_text(label: str) -> None:
    card = "<ul>个人资料</ul><p>林木</p><ul><li>原创：10篇</li></ul>"
    side = f"{card}<b>文章分类</b><p>时政</p><b>最新评论</b><p>乙：话一</p>"
    head = f"<h3>一篇</h3><div>{TIME} 浏览 10 次 | 评论 0 条</div>"
    html = page(head, f"{label}{side}").replace("<div>文章评论</div>", "").replace(COMMENTS, "")
    html = html.replace(BODY, "<p>正文。</p><p>二段。</p>")
    assert "时政" not in (read(html).posts[0].body_text or "")
