"""What may happen to a blog while it is served; each gives a change for `DemoHost.change`.

host.change("31182", edit_post(506012, title="改过的题目"))
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from blogarchive.demo.blogs.body import para
from blogarchive.demo.blogs.truth import DemoBlog, DemoComment, DemoPost, PostState

Change = Callable[[DemoBlog], DemoBlog]


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(blog: DemoBlog) -> DemoBlog:
        for one in changes:
            blog = one(blog)
        return blog

    return change


def _to_post(number: int, change: Callable[[DemoPost], DemoPost]) -> Change:
    return lambda blog: blog.with_post(number, change)


def edit_post(number: int, *, title: str | None = None, lines: tuple[str, ...] | None = None) -> Change:
    """Another title, or another body of plain paragraphs."""

    def change(post: DemoPost) -> DemoPost:
        body = post.body if lines is None else tuple(para(line) for line in lines)
        return replace(post, title=title or post.title, body=body)

    return _to_post(number, change)


def remove_post(number: int, state: PostState = PostState.MISSING, *, still_listed: bool = False) -> Change:
    """The post's own page answers as `state` says; listings leave it out, or show it still."""
    return _to_post(number, lambda post: replace(post, state=state, listed=still_listed))


def restore_post(number: int) -> Change:
    """The post is back as if nothing had been."""
    return _to_post(number, lambda post: replace(post, state=PostState.SHOWN, listed=True))


def pin_post(number: int, *, pinned: bool = True) -> Change:
    """The post stands on top of the home page, or no longer."""
    return _to_post(number, lambda post: replace(post, pinned=pinned))


def recategorise(number: int, *names: str) -> Change:
    """The post is in these categories of the blog now."""
    return _to_post(number, lambda post: replace(post, categories=names))


def add_post(post: DemoPost) -> Change:
    """A post more, new or with a time long past."""
    return lambda blog: replace(blog, posts=(*blog.posts, post))


def add_comment(number: int, comment: DemoComment) -> Change:
    """A comment more, in its place by time; among equal times it comes first."""

    def change(post: DemoPost) -> DemoPost:
        place = next(
            (at for at, other in enumerate(post.comments) if other.posted_at <= comment.posted_at),
            len(post.comments),
        )
        return replace(post, comments=(*post.comments[:place], comment, *post.comments[place:]))

    return _to_post(number, change)


def edit_comment(number: int, place: int, text: str) -> Change:
    """Another text for the comment at `place`, counted from 0, the newest first."""

    def change(post: DemoPost) -> DemoPost:
        edited = replace(post.comments[place], text=text)
        return replace(post, comments=(*post.comments[:place], edited, *post.comments[place + 1 :]))

    return _to_post(number, change)


def remove_comment(number: int, place: int) -> Change:
    """Without the comment at `place`, counted from 0, the newest first."""
    return _to_post(
        number, lambda post: replace(post, comments=(*post.comments[:place], *post.comments[place + 1 :]))
    )


def rename_author(nickname: str, *, title: str | None = None) -> Change:
    """Another nickname, perhaps another title of the blog; comments keep the old name."""
    return lambda blog: replace(blog, nickname=nickname, title=title or blog.title)


def move_counters(by: int = 1) -> Change:
    """Every post has `by` views more, the blog as many visits more; nothing else changes."""

    def change(blog: DemoBlog) -> DemoBlog:
        posts = tuple(replace(post, views=post.views + by) for post in blog.posts)
        return replace(blog, posts=posts, total_visits=blog.total_visits + by * len(posts))

    return change


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondState:
    """What `second_state` did, by post number."""

    change: Change
    title_edited: int
    body_edited: int
    missing: int
    deleted: int
    hidden: int
    pinned: int
    late_comment: int
    comment_edited: int
    comment_removed: int
    new: int
    in_the_past: int


def second_state(blog: DemoBlog) -> SecondState:
    """A site some weeks later: edits, deletions of three kinds, a pinned post, late comments, new posts.

    Wants a blog of at least 15 posts, three of them with two comments; raises `ValueError` otherwise.
    """
    posts = list(blog.shown())
    talked = [post for post in posts if len(post.comments) > 1][:3]
    quiet = [post for post in posts if post not in talked]
    if len(talked) < 3 or len(quiet) < 12:
        raise ValueError("the blog is too small for a second state")
    late, edited, removed = talked
    new, past = _new_post(blog, posts[0], 1), _new_post(blog, quiet[-1], 2)
    comment = replace(late.comments[0], author_name="迟到的人", text="三年后才读到。", reply_to=None)
    steps = (
        edit_post(quiet[1].number, title=f"{quiet[1].title}（修订）"),
        edit_post(quiet[2].number, lines=(*quiet[2].body_text.split("\n"), "补记：以上有一处写错了。")),
        remove_post(quiet[3].number),
        remove_post(quiet[4].number, PostState.DELETED),
        remove_post(quiet[5].number, PostState.HIDDEN),
        pin_post(quiet[8].number),
        add_comment(late.number, comment),
        edit_comment(edited.number, 0, "我改了主意。"),
        remove_comment(removed.number, 1),
        add_post(new),
        add_post(past),
        move_counters(),
    )
    return SecondState(
        change=both(*steps),
        title_edited=quiet[1].number,
        body_edited=quiet[2].number,
        missing=quiet[3].number,
        deleted=quiet[4].number,
        hidden=quiet[5].number,
        pinned=quiet[8].number,
        late_comment=late.number,
        comment_edited=edited.number,
        comment_removed=removed.number,
        new=new.number,
        in_the_past=past.number,
    )


def _new_post(blog: DemoBlog, like: DemoPost, ordinal: int) -> DemoPost:
    """A post of an hour after `like`, with a number that no post has."""
    return replace(
        like,
        number=max(post.number for post in blog.posts) + ordinal,
        title="新添的一篇" if ordinal == 1 else "补在从前的一篇",
        posted_at=like.posted_at + timedelta(hours=1),
        comments=(),
    )
