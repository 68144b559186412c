"""Rows of the sidebar are parsed with any signs around names, ages and dates."""

import pytest

from blogarchive.items import PageKind, ParsedPage
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
