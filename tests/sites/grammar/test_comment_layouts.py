"""Comments are parsed from layouts that differ in the signs beside names, times and 回复."""

import pytest

from blogarchive.items import Comment, Post
from tests.sites.printed.one import post, read

TEXT = "<div>{text}</div>"
FOOT = "<div><a href='#'>回复</a> | {likes}</div>"
SAID = (("乙", "丙", "12:00:00", "话一", 3), ("丙", None, "11:00:00", "话二", 0))


def said(layout: str) -> list[Comment]:
    rows = [
        layout.format(
            name=f"<a href='/u/9/'>{name}</a>",
            reply=f" 回复 {other}" if other else "",
            time=f"2025-01-01 {hour}",
            text=text,
            likes=likes,
        )
        for name, other, hour, text, likes in SAID
    ]
    (found,) = read(post(comments="".join(rows))).posts
    return list(found.comments)


def comment_fields(comments: list[Comment]) -> list[object]:
    return [
        (each.author_name, each.reply_to, each.posted and each.posted.text[11:], each.body_text, each.likes)
        for each in comments
    ]


@pytest.mark.parametrize(
    "header",
    [
        "作者：{name}{reply} 留言时间：[{time}]",
        "作者：{name}{reply}（留言时间：{time}）",
        "作者：{name}{reply} | 留言时间：{time}",
        "作者：{name}{reply}： 留言时间：{time}",
        "作者：{name}{reply} 留言时间：{time} IP:1.2.*.*",
        "<span>第1楼</span> 作者：{name}{reply} 留言时间：{time}",
        "作　者：{name}{reply} 留言时间：{time}",
    ],
)
def test_a_header_may_have_signs_and_floor_numbers(header: str) -> None:
    assert comment_fields(said(f"<div class=c><div>{header}</div>{TEXT}{FOOT}</div>")) == list(SAID)


@pytest.mark.parametrize(
    "header",
    [
        "{name}<br><small>发布于 {time} <a href='#'>回复该评论</a></small>",
        "第3条 {name} 发表于 {time}",
        "{name} 发布于 {time} <a href='#'>回复此楼</a>",
        "【3】 作者：{name} 时间：{time}",
        "{name}<br><em>网友</em></div><div>发表于 {time} | <a href='#'>只看该作者</a> 3#",
        "{name} {time} · #3",
        "<b>[3]</b> {name} <span>[ {time} ]</span> <a href='#'>引用</a>",
        "{name} 发表于 {time} | <a href='#'>只看该作者</a> 3#",
    ],
)
def test_a_header_may_have_a_row_of_the_time_and_a_button_or_the_number_of_the_comment(header: str) -> None:
    found = said(f"<div class=c><div>{header}</div>{TEXT}</div>")
    shown = [(each.author_name, each.author_url, each.reply_to, each.body_text) for each in found]
    assert shown == [(name, "http://127.0.0.1:8000/u/9/", None, text) for name, *_, text, _ in SAID]


@pytest.mark.parametrize("count", [2, 20])
def test_comments_below_names_in_an_unknown_form_are_a_problem_on_a_page_of_several(count: int) -> None:
    who = "<td><a href='/u/9/'>{name}</a><br><em>侠客</em></td>"
    row = f"<table><tr>{who}<td>发表于 {{time}}</td></tr><tr><td>{{text}}</td></tr></table>"
    rows = "".join(
        row.format(name=name, time=f"2025-01-01 {hour}", text=text) for name, _, hour, text, _ in SAID
    )
    pager = "<p><a href='?pg=2'>下一页</a></p>" if count > 2 else ""
    parsed = read(
        post(counters=f"<div>浏览（10）评论（{count}）</div>", comments=f"<div>{rows}</div>{pager}")
    )
    assert (parsed.posts[0].comments, [each.field for each in parsed.problems]) == ((), ["comments"])


@pytest.mark.parametrize(
    "foot",
    [
        "<a href='#'>赞</a> {likes} | <a href='#'>回复</a>",
        "{likes} | <a href='#'>回复</a>",
        "<a href='#'>回复</a> | {likes} | <a href='#'>举报</a>",
        "<a href='#'>回复</a> · {likes}",
        "<a href='#'>回复</a> ︱ {likes}",
        "<a href='#'>回复此评论</a> | {likes}",
        "<a href='#'>回复</a> <a href='#'>顶</a>({likes}) <a href='#'>踩</a>(1)",
        "<ul><li><button>回复</button></li><li><button>赞 {likes}</button></li></ul>",
    ],
)
def test_a_footer_with_any_buttons_is_no_part_of_the_text(foot: str) -> None:
    layout = (
        f"<div class=c><div>作者：{{name}}{{reply}} 留言时间：{{time}}</div>{TEXT}<div>{foot}</div></div>"
    )
    assert comment_fields(said(layout)) == list(SAID)


@pytest.mark.parametrize(
    "layout",
    [
        "<div>作者：{name}{reply} 留言时间：{time} <a href='#'>回复</a> | {likes}</div><div>{text}</div>",
        "<table><tr><td>作者：{name}{reply}</td><td>留言时间：{time}</td><td><a href='#'>回复</a> | {likes}</td></tr>"
        "<tr><td colspan=3>{text}</td></tr></table>",
    ],
)
def test_a_footer_may_end_the_headers_row_above_the_text(layout: str) -> None:
    assert comment_fields(said(f"<div class=c>{layout}</div>")) == list(SAID)


@pytest.mark.parametrize("typed", ["赞 9 | 回复", "9 | 回复", "回复 · 9", "回复 | 9 | 举报", "回复 赞 9"])
def test_a_typed_footer_is_text(typed: str) -> None:
    layout = f"<div class=c><div>作者：{{name}}{{reply}} 留言时间：{{time}}</div><div>{typed}<br>{{text}}</div>{FOOT}</div>"
    assert [(each.body_text, each.likes) for each in said(layout)] == [
        (f"{typed}\n话一", 3),
        (f"{typed}\n话二", 0),
    ]


def test_a_link_to_a_post_with_a_title_like_a_header_is_no_comment() -> None:
    rows = "".join(
        f"<dt>作者：{name} 留言时间：2025-01-01 {hour}<dd>{text}<dd><a href='#'>回复</a> | {likes}"
        for name, _, hour, text, likes in SAID
    )
    title = "<a href='/u/31182/202501/505000.html'>作者：老王 留言时间：2024-12-01 01:01:01</a>"
    counters = "<div>浏览（10）（2）评论（7）</div>"
    turn = "<dl><dt>1/4<dd><a href='?cp=2'>下页</a></dl>"
    comments = f"<dl>{rows}</dl>{turn}<dl><dt>最新发布<dd>{title}<dd>{title.replace('505000', '505001')}</dl>"
    parsed = read(post(counters=counters, comments=comments))
    assert [each.author_name for each in parsed.posts[0].comments] == ["乙", "丙"]
    assert parsed.problems == ()


def test_the_number_of_a_pager_is_no_number_of_a_footer() -> None:
    bare = (
        "<div class=c><div>作者：{name}{reply} 留言时间：{time}</div><div>{text}</div>"
        "<ul><li><a href='#'>回复</a></li></ul></div>"
    )
    pager = "<ul><li>1</li><li><a href='?cp=2'>2</a></li></ul>"
    rows = bare.format(name="乙", reply="", time="2025-01-01 12:00:00", text="话一")
    counters = "<div>浏览（10）（2）评论（3）</div>"
    (found,) = read(post(counters=counters, comments=f"{rows}{rows.replace('12:', '11:')}{pager}")).posts
    assert [(each.body_text, each.likes) for each in found.comments] == [("话一", None), ("话一", None)]


@pytest.mark.parametrize("count", [1, 2])
def test_an_image_that_ends_a_comment_without_a_footer_is_stored(count: int) -> None:
    text = "<div><p>话</p><p><img src='/typed.jpg'></p></div>"
    each = f"<div class=c><p>作者：{{}} 留言时间：2025-01-01 1{{}}:00:00</p>{text}</div>"
    names = [each.format(f"<a href='/u/9/'>{name}</a>", hour) for name, hour in (("乙", 2), ("丙", 1))]
    page = post(comments="".join(names[:count]), counters=f"<div>浏览（10）（2）评论（{count}）</div>")
    comments = read(page).posts[0].comments
    assert ["/typed.jpg" in comment.body_html for comment in comments] == [True] * count


def test_the_label_above_a_comment_without_text_is_none_of_its_text() -> None:
    label = "<div><h4>评论(1)</h4><p>作者：<a href='/u/9/'>乙</a> 留言时间：2025-01-01 11:00:00</p></div>"
    page = post(label="", comments=label, counters="<div>浏览（10）（2）评论（1）</div>")
    (comment,) = read(page).posts[0].comments
    assert (comment.author_name, comment.body_text) == ("乙", "")


def test_the_label_of_the_text_in_a_table_is_none_of_the_text() -> None:
    layout = (
        "<table><tr><td>评论人：</td><td>{name}</td><td>评论时间：</td><td>{time}</td></tr>"
        "<tr><td>内容：</td><td colspan=3>{text}</td></tr></table>"
    )
    assert [each.body_text for each in said(layout)] == ["话一", "话二"]


def test_the_answer_of_the_owner_below_the_last_text_is_part_of_it() -> None:
    layout = "<div class=c><b>{name}</b> <i>{time}</i><div><p>{text}</p><div><b>博主回复：</b>谢谢。</div></div></div>"
    first, last = (layout.format(name="乙", time=f"2025-01-01 1{hour}:00:00", text="话") for hour in (2, 1))
    first = first.replace("<div><b>博主回复：</b>谢谢。</div>", "")
    (found,) = read(post(comments=first + last)).posts
    assert [each.body_text for each in found.comments] == ["话", "话\n博主回复：谢谢。"]


LONE = "<tr><td>{}</td><td><font>2025-01-01 12:00:00</font><br>话。{}</td></tr>"


@pytest.mark.parametrize("claim", ["浏览：10", "浏览(10) 评论(1)"])
@pytest.mark.parametrize("typed", ["", "<br>雷鸣 2025-01-01 11:00:00<br>假话。"])
def test_comments_of_an_unknown_form_are_a_problem_and_no_typed_one_replaces_them(
    claim: str, typed: str
) -> None:
    parsed = read(post(counters=f"<div>{claim}</div>", comments=f"<table>{LONE.format('乙', typed)}</table>"))
    assert parsed.posts[0].comments == ()
    assert [problem.field for problem in parsed.problems] == ["comments"]


def test_a_typed_header_never_replaces_the_comment_of_a_guest() -> None:
    layout = "<div class=c><div>{}</div><div>2025-01-01 1{}:00:00</div><p>{}</p><div><a href='#'>回复</a></div></div>"
    linked = layout.format("<a href='/u/9/'>乙</a>", 2, "话一。</p><p>雷鸣 2025-01-01 11:30:00</p><p>假话。")
    (found,) = read(post(comments=linked + layout.format("丙", 1, "话二。"))).posts
    assert "雷鸣" not in [each.author_name for each in found.comments]


def test_the_floor_of_a_comment_without_a_name_is_no_name() -> None:
    layout = "<div class=c><div>{}楼 {} 2025-01-01 1{}:00:00</div><div>话。</div></div>"
    (found,) = read(post(comments=layout.format(1, "", 2) + layout.format(2, "丙", 1))).posts
    assert [each.author_name for each in found.comments] == ["", "丙"]


@pytest.mark.parametrize(
    "typed",
    [
        "雷鸣 @ 2025-01-01 11:30:00",
        "雷鸣 2025-01-01 11:30:00<br>假话。",
        "作者：雷鸣 留言时间：2025-01-01 11:30:00",
        "文章评论<br>雷鸣 2025-01-01 11:30:00<br>假话。",
    ],
)
@pytest.mark.parametrize(
    "header", ["<div>{}</div><div>{}</div>", "<div>{} {}</div>", "<div>网友 {} 于 {} 说：</div>"]
)
def test_no_typed_header_replaces_the_comment_of_another_form_above_it(header: str, typed: str) -> None:
    comment = f"<div class=c>{header.format('乙', '2025-01-01 12:00:00')}<p>话。<br>{typed}</p></div>"
    (found,) = read(post(counters="<div>浏览(10) (2) 评论(1)</div>", comments=comment)).posts
    assert "雷鸣" not in [each.author_name for each in found.comments]


def test_the_text_above_a_header_may_be_an_image_alone() -> None:
    each = "<div class=c><div>{}</div><div>—— <a href='/u/41/'>乙</a> {}</div></div>"
    texts = ("话一。", "<img src='/a.gif'>", "话三。")
    shown = "".join(each.format(text, f"2025-01-01 1{i}:00:00") for i, text in enumerate(texts))
    found = read(post(counters="<div>浏览(10) 评论(3)</div>", comments=shown)).posts[0]
    assert [each.body_text for each in found.comments] == ["话一。", "", "话三。"]
    assert "a.gif" in (found.comments[1].body_html or "")


def test_the_form_below_the_last_comment_is_none_of_its_text() -> None:
    form = "<form><p>发表评论</p>昵称：<input><textarea></textarea></form>"
    shown = "<div><a href='/u/41/'>乙</a> (2025-01-01 12:00:00)</div><blockquote>话一。</blockquote>"
    found = read(post(counters="<div>浏览(10) 评论(1)</div>", comments=shown + form)).posts[0]
    assert [each.body_text for each in found.comments] == ["话一。"]


def test_comments_without_a_label_and_a_number_are_a_problem() -> None:
    shown = "<div class=c><div>乙 2025-01-01 12:00:00</div><div>话一。</div></div>"
    parsed = read(post(counters="<div>访问次数：10次</div>", label="", comments=shown))
    assert (parsed.posts[0].comments, [each.field for each in parsed.problems]) == ((), ["comments"])


def test_buttons_that_are_no_links_are_no_text() -> None:
    name, buttons = "<a href='/u/4{0}/'>乙{0}</a>", "<span>赞({0})</span> <span>回复</span>"
    each = f"<li>{name}<i>2025-01-01 1{{0}}:00:00</i><p>话{{0}}。</p>{buttons}</li>"
    shown = "".join(each.format(i) for i in (1, 2, 3))
    found = read(post(counters="<div>浏览(10) 评论(3)</div>", comments=f"<ul>{shown}</ul>")).posts[0]
    assert [(each.body_text, each.likes) for each in found.comments] == [
        ("话1。", 1),
        ("话2。", 2),
        ("话3。", 3),
    ]


def test_a_header_may_have_an_english_day_and_a_full_stop() -> None:
    each = "<div><div>Submitted by <a href='/u/4{0}/'>乙{0}</a> on Wed, 2025-01-01 1{0}:00.</div><div>话{0}。</div></div>"
    shown = "".join(each.format(i) for i in (1, 2))
    found = read(post(counters="<div>浏览(10) 评论(2)</div>", label="Comments", comments=shown)).posts[0]
    assert [(each.author_name, each.body_text) for each in found.comments] == [
        ("乙1", "话1。"),
        ("乙2", "话2。"),
    ]


def test_the_label_of_a_time_is_no_name() -> None:
    each = "<tr><td>姓名：</td><td>乙</td></tr><tr><td>时间：</td><td>{}</td></tr><tr><td>内容：</td><td>话。</td></tr>"
    shown = "".join(each.format(f"2025-01-01 1{i}:00:00") for i in (1, 2))
    parsed = read(post(counters="<div>浏览(10) 评论(2)</div>", comments=f"<table>{shown}</table>"))
    assert not any(each.author_name == "时间" for each in parsed.posts[0].comments)
    assert parsed.problems


def test_a_typed_label_of_the_sidebar_ends_no_comments() -> None:
    each = "<div class=c><b>{}</b> <i>2025-01-01 1{}:00:00</i><p>{}</p></div>"
    texts = ("好。<br>近期文章<br>· 假的", "话二。")
    shown = "".join(each.format("甲乙"[i], 9 - i, text) for i, text in enumerate(texts))
    parsed = read(post(counters="<div>浏览：10</div>", comments=shown))
    assert len(parsed.posts[0].comments) == 2 or parsed.problems


def test_the_words_before_a_name_and_a_weekday_are_no_part_of_it() -> None:
    each = "<div><div>话{0}。</div><div>2025-01-01 1{0}:00:00 来自 <a href='/u/4{0}/'>乙{0}</a></div></div>"
    shown = "".join(each.format(i) for i in (1, 2))
    found = read(post(counters="<div>浏览(10) 评论(2)</div>", comments=shown)).posts[0]
    assert [(each.author_name, each.body_text) for each in found.comments] == [
        ("乙1", "话1。"),
        ("乙2", "话2。"),
    ]


@pytest.mark.parametrize(
    "below", ["<h3>我要留言</h3>", "<p>我来评论：</p>", "<p><a href='/login.php'>登录</a>后才能发表评论</p>"]
)
def test_the_label_of_the_form_below_the_last_comment_is_none_of_its_text(below: str) -> None:
    shown = f"<div><a href='/u/41/'>乙</a> (2025-01-01 12:00:00)</div><blockquote>话一。</blockquote><div>{below}</div>"
    found = read(post(counters="<div>浏览(10) 评论(1)</div>", comments=f"<div>{shown}</div>")).posts[0]
    assert [each.body_text for each in found.comments] == ["话一。"]


def test_a_day_beside_a_button_of_a_comment_is_a_problem_without_label_and_number() -> None:
    shown = "<ul><li><div>乙</div><div>话一。</div><div>2025年1月3日 | <a href='#'>回复</a></div></li></ul>"
    parsed = read(post(counters="<div>浏览：10</div>", label="", comments=shown))
    assert (parsed.posts[0].comments, [each.field for each in parsed.problems]) == ((), ["comments"])


def test_a_guest_may_have_a_label_for_a_name() -> None:
    each = "<div><div>网友 said on January {0}, 2025 3:30 PM:</div><div>话{0}。</div></div>"
    shown = "".join(each.format(i) for i in (2, 3))
    found = read(post(counters="<div>浏览(10) 评论(2)</div>", comments=shown)).posts[0]
    assert [(each.author_name, each.body_text) for each in found.comments] == [
        ("网友", "话2。"),
        ("网友", "话3。"),
    ]


REPLY_LAYOUT = "<div class=c><div>{{name}} <i>{{time}}</i></div><div>{}{{text}}</div></div>"


@pytest.mark.parametrize("element", ["<b>{}</b>", "<span class=quote>{}</span> ", "<p class=to>{}</p>"])
@pytest.mark.parametrize("words", ["回复 丙：", "回覆\n 丙:", "回复@丙："])
def test_the_name_replied_to_may_begin_the_text_in_an_element_of_its_own(words: str, element: str) -> None:
    first, last = (REPLY_LAYOUT.format(lead) for lead in (element.format(words), ""))
    rows = [
        layout.format(name=f"<a href='/u/9/'>{name}</a>", time=f"2025-01-01 {hour}", text=f"{text}<br>完")
        for layout, (name, _, hour, text, _) in zip((first, last), SAID, strict=True)
    ]
    (found,) = read(post(comments="".join(rows))).posts
    assert [(each.reply_to, each.body_text) for each in found.comments] == [
        ("丙", "话一\n完"),
        (None, "话二\n完"),
    ]
    assert "丙" not in found.comments[0].body_html
    assert "话一" in found.comments[0].body_html


def post_with_first_comment(words: str) -> Post:
    """Return the post whose first comment has these words."""
    rows = [
        REPLY_LAYOUT.format("").format(
            name=f"<a href='/u/9/'>{name}</a>", time=f"2025-01-01 {hour}", text=text
        )
        for name, _, hour, text, _ in (("乙", "", "12:00:00", words, 0), SAID[1])
    ]
    (found,) = read(post(comments="".join(rows))).posts
    return found


@pytest.mark.parametrize("words", ["回复 丙：话一", "回复@丙：<b>话</b>一", "<b>回复 丙：话</b>一"])
def test_the_name_of_a_commenter_may_begin_the_text_without_an_element_of_its_own(words: str) -> None:
    found = post_with_first_comment(words)
    assert [(each.reply_to, each.body_text) for each in found.comments] == [("丙", "话一"), (None, "话二")]
    assert "丙" not in found.comments[0].body_html


@pytest.mark.parametrize("words", ["回复 丁：话一，丙", "<b>话</b>，回复 丙：", "回复 丙 的那一段：话一"])
def test_other_words_before_a_text_are_text(words: str) -> None:
    found = post_with_first_comment(words)
    assert (found.comments[0].reply_to, "丙" in found.comments[0].body_text) == (None, True)


@pytest.mark.parametrize("reply", ["回复 网友[1.2.*.*]", "[回复 网友[1.2.*.*]]", "（回复 网友[1.2.*.*]）"])
@pytest.mark.parametrize("header", ["{{name}} {} {{time}}", "作者：{{name}} {} 留言时间：{{time}}"])
def test_brackets_of_a_name_replied_to_are_kept(header: str, reply: str) -> None:
    comments = said(TEXT.format(text=header.format(reply)) + TEXT + FOOT)
    assert [each.reply_to for each in comments] == ["网友[1.2.*.*]"] * 2


def test_a_row_of_a_table_may_begin_with_the_number_of_its_floor() -> None:
    row = "<tr><td>{}<td><a href='/u/9/'>{}</a><td>{}<td>2025-01-01 1{}:00</tr>"
    rows = (
        "<tr><th>楼层<th>作者<th>内容<th>时间</tr>"
        + row.format(2, "乙", "<img src=x>", 2)
        + row.format(1, "丙", "话。", 1)
    )
    (found,) = read(post(comments=f"<table>{rows}</table>")).posts
    assert [(each.author_name, each.body_text) for each in found.comments] == [("乙", ""), ("丙", "话。")]


def test_buttons_above_the_name_in_its_element_are_no_text() -> None:
    each = "<div><div><p><a href='#'>回复</a> <a href='#'>引用</a></p>#{}楼 2025-01-01 1{}:00 {}</div><div>话{}</div></div>"
    found = read(post(comments=each.format(1, 1, "乙", 1) + each.format(2, 2, "丙", 2))).posts[0].comments
    assert [(one.author_name, one.body_text) for one in found] == [("乙", "话1"), ("丙", "话2")]


def test_a_number_in_a_cell_before_a_guest_is_his_floor() -> None:
    above = "<tr><td>{0}</td><td>{1}</td><td>2025-01-01 1{0}:00 | <a href='#'>回复</a></td></tr>"
    row = f"<table>{above}<tr><td></td><td>话{{0}}。</td></tr></table>"
    names = {3: "乙", 2: "<a href='/u/41/'>丙</a>", 1: "丁"}
    comments = "".join(row.format(i, names[i]) for i in names)
    found = read(post(counters="<div>浏览(10) 评论(3)</div>", comments=comments)).posts[0]
    assert [each.body_text for each in found.comments] == ["话3。", "话2。", "话1。"]


@pytest.mark.parametrize("floor", ["<b>{}</b> ", "[{}]", "<b>{}</b> [匿名]"])
def test_the_number_of_a_floor_before_a_name_needs_no_sign(floor: str) -> None:
    names = {2: "<a href='/u/41/'>乙</a>", 1: "<i>丙</i>"}
    comments = "".join(
        f"<div><p>{floor.format(i)}{name} [ 2025-01-01 1{i}:00:00 ]</p><p>话{i}。</p></div>"
        for i, name in names.items()
    )
    found = read(post(counters="<div>浏览(10) 评论(2)</div>", comments=comments)).posts[0].comments
    assert [each.author_name for each in found] == ["乙", "丙"]
