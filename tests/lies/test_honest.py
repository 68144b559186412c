"""Changes of an honest site are stored: edits at once, a change of the whole site after a person agrees."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest

from tests.demo.blogs.body import Block, Paragraph, para
from tests.demo.blogs.truth import DemoBlog, DemoPost
from tests.lies import kinds
from tests.lies.blog import quoting_blog, stored
from tests.lies.host import UID, HonestPage, LyingHost
from tests.lies.kinds import LIES
from tests.tool import Tool

Edit = Callable[[DemoPost], DemoPost]


@pytest.fixture(scope="module")
def backed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LyingHost, Path]]:
    """Return a host and an archive of its first state."""
    with LyingHost(quoting_blog("html5", posts=13), "html5", hints=False) as host:
        tool = Tool(tmp_path_factory.mktemp("first"))
        assert tool.run("backup", host.blog_url(UID)).code == 0
        yield host, tool.db


@pytest.fixture
def host(backed: tuple[LyingHost, Path]) -> Iterator[LyingHost]:
    host, first = backed[0], backed[0].blog(UID)
    yield host
    host.tell(None)
    host.change(UID, lambda _: first)


@pytest.fixture
def tool(backed: tuple[LyingHost, Path], tmp_path: Path) -> Tool:
    tool = Tool(tmp_path)
    copy(backed[1], tool.db)
    tool.days_ahead = 1  # times of the archive are whole seconds
    return tool


def edit(host: LyingHost, *edits: Edit) -> None:
    """Edit the newest posts, each in one of these ways."""

    def change(blog: DemoBlog) -> DemoBlog:
        for post, edit in zip(blog.newest_first(), edits, strict=False):
            blog = blog.with_post(post.number, edit)
        return blog

    host.change(UID, change)


def body(change: Callable[[tuple[Block, ...]], tuple[Block, ...]]) -> Edit:
    return lambda post: replace(post, body=change(post.body))


appended = body(lambda blocks: (*blocks, para("补记：后来又想了想，还是这样好。")))
VARIOUS: tuple[Edit, ...] = (
    appended,
    body(lambda blocks: (para("本文已收入文集。"), *blocks)),
    body(lambda blocks: (blocks[0], para("中间加的一段。"), *blocks[1:])),
    body(lambda blocks: blocks[:-1]),
    body(lambda blocks: (para("全部重写，一字不留。"),)),
    body(lambda blocks: (Paragraph((f"{blocks[0].text[:3]}甲{blocks[0].text[4:]}",)), *blocks[1:])),  # type: ignore[union-attr]
    lambda post: replace(post, title="换了一个题目"),
    body(lambda blocks: (*blocks, *reversed(blocks))),
)


@pytest.mark.parametrize(
    "edits", [VARIOUS, (appended,) * 4, (appended,) * 6], ids=["various", "alike", "alike at first"]
)
def test_edits_of_authors_are_revisions_even_if_they_are_alike(
    edits: tuple[Edit, ...], host: LyingHost, tool: Tool
) -> None:
    edit(host, *edits)
    assert tool.run("update", "--full").code == 0
    assert stored(tool).revisions == len(edits)
    assert tool.rows("select * from open_failures") == []
    texts = dict(tool.rows("select number, body_text from posts"))
    assert texts == {str(post.number): post.body_text for post in host.blog(UID).posts}


def test_a_commenter_who_edits_and_one_who_renames_are_no_change_of_the_site(
    host: LyingHost, tool: Tool
) -> None:
    def edit_newest(post: DemoPost) -> DemoPost:
        newest = [replace(one, text="改了一句。") for one in post.comments[:1]]
        return replace(post, comments=(*newest, *post.comments[1:]))

    def rename(post: DemoPost) -> DemoPost:
        newest = [replace(one, author_name="新名字") for one in post.comments[:1]]
        return replace(post, comments=(*newest, *post.comments[1:]))

    commented = [post.number for post in host.blog(UID).newest_first() if len(post.comments) > 1]
    assert len(commented) > 3
    for number, change in zip(commented[:4], (edit_newest, rename) * 2, strict=True):
        host.change(UID, lambda blog, number=number, change=change: blog.with_post(number, change))
    assert tool.run("update", "--full").code == 0
    assert tool.scalar("select count(*) from comment_revisions") == 4
    renamed = "select c.author_name from comments c join comment_revisions r on r.comment_id = c.id"
    renamed += " where r.author_name <> c.author_name and r.body_text = c.body_text"
    assert tool.rows(renamed) == [("新名字",)] * 2
    assert tool.scalar("select count(*) from comments where gone_at is not null") == 0


@pytest.mark.parametrize(("posts", "comments"), [(1, 9), (6, 1)], ids=["all of a post", "one of each post"])
def test_a_person_may_take_another_name(host: LyingHost, tool: Tool, posts: int, comments: int) -> None:
    def name_newest(name: str) -> Callable[[DemoPost], DemoPost]:
        return lambda post: replace(
            post,
            comments=(
                *(replace(c, author_name=name) for c in post.comments[:comments]),
                *post.comments[comments:],
            ),
        )

    commented = [post.number for post in host.blog(UID).newest_first() if len(post.comments) > 1][:posts]
    assert len(commented) == posts
    for night, name in enumerate(("老友", "新友")):
        for number in commented:
            host.change(UID, lambda blog, n=number, name=name: blog.with_post(n, name_newest(name)))
        tool.days_ahead = 2 + night  # times of the archive are whole seconds
        assert tool.run("update", "--full", *(["--accept-changes"] if name == "老友" else [])).code == 0
    names = "select count(*) from comments where gone_at is null and author_name = ?"
    assert (tool.scalar(names, "老友"), tool.scalar(names, "新友") >= posts) == (0, True)
    assert tool.rows("select * from open_failures") == []


def test_a_comment_that_its_author_deletes_is_gone(host: LyingHost, tool: Tool) -> None:
    edit(host, *[lambda post: replace(post, comments=post.comments[1:])] * 3)
    left = sum(len(post.comments) for post in host.blog(UID).posts)
    assert tool.run("update", "--full").code == 0
    assert tool.scalar("select count(*) from comments where gone_at is null") == left
    assert tool.scalar("select count(*) from comments where gone_at is not null") > 0


@pytest.mark.parametrize("lie", [kinds.ad_above, kinds.shifted_posts, kinds.nothing_below])
def test_a_change_of_the_site_is_stored_after_a_person_agrees(
    lie: Callable[[HonestPage], str], host: LyingHost, tool: Tool
) -> None:
    host.tell(lie)
    refused = tool.run("update", "--full")
    assert (refused.code, "update --accept-changes" in refused.err, stored(tool).revisions) == (5, True, 0)
    assert " 0 changed, 0 gone, 0 new comments" in refused.err
    agreed = tool.run("update", "--full", "--accept-changes")
    assert agreed.code in (0, 1), agreed.err  # 1: what the site withholds
    revisions = stored(tool).revisions
    assert tool.run("update", "--full").code in (0, 1)
    assert stored(tool).revisions == revisions
    assert revisions == (13 if lie is kinds.ad_above else revisions)


def test_a_redesign_that_shows_the_same_text_is_no_version_and_no_change_of_the_site(
    host: LyingHost, tool: Tool
) -> None:
    host.tell(kinds.other_elements)
    assert tool.run("update", "--full").code == 0
    assert stored(tool).revisions == 0
    assert "<blockquote>" in tool.rows("select body_html from posts")[0][0]


def test_edits_are_stored_after_a_person_agrees_that_a_site_shows_no_counters_any_more(
    host: LyingHost, tool: Tool
) -> None:
    host.tell(kinds.no_counters)
    assert tool.run("update", "--full").code == 5
    assert tool.run("update", "--full", "--accept-changes").code == 0
    edit(host, appended)
    assert tool.run("update", "--full").code == 0
    assert stored(tool).revisions == 1


def test_pages_that_wait_for_a_person_are_fetched_again_if_one_agrees_and_never_parsed_by_reparse(
    host: LyingHost, tool: Tool
) -> None:
    before = stored(tool)
    host.tell(kinds.changing_ad_above)
    assert tool.run("update", "--full").code == 5
    assert tool.run("reparse", "--workers", "1").code == 0
    assert stored(tool) == before
    assert tool.run("update", "--accept-changes").code == 0
    assert stored(tool).revisions == 13


def test_a_lie_that_ends_leaves_no_trace(host: LyingHost, tool: Tool) -> None:
    before = stored(tool)
    for lie in kinds.ad_above, kinds.no_counters, kinds.shifted:
        host.tell(lie)
        assert tool.run("update", "--full").code == 5
        host.tell(None)
        assert tool.run("update", "--full").code == 0
        assert stored(tool) == before
        assert tool.rows("select * from open_failures") == []
    assert tool.scalar("select count(*) from site_changes where ended_at is null") == 0


def test_quoted_counters_and_comments_are_never_taken_for_those_of_a_single_page(
    host: LyingHost, tool: Tool
) -> None:
    before = stored(tool)
    quoting = host.blog(UID).posts[1].number

    def lie(page: HonestPage) -> str:
        return kinds.nothing_below(page) if page.post and page.post.number == quoting else page.text

    host.tell(lie)
    for _ in range(2):
        assert tool.run("update", "--full").code == 1
        assert stored(tool) == before
        assert tool.rows("select kind, field from open_failures where kind <> 'incomplete'") == [
            ("changed", "text")
        ]


def test_an_advertisement_that_comes_to_a_few_posts_each_night_is_found_after_three(
    host: LyingHost, tool: Tool
) -> None:
    before = stored(tool)
    posts = list(host.blog(UID).posts)
    host.tell(lambda page: kinds.ad_above(page) if page.post else page.text)
    codes = []
    for night, post in enumerate(posts[:4]):
        tool.days_ahead = 2 + night
        tool.change("update frontier set due_at = null where kind = 'post' and state = 'done'")
        tool.change("update frontier set state = 'todo' where number = ?", str(post.number))
        codes.append(tool.run("update").code)
    assert codes == [0, 0, 5, 5]
    assert stored(tool) == before


_MARKUPS = ("tables", "html5", "lines", "lists")


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[LyingHost, Path]]]:
    """Return a host of each markup, every second one without hints, with an archive of its first state."""
    made = {}
    for place, markup in enumerate(_MARKUPS):
        host = LyingHost(quoting_blog(markup), markup, hints=place % 2 == 0).start()
        tool = Tool(tmp_path_factory.mktemp(markup))
        tool.days_ahead = -0.01  # times of the archive are whole seconds
        assert tool.run("backup", host.blog_url(UID)).code == 0
        made[markup] = host, tool.db
    yield made
    for host, _ in made.values():
        host.stop()


@pytest.mark.parametrize(("place", "name"), list(enumerate(LIES)), ids=list(LIES))
def test_a_lie_on_every_post_changes_nothing_and_its_second_run_ends_no_better(
    place: int, name: str, honest: dict[str, tuple[LyingHost, Path]], tmp_path: Path
) -> None:
    host, first = honest[_MARKUPS[place % len(_MARKUPS)]]
    tool = Tool(tmp_path)
    shutil.copy(first, tool.db)
    before = stored(tool)
    host.tell(*LIES[name])
    try:
        codes = [tool.run("update", *words).code for words in (("--full",), ("--full",))]
    finally:
        host.tell(None)
    assert (codes, stored(tool)) == ([1, 1] if name == "partial" else [5, 5], before)
