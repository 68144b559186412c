"""Comments whose times have no year, counters that a post quotes, and links below its text."""

import pytest

from blogarchive.items import ParsedPage
from tests.sites.printed.one import read

BODY = "<div class=text><p>正文。</p></div>"
FORM = "<h4>发表评论</h4><form><textarea></textarea></form>"
TIMES = ("2025-01-01 11:00", "2025-01-01 12:00")


def page(
    each: str, texts: tuple[str, str], label: str = "2 条评论", posted: str = "2025-01-01 10:00:00"
) -> ParsedPage:
    named = enumerate(zip(("乙", "丙"), texts, TIMES, strict=True))
    shown = "".join(each.format(n=n, name=name, text=text, time=time) for n, (name, text, time) in named)
    outer = "dl" if each.startswith("<dt") else "div"
    return read(
        f"<html><head><title>一篇 - 林木</title></head><body><div><h2>一篇</h2><p>{posted}</p></div>{BODY}"
        f"<div><h4>{label}</h4><{outer}>{shown}</{outer}></div>{FORM}</body></html>"
    )


@pytest.mark.parametrize(("posted", "names"), [("2024-12-01 10:00", ["乙", "丙"]), ("2023-12-01 10:00", [])])
def test_times_without_a_year_need_a_post_of_the_last_year(posted: str, names: list[str]) -> None:
    each = "<div><p><a href='/u/4{n}/'>{name}</a> <span>0{n}-1{n} 08:05</span></p><p>{text}</p></div>"
    shown = each.replace("0{n}-1{n}", "01-1{n}")
    parsed = page(shown, ("好。", "同感。"), posted=posted)
    assert [comment.author_name for comment in parsed.posts[0].comments] == names
    assert [problem.kind for problem in parsed.problems] == ([] if names else ["unreadable"])


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("own", ["2025-01-01 10:00:00 阅读数：233", "2025-01-01 10:00:00 阅读(233) 评论(2)"])
def test_counters_that_a_post_quotes_below_its_own_are_text(own: str, flat: bool) -> None:
    text = "<p>正文。</p><p>阅读(999) 评论(9)</p><p>二段。</p>"
    each = "<div><p><a href='/u/4{n}/'>{name}</a> {time}</p><p>{text}</p></div>"
    shown = "".join(each.format(n=n, name=name, time=TIMES[n], text="好。") for n, name in enumerate("乙丙"))
    html = (
        f"<html><head><title>一篇 - 林木</title></head><body><div><h2>一篇</h2><p>{own}</p></div>"
        f"{text if flat else f'<div>{text}</div>'}<div><h4>评论 (2)</h4>{shown}</div>{FORM}</body></html>"
    )
    parsed = read(html)
    (found,) = parsed.posts
    assert (found.views, found.comment_count, len(found.comments)) == (233, 2, 2)
    assert found.body_text == "正文。\n阅读(999) 评论(9)\n二段。"


def test_links_below_a_text_are_no_part_of_it_and_those_in_it_are() -> None:
    own = "<div><p>正文。</p><p><a href='/u/31182/202501/501.html'>另一篇</a></p></div>"
    below = "<footer><a href='/t/1'>#生活</a></footer><footer><a href='/u/31182/202501/502.html'>上一天</a> »</footer>"
    html = (
        "<html><head><title>一篇 - 林木</title></head><body><article><h2>一篇</h2><p>2025-01-01 10:00:00</p>"
        f"<p><a href='/u/31182/36001.html'>杂记</a></p>{own}{below}</article><h4>评论</h4>{FORM}</body></html>"
    )
    assert read(html).posts[0].body_text == "正文。\n另一篇"
