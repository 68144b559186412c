"""A post with a time in words, or in an unknown form, is parsed; its time stays as shown and is a problem.

`worded_times.tsv` has the texts; `-` is no time.
"""

import pytest

from blogarchive.items import CrawledPage, DateText, Page, PageKind, Target
from blogarchive.sites.normalize import normalize_page
from tests.cases import read_cases
from tests.sites.printed.one import CARD, FETCHED, TOP, URL, post, read

CASES = read_cases(__file__, "worded_times.tsv")
HEADS = [
    "<h3>一篇</h3><div>{}</div>",
    "<h3>一篇</h3><div>发表于：{}</div>",
    "<h3>一篇</h3><div>发表时间：{} 作者：林木</div>",
    "<table><tr><td><a class=diary_title href='#'>一篇</a></td><td align=right>{}</td></tr></table>",
]


def finished(html: str) -> CrawledPage:
    parsed = read(html)
    page = Page(url=URL, fetched_at=FETCHED, status=200, headers=(), body=b"")
    target = Target(url=URL, site="creaders", kind=PageKind.POST, uid="31182", number="506012")
    return normalize_page(CrawledPage(target=target, page=page, parsed=parsed))


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("label", [True, False])
def test_a_text_that_is_no_time_is_null_stored_as_shown_and_a_problem(head: str, label: bool) -> None:
    for when in [case["when"] for case in CASES if case["expected"] == "-"]:
        html = post(head=head.format(when)).replace("<title>林木<", "<title>一篇 - 林木<")
        html = html if label else html.replace("<div>网络日志正文</div>", "")
        parsed = finished(html).parsed
        (found,) = parsed.posts
        assert (found.title, found.posted) == ("一篇", DateText(text=when))
        assert (found.body_text, found.views, len(found.comments)) == ("正文。\n二段。", 10, 2)
        assert [(problem.kind, problem.field) for problem in parsed.problems] == [("unreadable", "posted_at")]


@pytest.mark.parametrize("head", HEADS)
def test_a_time_in_another_form_is_resolved(head: str) -> None:
    for case in [case for case in CASES if case["expected"] != "-"]:
        html = post(head=head.format(case["when"])).replace("<title>林木<", "<title>一篇 - 林木<")
        (found,) = finished(html).parsed.posts
        assert found.posted is not None
        assert found.posted.at is not None
        assert (found.title, found.posted.text) == ("一篇", case["when"])
        assert found.posted.at.isoformat() == case["expected"]
        assert found.body_text == "正文。\n二段。"


def test_a_post_without_any_time_is_parsed_and_a_problem() -> None:
    html = post(head="<h3>一篇</h3>").replace("<title>林木<", "<title>一篇 - 林木<")
    parsed = read(html)
    (found,) = parsed.posts
    assert (found.title, found.posted, found.views, len(found.comments)) == ("一篇", None, 10, 2)
    assert found.body_text == "正文。\n二段。"
    assert [(problem.kind, problem.field) for problem in parsed.problems] == [("unreadable", "posted_at")]


def test_the_first_sentence_of_a_text_is_no_time() -> None:
    html = post(head="<h3>一篇</h3>").replace("<p>正文。</p>", "<p>今天，我去了北京。</p>")
    (found,) = read(html).posts
    assert (found.posted, found.body_text) == (None, "今天，我去了北京。\n二段。")


def test_a_heading_without_a_post_is_no_post() -> None:
    words = "<h1>提示</h1><div>昨天</div><div>请稍候</div>"
    html = f"<html><head><title>提示</title></head><body>{TOP}{words}{CARD}</body></html>"
    assert [found.title for found in read(html).posts if found.views or found.comments] == []
