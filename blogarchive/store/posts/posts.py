"""Store posts from their own pages and from listings, with a revision for each text that an edit replaced."""

from blogarchive.items import Post
from blogarchive.store.pages.context import ChangeCounts, SaveContext
from blogarchive.store.posts import comments, counters, post_images
from blogarchive.store.posts.comment_identity import identify_comments
from blogarchive.store.posts.post_row import PostRow, fact_columns, text_columns
from blogarchive.store.posts.revisions import POSTS, save_text


def save_own_page(context: SaveContext, post: Post, before: PostRow | None) -> int:
    """Store the post of its own page and return its id."""
    if before is None or not before.from_listing or context.is_reparse:
        return save_post(context, post, before)
    # A listing may show the same text in other HTML, so the text of the own page is no edit.
    _fill(context, post, before)
    context.archive.update_row("posts", before.id, {"from_listing": False})
    save_post_counters(context, before.id, post, before)
    return before.id


def save_post(context: SaveContext, post: Post, before: PostRow | None) -> int:
    """Store a post with its text and return its id."""
    if before is None:
        post_id = _insert(context, post)
    elif not before.has_text:
        context.add_changes(ChangeCounts(posts_new=1))
        _fill(context, post, before)
        post_id = before.id
    else:
        _revise(context, post, before)
        post_id = before.id
    save_post_counters(context, post_id, post, before)
    return post_id


def is_from_own_page(before: PostRow | None) -> bool:
    """Return whether the stored text is that of the post's own page, which takes precedence over listings."""
    return before is not None and before.has_text and not before.from_listing


def save_from_listing(context: SaveContext, post: Post, before: PostRow | None) -> None:
    """Store a post that a listing shows whole with the comments below it, of which it may show the newest only."""
    post_id = save_post(context, post, before)
    shown = {"from_listing": True, "own_page_seen_at": None, "listed_comment_count": post.comment_count}
    context.archive.update_row("posts", post_id, shown)
    comments.save_comments(context, post_id, identify_comments(post.comments))


def save_post_counters(context: SaveContext, post_id: int, post: Post, before: PostRow | None) -> None:
    """Store the counters that a page of the post shows in their series, and the newest ones in its row."""
    stored = before.counters if before is not None else counters.NO_COUNTERS
    is_newest = before is None or context.moment >= before.last_seen_at
    newest = counters.save_counters(context, post_id, post, stored, is_newest=is_newest)
    if newest != stored:
        context.archive.update_row("posts", post_id, dict(zip(counters.COLUMNS, newest, strict=True)))


def _insert(context: SaveContext, post: Post) -> int:
    context.add_changes(ChangeCounts(posts_new=1))
    post_id = context.archive.insert_row(
        "posts",
        {
            "author_id": context.author_id,
            "number": post.number,
            "url": post.url,
            **text_columns(post, post.title),
            **fact_columns(post),
            "version_at": context.moment,
            "own_page_seen_at": context.precise_moment,
            "first_seen_at": context.moment,
            "last_seen_at": context.moment,
            "page_id": context.page_id(),
        },
    )
    post_images.save_images(context, post_id, post)
    return post_id


def _fill(context: SaveContext, post: Post, before: PostRow) -> None:
    """Store the first text of a post of which only a title, or the text of a listing, was stored."""
    title = post.title if post.title is not None else before.title
    context.archive.update_row(
        "posts",
        before.id,
        {
            "url": post.url,
            **text_columns(post, title),
            **{column: value for column, value in fact_columns(post).items() if value is not None},
            "title_is_cut": before.title_is_cut and post.title is None,
            "version_at": context.moment,
            "page_id": context.page_id(),
        },
    )
    _mark_seen(context, before)
    post_images.save_images(context, before.id, post)


def _revise(context: SaveContext, post: Post, before: PostRow) -> None:
    text = text_columns(post, post.title if post.title is not None else before.title)
    changes = save_text(context, POSTS, before, text)
    for change in changes:
        if change.kind == "replace_current":
            context.archive.update_row("posts", before.id, {"last_changed_at": context.moment})
        if change.kind == "update_current" and not change.is_edit:
            post_images.copy_images(context, before.id, post)
        if change.kind in ("update_current", "replace_current"):
            post_images.save_images(context, before.id, post)
    if context.is_reparse and not changes and before.page_id == context.page_id() and before.text != text:
        context.archive.update_row("posts", before.id, text)
    if any(change.is_edit for change in changes):
        context.add_changes(ChangeCounts(posts_changed=1))
    _mark_seen(context, before)
    _save_facts(context, post, before)


def _mark_seen(context: SaveContext, before: PostRow) -> None:
    """Store that the own page of the post was seen, and delete every sign that the post is gone."""
    if context.is_reparse or context.moment < before.last_seen_at:
        context.archive.execute(
            "update posts set first_seen_at = ? where id = ? and first_seen_at > ?",
            (context.moment, before.id, context.moment),
        )
        return
    context.archive.update_row(
        "posts",
        before.id,
        {
            "last_seen_at": context.moment,
            "own_page_seen_at": context.precise_moment,
            "own_page_gone_at": None,
            "own_page_gone_reason": None,
            "missing_from_listing_at": None,
            "gone_at": None,
            "gone_reason": None,
        },
    )


def _save_facts(context: SaveContext, post: Post, before: PostRow) -> None:
    """Correct the facts and the URL of the post; they belong to no version."""
    if context.moment < before.last_seen_at and not (context.is_reparse and context.is_newest):
        return
    facts = fact_columns(post)
    if any(getattr(before, column) != value for column, value in facts.items()):
        context.page_id()
        context.archive.update_row("posts", before.id, facts)
    if post.url != before.url and not context.is_reparse:
        context.archive.update_row("posts", before.id, {"url": post.url})
