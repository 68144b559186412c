"""Pages of hosts with other words: English labels, written dates, labels of cards, rows of data about a post."""

import pytest

from blogarchive.items import PageKind, ParsedPage
from tests.sites.printed.one import COMMENTS, HOME, MONTH, read

BODY = "<div class=text><p>正文。</p><p>二段。</p></div>"
SHOWN = "正文。\n二段。"
CATEGORY = "<a href='/u/31182/36001.html'>杂记</a>"
BOB, EVE = "<a href='/u/41/'>乙</a>", "<a href='/u/42/'>丙</a>"
TIMES = ("2025-01-01 11:00:00", "2025-01-01 12:00:00")
FORM = "<h4>发表评论</h4><form><textarea></textarea></form>"


def page(comments: str, meta: str = "2025-01-01 10:00:00", label: str = "评论 (2)") -> ParsedPage:
    return read(
        f"<html><head><title>一篇 - 林木</title></head><body><div><h2>一篇</h2>{meta}</div>{BODY}"
        f"<div><h4>{label}</h4>{comments}</div>{FORM}</body></html>"
    )


def comments(each: str) -> str:
    named = zip((BOB, EVE), TIMES, ("话一", "话二"), strict=True)
    return "".join(each.format(name=name, time=time, text=text) for name, time, text in named)


@pytest.mark.parametrize(
    ("meta", "time", "views"),
    [
        (f"<p>Posted on December 12th, 2024 10:23 AM in {CATEGORY}</p>", "December 12th, 2024 10:23 AM", None),
        ("<p>由 林木 提交于 星期四, 2024-12-12 10:23</p>", "2024-12-12 10:23", None),
        ("<p>發表於 民國113年12月12日 22:23</p>", "民國113年12月12日 22:23", None),
        ("<p>分类：随笔　日期：2024-12-12　阅读：233　评论：2</p>", "2024-12-12", 233),
        ("<p>2024-12-12 10:23 Comments (2) · Views (233)</p>", "2024-12-12 10:23", 233),
        ("<ul><li>作者: 林木</li><li>时间: 2024-12-12</li><li>分类: 杂记</li></ul>", "2024-12-12", None),
    ],
)  # fmt: skip
def test_the_time_of_a_post_may_be_written_in_other_forms(meta: str, time: str, views: int | None) -> None:
    parsed = page(COMMENTS, meta)
    (found,) = parsed.posts
    assert found.posted is not None
    assert (found.title, found.posted.text, found.views) == ("一篇", time, views)
    assert (found.body_text, found.comment_count, parsed.problems) == (SHOWN, 2, ())


@pytest.mark.parametrize(
    "label", ["2 Responses to “一篇”", "Comments (2)", "迴響(2)", "2 則留言", "2 评论", "已有 2 条评论"]
)
def test_the_number_of_comments_may_be_in_other_labels(label: str) -> None:
    (found,) = page(comments("<div><p>{name} {time}</p><p>{text}</p></div>"), label=label).posts
    assert (found.body_text, found.comment_count, len(found.comments)) == (SHOWN, 2, 2)


@pytest.mark.parametrize(
    "each",
    [
        "<div><p>迴響 #1 {name} 於 {time}</p><p>{text}</p></div>",
        "<div><p>{name} said on {time}:</p><p>{text}</p></div>",
        "<div><p>由 {name} (未验证) 提交于 星期三, {time}。</p><p>{text}</p></div>",
        "<li><cite>{name}</cite> Says:<br><small>{time}</small><p>{text}</p></li>",
        "<div><p>{name} <i>Chrome 90.0</i> <i>Windows 10</i> {time} <b>回复</b></p><p>{text}</p></div>",
    ],
)
def test_comments_may_have_other_words_around_the_name(each: str) -> None:
    (found,) = page(comments(each)).posts
    got = [(each.author_name, each.posted and each.posted.text, each.body_text) for each in found.comments]
    assert [(name, text) for name, _, text in got] == [("乙", "话一"), ("丙", "话二")]
    assert all(time is not None and time.endswith(TIMES[n]) for n, (_, time, _) in enumerate(got))


@pytest.mark.parametrize("claimed", ["评论 (2)", "评论"])
def test_a_typed_header_is_no_comment_if_the_real_headers_have_unknown_words(claimed: str) -> None:
    typed = "话一<br>某人 2025-01-01 11:30:00<br>写得真好。"
    each = "<div><b>{name}</b> ~ {text} ~ {time}</div>"
    shown = each.format(name="乙", time="一月一日", text=typed) + each.format(
        name="丙", time="一月一日", text="话二"
    )
    parsed = page(shown, label=claimed)
    assert parsed.posts[0].comments == ()
    assert [problem.kind for problem in parsed.problems] == ["forged"]


@pytest.mark.parametrize("label", ["站长档案", "关于博主", "统计信息", "博客统计"])
def test_the_card_may_have_another_label(label: str) -> None:
    fields = "<li>建站时间：2022-06-17</li><li>今日访问：3</li><li>总浏览人次：1,234</li>"
    name = "" if "统计" in label else "<li>林木</li>"
    card = f"<div><h4>{label}</h4><ul>{name}{fields}</ul></div>"
    parsed = read(f"<html><body>{card}<div>{_ROWS}</div></body></html>", PageKind.MONTH, MONTH)
    assert parsed.author is not None
    assert parsed.author.registered is not None
    assert (parsed.author.registered.text, parsed.author.total_visits) == ("2022-06-17", 1234)
    assert parsed.author.nickname == ("林木" if name else None)
    assert [post.number for post in parsed.listed] == ["501", "502"]


_ROWS = "".join(
    f"<div><b><a href='/u/31182/202501/{number}.html'>第{number}篇</a></b></div><div>作者：林木 2025-01-02 10:00</div>"
    for number in (501, 502)
)


@pytest.mark.parametrize("word", ["博主", "作者", "主人", "栏目", "月份"])
def test_a_short_word_in_a_text_is_no_label_of_the_sidebar(word: str) -> None:
    body = BODY.replace("<p>二段", f"<p>{word}</p><p>二段")
    html = (
        "<html><head><title>一篇 - 林木</title></head><body><div><h2>一篇</h2>"
        f"<p>2025-01-01 10:00</p>{body}</div></body></html>"
    )
    assert read(html).posts[0].body_text == f"正文。\n{word}\n二段。"


@pytest.mark.parametrize(
    ("label", "rows", "months"),
    [
        ("Archives", "<a href='/u/31182/202501/'>January 2025</a> (3)", ["2025-01"]),
        ("月份", "<a href='/u/31182/202501/'>2025年1月</a>", ["2025-01"]),
        ("網誌存檔", "<a href='/u/31182/202501/'>2025年1月</a> (3)", ["2025-01"]),
    ],
)
def test_the_months_may_have_another_label(label: str, rows: str, months: list[str]) -> None:
    categories = "<div><h4>Categories</h4><a href='/u/31182/36001.html'>杂记</a></div>"
    html = f"<html><body>{categories}<div><h4>{label}</h4>{rows}</div></body></html>"
    parsed = read(html, PageKind.HOME, HOME)
    assert [row.month for row in parsed.months] == months
    assert [row.name for row in parsed.categories] == ["杂记"]


def test_the_title_of_a_blog_may_be_the_window_title_of_its_home_page() -> None:
    head = "<html><head><title>林木的角落</title></head><body><div><h1>林木的角落</h1></div>"
    html = f"{head}<div>{_ROWS}</div></body></html>"
    parsed = read(html, PageKind.HOME, HOME)
    assert parsed.author is not None
    assert parsed.author.blog_title == "林木的角落"


@pytest.mark.parametrize(
    "meta",
    [
        "<tr><td>作者:林木 日期:2025-01-01 10:00:00</td></tr>",
        "<tr><td>2025-01-01 10:00:00　<a href='/u/31182/36001.html'>杂记</a></td></tr>",
    ],
)
def test_the_author_and_the_category_beside_a_time_are_no_titles(meta: str) -> None:
    html = (
        f"<html><head><title>角落-一篇</title></head><body><table><tr><td><b>一篇</b></td></tr>{meta}<tr><td>{BODY}</td></tr></table>"
        f"<div><h4>评论</h4>{COMMENTS}</div></body></html>"
    )
    (found,) = read(html).posts
    assert (found.title, found.body_text) == ("一篇", SHOWN)


def test_a_post_above_a_box_of_other_posts_with_times_is_no_list() -> None:
    box = _ROWS.replace("501", "601").replace("502", "602").replace("10:00", "11:00", 1)
    html = (
        f"<html><head><title>一篇 - 角落</title></head><body><div><h2>一篇</h2><p>2025-01-01 10:00:00</p>{BODY}</div>"
        f"<div><h3>相关文章</h3>{box}</div></body></html>"
    )
    assert [post.title for post in read(html).posts] == ["一篇"]


def test_a_post_whose_title_is_the_word_of_a_button_stays_in_its_list() -> None:
    row = "<h2><a href='{url}'>{title}</a></h2><p>2025-01-02 10:00</p><p><a href='{url}#c'>{count} 条评论</a></p>"
    rows = "".join(
        row.format(url=f"/u/31182/202501/{number}.html", title=title, count=number)
        for number, title in ((501, "第一篇"), (502, "评论"), (503, "第三篇"))
    )
    parsed = read(f"<html><body>{rows}</body></html>", PageKind.MONTH, MONTH)
    assert [post.title for post in parsed.listed] == ["第一篇", "评论", "第三篇"]
