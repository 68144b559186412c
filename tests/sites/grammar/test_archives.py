"""Months and categories of the sidebar are parsed from any form that names them."""

import pytest

from blogarchive.items import PageKind, ParsedPage
from tests.sites.printed.one import CARD, HOME, ROWS, listing, read

MONTHS = ("2025-01", "2024-12", "2023-11")
URLS = [f"{HOME}{month.replace('-', '')}/" for month in MONTHS]
ENGLISH = {"2025-01": "January 2025", "2024-12": "Dec 2024", "2023-11": "Nov. 2023"}
FORMS = [
    lambda month: f"{month[:4]}年{int(month[5:])}月",
    lambda month: f"{month[:4]}年{month[5:]}月（3篇）",
    lambda month: month,
    lambda month: month.replace("-", "/"),
    lambda month: month.replace("-", ""),
    lambda month: ENGLISH[month],
    lambda month: f"{month}-02 - {month}-25",
]
AROUND = [("<ul>{}</ul>", "<li>{}</li>"), ("<p>{}</p>", "{} | "), ("<dl>{}</dl>", "<dd>· {} (3)</dd>")]


def home(archive: str, label: str = "<h4>存档目录</h4>") -> ParsedPage:
    return read(listing(ROWS, f"<div>{label}{archive}</div>{CARD}"), PageKind.HOME, HOME)


def months(parsed: ParsedPage) -> list[tuple[str, str | None]]:
    return [(row.month, row.url) for row in parsed.months]


EXPECTED = list(zip(MONTHS, URLS, strict=True))


@pytest.mark.parametrize("form", range(len(FORMS)))
@pytest.mark.parametrize(("around", "one"), AROUND)
def test_an_archive_may_name_months_on_a_line_each_or_on_one_line(form: int, around: str, one: str) -> None:
    links = [
        one.format(f"<a href='{url}'>{FORMS[form](month)}</a>")
        for month, url in zip(MONTHS, URLS, strict=True)
    ]
    parsed = home(around.format("".join(links)))
    assert (months(parsed), parsed.problems) == (EXPECTED, ())
    assert {link.url for link in parsed.links if link.kind is PageKind.MONTH} == set(URLS)


@pytest.mark.parametrize("label", ["文章归档", "日志存档", "按月归档", "历史存档", "文章存檔", "月份归档"])
def test_the_archive_may_have_any_of_its_labels(label: str) -> None:
    archive = "".join(f"<div><a href='{url}'>{month}</a></div>" for month, url in EXPECTED)
    assert months(home(archive, f"<h4>{label}</h4>")) == EXPECTED


def test_future_months_are_ignored() -> None:
    assert months(home("<ul><li><a href='/u/31182/203001/'>2030年1月</a></li></ul>")) == []


def test_an_archive_in_an_unknown_form_is_a_problem() -> None:
    parsed = home("<ul><li><a href='/u/31182/?when=spring'>春天</a></li></ul>")
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [
        ("unreadable", "archive_months")
    ]


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
