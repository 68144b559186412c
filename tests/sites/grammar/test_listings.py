"""Posts of a list are parsed with their titles and times from any template."""

import pytest

from blogarchive.items import PageKind
from tests.sites.printed.one import HOME, listing, read

DAYS = {501: "2025-01-08", 502: "2025-01-07", 503: "2025-01-06"}


def listed(row: str) -> list[tuple[str, str | None, str | None]]:
    rows = [
        row.format(url=f"/u/31182/202501/{number}.html", title=f"第{number}篇", day=day)
        for number, day in DAYS.items()
    ]
    found = read(listing("".join(rows)), PageKind.HOME, HOME).listed
    return [(post.title, post.number, post.posted and post.posted.text) for post in found]


@pytest.mark.parametrize(
    "row",
    [
        "<div><h2><a href='{url}'>{title}</a></h2><p>林木 发表于 {day} 10:00:00</p><p>摘要</p></div>",
        "<div><h2><a href='{url}'>{title}</a></h2><p>由 林木 于 {day} 10:00:00 发表</p></div>",
        "<div><h2><a href='{url}'>{title}</a></h2><p>摘要</p><p>分类：时政 | {day} 10:00:00 | 评论(3)</p></div>",
        "<div><a href='{url}'>{title}</a><div><span>{day} 10:00:00</span><span>浏览(1)</span></div></div>",
        "<a href='{url}'><h3>{title}</h3><p>摘要</p><time>{day} 10:00:00</time></a>",
        "<li><a href='{url}'><span>{title}</span><em>{day} 10:00:00</em></a></li>",
        "<div><h3><a href='{url}'>{title}</a></h3><p><a href='{url}'>摘要。</a></p><p>{day} 10:00:00</p></div>",
    ],
)
def test_a_row_may_be_one_link_and_have_more_than_its_time(row: str) -> None:
    assert listed(row) == [(f"第{number}篇", str(number), f"{day} 10:00:00") for number, day in DAYS.items()]


def test_a_time_with_a_t_keeps_its_hour() -> None:
    row = "<div><a href='{url}'>{title}</a> <i>{day}T10:00:00</i></div>"
    assert [time for _, _, time in listed(row)] == [f"{day}T10:00:00" for day in DAYS.values()]
