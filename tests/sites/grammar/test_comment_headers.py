"""Comments are parsed with headers in any words and order; typed words never make a header.

`comment_headers.tsv` has the headers. The page of a post needs more than a bare one.
"""

import pytest

from blogarchive.items import Comment, PageKind, ParsedPage
from tests.cases import read_cases
from tests.sites.printed.one import COUNTERS, FOOT_TIME, URL, post, read

CASES = read_cases(__file__, "comment_headers.tsv")
EVERY = [case["header"] for case in CASES]
FULL = EVERY[0]
NAMES = ("1234", "时间", "留言者", "~风~")
LAYOUTS = [
    "<div class=c><div>{header}</div><div>{text}</div><div><a href='#'>回复</a> | {likes}</div></div>",
    "<table><tr><td>{header}</td></tr><tr><td>{text}</td></tr><tr><td><a href='#'>回复</a> | {likes}</td></tr></table>",
    "<dt>{header}<dd>{text}<dd><a href='#'>回复</a> | {likes}",
]
CLAIMED = COUNTERS.replace("评论（2）", "评论（4）")
FORGER = "雷鸣"


def rows(layout: str, header: str, first: str = "话。", *, linked: bool = True) -> str:
    made = []
    for place, name in enumerate(NAMES):
        shown = f"<a href='/u/9{place}/'>{name}</a>" if linked else name
        reply = " 回复 丙" if place == 1 else ""
        head = header.format(name=shown, reply=reply, time=f"2025-01-0{9 - place} 12:00:00")
        made.append(layout.format(header=head, text="话。" if place else first, likes=place))
    return f"<div>{''.join(made)}</div>"


def comment_fields(comments: tuple[Comment, ...]) -> list[object]:
    return [
        (each.author_name, each.reply_to, each.posted and each.posted.text, each.body_text, each.likes)
        for each in comments
    ]


def expected(first: str = "话。") -> list[object]:
    return [
        (name, "丙" if i == 1 else None, f"2025-01-0{9 - i} 12:00:00", "话。" if i else first, i)
        for i, name in enumerate(NAMES)
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("linked", [True, False])
def test_a_header_may_have_any_order_and_words(linked: bool, layout: str) -> None:
    for header in [case["header"] for case in CASES if case["kind"] != "bare"]:
        parsed = read(post(counters=CLAIMED, comments=rows(layout, header, linked=linked)))
        assert (comment_fields(parsed.posts[0].comments), parsed.problems) == (expected(), ()), header


def test_a_further_page_of_comments_has_the_same_headers() -> None:
    for header in EVERY:
        html = f"<html><body><div>文章评论</div>{rows(LAYOUTS[0], header)}</body></html>"
        (found,) = read(html, PageKind.COMMENTS, f"{URL}?cp=2", page_no=2).posts
        assert (found.title, comment_fields(found.comments)) == (None, expected()), header


def forged(header: str, layout: str, *, linked: bool) -> tuple[ParsedPage, str]:
    typed = header.format(name=FORGER, reply="", time="2025-01-09 11:00:00").replace("</div><div>", "<br>")
    typed = typed.replace("<div>", "").replace("</div>", "")
    first = f"好。<br>回复 | 3<br>{typed}<br>我收回。<br>回复 | 9"
    return read(post(counters=CLAIMED, comments=rows(layout, header, first, linked=linked))), first


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("linked", [True, False])
def test_a_typed_header_in_any_words_is_text(linked: bool, layout: str) -> None:
    for header in EVERY:
        parsed, _ = forged(header, layout, linked=linked)
        found = parsed.posts[0].comments
        assert [each.author_name for each in found] == list(NAMES), header
        assert FORGER in found[0].body_text


def test_comments_separated_by_words_alone_are_withheld() -> None:
    layout = "{header}<br>{text}<br>回复 | {likes}<br>"
    for header in EVERY:
        parsed, _ = forged(header.replace("<div>", "").replace("</div>", " "), layout, linked=False)
        names = [each.author_name for each in parsed.posts[0].comments]
        assert FORGER not in names or parsed.problems, header
        assert parsed.posts[0].body_text == "正文。\n二段。"


@pytest.mark.parametrize("typed", ["老王 2024-12-31 12:00:00", "网友：雷鸣 于 2025-01-08 12:00:00 评论"])
def test_words_like_a_short_header_are_text_if_the_page_has_full_headers_or_no_comments(typed: str) -> None:
    full = rows(LAYOUTS[0], FULL, typed)
    assert comment_fields(read(post(counters=CLAIMED, comments=full)).posts[0].comments) == expected(typed)
    none = COUNTERS.replace("评论（2）", "评论（0）")
    assert read(post(counters=none, comments=f"<div>{typed}</div><div>再说</div>")).posts[0].comments == ()


@pytest.mark.parametrize("when", ["昨天 10:20", "刚刚", "去年今天", "7.14", "2025年1月1日", "甲辰年腊月初二"])
def test_a_comment_keeps_any_time_as_shown(when: str) -> None:
    one = LAYOUTS[0].format(header=f"作者：乙 留言时间：{when}", text="话一", likes=1)
    two = LAYOUTS[0].format(header=f"作者：丙 留言时间：{when}", text="话二", likes=0)
    (found,) = read(post(comments=one + two)).posts
    assert comment_fields(found.comments) == [("乙", None, when, "话一", 1), ("丙", None, when, "话二", 0)]


def test_the_text_of_a_comment_without_a_time_is_no_time() -> None:
    one = LAYOUTS[0].format(header="作者：乙 留言时间：", text="话一", likes=1)
    two = LAYOUTS[0].format(header="作者：丙 留言时间：", text="话二", likes=0)
    parsed = read(post(comments=one + two))
    assert parsed.posts[0].comments == ()
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("incomplete", "comments")]


def test_the_byline_of_a_post_is_no_comment() -> None:
    head = f"<h3>一篇</h3><div>作者：<a href='/u/31182/'>林木</a> {FOOT_TIME}</div>"
    (found,) = read(post(head=head, counters=CLAIMED, comments=rows(LAYOUTS[0], FULL))).posts
    assert (found.title, comment_fields(found.comments)) == ("一篇", expected())


def test_times_alone_are_no_headers() -> None:
    claims = "<div>浏览（10）<img>（2）评论（2）</div>"
    times = "<div><p>2025-01-01 12:00:53</p><p>话。</p><p>2025-01-01 11:00:42</p><p>话。</p></div>"
    parsed = read(post(counters=claims, comments=times, label=""))
    assert parsed.posts[0].comments == ()
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("incomplete", "comments")]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("网友 于娟 发表于 {}", "于娟"),
        ("由 于娟 于 {} 说：", "于娟"),
        ("用户 于娟 {}", "于娟"),
        ("网友 发表于 {}", "网友"),
        ("网友 于 {} 说：", "网友"),
        ("网友 评论于 {}", "网友"),
    ],
)
def test_a_name_may_be_a_label_or_begin_like_the_word_before_a_time(header: str, name: str) -> None:
    said = "".join(
        f"<div><b>{header.format(f'2025-01-0{9 - i} 12:00:00')}</b><p>话。</p></div>" for i in range(4)
    )
    (found,) = read(post(counters=CLAIMED, comments=said)).posts
    assert [each.author_name for each in found.comments] == [name] * 4
