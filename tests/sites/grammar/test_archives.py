"""Months and categories of the sidebar are parsed from any form that names them."""

import pytest

from blogarchive.items import PageKind, ParsedPage
from tests.sites.printed.one import CARD, HOME, ROWS, TOP, listing, post, read

MONTHS = ("2025-01", "2024-12", "2023-11")
URLS = [f"{HOME}{month.replace('-', '')}/" for month in MONTHS]
ENGLISH = {"2025-01": "January 2025", "2024-12": "Dec 2024", "2023-11": "Nov. 2023"}
CHINESE = {"2025-01": "二〇二五年一月", "2024-12": "2024年十二月", "2023-11": "二零二三年十一月"}
WORDPRESS = {"2025-01": "一月 2025", "2024-12": "十二月 2024", "2023-11": "11月 2023"}
FORMS = [
    lambda month: f"{month[:4]}年{int(month[5:])}月",
    lambda month: f"{month[:4]}年{month[5:]}月（3篇）",
    lambda month: month,
    lambda month: month.replace("-", "/"),
    lambda month: month.replace("-", ""),
    lambda month: ENGLISH[month],
    lambda month: CHINESE[month],
    lambda month: WORDPRESS[month],
    lambda month: f"{month}-02 - {month}-25",
    lambda month: f"{month}-02 至 {month[5:]}-25",
]
AROUND = [("<ul>{}</ul>", "<li>{}</li>"), ("<p>{}</p>", "{} | "), ("<dl>{}</dl>", "<dd>· {} (3)</dd>")]
YEARS = [
    "<ul><li>2025年<ul><li><a href='{}'>1月</a></li></ul></li><li>2024年<ul><li><a href='{}'>12月</a></li></ul></li>"
    "<li>2023年<ul><li><a href='{}'>11月</a> (3)</li></ul></li></ul>",
    "<p>2025年：<a href='{}'>1月</a></p><p>2024年：<a href='{}'>12月</a></p><p>2023年：<a href='{}'>11月</a></p>",
    "<table><tr><th>2025</th><td><a href='{}'>1</a></td></tr><tr><th>2024</th><td><a href='{}'>12</a></td></tr>"
    "<tr><th>2023</th><td><a href='{}'>11</a></td></tr></table>",
    "<div><a href='/u/31182/?y=2025'>2025</a></div><div><a href='{}'>一月</a></div><div>2024</div>"
    "<div><a href='{}'>十二月</a></div><div>2023</div><div><a href='{}'>十一月</a></div>",
]


def home(archive: str, label: str = "<h4>存档目录</h4>") -> ParsedPage:
    return read(listing(ROWS, f"<div>{label}{archive}</div>{CARD}"), PageKind.HOME, HOME)


def months(parsed: ParsedPage) -> list[tuple[str, str | None]]:
    return [(row.month, row.url) for row in parsed.months]


EXPECTED = list(zip(MONTHS, URLS, strict=True))


# A row of two dates has a line of its own.
CASES = [(i, *around) for i in range(len(FORMS)) for around in AROUND if i < 8 or "<p>" not in around[0]]


@pytest.mark.parametrize(("form", "around", "one"), CASES)
def test_an_archive_may_name_months_on_a_line_each_or_on_one_line(form: int, around: str, one: str) -> None:
    links = [
        one.format(f"<a href='{url}'>{FORMS[form](month)}</a>")
        for month, url in zip(MONTHS, URLS, strict=True)
    ]
    parsed = home(around.format("".join(links)))
    assert (months(parsed), parsed.problems) == (EXPECTED, ())
    assert {link.url for link in parsed.links if link.kind is PageKind.MONTH} == set(URLS)


def test_a_month_may_have_no_link_on_its_own_page() -> None:
    first, *others = EXPECTED
    rows = "".join(f"<li><a href='{url}'>{month}</a></li>" for month, url in others)
    parsed = home(f"<ul><li>2025年1月</li>{rows}</ul>")
    assert (months(parsed), parsed.problems) == ([(first[0], None), *others], ())


@pytest.mark.parametrize("count", ["3", "(12)"])
@pytest.mark.parametrize(("year", "text"), [("", "{0}年{1}月"), ("<tr><td>{0}年</td></tr>", "{1}月")])
def test_the_number_of_posts_in_a_cell_beside_a_month_is_no_month(year: str, text: str, count: str) -> None:
    rows = "".join(
        f"{year}<tr><td><a href='{url}'>{text}</a></td><td>{count}</td></tr>".format(*month.split("-"))
        for month, url in EXPECTED
    )
    assert months(home(f"<table>{rows}</table>")) == EXPECTED


@pytest.mark.parametrize("years", YEARS)
def test_months_may_be_below_their_years(years: str) -> None:
    parsed = home(years.format(*URLS))
    assert (months(parsed), parsed.problems) == (EXPECTED, ())


@pytest.mark.parametrize(
    "label",
    [
        "文章归档",
        "日志存档",
        "按月归档",
        "历史存档",
        "文章存檔",
        "月份归档",
        "日期归档",
        "» 存档目录",
        "◆ 文章归档 ◆",
    ],
)
def test_the_archive_may_have_any_of_its_labels(label: str) -> None:
    archive = "".join(f"<div><a href='{url}'>{month}</a></div>" for month, url in EXPECTED)
    assert months(home(archive, f"<h4>{label}</h4>")) == EXPECTED


def test_future_months_are_ignored() -> None:
    assert months(home("<ul><li><a href='/u/31182/203001/'>2030年1月</a></li></ul>")) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [("2025 春天", ("unreadable", "archive_months")), ("春天", ("incomplete", "template"))],
)
def test_an_archive_in_an_unknown_form_is_a_problem(name: str, expected: tuple[str, str]) -> None:
    parsed = home(f"<ul><li><a href='/u/31182/?when=spring'>{name}</a></li></ul>")
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [expected]


def test_the_menu_of_the_page_below_a_link_to_the_archive_is_no_month() -> None:
    menu = "<ul><li><a href='/u/31182/archives'>归档</a></li><li><a href='/tags/'>标签</a></li></ul>"
    parsed = read(post().replace(TOP, f"{TOP}<nav>{menu}</nav>"))
    assert (parsed.months, parsed.problems) == ((), ())


@pytest.mark.parametrize(
    "line",
    [
        "<p><a href='/u/31182/36001.html'>【时政】</a> <a href='/u/31182/36002.html'>【A/B】</a></p>",
        "<p><a href='/u/31182/36001.html'>时政</a> | <a href='/u/31182/36002.html'>A/B</a></p>",
        "<p><a href='/u/31182/36001.html'>时政</a>(3) <a href='/u/31182/36002.html'>A/B</a>(2)</p>",
    ],
)
@pytest.mark.parametrize("label", ["分类目录", "我的分类", "日志分类"])
def test_categories_may_be_on_one_line(line: str, label: str) -> None:
    parsed = home(line, f"<h4>{label}</h4>")
    assert [(row.name, row.url) for row in parsed.categories] == [
        ("时政", f"{HOME}36001.html"),
        ("A/B", f"{HOME}36002.html"),
    ]
