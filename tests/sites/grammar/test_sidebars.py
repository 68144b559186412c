"""Rows of the sidebar are parsed with any signs around names, ages and dates."""

import pytest
from hypothesis import given
from hypothesis.strategies import from_regex

from blogarchive.items import PageKind, ParsedPage
from blogarchive.sites.grammar.words import LINE_START, SECTION_LABEL, SECTION_START
from tests.sites.printed.one import CARD, HOME, listing, read

TITLES = "<div>· <a href='/u/31182/202501/501.html'>第501篇</a></div>"
LINK = "<a href='/u/31182/36001.html'>"


def home(side: str) -> ParsedPage:
    return read(listing("", f"<div>{side}</div>"), PageKind.HOME, HOME)


@pytest.mark.parametrize(
    "row",
    [
        "从 {first} 到 {last}",
        "{first} → {last}",
        "{first} to {last}",
        "2025年1月 ({first} - {last})",
        "{first} - {last} 5篇",
    ],
)
def test_a_row_of_the_archive_is_found_by_its_two_dates(row: str) -> None:
    shown = row.format(first="2025-01-19", last="2025-01-29")
    side = f"<h4>存档目录</h4><ul><li><a href='/u/31182/202501/'>{shown}</a></li></ul>{CARD}"
    (month,) = home(side).months
    assert (month.month, month.first and month.first.text, month.last and month.last.text) == (
        "2025-01",
        "2025-01-19",
        "2025-01-29",
    )
    assert month.url == f"{HOME}202501/"


@pytest.mark.parametrize(
    "row",
    [
        f"{LINK}时政</a>",
        f"{LINK}[时政]</a>",
        f"{LINK}「时政」</a>",
        f"{LINK}时政 (3)</a>",
        f"- {LINK}【时政】</a> <a href='/rss.php'>RSS</a>",
    ],
)
def test_a_category_is_found_by_its_link(row: str) -> None:
    side = f"<h4>分类目录</h4><div>{row}</div>{TITLES}<div>{row.replace('36001', '36002')}</div>{CARD}"
    parsed = home(side)
    assert [(each.name, len(each.posts)) for each in parsed.categories] == [("时政", 1), ("时政", 0)]
    assert [link.url for link in parsed.links if link.kind is PageKind.CATEGORY] == [
        f"{HOME}36001.html",
        f"{HOME}36002.html",
    ]


@pytest.mark.parametrize("shown", ["林木（3岁）", "林木 | 3岁", "林木，3岁，男"])
def test_an_age_may_be_in_brackets_or_before_other_words(shown: str) -> None:
    author = home(CARD.replace("林木 ，3岁", shown)).author
    assert author is not None
    assert (author.nickname, author.account_age, author.total_visits) == ("林木", 3, 5)


@pytest.mark.parametrize(
    "card",
    [
        "<span>林木</span><span>，3岁</span><span>注册日期：2022-06-17</span><span>访问总量：5次</span>",
        "林木 ，3岁 | 注册日期：2022-06-17 | 访问总量：5 次",
        "林木 ，3岁<br>注册日期：2022-06-17<br>访问总量：5 次（今日 2）",
    ],
)
def test_a_card_may_be_on_one_line(card: str) -> None:
    author = home(f"<h4>我的名片</h4><div>{card}</div>").author
    assert author is not None
    assert (author.nickname, author.account_age, author.total_visits) == ("林木", 3, 5)
    assert author.registered is not None
    assert author.registered.text == "2022-06-17"


@pytest.mark.parametrize("label", ["个人资料", "博主名片", "我的资料", "博主信息", "关于我", "個人資訊"])
@pytest.mark.parametrize(
    ("rows", "age"),
    [
        ("林木<br>博客等级：12<br>注册日期：2022-06-17<br>访问总量：5<br>关注人气：33", None),
        ("昵称：林木<br>访问量：5<br>开博时间：2022-06-17", None),
        ("林木<br>博客年龄：3年<br>注册日期：2022-06-17<br>访问总量：5", 3),
        ("林木<br>博龄：3年<br>登记日期：2022-06-17<br>总访问数：5次", 3),
        ("<a href='/u/31182/'>林木</a>，博龄3年<br>注册时间：2022-06-17<br>访问总量：5人次", 3),
        ("林木<br>註冊日期：2022-06-17<br>累積人氣：5", None),
        ("暱稱：林木<br>註冊時間：2022-06-17<br>參觀人氣：5", None),
    ],
)
def test_a_card_may_have_the_labels_of_other_hosts(label: str, rows: str, age: int | None) -> None:
    author = home(f"<h4>{label}</h4><div>{rows}</div><h4>最新发布</h4>{TITLES}").author
    assert author is not None
    assert (author.nickname, author.account_age, author.total_visits) == ("林木", age, 5)
    assert author.registered is not None
    assert author.registered.text == "2022-06-17"


@pytest.mark.parametrize("label", ["博主", "About"])
@pytest.mark.parametrize("visits", ["博客访问：5", "Total visits: 5", "总访问量：5 次"])
def test_visits_of_a_blog_need_no_known_label_above_them(label: str, visits: str) -> None:
    author = home(f"<h4>{label}</h4><p><a href='/u/31182/'>林木</a><br>{visits}</p>").author
    assert author is not None
    assert author.total_visits == 5


def test_a_name_alone_below_the_label_of_the_author_is_his() -> None:
    below = "<h4>统计</h4><dl><dt>文章</dt><dd>24</dd><dt>访问</dt><dd>5</dd></dl>"
    author = home(f"<h4>用户信息</h4><p>林木<br>积分：233</p>{below}").author
    assert author is not None
    assert (author.nickname, author.total_visits) == ("林木", 5)


def test_the_age_of_a_person_is_not_that_of_the_account() -> None:
    box = "<h4>个人档案</h4><p>林木</p><p>男，35岁</p><div><h4>空间访问次数</h4><p>5</p></div>"
    parsed = home(box)
    assert parsed.author is not None
    assert (parsed.author.nickname, parsed.author.account_age, parsed.author.total_visits) == (
        "林木",
        None,
        5,
    )
    assert parsed.problems == ()


def test_a_heading_needs_no_count_below_it_to_be_the_label_of_the_author() -> None:
    author = home("<h3>博主</h3><p><img src='/face.jpg'></p><p>林木</p><h3>最新发布</h3>" + TITLES).author
    assert author is not None
    assert author.nickname == "林木"


def test_two_lines_of_visits_without_a_card_are_of_no_blog() -> None:
    author = home("<p>博客访问：5</p><p>博客访问：6</p>").author
    assert author is None or author.total_visits is None


def test_a_link_of_a_menu_is_no_card() -> None:
    menu = "<div><a href='/'>首页</a></div><div><a href='#'>关于我</a></div><div>欢迎光临</div>"
    author = read(listing(menu, CARD), PageKind.HOME, HOME).author
    assert author is not None
    assert (author.nickname, author.account_age, author.total_visits) == ("林木", 3, 5)


@pytest.mark.parametrize(
    "label", ["分类", "个人分类", "文章分類", "分类列表", "文章栏目", "» 分类目录", "◆ 我的分类 ◆"]
)
def test_categories_may_be_below_another_label(label: str) -> None:
    side = f"<h4>{label}</h4><ul><li>{LINK}时政</a> <em>(3)</em></li></ul><h4>存档</h4>{CARD}"
    assert [each.name for each in home(side).categories] == ["时政"]


TITLE = "<a href='/u/31182/'>林木的角落</a>"


@pytest.mark.parametrize(
    ("window", "head"),
    [
        ("一篇 - 林木的角落 - 某博客", f"<div>{TITLE}</div><div>随手写下</div>"),
        ("一篇_林木的角落", f"<h1>{TITLE}</h1><p>随手写下</p><ul><li>首页</li><li>目录</li></ul>"),
        ("某博客", f"<h1>{TITLE}</h1><p><a href='/'>首页</a></p>"),
        ("林木的角落", f"<a href='/u/31182/'>首页</a><div>{TITLE}</div>"),
    ],
)
def test_the_blog_title_is_its_link_that_the_window_title_confirms(window: str, head: str) -> None:
    rows = "<p><a href='/u/31182/202501/501.html'>第501篇</a> 2025-01-02 10:00:00</p>"
    page = f"<html><head><title>{window}</title></head><body><div>{head}</div>{rows}{CARD}</body></html>"
    author = read(page, PageKind.HOME, HOME).author
    assert author is not None
    assert author.blog_title == "林木的角落"


def test_the_link_of_a_nickname_is_no_blog_title() -> None:
    page = "<html><head><title>林木的日志</title></head><body><p>作者：<a href='/u/31182/'>林木</a></p></body></html>"
    rows = "<p><a href='/u/31182/202501/501.html'>第501篇</a> 2025-01-02 10:00:00</p></body>"
    author = read(page.replace("</body>", rows), PageKind.HOME, HOME).author
    assert author is not None
    assert author.blog_title is None


@given(label=from_regex(SECTION_LABEL, fullmatch=True))
def test_every_label_of_the_sidebar_is_found_by_its_first_character(label: str) -> None:
    for line in (label, f"【{label}】", f"· {label}"):
        assert SECTION_START.match(LINE_START + line)


def test_a_card_may_have_no_label_and_a_linked_name() -> None:
    rows = "<dt>博主</dt><dd><a href='/u/31182/'>林木</a></dd>"
    rows += "<dt>注册日期</dt><dd>2022-06-17</dd><dt>访问总量</dt><dd>1,234</dd>"
    author = home(f"<dl>{rows}</dl>").author
    assert author is not None
    assert (author.nickname, author.total_visits) == ("林木", 1234)
    assert author.registered is not None
    assert author.registered.text == "2022-06-17"


def test_visits_below_a_linked_name_need_no_label() -> None:
    author = home("<div><b><a href='/u/31182/'>林木</a></b><p>访问量：1234　文章：120</p></div>").author
    assert author is not None
    assert (author.nickname, author.total_visits) == ("林木", 1234)


@pytest.mark.parametrize("count", ["<span>3</span>", " <b class=badge>3</b>"])
def test_a_number_in_an_element_of_its_own_is_no_part_of_a_name(count: str) -> None:
    rows = f"<a class=row href='/u/31182/36001.html'>时政{count}</a><a class=row href='/u/31182/36002.html'>旧事{count}</a>"
    months = f"<a class=row href='/u/31182/202501/'>2025年01月{count}</a>"
    parsed = home(
        f"<div><b class=row>分类目录</b>{rows}</div><div><b class=row>存档目录</b>{months}</div>{CARD}"
    )
    assert [row.name for row in parsed.categories] == ["时政", "旧事"]
    assert [row.month for row in parsed.months] == ["2025-01"]


@pytest.mark.parametrize(
    "card",
    [
        "<h4>林木</h4><p>2022-06-17 注册</p><p>1,005 次访问</p>",
        "<h4>林木</h4><p>2022-06-17 注册</p><p>已有1,005人次访问本空间</p>",
        "<b>林木</b><p>注册日期 2022-06-17</p><p>访问总量 1005</p>",
    ],
)
def test_a_card_may_have_no_label_and_its_words_after_the_values(card: str) -> None:
    author = home(f"<div>{card}</div>").author
    assert author is not None
    assert (author.nickname, author.registered and author.registered.text) == ("林木", "2022-06-17")
    assert author.total_visits == 1005
