"""A post's counters are parsed with any words, order and tags: `counters.tsv` has views, likes and comments."""

import pytest

from tests.cases import Case, read_cases, wrong
from tests.sites.printed.one import COMMENTS, COUNTERS, post, read

BODY = "正文。\n二段。"


def counts(case: Case) -> str:
    parsed = read(post(counters=f"<div>{case['counters']}</div>"))
    (found,) = parsed.posts
    assert (found.body_text, len(found.comments), parsed.problems) == (BODY, 2, ()), case
    shown = (found.views, found.likes, found.comment_count)
    return " ".join("-" if count is None else str(count) for count in shown)


def test_counters_may_have_other_words_or_the_number_first() -> None:
    assert wrong(read_cases(__file__, "counters.tsv"), counts) == []


def test_a_dash_in_place_of_the_views_is_a_problem_and_ends_the_text() -> None:
    parsed = read(post(counters="<div>评论: 2 | 引用: 0 | 查看次数: -</div>", label=""))
    (found,) = parsed.posts
    assert (found.body_text, found.views, found.comment_count, len(found.comments)) == (BODY, None, 2, 2)
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("unreadable", "views")]


@pytest.mark.parametrize("counters", ["浏览：1769", "1769 次阅读", "人气(1769)"])
def test_a_page_may_show_views_alone(counters: str) -> None:
    (found,) = read(post(counters=f"<div>{counters}</div>")).posts
    assert (found.views, found.comment_count, found.body_text) == (1769, None, BODY)
    assert [each.author_name for each in found.comments] == ["乙", "丙"]


def test_a_number_that_ends_a_text_is_no_count() -> None:
    body = "<div><p>正文。</p><p>1984</p></div><p>2024</p><div>浏览 10</div><div>评论 2</div>"
    html = post(counters="").replace("<div><p>正文。</p><p>二段。</p></div>", body)
    (found,) = read(html).posts
    assert (found.views, found.comment_count, found.body_text) == (10, 2, "正文。\n1984\n2024")


@pytest.mark.parametrize(
    "typed", ["99999 次浏览 2 条评论", "99999<br>浏览<br>2<br>评论", "人气：99999 回复：2", "浏览：99999"]
)
@pytest.mark.parametrize("place", ["话一", "话二", "二段。"])
def test_typed_counters_are_text(typed: str, place: str) -> None:
    html = post(comments=COMMENTS).replace(place, f"好<br>{typed}<br>完")
    (found,) = read(html).posts
    assert (found.views, found.likes, found.comment_count) == (10, 2, 2)
    assert [each.author_name for each in found.comments] == ["乙", "丙"]


@pytest.mark.parametrize(
    "meta",
    [
        "发布于 2025-01-01 10:00:00　点击：1769　评论：2　分类：时政",
        "作者：林木　提交日期：2025-01-01 10:00:00　访问：1769　评论：2　分类：时政",
        "时间：2025-01-01 10:00:00 作者：林木 分类：时政 1769浏览 2评论",
    ],
)
def test_counters_may_be_among_data_below_the_title(meta: str) -> None:
    page = post(head=f"<h3>一篇</h3><p>{meta}</p>", counters="")
    (found,) = read(page).posts
    assert (found.views, found.comment_count, found.body_text) == (1769, 2, BODY)
    assert found.posted is not None
    assert found.posted.text == "2025-01-01 10:00:00"


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("<p>标签：<a href='#'>杂谈</a> 分类：<a href='#'>时政</a></p>", "<p>分享：<a href='#'>微博</a></p>"),
        ("<p>字号：大 中 小</p>", "<p>版权声明：本文为博主原创，转载请注明出处。</p>"),
        (
            "",
            "<div><a href='#'>收藏</a> <a href='#'>分享</a> <a href='#'>邀请</a> <a href='#'>举报</a></div>",
        ),
    ],
)
def test_lines_of_the_template_around_a_text_are_no_part_of_it(above: str, below: str) -> None:
    (found,) = read(
        post(head="<h3>一篇 <small>2025-01-01 10:00:00</small></h3>" + above, counters=below)
    ).posts
    assert found.body_text == BODY


STATISTICS = "<div><h3>统计信息</h3><p>文章：217 篇</p><p>评论：960 条</p><p>访问：3456 次</p></div>"


def test_counts_of_the_whole_blog_in_a_sidebar_above_are_no_counters_of_the_post() -> None:
    head = "<h3>一篇</h3><div>2025-01-01 10:00:00 · 林木 · 浏览(10) (2) 评论(2)</div>"
    page = post(head=head, counters="").replace("<div>网络日志正文</div>", "")
    page = page.replace("<title>林木<", "<title>一篇<").replace("<h3>", f"{STATISTICS}<h3>", 1)
    parsed = read(page)
    (found,) = parsed.posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", "2025-01-01 10:00:00")
    assert (found.views, found.likes, found.comment_count, found.body_text) == (10, 2, 2, BODY)
    assert parsed.problems == ()


@pytest.mark.parametrize(
    "counters",
    [
        "来源：万维博客　阅读：10　推荐数：2　评论：2　字体：大 中 小",
        "阅读数：10　推荐数：2　评论数：2　字号 [大 中 小]",
        "林木 | 10人阅读 2条评论 推荐(2)",
        "林木 | 推荐(2) 评论(2) 阅读(10)",
    ],
)
def test_counters_beside_the_time_may_be_among_other_data(counters: str) -> None:
    head = f"<h3>一篇</h3><div>2025-01-01 10:00:00　{counters}</div>"
    (found,) = read(post(head=head, counters="")).posts
    assert (found.views, found.comment_count, found.body_text) == (10, 2, BODY)
    assert found.likes == 2 or counters.startswith("林木 | 推荐")


def test_counters_that_a_text_quotes_are_none_of_a_page_with_unknown_ones() -> None:
    body = "<div><p>正文。</p><p>三段。</p><p>浏览(10) 评论(54)</p></div>"
    html = post(counters="<div>已被 1769 名读者看过</div>", label="", comments="")
    parsed = read(html.replace("<div><p>正文。</p><p>二段。</p></div>", body))
    (found,) = parsed.posts
    assert (found.views, found.comment_count, found.comments) == (None, None, ())
    assert parsed.problems


def test_counters_amid_the_lines_of_a_paragraph_are_none_of_the_page() -> None:
    body = "<div class=text><p>正文。<br>二段。<br>浏览(99) 评论(54)</p><p>三段。</p></div>"
    html = post(head="<h3>一篇</h3><p>2025-01-01 10:00:00 浏览(10) 评论(2)</p>", counters="")
    (found,) = read(html.replace("<div><p>正文。</p><p>二段。</p></div>", body)).posts
    assert (found.views, found.comment_count, len(found.comments)) == (10, 2, 2)


def test_the_label_above_the_comments_is_no_part_of_the_counters() -> None:
    shown = "<h3>评论</h3><div>好。</div><div>—— 乙 2025-01-01 12:00:00</div><h3>发表评论</h3>"
    parsed = read(post(counters="<div>本文已被浏览 1769 次</div>", label="", comments=shown))
    assert parsed.posts[0].views == 1769
    assert [each.field for each in parsed.problems] == ["comments"]


@pytest.mark.parametrize("is_above", [False, True])
def test_a_row_of_labels_above_a_row_of_numbers_is_a_problem(is_above: bool) -> None:
    rows = "<table><tr><td>浏览</td><td>推荐</td></tr><tr><td>1769</td><td>9</td></tr></table>"
    more = "".join(f"<p>第{i}段。</p>" for i in range(9))
    html = post(counters="" if is_above else rows).replace("<p>二段。</p>", more)
    parsed = read(html.replace("<div><p>正文。", f"{rows}<div><p>正文。") if is_above else html)
    assert parsed.posts[0].views is None
    assert [each.field for each in parsed.problems] == ["views"]


def test_views_of_the_whole_text_may_be_beside_the_time() -> None:
    head = "<h3>一篇</h3><p>2025-01-01 10:00:00 林木 阅读全文(1769) | 引用通告(0) | 评论(2) | 固定链接</p>"
    (found,) = read(post(head=head, counters="")).posts
    assert (found.views, found.comment_count) == (1769, 2)


def test_icons_may_be_labels_of_counters() -> None:
    counters = "<p><img src=a alt=瀏覽> 1,024 <img src=b alt='喜欢'> 3 <img src=c alt=评论> 2</p>"
    heads = [("乙", "<img src=d alt='回复'> 丙 ", 2), ("丙", "", 1)]
    said = [
        f"<div class=c><p><a href='/u/9/'>{name}</a> {reply}2025-01-01 1{hour}:00:00</p><div>话</div>"
        f"<p><a href='#r'><img src=e alt='回复'></a> <img src=f alt=顶> {hour}</p></div>"
        for name, reply, hour in heads
    ]
    (found,) = read(post(counters=counters, comments="".join(said))).posts
    assert (found.views, found.likes, found.comment_count) == (1024, 3, 2)
    assert "1,024" not in found.body_text
    assert [(each.reply_to, each.body_text, each.likes) for each in found.comments] == [
        ("丙", "话", 2),
        (None, "话", 1),
    ]


def test_the_words_of_other_images_are_no_text() -> None:
    images = "<p><img src=a alt=风景> 2 <img src=b alt=评论> 好</p>"
    (found,) = read(post(counters=images + COUNTERS)).posts
    assert found.views == 10
    assert not {"风景", "评论"} & set(found.body_text.split())
