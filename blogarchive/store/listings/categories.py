"""Store the categories of a blog and the posts in them."""

import json
from collections.abc import Collection, Iterable, Sequence

from blogarchive.items import CategoryRow as ShownCategory
from blogarchive.store.listings import listed_posts
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.rows import Value


def save_category_rows(context: SaveContext, shown: Sequence[ShownCategory]) -> None:
    """Store the categories of the sidebar with the posts named under them."""
    for category in shown:
        category_id = ensure_category(context, category.name, category.url)
        rows = listed_posts.save_listed(context, category.posts, in_listing=False)
        add_posts(context, category_id, [row.id for row in rows.values()])
    if not context.is_reparse:
        _follow_renames(context, shown)


def is_listing_gone(context: SaveContext) -> bool:
    """Return whether the sidebar no longer links to the target, a listing of a category or at an older URL."""
    query = "select count(url) > 0 and not sum(url = ?) from categories where author_id = ?"
    is_older = context.archive.scalar(query, (context.target.chain or context.target.url, context.author_id))
    return bool(is_older or _find_gone(context))


def empty_gone_categories(context: SaveContext) -> None:
    """Remove the posts from the target's category if the sidebar no longer shows it. Its listing must be gone."""
    for category_id in _find_gone(context):
        _remove_posts(context, category_id)


def save_category_names(context: SaveContext, post_id: int, names: Iterable[str]) -> None:
    """Store the categories that a post's own page names."""
    for name in names:
        add_posts(context, ensure_category(context, name, None), [post_id])


def ensure_category(context: SaveContext, name: str, url: str | None) -> int:
    """Return the id of the author's category of that name, which is inserted or updated."""
    query = "select id, url, last_seen_at from categories where author_id = ? and name = ?"
    row = context.archive.row(query, (context.author_id, name))
    if row is None:
        key: dict[str, Value] = {"author_id": context.author_id, "name": name, "url": url}
        return context.archive.insert_row("categories", {**key, **context.seen_columns()})
    category_id, stored_url, last_seen_at = row
    is_newer = not context.is_reparse and context.moment > last_seen_at
    if is_newer or (url is not None and stored_url is None):
        changed = {"last_seen_at": context.moment if is_newer else last_seen_at, "url": url or stored_url}
        context.archive.update_row("categories", category_id, changed)
    return int(category_id)


def listing_category(context: SaveContext, chain: str, name: str | None) -> int | None:
    """Return the category of a listing by the name that the page shows, else by its URL, else None."""
    if name:
        return ensure_category(context, name, chain if context.target.page_no == 1 else None)
    query = "select id from categories where author_id = ? and url = ?"
    return context.archive.scalar(query, (context.author_id, chain)) or None


def add_posts(context: SaveContext, category_id: int, post_ids: Collection[int]) -> None:
    """Store that these posts are in the category."""
    if not post_ids:
        return
    archive, selection = context.archive, (category_id, json.dumps(list(post_ids)))
    named = "category_id = ? and post_id in (select value from json_each(?))"
    query = f"select post_id, gone_at from post_categories where {named}"  # noqa: S608 - a constant
    stored: dict[int, str | None] = dict(archive.rows(query, selection))
    new = [post_id for post_id in post_ids if post_id not in stored]
    if new:
        of_page = {"category_id": category_id, "page_id": context.page_id()}
        rows = [{"post_id": post_id, **of_page} for post_id in new]
        archive.insert_rows("post_categories", rows, on_conflict="on conflict do nothing")
    if not context.is_reparse and any(stored.values()):
        archive.execute(
            f"update post_categories set gone_at = null where gone_at <= ? and {named}",  # noqa: S608 - a constant
            (context.moment, *selection),
        )


def mark_proved(context: SaveContext, category_id: int, numbers: Collection[str], *, since: str) -> None:
    """Mark a category as completely crawled since `since`, and remove the posts that its listing lacks.

    `numbers` are the posts of the listing.
    """
    query = """select p.id, p.number from post_categories c join posts p on p.id = c.post_id
            where c.category_id = ? and c.gone_at is null and p.gone_at is null"""
    members = context.archive.execute(query, (category_id,)).fetchall()
    update = "update post_categories set gone_at = ? where category_id = ? and post_id = ?"
    gone = [(context.moment, category_id, post_id) for post_id, number in members if number not in numbers]
    context.archive.execute_many(update, gone)
    context.archive.update_row("categories", category_id, {"proved_at": since})


def _follow_renames(context: SaveContext, shown: Sequence[ShownCategory]) -> None:
    """Move the posts of a category whose URL now has another name."""
    names = json.dumps([category.name for category in shown])
    for category in shown:
        if category.url is None:
            continue
        query = """select id from categories where author_id = ? and url = ? and last_seen_at <= ?
                and name not in (select value from json_each(?))"""
        for old_id in context.archive.column(query, (context.author_id, category.url, context.moment, names)):
            _move_posts(context, old_id, ensure_category(context, category.name, category.url))


def _move_posts(context: SaveContext, old_id: int, new_id: int) -> None:
    query = "select post_id from post_categories where category_id = ? and gone_at is null"
    add_posts(context, new_id, context.archive.column(query, (old_id,)))
    _remove_posts(context, old_id)


def _remove_posts(context: SaveContext, category_id: int) -> None:
    update = "update post_categories set gone_at = ? where category_id = ? and gone_at is null"
    context.archive.execute(update, (context.moment, category_id))


def _find_gone(context: SaveContext) -> list[int]:
    """Return the categories of the target's URL that the newest sidebar does not show."""
    query = """select id from categories where author_id = ?1 and url = ?2
            and last_seen_at < (select max(last_seen_at) from categories where author_id = ?1)"""
    return context.archive.column(query, (context.author_id, context.target.chain or context.target.url))
