"""Posts: what their own pages show, and every version that an edit replaced."""

from hashlib import sha256
from typing import cast

from blogarchive.items import Post
from blogarchive.store.pages.context import ChangeCounts, SaveContext, date_text_iso
from blogarchive.store.posts import counters, post_images
from blogarchive.store.posts.post_row import PostRow
from blogarchive.store.posts.versions import Step, Version, place


def content_hash(title: str | None, body_html: str | None) -> str:
    """What makes two readings one version: SHA-256 of title and body; counters have no part in it."""
    return sha256(f"{title or ''}\0{body_html or ''}".encode()).hexdigest()


def save_own_page(context: SaveContext, post: Post, before: PostRow | None) -> int:
    """Keep what a post's own page shows of it; gives the post's id."""
    if before is None or not before.from_listing or context.is_reparse:
        return save(context, post, before)
    # What a listing showed of it may be put differently there: no edit, and no revision.
    _fill(context, post, before)
    context.archive.execute("update posts set from_listing = 0 where id = ?", (before.id,))
    save_figures(context, before.id, post, before)
    return before.id


def save(context: SaveContext, post: Post, before: PostRow | None) -> int:
    """Keep a whole reading of a post; gives the post's id."""
    if before is None:
        post_id = _insert(context, post)
    elif before.content_hash is None:
        context.add_changes(ChangeCounts(posts_new=1))
        _fill(context, post, before)
        post_id = before.id
    else:
        _revise(context, post, before)
        post_id = before.id
    save_figures(context, post_id, post, before)
    return post_id


def save_from_listing(context: SaveContext, post: Post, before: PostRow | None) -> None:
    """Keep a post that a listing shows whole, as long as its own page was not read: that one has the last word."""
    if before is None or before.content_hash is None or before.from_listing:
        post_id = save(context, post, before)
        context.archive.execute(
            "update posts set from_listing = 1, own_page_seen_at = null where id = ?", (post_id,)
        )
    else:
        save_figures(context, before.id, post, before)


def save_excerpt(context: SaveContext, post: Post, before: PostRow) -> None:
    """Keep the counters that a listing shows of a post; its excerpt never touches what was read of the post."""
    save_figures(context, before.id, post, before)


def _insert(context: SaveContext, post: Post) -> int:
    context.add_changes(ChangeCounts(posts_new=1))
    post_id = context.archive.insert(
        "insert into posts(author_id, number, url, title, posted_at, posted_at_text, body_html, body_text,"
        " content_hash, version_at, own_page_seen_at, first_seen_at, last_seen_at, page_id)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            context.author_id,
            post.number,
            post.url,
            post.title,
            date_text_iso(post.posted),
            post.posted.text if post.posted else None,
            post.body_html,
            post.body_text,
            content_hash(post.title, post.body_html),
            context.moment,
            context.precise_moment,
            context.moment,
            context.moment,
            context.page_id(),
        ),
    )
    post_images.save(context, post_id, post)
    return post_id


def _fill(context: SaveContext, post: Post, before: PostRow) -> None:
    """The first reading of a post that was known by name, or from a listing only."""
    title = post.title if post.title is not None else before.title
    context.archive.execute(
        "update posts set url = ?, title = ?, title_is_cut = title_is_cut and ?, posted_at = ?, posted_at_text = ?,"
        " body_html = ?, body_text = ?, content_hash = ?, version_at = ?, page_id = ? where id = ?",
        (
            post.url,
            title,
            post.title is None,
            date_text_iso(post.posted) or before.posted_at,
            post.posted.text if post.posted else before.posted_at_text,
            post.body_html,
            post.body_text,
            content_hash(title, post.body_html),
            context.moment,
            context.page_id(),
            before.id,
        ),
    )
    _seen(context, before)
    post_images.save(context, before.id, post)


def _revise(context: SaveContext, post: Post, before: PostRow) -> None:
    title = post.title if post.title is not None else before.title
    content = (title, post.body_html)
    current = Version(
        id=None,
        content=(before.title, before.body_html),
        since=before.version_at or before.first_seen_at,
        page_id=before.page_id,
    )
    replayed = context.page_id() if context.is_reparse else None
    steps = place(
        content, context.moment, current, lambda: _earlier(context, before.id), replayed_page=replayed
    )
    for step in steps:
        _take(context, step, post, title, before)
    if context.is_reparse and before.page_id == replayed and before.body_text != post.body_text:
        context.archive.execute(
            "update posts set body_text = ? where id = ? and content_hash = ?",
            (post.body_text, before.id, content_hash(title, post.body_html)),
        )
    if any(step.is_edit for step in steps):
        context.add_changes(ChangeCounts(posts_changed=1))
    _seen(context, before)
    _save_facts(context, post, before)


def _take(context: SaveContext, step: Step, post: Post, title: str | None, before: PostRow) -> None:
    archive, new = (
        context.archive,
        (title, post.body_html, post.body_text, content_hash(title, post.body_html)),
    )
    if step.place == "revision" and step.version is not None:
        archive.execute(
            "update post_revisions set title = ?, body_html = ?, body_text = ?, content_hash = ?, page_id = ?"
            " where id = ?",
            (*new, context.page_id(), step.version.id),
        )
    elif step.place == "revision":
        archive.execute(
            "insert into post_revisions(title, body_html, body_text, content_hash, post_id, captured_at, page_id)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (*new, before.id, context.moment, context.page_id()),
        )
    elif step.version is not None:
        archive.execute(
            "update posts set title = ?, body_html = ?, body_text = ?, content_hash = ?, page_id = ? where id = ?",
            (*new, context.page_id(), before.id),
        )
        if not step.is_edit:
            post_images.copy(context, before.id, post)
        post_images.save(context, before.id, post)
    else:
        _replace(context, new, post, before)


def _replace(context: SaveContext, new: tuple[str | None, ...], post: Post, before: PostRow) -> None:
    context.archive.execute(
        "insert into post_revisions(post_id, content_hash, title, body_html, body_text, captured_at, page_id)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            before.id,
            before.content_hash,
            before.title,
            before.body_html,
            before.body_text,
            before.version_at or before.first_seen_at,
            before.page_id,
        ),
    )
    context.archive.execute(
        "update posts set title = ?, body_html = ?, body_text = ?, content_hash = ?, version_at = ?,"
        " last_changed_at = ?, page_id = ? where id = ?",
        (*new, context.moment, context.moment, context.page_id(), before.id),
    )
    post_images.save(context, before.id, post)


def _earlier(context: SaveContext, post_id: int) -> list[Version]:
    rows = context.archive.rows(
        "select id, title, body_html, captured_at, page_id from post_revisions where post_id = ?"
        " order by captured_at, id",
        (post_id,),
    )
    return [
        Version(
            id=cast(int, row[0]),
            content=cast("tuple[str | None, str | None]", row[1:3]),
            since=str(row[3]),
            page_id=cast("int | None", row[4]),
        )
        for row in rows
    ]


def _seen(context: SaveContext, before: PostRow) -> None:
    """The post's own page is there: whatever spoke for its end is taken back."""
    if context.is_reparse or context.moment < before.last_seen_at:
        context.archive.execute(
            "update posts set first_seen_at = ? where id = ? and first_seen_at > ?",
            (context.moment, before.id, context.moment),
        )
        return
    context.archive.execute(
        "update posts set last_seen_at = ?, own_page_seen_at = ?, own_page_gone_at = null,"
        " own_page_gone_reason = null, missing_from_listing_at = null, gone_at = null, gone_reason = null"
        " where id = ?",
        (context.moment, context.precise_moment, before.id),
    )


def _save_facts(context: SaveContext, post: Post, before: PostRow) -> None:
    """What is no version: the time of the post, and its URL."""
    if context.moment < before.last_seen_at and not (context.is_reparse and context.is_newest):
        return
    at, text = date_text_iso(post.posted), post.posted.text if post.posted else None
    if text is not None and (at, text) != (before.posted_at, before.posted_at_text):
        context.page_id()
        context.archive.execute(
            "update posts set posted_at = ?, posted_at_text = ? where id = ?", (at, text, before.id)
        )
    if post.url != before.url and not context.is_reparse:
        context.archive.execute("update posts set url = ? where id = ?", (post.url, before.id))


def save_figures(context: SaveContext, post_id: int, post: Post, before: PostRow | None) -> None:
    """Put the counters that a page of the post shows into their series, and the newest ones into its row."""
    held_figures = before.figures if before is not None else counters.NOTHING
    newest = before is None or context.moment >= before.last_seen_at
    fresh = counters.save(context, post_id, post, held_figures, newest=newest)
    if fresh != held_figures:
        context.archive.execute(
            "update posts set views = ?, likes = ?, comment_count = ? where id = ?", (*fresh, post_id)
        )
