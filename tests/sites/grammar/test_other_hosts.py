"""Pages of hosts with other templates: counts in labels, times above or below, comments in other words."""

import pytest

from blogarchive.items import PageKind
from tests.sites.printed.one import COMMENTS, HOME, MONTH, URL, read

BODY = "<div class=text><p>正文。</p><p>二段。</p></div>"
SHOWN = "正文。\n二段。"
BOB, EVE = "<a href='/u/41/'>乙</a>", "<a href='/u/42/'>丙</a>"
TIMES = ("2025-01-01 11:00:00", "2025-01-01 12:00:00")
FORM = "<h4>发表评论</h4><form><textarea></textarea></form>"


def page(comments: str, meta: str = "2025-01-01 10:00:00", label: str = "<h4>评论</h4>") -> str:
    return (
        f"<html><head><title>一篇 - 林木</title></head><body><h2>一篇</h2><p>{meta}</p>{BODY}"
        f"<div>{label}{comments}</div>{FORM}</body></html>"
    )


@pytest.mark.parametrize(
    "each",
    [
        "<div><p>1楼. {name} {time}</p><p>{text}</p></div>",
        "<ul><li>#1 {name} 於 {time} 回應</li><li>{text}</li></ul>",
        "<div>{name} 于 {time} 发表评论<br>{text}<hr></div>",
        "<div><p><a href='#'>回复</a>{name} {time}</p><p>{text}</p></div>",
        "<dl><dd><a href='/u/4/'><img src=a.gif></a></dd><dt><i><a href='#'>回复</a></i>{name} {time}</dt>"
        "<dd>{text}</dd></dl>",
        "<div><p>{name}</p><p>说道：</p><p>{time}</p><div>{text}</div></div>",
        "<div>{text}<div>评论人：{name} {time}</div></div>",
        "<li><p>{text}</p><p>{name} 发表于 {time}</p></li>",
    ],
)
@pytest.mark.parametrize(
    "label",
    ["<h4>全部评论 (2)</h4>", "<h4>2 条评论</h4>", "<h3>留言列表（2）</h3>", "<h4>评论 (2 个评论)</h4>"],
)
def test_comments_may_have_the_words_of_other_hosts(each: str, label: str) -> None:
    shown = [
        each.format(name=name, time=time, text=text)
        for name, time, text in zip((BOB, EVE), TIMES, ("话一", "话二<br>三句"), strict=True)
    ]
    parsed = read(page("".join(shown), label=label))
    (found,) = parsed.posts
    assert (found.body_text, found.comment_count, parsed.problems) == (SHOWN, 2, ())
    got = [(each.author_name, each.posted and each.posted.text, each.body_text) for each in found.comments]
    assert got == [("乙", TIMES[0], "话一"), ("丙", TIMES[1], "话二\n三句")]


def test_a_text_between_a_name_and_a_time_is_no_part_of_the_name() -> None:
    each = "<dt>{name} 说...</dt><dd>{text}</dd><dd>{time}</dd>"
    shown = each.format(name=BOB, time=TIMES[0], text="话一") + each.format(
        name=EVE, time=TIMES[1], text="话二"
    )
    parsed = read(page(f"<dl>{shown}</dl>", label="<h4>2 条评论</h4>"))
    assert [(each.author_name, each.body_text) for each in parsed.posts[0].comments] == [
        ("乙", "话一"),
        ("丙", "话二"),
    ]
    assert parsed.problems == ()


IN_ROWS = (
    "<table><tr><td>{name} 发表于 {time}</td><td><a href='#'>回复</a> | <a href='#'>删除</a></td></tr>"
    "<tr><td colspan=2>{text}</td></tr></table>"
)
IN_LINES = "<div><p>{name} {time}</p><p>{text}</p></div>"


@pytest.mark.parametrize("each", [IN_ROWS, IN_LINES, "<div><p>[{name}] {time}</p><p>{text}</p></div>"])
@pytest.mark.parametrize("names", [(BOB, "丙"), ("乙", EVE), ("乙", "丙"), (BOB, EVE)])
@pytest.mark.parametrize("between", ["", "<p><a href='http://ad.example/x'><img src='/ad.gif'></a></p>"])
def test_some_commenters_may_have_no_blog(each: str, names: tuple[str, str], between: str) -> None:
    made = zip(names, TIMES, ("话一。", "话二。"), strict=True)
    shown = between.join(each.format(name=name, time=time, text=text) for name, time, text in made)
    parsed = read(page(shown, label="<h4>网友评论</h4>", meta="2025-01-01 10:00:00 浏览(9) 评论(2)"))
    got = [(each.author_name, each.body_text) for each in parsed.posts[0].comments]
    assert (got, parsed.problems) == ([("乙", "话一。"), ("丙", "话二。")], ())


@pytest.mark.parametrize("header", ["留言时间：{} 作者：乙", "作者：乙 留言时间：{}", "乙 发表于 {}"])
@pytest.mark.parametrize("above", ["", "<form><p>昵称：<input></p><p>内容：<textarea></textarea></p></form>"])
def test_one_comment_between_its_label_and_a_form(header: str, above: str) -> None:
    comment = f"{above}<div><p>{header.format(TIMES[0])}</p><p>话一</p></div>"
    parsed = read(page(comment, label="<h4>网友评论</h4>", meta="2025-01-01 10:00:00 浏览(9) 评论(1)"))
    got = [(each.author_name, each.body_text) for each in parsed.posts[0].comments]
    assert (got, parsed.problems) == ([("乙", "话一")], ())


def test_the_comments_of_the_sidebar_do_not_end_the_text() -> None:
    named = zip("乙丙", TIMES, ("话一", "话二"), strict=True)
    shown = "".join(IN_LINES.format(name=name, time=time, text=text) for name, time, text in named)
    side = "<div><h4>最新评论</h4><p><a href='/u/31182/202501/501.html'>路人：好</a></p></div></body>"
    html = page(shown, label="<h4>回应(2)</h4>").replace("</body>", side)
    (found,) = read(html).posts
    assert (found.body_text, [each.body_text for each in found.comments]) == (SHOWN, ["话一", "话二"])


@pytest.mark.parametrize(
    ("meta", "views"),
    [
        ("已有 233 次阅读 2025-01-01 10:00:00 | 个人分类:时政", 233),
        ("林木 发表于 2025-01-01 10:00:00 阅读全文(233) | 引用通告(0)", 233),
        ("发布于 2025-01-01 10:00:00 点击：233", 233),
    ],
)
def test_views_beside_the_time_and_the_number_of_a_label_are_the_counters(meta: str, views: int) -> None:
    (found,) = read(page(COMMENTS, meta, "<h4>评论（2）</h4>")).posts
    assert (found.views, found.comment_count, len(found.comments)) == (views, 2, 2)
    assert found.posted is not None
    assert found.posted.text == "2025-01-01 10:00:00"


@pytest.mark.parametrize(
    "foot",
    [
        "<ul><li>林木 發表在 某幫 留言(2) 人氣(233)</li><li>個人分類：時政</li></ul>",
        "<div>林木 发表在 时政 | 阅读(233) | 评论(2)</div>",
    ],
)
def test_counters_may_follow_other_words_below_the_text(foot: str) -> None:
    (found,) = read(page(COMMENTS, label=f"{foot}<h3>留言列表 (2)</h3>")).posts
    assert (found.views, found.comment_count, len(found.comments)) == (233, 2, 2)
    assert found.body_text == SHOWN


def test_an_author_who_quotes_counters_after_other_words_sets_none() -> None:
    quote = BODY.replace("二段。", "别处写着 阅读(999)")
    (found,) = read(page(COMMENTS, label="<h4>评论(2)</h4>").replace(BODY, quote)).posts
    assert (found.views, found.comment_count) == (None, 2)
    assert found.body_text.endswith("阅读(999)")


SIDE = (
    "<div><h4>个人资料</h4><p>林木</p><p>访问总量：5</p><p>注册日期：2022-06-17</p></div><div><h4>最近访客</h4>"
    "<p>路人 3天前</p></div>"
)


def test_a_section_of_the_sidebar_ends_above_the_post() -> None:
    pager = f"<p>1 <a href='{URL}?cpage=2'>2</a> <a href='{URL}?cpage=2'>下一页</a></p>"
    html = page(COMMENTS + pager, label="<h4>评论(9)</h4>").replace("<body>", f"<body>{SIDE}")
    assert [link.url for link in read(html).links if link.next_page] == [f"{URL}?cpage=2"]


def test_a_list_below_a_sidebar_of_titles_begins_with_its_own_title() -> None:
    side = f"<table><tr><td>最新评论</td></tr><tr><td><a href='{HOME}202501/501.html'>路人：好</a></td></tr></table>"
    rows = (
        "<div><b><a href='/u/31182/202501/502.html'>2008年5月12日，在成都</a></b></div>"
        "<div>2025-01-02 10:00:00 | <a href='/u/31182/36001.html'>时政</a></div>"
    )
    parsed = read(f"<html><body>{side}<div>{rows}</div></body></html>", PageKind.MONTH, MONTH)
    assert [post.title for post in parsed.listed] == ["2008年5月12日，在成都"]


@pytest.mark.parametrize("label", ["《一篇》有 2 条评论", "“一篇”上的 2 条评论"])
def test_the_label_of_the_comments_may_have_the_title_of_the_post(label: str) -> None:
    (found,) = read(page(COMMENTS, label=f"<h2>{label}</h2>")).posts
    assert (found.body_text, found.comment_count, len(found.comments)) == (SHOWN, 2, 2)


def test_a_last_comment_may_begin_with_a_quotation() -> None:
    each = "<dl><dt>{name} {time}</dt><dd>{text}</dd></dl>"
    quoted = "<div><blockquote><b>乙</b>: 话一</blockquote></div>话二"
    shown = each.format(name=BOB, time=TIMES[0], text="话一") + each.format(
        name=EVE, time=TIMES[1], text=quoted
    )
    (found,) = read(page(f"<div>{shown}</div>", label="<h4>评论 (2)</h4>")).posts
    assert [comment.body_text for comment in found.comments] == ["话一", "乙: 话一\n话二"]


def test_the_word_reply_may_be_an_element_between_two_names() -> None:
    each = "<div><p>作者：{name} 留言时间：{time}</p><p>{text}</p></div>"
    names = ("乙", "丙<span>回复</span>乙")
    shown = "".join(
        each.format(name=name, time=time, text="话") for name, time in zip(names, TIMES, strict=True)
    )
    (found,) = read(page(shown, label="<h4>评论 (2)</h4>")).posts
    assert [(each.author_name, each.reply_to) for each in found.comments] == [("乙", None), ("丙", "乙")]


def test_a_time_at_the_foot_of_a_page_dates_no_box_of_titles() -> None:
    rows = "".join(
        f"<dl><dt><a href='/u/31182/202501/{number}.html'>第{number}篇</a></dt><dd>2025-01-02 10:00:00</dd></dl>"
        for number in (501, 502)
    )
    box = "".join(f"<li>• <a href='/u/31182/202501/{n}.html'>旧{n}</a></li>" for n in (301, 302, 303))
    foot = "<div>某论坛 GMT+8, 2025-02-01 10:20, Processed in 0.05 second(s)</div>"
    html = f"<html><body><div>{rows}</div><div><h2>作者的其他最新日志</h2><ul>{box}</ul></div>{foot}</body></html>"
    assert [post.number for post in read(html, PageKind.CATEGORY, f"{HOME}36001.html").listed] == [
        "501",
        "502",
    ]


@pytest.mark.parametrize(
    ("each", "label"),
    [
        (
            "<div class=c>{name} {time} <a href='#'>回复</a> <a href='#'>悄悄话</a><div>{text}</div></div>",
            "评论 (2)",
        ),
        (
            "<dl><dt>1楼 {name} {time}发表 <a href='#'>[回复]</a> <a href='#'>[引用]</a></dt><dd>{text}</dd></dl>",
            "",
        ),
        ("<div>{text}<div>Posted by {name} at {time}</div></div>", "回應文章"),
    ],
)
def test_comments_above_a_form_need_no_label_if_all_names_are_links(each: str, label: str) -> None:
    shown = [
        each.format(name=name, time=time, text=text)
        for name, time, text in zip((BOB, EVE), TIMES, ("话一", "话二"), strict=True)
    ]
    meta = "2025-01-01 10:00:00 浏览(233) 评论(2)"
    parsed = read(page("".join(shown), meta, f"<h4>{label}</h4>"))
    (found,) = parsed.posts
    assert (found.views, found.body_text, parsed.problems) == (233, SHOWN, ())
    assert [(each.author_name, each.body_text) for each in found.comments] == [("乙", "话一"), ("丙", "话二")]


@pytest.mark.parametrize(
    ("shown", "likes"), [("本文已被阅读: 233次", None), ("已读 233 次 9 赞", 9), ("已读 233 次", None)]
)
def test_views_may_follow_links_beside_the_time(shown: str, likes: int | None) -> None:
    meta = f"来源: <a href='/u/31182/'>林木</a> 于 2025-01-01 10:00:00 [<a href='#'>档案</a>] {shown}"
    (found,) = read(page(COMMENTS, meta, "<h4>评论 (2)</h4>")).posts
    assert (found.views, found.likes, found.comment_count) == (233, likes, 2)
