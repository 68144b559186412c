"""Posts: what their own pages show, and every version that an edit replaced."""

from hashlib import sha256
from typing import cast

from blogarchive.items import Post
from blogarchive.store import counters, post_pictures
from blogarchive.store.held_posts import HeldPost
from blogarchive.store.saving import Counted, Saving, shown_text
from blogarchive.store.versions import Step, Version, place


def content_hash(title: str | None, body_html: str | None) -> str:
    """What makes two readings one version: SHA-256 of title and body; counters have no part in it."""
    return sha256(f"{title or ''}\0{body_html or ''}".encode()).hexdigest()


def save_own_page(saving: Saving, post: Post, before: HeldPost | None) -> int:
    """Keep what a post's own page shows of it; gives the post's id."""
    if before is None or not before.from_listing or saving.replay:
        return save(saving, post, before)
    # What a listing showed of it may be put differently there: no edit, and no revision.
    _fill(saving, post, before)
    saving.archive.execute("update posts set from_listing = 0 where id = ?", (before.id,))
    save_figures(saving, before.id, post, before)
    return before.id


def save(saving: Saving, post: Post, before: HeldPost | None) -> int:
    """Keep a whole reading of a post; gives the post's id."""
    if before is None:
        post_id = _insert(saving, post)
    elif before.content_hash is None:
        saving.count(Counted(posts_new=1))
        _fill(saving, post, before)
        post_id = before.id
    else:
        _revise(saving, post, before)
        post_id = before.id
    save_figures(saving, post_id, post, before)
    return post_id


def save_from_listing(saving: Saving, post: Post, before: HeldPost | None) -> None:
    """Keep a post that a listing shows whole, as long as its own page was not read: that one has the last word."""
    if before is None or before.content_hash is None or before.from_listing:
        post_id = save(saving, post, before)
        saving.archive.execute(
            "update posts set from_listing = 1, own_page_seen_at = null where id = ?", (post_id,)
        )
    else:
        save_figures(saving, before.id, post, before)


def save_excerpt(saving: Saving, post: Post, before: HeldPost) -> None:
    """Keep the counters that a listing shows of a post; its excerpt never touches what was read of the post."""
    save_figures(saving, before.id, post, before)


def _insert(saving: Saving, post: Post) -> int:
    saving.count(Counted(posts_new=1))
    post_id = saving.archive.insert(
        "insert into posts(author_id, number, url, title, posted_at, posted_at_text, body_html, body_text,"
        " content_hash, version_at, own_page_seen_at, first_seen_at, last_seen_at, page_id)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            saving.author_id,
            post.number,
            post.url,
            post.title,
            shown_text(post.posted),
            post.posted.text if post.posted else None,
            post.body_html,
            post.body_text,
            content_hash(post.title, post.body_html),
            saving.moment,
            saving.fine,
            saving.moment,
            saving.moment,
            saving.page_id(),
        ),
    )
    post_pictures.save(saving, post_id, post)
    return post_id


def _fill(saving: Saving, post: Post, before: HeldPost) -> None:
    """The first reading of a post that was known by name, or from a listing only."""
    title = post.title if post.title is not None else before.title
    saving.archive.execute(
        "update posts set url = ?, title = ?, title_is_cut = title_is_cut and ?, posted_at = ?, posted_at_text = ?,"
        " body_html = ?, body_text = ?, content_hash = ?, version_at = ?, page_id = ? where id = ?",
        (
            post.url,
            title,
            post.title is None,
            shown_text(post.posted) or before.posted_at,
            post.posted.text if post.posted else before.posted_at_text,
            post.body_html,
            post.body_text,
            content_hash(title, post.body_html),
            saving.moment,
            saving.page_id(),
            before.id,
        ),
    )
    _seen(saving, before)
    post_pictures.save(saving, before.id, post)


def _revise(saving: Saving, post: Post, before: HeldPost) -> None:
    title = post.title if post.title is not None else before.title
    content = (title, post.body_html)
    current = Version(
        id=None,
        content=(before.title, before.body_html),
        since=before.version_at or before.first_seen_at,
        page_id=before.page_id,
    )
    replayed = saving.page_id() if saving.replay else None
    steps = place(
        content, saving.moment, current, lambda: _earlier(saving, before.id), replayed_page=replayed
    )
    for step in steps:
        _take(saving, step, post, title, before)
    if saving.replay and before.page_id == replayed and before.body_text != post.body_text:
        saving.archive.execute(
            "update posts set body_text = ? where id = ? and content_hash = ?",
            (post.body_text, before.id, content_hash(title, post.body_html)),
        )
    if any(step.is_edit for step in steps):
        saving.count(Counted(posts_changed=1))
    _seen(saving, before)
    _save_facts(saving, post, before)


def _take(saving: Saving, step: Step, post: Post, title: str | None, before: HeldPost) -> None:
    archive, new = (
        saving.archive,
        (title, post.body_html, post.body_text, content_hash(title, post.body_html)),
    )
    if step.place == "revision" and step.version is not None:
        archive.execute(
            "update post_revisions set title = ?, body_html = ?, body_text = ?, content_hash = ?, page_id = ?"
            " where id = ?",
            (*new, saving.page_id(), step.version.id),
        )
    elif step.place == "revision":
        archive.execute(
            "insert into post_revisions(title, body_html, body_text, content_hash, post_id, captured_at, page_id)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (*new, before.id, saving.moment, saving.page_id()),
        )
    elif step.version is not None:
        archive.execute(
            "update posts set title = ?, body_html = ?, body_text = ?, content_hash = ?, page_id = ? where id = ?",
            (*new, saving.page_id(), before.id),
        )
        if not step.is_edit:
            post_pictures.copy(saving, before.id, post)
        post_pictures.save(saving, before.id, post)
    else:
        _replace(saving, new, post, before)


def _replace(saving: Saving, new: tuple[str | None, ...], post: Post, before: HeldPost) -> None:
    saving.archive.execute(
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
    saving.archive.execute(
        "update posts set title = ?, body_html = ?, body_text = ?, content_hash = ?, version_at = ?,"
        " last_changed_at = ?, page_id = ? where id = ?",
        (*new, saving.moment, saving.moment, saving.page_id(), before.id),
    )
    post_pictures.save(saving, before.id, post)


def _earlier(saving: Saving, post_id: int) -> list[Version]:
    rows = saving.archive.rows(
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


def _seen(saving: Saving, before: HeldPost) -> None:
    """The post's own page is there: whatever spoke for its end is taken back."""
    if saving.replay or saving.moment < before.last_seen_at:
        saving.archive.execute(
            "update posts set first_seen_at = ? where id = ? and first_seen_at > ?",
            (saving.moment, before.id, saving.moment),
        )
        return
    saving.archive.execute(
        "update posts set last_seen_at = ?, own_page_seen_at = ?, own_page_gone_at = null,"
        " own_page_gone_reason = null, missing_from_listing_at = null, gone_at = null, gone_reason = null"
        " where id = ?",
        (saving.moment, saving.fine, before.id),
    )


def _save_facts(saving: Saving, post: Post, before: HeldPost) -> None:
    """What is no version: the time of the post, and its URL."""
    if saving.moment < before.last_seen_at and not (saving.replay and saving.newest_kept):
        return
    at, text = shown_text(post.posted), post.posted.text if post.posted else None
    if text is not None and (at, text) != (before.posted_at, before.posted_at_text):
        saving.page_id()
        saving.archive.execute(
            "update posts set posted_at = ?, posted_at_text = ? where id = ?", (at, text, before.id)
        )
    if post.url != before.url and not saving.replay:
        saving.archive.execute("update posts set url = ? where id = ?", (post.url, before.id))


def save_figures(saving: Saving, post_id: int, post: Post, before: HeldPost | None) -> None:
    """Put the counters that a page of the post shows into their series, and the newest ones into its row."""
    held_figures = before.figures if before is not None else counters.NOTHING
    newest = before is None or saving.moment >= before.last_seen_at
    fresh = counters.save(saving, post_id, post, held_figures, newest=newest)
    if fresh != held_figures:
        saving.archive.execute(
            "update posts set views = ?, likes = ?, comment_count = ? where id = ?", (*fresh, post_id)
        )
