"""Each markup shows exactly the data of the blog, in the order of the real site."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from urllib.parse import urljoin

import pytest

from tests.demo import DemoBlog, DemoHost, DemoPost, make_blog, sample_blog
from tests.demo.blogs.forgeries import VICTIM
from tests.demo.blogs.truth import Excerpts, Habits
from tests.demo.hostile import hostile_blog
from tests.demo.markup.by_name import MARKUPS
from tests.demo.markup.charset import cut_title
from tests.demo.reader import get, lines_of, links_of, text_of

Serve = Callable[..., DemoHost]
NAMES = sorted(MARKUPS)


def folded(text: str) -> list[str]:
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n"))
    return [line for line in lines if line]


def position(wanted: list[str], lines: list[str], start: int = 0) -> int:
    """Return the index of these consecutive lines, or -1."""
    for at in range(start, len(lines) - len(wanted) + 1):
        if lines[at : at + len(wanted)] == wanted:
            return at
    return -1


@pytest.mark.parametrize("name", NAMES)
def test_a_post_page_shows_title_time_body_counters_and_comments_in_this_order(
    serve: Serve, name: str
) -> None:
    blog = sample_blog()
    host = serve([blog], markup=name)
    words = MARKUPS[name].labels(blog.traditional)
    for post in blog.posts:
        lines = lines_of(text_of(get(host.post_url(blog.uid, post.number))))
        begin = lines.index(words.body)
        title = next(at for at, line in enumerate(lines) if line.startswith(post.title) and at > begin)
        assert post.posted_text in " ".join(lines[title : title + 2])
        body = position(folded(post.body_text), lines, title) if post.body_text else title
        counters = f"{words.views}{words.paren(post.views)}"
        after = next(
            at for at, line in enumerate(lines) if line.replace(" ", "").startswith(counters) and at > title
        )
        assert title <= body < after
        assert f"{words.comments}{words.paren(len(post.comments))}" in lines[after].replace(" ", "")
        at = after
        for comment in post.comments[: blog.habits.comments_per_page]:
            at = position(folded(comment.text), lines, at)
            assert at > after
            head = lines[at - 1]
            assert comment.author_name in head
            assert comment.posted_text in head
            assert (comment.reply_to is None) or f"{words.reply} {comment.reply_to}" in head
            at += len(folded(comment.text))
            assert lines[at] == f"{words.reply} | {comment.likes}"


@pytest.mark.parametrize("name", NAMES)
def test_the_sidebar_shows_card_newest_titles_categories_and_months(serve: Serve, name: str) -> None:
    blog = sample_blog()
    host = serve([blog], markup=name)
    words = MARKUPS[name].labels(blog.traditional)
    lines = lines_of(text_of(get(host.blog_url(blog.uid))))
    card = lines.index(words.card)
    assert lines[card + 1] == f"{blog.nickname} {words.comma}{blog.account_age}{words.years}"
    assert lines[card + 2] == f"{words.registered}{words.colon} {blog.registered_on}"
    assert lines[card + 3] == f"{words.visits}{words.colon} {blog.total_visits:,} {words.times}"
    latest = lines.index(words.latest)
    titles = [f"· {cut_title(post.title)}".strip() for post in blog.newest_first()[:7]]
    assert lines[latest + 1 : latest + 8] == titles
    assert lines[latest + 8] == words.categories
    assert [line for line in lines if line.startswith("【") and line != "【通知】 搬家了"][:3] == [
        f"【{category.name}】" for category in blog.categories
    ]
    months = lines.index(words.months)
    assert lines[months + 1 : months + 6] == [
        "2025-01-19 - 2025-01-28",
        "2024-12-02 - 2024-12-21",
        "2024-11-03 - 2024-11-27",
        "2024-10-02 - 2024-10-29",
        "2024-09-02 - 2024-09-27",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_titles_in_the_sidebar_are_cut_at_30_bytes_of_gbk(serve: Serve, name: str) -> None:
    blog = make_blog("31182", posts=30)
    host = serve([blog], markup=name)
    page = text_of(get(host.blog_url(blog.uid)))
    paths = {blog.post_path(post): post.title for post in blog.posts}
    shown = [
        (words, paths[href.split("?")[0]]) for words, href in links_of(page) if href.split("?")[0] in paths
    ]
    cut = [(words, title) for words, title in shown if words != title and title.startswith(words)]
    assert cut
    assert all(29 <= len(words.encode("gb18030")) <= 30 for words, _ in cut if "𠮷" not in words)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ["month", "category", "home"])
def test_every_post_is_reached_by_the_words_of_links_alone(serve: Serve, name: str, way: str) -> None:
    blog = make_blog("31182", posts=40, habits=Habits(month_rows=way == "month"))
    host = serve([blog], markup=name)
    found = walk(host, blog, way)
    wanted = {host.post_url(blog.uid, post.number) for post in blog.posts}
    assert found == wanted


def walk(host: DemoHost, blog: DemoBlog, way: str) -> set[str]:
    home = host.blog_url(blog.uid)
    rows = links_of(text_of(get(home)))
    row = {"month": r"\d{4}-\d\d-\d\d\s-\s\d{4}-\d\d-\d\d", "category": "【.*】", "home": "$^"}[way]
    todo = [urljoin(home, href) for words, href in rows if re.fullmatch(row, words)] or [home]
    found = set()
    for url in todo:  # grows while it is walked
        links = links_of(text_of(get(url)))
        targets = [urljoin(url, href) for _, href in links]
        found |= {
            target.split("?")[0]
            for target in targets
            if re.search(r"/\d{6}/\d+\.html(\?PHPSESSID=\w+)?$", target)
        }
        todo += [
            urljoin(url, href)
            for words, href in links
            if words in (">", "下一页", "下一頁") and urljoin(url, href) not in todo
        ]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_all_comments_are_on_the_pages_that_next_leads_to(serve: Serve, name: str) -> None:
    blog = sample_blog()
    host = serve([blog], markup=name)
    words = MARKUPS[name].labels(blog.traditional)
    post = max(blog.posts, key=lambda post: len(post.comments))
    url, times = host.post_url(blog.uid, post.number), []
    for _ in range(3):
        page = text_of(get(url))
        lines = lines_of(page)
        begin = len(lines) - lines[::-1].index(words.comment_section) - 1
        pattern = rf"^{words.author}.*{words.comment_time}{words.colon}(\S+ \S+)$"
        times += [match[1] for line in lines[begin:] if (match := re.match(pattern, line))]
        further = [urljoin(url, href) for words, href in links_of(page) if words in (">", "下一页", "下一頁")]
        url = further[0] if further else url
    assert times == [comment.posted_text for comment in post.comments]


def test_nobody_of_the_forged_name_comments() -> None:
    for blog in (sample_blog(), make_blog("27282", posts=60)):
        texts = [comment.text for post in blog.posts for comment in post.comments]
        assert any(VICTIM in text for text in texts)
        assert all(comment.author_name != VICTIM for post in blog.posts for comment in post.comments)


@pytest.mark.parametrize(
    ("habit", "shown"), [(Excerpts.NONE, False), (Excerpts.BEGINNING, False), (Excerpts.WHOLE, True)]
)
def test_the_home_page_shows_titles_beginnings_or_whole_posts(
    serve: Serve, habit: Excerpts, shown: bool
) -> None:
    blog = make_blog("31182", posts=12, awkward=False, habits=Habits(excerpts=habit))
    lines = lines_of(text_of(get(serve([blog]).blog_url("31182"))))
    post = blog.newest_first()[0]
    assert (position(folded(post.body_text), lines) >= 0) is shown


def test_the_calendar_leads_on_for_ever(serve: Serve) -> None:
    blog = sample_blog()
    url, months = serve([blog]).blog_url(blog.uid), []
    for _ in range(15):
        page = text_of(get(url))
        months.append(re.search(r"&lt;&lt;</a> (\d{4}-\d\d) ", page)[1])
        url = urljoin(url, next(href for words, href in links_of(page) if words == "<<"))
    assert months == sorted(months, reverse=True)
    assert len(set(months)) == 15


def test_session_ids_change_with_every_page(serve: Serve) -> None:
    blog = sample_blog()
    host = serve([blog])
    first, second = (get(host.blog_url(blog.uid)).body for _ in range(2))
    assert first != second
    assert re.sub(rb"PHPSESSID=\w+", b"", first) == re.sub(rb"PHPSESSID=\w+", b"", second)


def test_pages_hold_the_bytes_that_browsers_have_to_guess(serve: Serve) -> None:
    blog = sample_blog()
    post = blog.post(500870)
    tables = get(serve([blog], markup="tables").post_url(blog.uid, post.number))
    assert b"charset=gb2312" in tables.body
    assert "镕".encode("gbk") in tables.body
    assert "𠮷".encode("gb18030") in tables.body
    assert "二十一".encode("gbk") + b"\x80" in tables.body
    lists = get(serve([blog], markup="lists").post_url(blog.uid, post.number))
    assert b"charset=gb2312" in lists.body
    assert "二十一€".encode() in lists.body
    lines = get(serve([blog], markup="lines").post_url(blog.uid, post.number))
    assert "喆".encode("big5hkscs") in lines.body
    assert b"&#134071;" in lines.body


def test_times_of_comments_run_from_the_newest_to_the_oldest() -> None:
    def ordered(post: DemoPost) -> bool:
        return all(a.posted_at >= b.posted_at >= post.posted_at for a, b in pairwise(post.comments))

    for blog in (sample_blog(), make_blog("27282", posts=60), make_blog("5", posts=60, traditional=True)):
        assert all(map(ordered, blog.posts))
        assert any(a == b for post in blog.posts for a, b in pairwise(post.comments))


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_blog_cannot_break_the_page_around_its_text(serve: Serve, name: str) -> None:
    blog = hostile_blog()
    host = serve([blog], markup=name)
    for post in blog.posts:
        page = text_of(get(host.post_url(blog.uid, post.number)))
        if post.posted_at.day != 30:  # the post of that day is the one whose body is raw HTML
            assert "<script" not in page
        assert any(line.startswith(" ".join(post.title.split())) for line in lines_of(page))


def test_a_post_may_claim_more_comments_than_it_shows(serve: Serve) -> None:
    blog = sample_blog()
    host = serve([blog])
    host.change(
        blog.uid, lambda blog: blog.with_post(506012, lambda post: replace(post, claimed_comments=40))
    )
    lines = lines_of(text_of(get(host.post_url(blog.uid, 506012))))
    assert any(line.endswith("评论（40）") for line in lines)
