"""The window title, the post's label and lists of the page as witnesses of a post's title."""

import pytest

from blogarchive.sites.grammar.page import UNCONFIRMED_TITLE, confirms_title
from tests.sites.printed.one import post, read

_UNLABELLED = post().replace("<div>网络日志正文</div>", "")


@pytest.mark.parametrize(
    ("window", "title", "confirmed"),
    [
        ("一篇 - 林木", "一篇", True),
        ("林木的角落：Ａ一 篇", "a一篇", True),
        ("很长的题目的前半…", "很长的题目的前半和后半", True),
        ("林木…", "林木森森", False),  # too short a beginning
        ("别的 - 林木", "一篇", False),
        ("", "一篇", False),
        ("一篇", "", False),
    ],
)
def test_a_window_title_confirms_a_title_that_it_contains_or_begins(
    window: str, title: str, confirmed: bool
) -> None:
    assert confirms_title(window, title) is confirmed


@pytest.mark.parametrize("page", [_UNLABELLED, _UNLABELLED.replace("<title>林木</title>", "")])
def test_a_title_without_a_witness_is_a_problem(page: str) -> None:
    parsed = read(page)
    assert parsed.posts[0].title == "一篇"
    assert UNCONFIRMED_TITLE in parsed.problems


@pytest.mark.parametrize(
    "page",
    [
        post(),
        _UNLABELLED.replace("<title>林木", "<title>一篇 - 林木"),
        _UNLABELLED.replace(
            "</body>",
            "<div><h4>最新发布</h4><p><a href='/u/31182/202501/506012.html'>一篇</a></p></div></body>",
        ),
    ],
)
def test_a_label_the_window_title_or_the_sidebar_confirms_a_title(page: str) -> None:
    parsed = read(page)
    assert parsed.posts[0].title == "一篇"
    assert UNCONFIRMED_TITLE not in parsed.problems
