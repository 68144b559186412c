"""Comments of any blog on several pages, under other names and times: each is one row, in every night."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.sites.engines.test_wordpress import FIRST, TEXT, Blog, night, rows, serve
from tests.tool import run_command

NIGHTS = (("backup",), ("update", "--full"), ("update", "--full"))
STORED = "select author_name, body_text, count(*) from comments group by 1, 2 order by min(id)"
LONG = "桥下的水很慢，我在桥上站了很久。"


class PagedBlog(Blog):
    """Shows the last two comments of a post at its URL, as Typecho does, and all on numbered pages.

    `said` are author, time as shown and text of the comments of the second post. Without `shows_count` no heading counts
    them. The block themes of WordPress link the pages beside the shown one alone, and each comment with its page. With
    `shows_first` the URL of the post shows the first page. A list beside the post links the `newest` comments. `near` are
    the links to older and to newer comments, `item` the tags around a comment.
    """

    on_page = 2

    def __init__(self) -> None:
        super().__init__()
        self.refused = 404
        self.shows_count = True
        self.is_block_theme = False
        self.shows_first = False
        self.newest: tuple[int, ...] = ()
        self.links_own = True
        self.near = tuple(
            f'<a href="{{}}" class="pagination-{name}">{name}</a>' for name in ("previous", "next")
        )
        self.item = '<li id="comment-{}" class="comment">{}</li>'
        self.said: list[tuple[str, str, str]] = []

    def answer(self, path: str) -> tuple[int, str, str]:
        steps = urlsplit(path).path.strip("/").split("/")
        if steps[0] != "post-2":
            return super().answer(path)
        last = max(1, -(-len(self.said) // self.on_page))
        page = int(steps[1].rpartition("-")[2]) if len(steps) > 1 else 1 if self.shows_first else last
        return 200, "text/html", self.paged(page, last)

    def linked(self, shown: str, place: int) -> str:
        url = f"/post-2/comment-page-{place // self.on_page + 1}/#comment-{place}"
        return f'<a href="{url}">{shown}</a>' if self.is_block_theme and self.links_own else shown

    def paged(self, page: int, last: int) -> str:
        items = "".join(
            self.item.format(
                place,
                f'<cite class="fn">{name}</cite> <span>{self.linked(at, place)}</span>'
                f'<div class="comment-content"><p>{text}</p></div>',
            )
            for place, (name, at, text) in enumerate(self.said)
            if place // self.on_page == page - 1
        )
        links = "".join(f'<a href="/post-2/comment-page-{n}/#comments">{n}</a>' for n in range(1, last + 1))
        if self.is_block_theme:
            pages = zip(self.near, (page - 1, page + 1), strict=True)
            near = {f"/post-2/comment-page-{n}/#comment-list": link for link, n in pages if 1 <= n <= last}
            links = "".join(link.format(url) for url, link in near.items())
        heading = f"{len(self.said)} 条评论" if self.shows_count else "评论"
        nav = f'<ol class="page-navigator">{links}</ol>' if last > 1 else ""
        section = f'<div id="comments"><h3>{heading}</h3><ol class="commentlist">{items}</ol>{nav}</div>'
        head = f"<h1>第 2 篇</h1><time>{FIRST:%Y-%m-%d}</time>"
        article = f'<article>{head}<div class="entry-content">{TEXT}</div></article>'
        newest = "".join(f"<p>{self.linked('评论', place)}</p>" for place in self.newest)
        body = f"{article}{section}<div class='box'>{newest}</div>"
        return f"{self.head('第 2 篇')}<body class='single single-post postid-2'>{body}</body></html>"


def crawl(blog: PagedBlog, folder: Path, *nights: tuple[str, ...]) -> list[tuple[object, ...]]:
    """Return the comments that are stored after these nights, which no `reparse` changes."""
    with serve(blog) as url:
        for day, words in enumerate(nights):
            night(blog, folder, day, *words, *([url] if words[0] == "backup" else []))
    found = rows(folder, STORED)
    assert run_command("reparse", "--db", "a.db", folder=folder).code == 0
    assert rows(folder, STORED) == found
    assert rows(folder, "select count(*) from comment_revisions") == [(0,)]
    return found


def days(*said: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [
        (name, f"{FIRST + timedelta(days=3 * n):%Y-%m-%d %H:%M}", text) for n, (name, text) in enumerate(said)
    ]


@pytest.mark.parametrize("shows_count", [True, False])
def test_the_last_comments_under_two_urls_hide_no_other_page(tmp_path: Path, shows_count: bool) -> None:
    blog = PagedBlog()
    blog.shows_count = shows_count
    blog.said = days(*(("阿明", f"第 {n} 条。") for n in range(6)))
    assert len(crawl(blog, tmp_path, *NIGHTS)) == 6


def test_the_last_page_under_two_urls_is_no_second_page_where_an_earlier_one_has_an_equal_comment(
    tmp_path: Path,
) -> None:
    blog = PagedBlog()
    blog.said = [("匿名", "2019-03-04", text) for text in ("顶", "沙发", "不错", "顶")]
    expected = {("匿名", "顶", 2), ("匿名", "沙发", 1), ("匿名", "不错", 1)}
    assert set(crawl(blog, tmp_path, *NIGHTS)) == expected
    assert rows(tmp_path, "select url from failures where resolved_at is null") == []


@pytest.mark.parametrize("newest", [(), (0, 7)], ids=["", "a list of newest comments"])
@pytest.mark.parametrize("shows_first", [True, False])
def test_all_pages_of_comments_of_a_block_theme_are_read_as_pages_of_the_post(
    tmp_path: Path, shows_first: bool, newest: tuple[int, ...]
) -> None:
    blog = PagedBlog()
    blog.is_block_theme, blog.shows_first, blog.newest = True, shows_first, newest
    blog.said = [("阿明", "2019-03-04", f"第 {n} 条。") for n in range(8)]
    assert len(crawl(blog, tmp_path, *NIGHTS)) == 8
    other = "select url from pages where url like '%/comment-page-%' and kind != 'comments'"
    assert rows(tmp_path, other) == []
    assert rows(tmp_path, "select url from failures where resolved_at is null") == []


_NEAR = {
    "classes": (
        '<p class="nav-previous"><a href="{}">Ältere</a></p>',
        '<p class="nav-next"><a href="{}">Neuere</a></p>',
    ),
    "English": ('<a href="{}">Older Comments</a>', '<a href="{}">Newer Comments</a>'),
    "Chinese": ('<a href="{}">更早的评论</a>', '<a href="{}">较新的评论</a>'),
    "arrows": ('<a href="{}">← Precedenti</a>', '<a href="{}">Successivi →</a>'),
}


@pytest.mark.parametrize(
    ("near", "shows_first", "count"),
    [
        *(("classes", True, 4), ("classes", False, 8), ("English", True, 6), ("English", False, 4)),
        *(("Chinese", True, 8), ("Chinese", False, 6), ("arrows", True, 4), ("arrows", False, 6)),
    ],
)
def test_all_pages_of_comments_are_read_where_links_to_older_and_newer_ones_are_the_only_links(
    tmp_path: Path, near: str, shows_first: bool, count: int
) -> None:
    blog = PagedBlog()
    blog.is_block_theme, blog.links_own, blog.shows_count, blog.shows_first = True, False, False, shows_first
    blog.near = _NEAR[near]
    blog.said = [("阿明", "2019-03-04", f"第 {n} 条。") for n in range(count)]
    assert len(crawl(blog, tmp_path, *NIGHTS[:2])) == count


@pytest.mark.parametrize("shows_first", [True, False])
def test_all_pages_of_comments_are_read_where_the_element_inside_has_the_number_of_a_comment(
    tmp_path: Path, shows_first: bool
) -> None:
    blog = PagedBlog()
    blog.is_block_theme, blog.shows_count, blog.shows_first = True, False, shows_first
    blog.item = '<li class="comment"><div id="div-comment-{}">{}</div></li>'
    blog.near = ('<a href="{}">Ältere</a>', '<a href="{}">Neuere</a>')
    blog.said = [("阿明", "2019-03-04", f"第 {n} 条。") for n in range(8)]
    assert len(crawl(blog, tmp_path, *NIGHTS[:2])) == 8


def test_comments_of_one_author_in_one_hour_on_two_pages_are_two(tmp_path: Path) -> None:
    blog = PagedBlog()
    blog.said = [("阿明", "6 小时前", f"第 {n} 条。") for n in range(4)]
    assert len(crawl(blog, tmp_path, *NIGHTS)) == 4


@pytest.mark.parametrize("at", ["2019-03-04", "2年前", "2019-03-04 08:30"])
def test_a_comment_under_another_name_is_one_row(tmp_path: Path, at: str) -> None:
    blog = PagedBlog()
    blog.said = [("阿明", at, LONG), ("老张", at, "谢谢"), ("小雨", at, "谢谢")]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        blog.said[0] = ("明叔", at, LONG)
        night(blog, tmp_path, 1, "update", "--full")
        night(blog, tmp_path, 2, "update", "--full")
    assert rows(tmp_path, "select count(*), count(gone_at) from comments") == [(3, 0)]
    assert rows(tmp_path, "select author_name from comment_revisions") == [("阿明",)]


def test_short_words_of_two_persons_on_one_day_are_two_comments(tmp_path: Path) -> None:
    blog = PagedBlog()
    blog.said = [("阿明", "2019-03-04", "谢谢")]
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        blog.said = [("小雨", "2019-03-04", "谢谢")]
        night(blog, tmp_path, 1, "update", "--full")
    assert rows(tmp_path, "select author_name, gone_at is null from comments") == [("阿明", 0), ("小雨", 1)]


def test_equal_words_of_two_persons_on_two_pages_are_two_comments_in_a_merged_archive(tmp_path: Path) -> None:
    blog = PagedBlog()
    at = "2019-03-04 08:30"
    blog.said = [
        ("老张", at, "谢谢"),
        ("阿明", at, LONG),
        ("小雨", at, "谢谢"),
        ("阿明", "2019-03-04 10:30", LONG),
    ]
    stored = crawl(blog, tmp_path, ("backup",))
    assert [count for *_, count in stored] == [1, 2, 1]
    (tmp_path / "a.db").rename(tmp_path / "other.db")
    assert run_command("merge", "other.db", "--db", "a.db", folder=tmp_path).code == 0
    assert set(rows(tmp_path, STORED)) == set(stored)


def test_a_post_that_moved_is_one_post_after_its_pages_are_parsed_again(tmp_path: Path) -> None:
    blog = Blog()
    blog.comment(2, "阿明", FIRST)
    answer = blog.answer
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        blog.posts[22] = blog.posts.pop(2)
        whole, row = blog.page, blog.row
        blog.page = lambda number, page: whole(number, page).replace("第 22 篇", "第 2 篇")  # type: ignore[method-assign]
        blog.row = lambda number: row(number) | {"title": {"rendered": f"第 {number % 20} 篇"}}  # type: ignore[method-assign]
        moved = 301, f"{url}post-22/", ""
        blog.answer = lambda path: moved if path.startswith("/post-2/") else answer(path)  # type: ignore[method-assign]
        for day in (1, 2):
            night(blog, tmp_path, day, "update", "--full")
    query = "select number, url, gone_at, (select count(*) from comments where post_id = p.id) from posts p"
    before = rows(tmp_path, query)
    assert len(before) == 3
    assert run_command("reparse", "--db", "a.db", folder=tmp_path).code == 0
    assert rows(tmp_path, query) == before


def test_a_comment_under_another_name_is_one_row_in_a_merged_archive(tmp_path: Path) -> None:
    blog = PagedBlog()
    blog.said = days(("阿明", LONG), ("小雨", "谢谢"))
    with serve(blog) as url:
        night(blog, tmp_path, 0, "backup", url)
        (tmp_path / "a.db").rename(tmp_path / "first.db")
        night(blog, tmp_path, 1, "backup", url)
        (tmp_path / "a.db").rename(tmp_path / "second.db")
        (tmp_path / "first.db").rename(tmp_path / "a.db")
        blog.said[0] = ("明叔", *blog.said[0][1:])
        night(blog, tmp_path, 2, "update", "--full")
    assert run_command("merge", "second.db", "--db", "a.db", folder=tmp_path).code == 0
    assert rows(tmp_path, "select author_name from comments order by id") == [("明叔",), ("小雨",)]
    assert rows(tmp_path, "select author_name from comment_revisions") == [("阿明",)]
