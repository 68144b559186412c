"""Markups that blog hosts have had, each a page of its own text."""

import pytest

from blogarchive.items import PageKind
from tests.sites.printed.one import CARD, COUNTERS, HOME, MONTH, ROWS, listing, post, read

BLOG = "/u/31182/"
AT = "2025-01-01"


def page(main: str, side: str = CARD, title: str = "一篇 - 林木的角落") -> str:
    return f"<html><head><title>{title}</title></head><body>{main}<div class=side>{side}</div></body></html>"


def entry(head: str, below: str = "", comments: str = "<h3>评论</h3>") -> str:
    text = "<div class=text><p>正文。</p><p>二段。</p></div>"
    return f"<div class=main><div class=post>{head}{text}{below}</div><div class=list>{comments}</div></div>"


TITLE = "<h2>一篇</h2>"
TIME = f"<div>{AT} 10:00:00</div>"


# --- the author's card


@pytest.mark.parametrize(
    "box",
    [
        "<h3>博主</h3><p>林木</p><p>访问次数：1234</p>",
        "<h3>自我介绍</h3><p>林木</p><p>今日访问：3</p><p>访问总量: 1,234 次</p>",
        "<b>博客主人</b><div>林木</div><div>人气：1234</div>",
        "<h2>林木</h2><p>1234 次访问</p><p>2022-06-17 注册</p>",
        "<div>林木</div><div><div><em>24</em><span>文章</span></div><div><em>1234</em><span>访问</span></div></div>",
        f"<a href='{BLOG}'>林木</a><p>随手写下。</p><div><span>博文 24</span><span>访问 1234</span></div>",
        "<p>林木</p><p>访问: 1234</p><p>日志: 24</p><p>评论: 60</p>",
        f"<h3><a href='{BLOG}'>林木</a></h3><p>写写停停。</p><p>共 24 篇文章 · 1,234 次访问</p>",
        "<p>作者：林木　本站访问人次：1234</p>",
        "<p>林木</p><div><div><div>24</div><div>文章</div></div><div><div>1234</div><div>总访问</div></div></div>",
        "<h3>博主</h3><p>林木</p><dl><dt>24</dt><dd>文章</dd><dt>1234</dt><dd>访问</dd></dl>",
        "<h3>林木</h3><p>慢慢写，慢慢走。</p><p>已有 1234 人访问</p>",
    ],
)
def test_a_box_of_the_author_needs_no_known_label(box: str) -> None:
    for shown in (page(entry(TITLE + TIME), f"<div>{box}</div>"), listing(ROWS, f"<div>{box}</div>")):
        author = read(shown, PageKind.POST if "正文" in shown else PageKind.HOME).author
        assert author is not None
        assert (author.nickname, author.total_visits) == ("林木", 1234)


def test_the_visits_of_the_blog_are_no_views_of_a_post() -> None:
    said = f"<p><a href='/u/9/'>乙</a> {AT} 11:00:00</p><p>话一</p>"
    shown = page(
        entry(TITLE + TIME, comments=f"<h3>评论</h3>{said}"), "<div><b>林木</b><p>1234访问</p></div>"
    )
    (found,) = read(shown).posts
    assert (found.views, [each.body_text for each in found.comments]) == (None, ["话一"])


@pytest.mark.parametrize(
    "top",
    [
        "<h1>林木的角落</h1>",
        "<h1>林木的角落 <small>随手写下</small></h1>",
        f"<div><a href='/'>手机版</a> <a href='{BLOG}'>林木的角落</a></div>",
        f"<div><a href='{BLOG}'>林木的角落</a><span>随手写下</span></div>",
    ],
)
def test_the_title_of_the_blog_need_not_be_in_the_window_title(top: str) -> None:
    author = read(page(top + entry(TITLE + TIME), title="一篇 | 博客")).author
    assert author is not None
    assert author.blog_title == "林木的角落"


# --- categories and months


@pytest.mark.parametrize("mark", ["{}", "·{}", "{}（5篇）", "{} <span>5</span>"])
def test_rows_of_links_without_a_known_label_are_categories_and_months(mark: str) -> None:
    rows = "".join(
        f"<p>{mark.format(f'<a href={BLOG}{i}.html>{name}</a>')}</p>"
        for i, name in ((7, "时政"), (8, "诗词"))
    )
    months = "".join(
        f"<p>{mark.format(f'<a href={BLOG}{m}/>{m[:4]}年{m[4:]}月</a>')}</p>" for m in ("202501", "202412")
    )
    found = read(listing(ROWS, f"{CARD}<b>栏目一览</b>{rows}<b>按月查询</b>{months}"), PageKind.MONTH, MONTH)
    assert [row.name for row in found.categories] == ["时政", "诗词"]
    assert [(row.month, row.url) for row in found.months] == [
        ("2025-01", MONTH),
        ("2024-12", f"{HOME}202412/"),
    ]


def test_one_line_may_list_all_categories_and_one_all_months() -> None:
    rows = "".join(f"<a href='{BLOG}{i}.html'>{name}</a> " for i, name in ((7, "时政"), (8, "诗词")))
    months = "".join(f"<a href='{BLOG}{m}/'>{m[:4]}-{m[4:]}</a> " for m in ("202501", "202412"))
    side = f"{CARD}<hr><p>写写停停。</p><p><b>文集</b>：{rows}</p><p><b>按月查看</b>：{months}</p>"
    found = read(listing(ROWS, side), PageKind.MONTH, MONTH)
    assert [row.name for row in found.categories] == ["时政", "诗词"]
    assert [row.month for row in found.months] == ["2025-01", "2024-12"]


def test_counts_below_a_short_label_are_of_the_blog() -> None:
    author = read(listing(ROWS, "<h5>统计</h5><p>访问：1234</p><p>日志：24</p>"), PageKind.HOME, HOME).author
    assert author is not None
    assert author.total_visits == 1234


def test_a_row_of_all_posts_may_begin_the_categories() -> None:
    rows = f"<p><a href='{BLOG}all'>全部博文</a>(24)</p><p><a href='{BLOG}7.html'>时政</a>(5)</p>"
    found = read(listing(ROWS, f"<h4>分类</h4>{rows}<h4>访客</h4><p>乙</p>"), PageKind.HOME, HOME)
    assert [(row.name, row.posts) for row in found.categories] == [("时政", ())]


def test_the_name_of_a_category_beside_the_time_needs_no_label() -> None:
    head = f"{TITLE}<div>{AT} 10:00 | 时政</div>"
    side = "<h4>分类</h4>" + "".join(
        f"<p><a href='{BLOG}{i}.html'>{name}</a></p>" for i, name in ((7, "时政"), (8, "诗词"))
    )
    assert read(page(entry(head), side)).posts[0].categories == ("时政",)


# --- lists


@pytest.mark.parametrize(
    "row",
    [
        "<p>{a}</p><p>阅读(<b>10</b>)评论(<b>2</b>)喜欢(3) <a href='{url}'>查看全文&gt;&gt;</a></p>",
        "<p>{a}</p><p>摘要。</p><p>林木 发表于 10:00 | 阅读 10 | 评论 2</p>",
        "<p>{a}<br><span>2025-01-01 10:00 10阅/2评</span></p>",
        "<p>{a}<span>2025-01-01 10:00</span><span>10 阅读</span><span>2 讨论</span></p>",
        "<table><tr><td colspan=2>某月</td></tr><tr><th>标题</th><th>浏览/评论</th></tr><tr><td>{a}</td><td>10/2</td></tr>",
    ],
)
def test_a_row_of_a_list_shows_counts_beside_other_words(row: str) -> None:
    urls = [f"{BLOG}202501/{number}.html" for number in (501, 502)]
    links = [f"<a href='{url}'>第{url[-8:-5]}篇</a>" for url in urls]
    first, *rest = [row.format(a=a, url=url) for a, url in zip(links, urls, strict=True)]
    rows = first + "".join(each[each.rfind("<tr>") :] if "<tr>" in each else each for each in rest)
    found = read(listing(rows), PageKind.MONTH, MONTH).listed
    assert [(each.views, each.comment_count) for each in found] == [(10, 2), (10, 2)]


def test_the_hour_of_a_listed_post_may_be_below_its_day() -> None:
    title = "<h3><a href='/u/31182/202501/50{0}.html'>第{0}篇</a></h3>"
    row = f"<div>2025年1月{{0}}日</div>{title}<p>摘要。</p><p>林木 发表于 10:0{{0}} | 评论 2</p>"
    found = read(listing(row.format(2) + row.format(1)), PageKind.MONTH, MONTH).listed
    assert [each.posted and each.posted.text for each in found] == [
        "2025年1月2日 10:02",
        "2025年1月1日 10:01",
    ]


# --- the post


@pytest.mark.parametrize(
    "head",
    [
        "<table><tr><td>标　题</td><td><b>一篇</b></td></tr><tr><td>作　者</td><td>林木</td></tr><tr><td>日　期</td>"
        "<td>2025-01-01 10:00:00</td></tr><tr><td>分　类</td><td>时政</td></tr><tr><td>统　计</td>"
        "<td>阅读 10 次，评论 0 条</td></tr></table>",
        "<h1>一篇</h1><dl><dt>作者</dt><dd>林木</dd><dt>发布</dt><dd>2025-01-01 10:00:00</dd><dt>分类</dt>"
        f"<dd><a href='{BLOG}7.html'>时政</a></dd></dl><div>10 阅读 0 评论</div>",
        f"<h1>[<a href='{BLOG}7.html'>时政</a>] 一篇</h1><div>2025-01-01 10:00:00 阅读:10 评论:0</div>",
        "<h1>一篇</h1><p>已有 10 次阅读 0 个评论 <span>2025-01-01 10:00:00</span> 个人分类：时政</p>",
    ],
)
def test_the_data_of_a_post_may_be_in_rows(head: str) -> None:
    (found,) = read(page(entry(head))).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", "2025-01-01 10:00:00")
    assert (found.views, found.comment_count, found.categories) == (10, 0, ("时政",))
    assert found.body_text == "正文。\n二段。"


def test_author_time_and_counts_may_be_below_the_text() -> None:
    foot = f"<div>林木 发表于 {AT} 10:00 浏览(10) 评论(0)</div>"
    (found,) = read(page(entry(TITLE, foot))).posts
    assert (found.posted and found.posted.text, found.views, found.body_text) == (
        f"{AT} 10:00",
        10,
        "正文。\n二段。",
    )


@pytest.mark.parametrize(
    "buttons", ["<a href='#'>点赞 3</a><a href='#'>收藏</a>", "支持(3) 反对(0)", "赞 3评论 0分享"]
)
def test_likes_may_be_below_a_text_with_the_views_above(buttons: str) -> None:
    near = f"<div><a href='{BLOG}202501/501.html'>« 前文</a> <a href='{BLOG}202501/502.html'>后文 »</a></div>"
    head = f"{TITLE}<div>{AT} 10:00:00 阅读(10) 评论(0)</div>"
    (found,) = read(page(entry(head, f"<div>{buttons}</div>{near}"))).posts
    assert (found.views, found.likes, found.body_text) == (10, 3, "正文。\n二段。")


# --- comments


def test_answers_in_the_element_of_their_comment_may_be_newer_than_the_next_comment() -> None:
    each = (
        "<li><article><b><a href='/u/{1}/'>{0}</a></b> 说道：<div>2025-01-01 {2}</div><p>话{1}</p>"
        "<p><a href='#'>回复</a></p></article>{3}</li>"
    )
    answer = f"<ul>{each.format('丙', 2, '15:00:00', '')}</ul>"
    comments = each.format("乙", 1, "12:00:00", answer) + each.format("丁", 3, "13:00:00", "")
    found = read(page(entry(TITLE + TIME, comments=f"<h3>评论 (3)</h3><ol>{comments}</ol>")))
    assert [(c.author_name, c.body_text) for c in found.posts[0].comments] == [
        ("乙", "话1"),
        ("丙", "话2"),
        ("丁", "话3"),
    ]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("layout", "likes"),
    [
        ("<div>{name}：</div><div>{text}</div><p>{time} <a href='#'>回复(0)</a></p>", None),
        (
            "<div>{name} <i>4楼</i></div><div>{text}</div><p>{time} <span>赞 3</span> <a href='#'>回复</a></p>",
            3,
        ),
        ("<div>回复：{name}（{time}）</div><div>{text}</div>", None),
        (
            "<table><tr><td><a href='/u/9/'><img src=/a.gif><br>{name}</a></td>"
            "<td><div>3楼 {time}</div><div>{text}</div></td></tr></table>",
            None,
        ),
        ("<div><span>{name} [1.2.*.*]</span><span>{time}</span></div><div>{text}</div>", None),
    ],
)
def test_comments_of_other_layouts(layout: str, likes: int | None) -> None:
    rows = [
        layout.format(name=name, time=f"{AT} {hour}:00:00", text=text)
        for name, hour, text in (("乙", 13, "话一。"), ("丙", 12, "话二。"))
    ]
    shown = post(counters=COUNTERS, comments="".join(f"<div class=c>{row}</div>" for row in rows))
    found = read(shown).posts[0].comments
    assert [(c.author_name, c.body_text, c.likes) for c in found] == [
        ("乙", "话一。", likes),
        ("丙", "话二。", likes),
    ]


# --- all parts


def test_numbers_may_be_above_the_words_of_counters() -> None:
    counted = "".join(
        f"<div><div>{n}</div><div>{word}</div></div>" for n, word in ((10, "阅读"), (0, "评论"))
    )
    (found,) = read(page(entry(TITLE + TIME, f"<div>{counted}</div>"))).posts
    assert (found.views, found.comment_count, found.body_text) == (10, 0, "正文。\n二段。")


def test_a_number_may_be_before_the_name_of_a_category_and_a_month() -> None:
    names = (("36001", "时政"), ("36002", "杂记"), ("202501/", "2025年01月"), ("202412/", "2024年12月"))
    hrefs = [f"{url}.html" if url.isdigit() else url for url, _ in names]
    rows = [
        f"<a href='{BLOG}{href}'><b>7</b>{name}</a>" for href, (_, name) in zip(hrefs, names, strict=True)
    ]
    side = f"<h4>文章分类</h4><div>{'<br>'.join(rows[:2])}</div><h4>文章存档</h4><div>{'<br>'.join(rows[2:])}</div>"
    parsed = read(page(entry(TITLE + TIME), CARD + side))
    assert [row.name for row in parsed.categories] == ["时政", "杂记"]
    assert [row.month for row in parsed.months] == ["2025-01", "2024-12"]


def test_the_likes_beside_a_time_are_no_name() -> None:
    said = "".join(
        f"<div><p><a href='/u/{i}/'>{who}</a></p><p>话{who}</p><p>{AT} 1{i}:00 · {i} 赞 · <a href='#'>回复</a></p></div>"
        for i, who in ((3, "丙"), (2, "乙"))
    )
    (found,) = read(page(entry(TITLE + TIME, "<p>浏览(10) 评论(2)</p>", f"<h3>评论</h3>{said}"))).posts
    assert [(each.author_name, each.likes, each.body_text) for each in found.comments] == [
        ("丙", 3, "话丙"),
        ("乙", 2, "话乙"),
    ]


def test_the_day_of_a_list_is_above_its_title_although_a_box_ends_there() -> None:
    box = "".join(f"<p>客 在 <a href='{BLOG}202501/60{i}.html'>旧文{i}</a> 回应</p>" for i in (1, 2, 3))
    rows = "".join(
        f"<p>2025年1月{i}日</p><h3><a href='{BLOG}202501/50{i}.html'>第{i}篇</a></h3><p>文摘。</p>"
        "<p>林木在此发表于 10:20:30 | 评论(3)</p>"
        for i in (4, 2)
    )
    html = (
        f"<html><head><title>林木的角落</title></head><body><div>{box}</div><div>{rows}</div></body></html>"
    )
    shown = [each.posted and each.posted.text for each in read(html, PageKind.HOME, HOME).listed]
    assert shown == ["2025年1月4日 10:20:30", "2025年1月2日 10:20:30"]


def test_the_newest_posts_may_be_the_list_of_the_home_page() -> None:
    rows = "".join(f"<p><a href='{BLOG}202501/50{i}.html'>第{i}篇</a>({AT} 1{i}:00)</p>" for i in (4, 2))
    html = f"<html><head><title>角落</title></head><body><h4>最新日志</h4>{rows}{CARD}</body></html>"
    parsed = read(html, PageKind.HOME, HOME)
    assert ([each.title for each in parsed.listed], parsed.latest) == (["第4篇", "第2篇"], ())


def test_the_name_of_a_blog_above_time_and_title_is_no_sure_title() -> None:
    head = f"<h1>角落</h1><div>{AT} 10:00</div><div>一篇</div>"
    parsed = read(page(entry(head), title="角落-一篇-某博客"))
    assert [problem.field for problem in parsed.problems] == ["title"]


def test_a_time_of_a_list_may_touch_the_number_beside_it() -> None:
    rows = "".join(
        f"<div><a href='{BLOG}202501/50{i}.html'>第{i}篇</a><p><i>2025年01月0{i}日 10:20</i><i>3 浏览</i></p></div>"
        for i in (4, 2)
    )
    shown = [each.posted and each.posted.text for each in read(listing(rows), PageKind.HOME, HOME).listed]
    assert shown == ["2025年01月04日 10:20", "2025年01月02日 10:20"]


def test_the_likes_beside_a_name_are_no_part_of_it() -> None:
    said = "".join(
        f"<li><b>{who}</b><i>赞 {i}</i><div>话{who}，好。</div><p>{AT} 1{i}:00</p></li>"
        for i, who in ((3, "丙"), (2, "乙"))
    )
    (found,) = read(
        page(entry(TITLE + TIME, "<p>阅读 10 留言 2 投诉</p>", f"<h3>评论</h3><ul>{said}</ul>"))
    ).posts
    assert [(each.author_name, each.likes) for each in found.comments] == [("丙", 3), ("乙", 2)]


# --- other orders and words of a template


@pytest.mark.parametrize(
    "head",
    [
        f"{TITLE}<div>[{AT} 10:00:00] 作者：林木 栏目：时政（点击数：10，回应数：0）</div>",
        f"<div>{TITLE}<span>（10次点击，0条评论）</span></div>{TIME}",
        f"{TITLE}{TIME}<div>阅读次数：10，评论条数：0</div>",
    ],
)
def test_counters_may_be_in_brackets_or_above_the_time(head: str) -> None:
    (found,) = read(page(entry(head))).posts
    assert (found.posted and found.posted.text, found.views, found.comment_count, found.body_text) == (
        f"{AT} 10:00:00",
        10,
        0,
        "正文。\n二段。",
    )


def test_the_title_may_end_the_window_title_and_be_no_heading() -> None:
    post_row = f"<dl><dt>一篇</dt><dd><p>正文。</p><p>二段。</p></dd><dd>林木 发表于 {AT} 10:00 点击：10 评论：0</dd></dl>"
    (found,) = read(
        page(f"<p><a href='{BLOG}'>林木的角落</a></p>{post_row}", title="林木的角落 » 一篇")
    ).posts
    assert (found.title, found.posted and found.posted.text, found.views) == ("一篇", f"{AT} 10:00", 10)


def test_a_title_and_a_time_typed_at_the_top_of_a_text_are_not_those_of_the_post() -> None:
    typed = f"<h2>假题</h2><div>作者：雷鸣 发表时间：{AT} 23:00</div><p>正文。</p>"
    post_row = f"<dl><dt>一篇</dt><dd>{typed}</dd><dd>林木 发表于 {AT} 10:00 点击：10 评论：0</dd></dl>"
    (found,) = read(
        page(f"<p><a href='{BLOG}'>林木的角落</a></p>{post_row}", title="林木的角落 » 一篇")
    ).posts
    assert (found.title, found.posted and found.posted.text) == ("一篇", f"{AT} 10:00")


def test_the_next_posts_are_no_text_of_a_post_without_words() -> None:
    near = "".join(
        f"<li>{word} <a href='{BLOG}202501/50{i}.html'>第{i}篇</a></li>"
        for i, word in ((1, "上一篇"), (2, "下一篇"))
    )
    shown = f"<h2>一篇</h2>{TIME}<div class=text></div><p>浏览 10 评论 0</p><ul>{near}</ul><h3>文章评论</h3>"
    (found,) = read(page(f"<div>{shown}</div>")).posts
    assert (found.body_text, found.views) == ("", 10)


def test_the_number_of_likes_and_other_posts_below_a_text_of_one_paragraph_are_no_part_of_it() -> None:
    others = f"<h3>相关文章</h3><ul><li><a href='{BLOG}202501/501.html'>第一篇</a> 2024-01-02</li></ul>"
    below = f"<div class=share>分享到：<a href='#'>新浪微博</a></div><div class=vote>顶 <b>3</b></div></div><div>{others}"
    text = "<div class=text><p>正文。</p></div>"
    head = f"{TITLE}<div>{AT} 10:00:00 阅读(10) 评论(0)</div>"
    (found,) = read(page(f"<div><div>{head}{text}{below}</div><h3>读者评论</h3></div>")).posts
    assert found.body_text == "正文。"


def test_counters_below_the_title_are_read_although_no_comment_is() -> None:
    head = f"<p><b>一篇</b><br>林木 {AT} 10:00<br>阅读:10 评论:2</p>"
    form = "<form><p>评论:<input name=c><input type=submit></p></form>"
    shown = f"{head}<p>正文。<br>二段。</p><p>评论(2)</p><p>乙:话一<br>01-02</p><p>丙:话二<br>01-03</p>{form}"
    parsed = read(page(f"<div>{shown}</div>"))
    (found,) = parsed.posts
    assert (found.views, found.comment_count, found.body_text) == (10, 2, "正文。\n二段。")
    assert [problem.field for problem in parsed.problems] == ["comments"]


@pytest.mark.parametrize(
    ("label", "layout"),
    [
        (
            "读者评论",
            "<table><tr><td>{name} 发表于 {time}</td><td>#{i}</td></tr><tr><td colspan=2><p>{text}</p></td></tr></table>",
        ),
        ("评论", "<p>No.{i}</p><div>{text}</div><p>{name} 于 {time} 发表 <a href='#'>引用</a></p>"),
        ("回复（2）", "<p>{name}（博主） {time}</p><div>{text}</div><p>{i}楼 <a href='#'>回复</a></p>"),
        (
            "评论",
            "<div><span>{name}</span><span>{i}楼</span></div><div>{text}</div><div>{time} <a href='#'>回复</a></div>",
        ),
    ],
)
def test_the_floor_and_the_badge_of_a_comment_are_no_part_of_name_and_text(label: str, layout: str) -> None:
    said = (("乙2", 13, "话一。"), ("丙3", 12, "话二。"))
    rows = [layout.format(name=n, time=f"{AT} {h}:00:00", text=t, i=h) for n, h, t in said]
    comments = f"<h3>{label}</h3>" + "".join(f"<div class=c>{row}</div>" for row in rows)
    (found,) = read(page(entry(TITLE + TIME, "<p>浏览(10) 评论(2)</p>", comments))).posts
    assert [(c.author_name, c.body_text) for c in found.comments] == [("乙2", "话一。"), ("丙3", "话二。")]


@pytest.mark.parametrize("lead", ["@乙：", "@乙 "])
def test_a_name_after_a_sign_at_the_start_of_a_text_is_the_one_answered(lead: str) -> None:
    said = (("乙", 11, "话一。"), ("丙", 12, f"{lead}话二。"))
    rows = "".join(
        f"<div><p><a href='/u/9{h}/'>{n}</a> {AT} {h}:00:00</p><p>{t}</p></div>" for n, h, t in said
    )
    (found,) = read(page(entry(TITLE + TIME, "<p>浏览(10) 评论(2)</p>", f"<h3>评论</h3>{rows}"))).posts
    assert [(c.reply_to, c.body_text) for c in found.comments] == [(None, "话一。"), ("乙", "话二。")]


def test_new_comments_with_their_times_in_a_box_are_no_posts_of_a_list() -> None:
    box = "".join(
        f"<li>乙：<a href='{BLOG}202412/4{i}.html'>话{i}</a><br>2024-12-0{i} 10:00</li>" for i in (1, 2, 3)
    )
    side = f"{CARD}<div><h4>最新回应</h4><div><ul>{box}</ul></div></div>"
    assert [each.number for each in read(listing(ROWS, side), PageKind.HOME, HOME).listed] == ["501", "502"]


def test_a_date_that_begins_an_excerpt_is_not_the_time_of_a_listed_post() -> None:
    rows = "".join(
        f"<div><h2><a href='{BLOG}202501/50{i}.html'>第{i}篇</a></h2><p>2003年3月12日那天，下雨。</p>"
        f"<p>{AT} 1{i}:00 点击：1</p></div>"
        for i in (4, 2)
    )
    shown = [each.posted and each.posted.text for each in read(listing(rows), PageKind.HOME, HOME).listed]
    assert shown == [f"{AT} 14:00", f"{AT} 12:00"]


def test_each_count_of_the_counters_may_be_in_brackets_after_data_of_the_post() -> None:
    foot = "<p>作者：林木 类别：时政 【浏览：10】【评论：0】 [打印] [关闭]</p>"
    (found,) = read(page(entry(TITLE + TIME, foot, "<b>≡ 评论 ≡</b>"))).posts
    assert (found.views, found.comment_count, found.body_text) == (10, 0, "正文。\n二段。")


def test_an_unknown_item_of_the_list_with_the_time_is_no_text() -> None:
    head = f"{TITLE}<ul><li>日期：{AT} 10:00:00</li><li>心情：晴</li></ul>"
    (found,) = read(page(entry(head, "<p>浏览(10) 评论(0)</p>"))).posts
    assert (found.posted and found.posted.text, found.body_text) == (f"{AT} 10:00:00", "正文。\n二段。")


def test_the_name_answered_may_begin_a_text_above_its_header() -> None:
    said = (("乙", 11, "话一。"), ("丙", 12, "回复 乙：话二。"))
    rows = "".join(f"<li><div>{t}</div><p>— {n}, {AT} {h}:00:00</p></li>" for n, h, t in said)
    comments = f"<h3>评论</h3><ol>{rows}</ol>"
    (found,) = read(page(entry(TITLE + TIME, "<p>浏览(10) 评论(2)</p>", comments))).posts
    assert [(c.reply_to, c.body_text) for c in found.comments] == [(None, "话一。"), ("乙", "话二。")]


def test_typed_counters_above_those_with_the_number_first_are_a_problem() -> None:
    typed = "<p>77 次阅读 | 0 条评论</p>"
    text = f"{TITLE}{TIME}<div class=text><p>正文。</p>{typed}</div>"
    foot = "<p>标签：甲, 乙 | 10 次阅读 | 0 条评论</p>"
    parsed = read(page(f"<div class=post>{text}{foot}</div><h3>评论</h3>"))
    assert (parsed.posts[0].views == 10) or "views" in [each.field for each in parsed.problems]


def test_buttons_of_this_text_and_of_the_page_are_no_part_of_counters_and_text() -> None:
    foot = "<p>浏览（10）　推荐（3）　评论（0）　<a href='#'>推荐本文</a>　<a href='#'>发表评论</a></p>"
    (found,) = read(page(entry(TITLE + TIME, foot))).posts
    assert (found.views, found.likes, found.body_text) == (10, 3, "正文。\n二段。")
    foot = "<footer><p>标签：甲 乙</p><p><button>点赞</button><button>收藏</button></p></footer>"
    (found,) = read(page(entry(f"{TITLE}<div>{AT} 10:00:00 浏览(10) 评论(0)</div>", foot))).posts
    assert found.body_text == "正文。\n二段。"


def test_the_name_of_the_author_in_the_window_title_is_no_sure_title() -> None:
    rows = f"<tr><td>题目</td><td>一篇</td></tr><tr><td>作者</td><td>林木</td></tr><tr><td>时间</td><td>{AT} 10:00</td></tr>"
    parsed = read(
        page(
            f"<table>{rows}<tr><td colspan=2>正文。</td></tr></table><p>浏览(10) 评论(0)</p>",
            title="林木: 一篇",
        )
    )
    assert parsed.posts[0].title == "一篇" or "title" in [each.field for each in parsed.problems]


def test_portals_call_their_comments_reviews_and_have_more_words_for_buttons_and_visits() -> None:
    said = "".join(f"<p>网友：{n}　点评时间：{AT} 11:00:00</p><p>话{n}。</p>" for n in "乙丙")
    foot = "<p>阅读(10) | 点评(2) | 列印 | 转寄</p>"
    comments = f"<p>读者点评</p>{said}<p>发表点评</p>"
    card = "<h3>博主</h3><p>林木</p><p>访问统计：1234</p>"
    parsed = read(page(entry(f"{TITLE}{TIME}<p>上一則：别的</p>", foot, comments), card))
    (found,) = parsed.posts
    assert (found.views, found.comment_count, found.body_text) == (10, 2, "正文。\n二段。")
    assert [(c.author_name, c.body_text) for c in found.comments] == [("乙", "话乙。"), ("丙", "话丙。")]
    assert parsed.author is not None
    assert (parsed.author.nickname, parsed.author.total_visits) == ("林木", 1234)
