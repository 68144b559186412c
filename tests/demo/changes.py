"""Changes of a blog while it is served; each function returns an argument for `DemoHost.change`.

host.change("31182", edit_post(506012, title="改过的题目"))
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.demo.blogs.body import para
from tests.demo.blogs.truth import DemoBlog, DemoComment, DemoPost, PostState

Change = Callable[[DemoBlog], DemoBlog]


def chain(*changes: Change) -> Change:
    """Return a change that applies `changes` in order."""

    def change(blog: DemoBlog) -> DemoBlog:
        for one in changes:
            blog = one(blog)
        return blog

    return change


def _to_post(number: int, change: Callable[[DemoPost], DemoPost]) -> Change:
    return lambda blog: blog.with_post(number, change)


def edit_post(number: int, *, title: str | None = None, lines: tuple[str, ...] | None = None) -> Change:
    """Replace the title, or the body by plain paragraphs."""

    def change(post: DemoPost) -> DemoPost:
        body = post.body if lines is None else tuple(para(line) for line in lines)
        return replace(post, title=title or post.title, body=body)

    return _to_post(number, change)


def remove_post(number: int, state: PostState = PostState.MISSING, *, still_listed: bool = False) -> Change:
    """Set the answer of the post's page to `state`; listings omit the post unless `still_listed`."""
    return _to_post(number, lambda post: replace(post, state=state, listed=still_listed))


def restore_post(number: int) -> Change:
    """Show and list a removed post again."""
    return _to_post(number, lambda post: replace(post, state=PostState.SHOWN, listed=True))


def pin_post(number: int, *, pinned: bool = True) -> Change:
    """Pin the post to the top of the home page, or unpin it."""
    return _to_post(number, lambda post: replace(post, pinned=pinned))


def recategorise(number: int, *names: str) -> Change:
    """Replace the categories of a post by `names`, which the blog has."""
    return _to_post(number, lambda post: replace(post, categories=names))


def add_post(post: DemoPost) -> Change:
    """Add a post, with any time."""
    return lambda blog: replace(blog, posts=(*blog.posts, post))


def add_comment(number: int, comment: DemoComment) -> Change:
    """Insert a comment by its time, before those of the same second."""

    def change(post: DemoPost) -> DemoPost:
        place = next(
            (at for at, other in enumerate(post.comments) if other.posted_at <= comment.posted_at),
            len(post.comments),
        )
        return replace(post, comments=(*post.comments[:place], comment, *post.comments[place:]))

    return _to_post(number, change)


def edit_comment(number: int, place: int, text: str) -> Change:
    """Replace the text of the comment at index `place`; the newest has index 0."""

    def change(post: DemoPost) -> DemoPost:
        edited = replace(post.comments[place], text=text)
        return replace(post, comments=(*post.comments[:place], edited, *post.comments[place + 1 :]))

    return _to_post(number, change)


def remove_comment(number: int, place: int) -> Change:
    """Remove the comment at index `place`; the newest has index 0."""
    return _to_post(
        number, lambda post: replace(post, comments=(*post.comments[:place], *post.comments[place + 1 :]))
    )


def rename_author(nickname: str, *, title: str | None = None) -> Change:
    """Change the nickname and perhaps the title of the blog; its comments keep the old name."""
    return lambda blog: replace(blog, nickname=nickname, title=title or blog.title)


def move_counters(by: int = 1) -> Change:
    """Add `by` views to each post, and their sum to the visits of the blog."""

    def change(blog: DemoBlog) -> DemoBlog:
        posts = tuple(replace(post, views=post.views + by) for post in blog.posts)
        return replace(blog, posts=posts, total_visits=blog.total_visits + by * len(posts))

    return change


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondState:
    """The change of `second_state`, and the numbers of the posts it affects."""

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
    """Return the changes of some weeks: edits, three kinds of deletions, a pinned post, late comments, new posts.

    Raises ValueError unless the blog has 15 posts, three of them with two comments.
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
        change=chain(*steps),
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
    """Return a post one hour after `like`, with an unused number."""
    return replace(
        like,
        number=max(post.number for post in blog.posts) + ordinal,
        title="新添的一篇" if ordinal == 1 else "补在从前的一篇",
        posted_at=like.posted_at + timedelta(hours=1),
        comments=(),
    )
