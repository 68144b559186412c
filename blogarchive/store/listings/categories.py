"""Categories of a blog, and which posts are in them."""

from collections.abc import Iterable, Sequence
from typing import cast

from blogarchive.items import CategoryRow
from blogarchive.store.listings import listed_posts
from blogarchive.store.pages.context import SaveContext


def save_category_rows(context: SaveContext, rows: Sequence[CategoryRow]) -> None:
    """Keep the categories that the sidebar shows, with the posts named under them."""
    for row in rows:
        category_id = ensure_category(context, row.name, row.url)
        known = listed_posts.save_listed(context, row.posts, in_listing=False)
        add_posts(context, category_id, [post.id for post in known.values()])
    if not context.is_reparse:
        _follow_renames(context, rows)


def is_listing_gone(context: SaveContext) -> bool:
    """Whether the target is a listing to which the sidebar leads no more: of a category, or by an older address."""
    row = context.archive.row(
        "select sum(url = ?), count(url) from categories"
        " where author_id = (select id from authors where site = ? and uid = ?)",
        (context.target.chain or context.target.url, context.blog.site, context.blog.uid),
    )
    there, known = row or (0, 0)
    return bool(_vanished(context)) or (bool(known) and not there)


def empty_gone_categories(context: SaveContext) -> None:
    """The sidebar no longer shows the target's category, and its listing is no more: its posts are not in it."""
    for category_id in _vanished(context):
        _empty(context, category_id)


def save_category_names(context: SaveContext, post_id: int, names: Iterable[str]) -> None:
    """Keep the categories that a post's own page names."""
    for name in names:
        add_posts(context, ensure_category(context, name, None), [post_id])


def ensure_category(context: SaveContext, name: str, url: str | None) -> int:
    """The id of the author's category of that name, made where there is none."""
    row = context.archive.row(
        "select id, url, last_seen_at from categories where author_id = ? and name = ?",
        (context.author_id, name),
    )
    if row is None:
        return context.archive.insert(
            "insert into categories(author_id, name, url, first_seen_at, last_seen_at, page_id)"
            " values (?, ?, ?, ?, ?, ?)",
            (context.author_id, name, url, context.moment, context.moment, context.page_id()),
        )
    category_id, held_url, seen = row
    if not context.is_reparse and context.moment > str(seen):
        context.archive.execute(
            "update categories set last_seen_at = ?, url = ? where id = ?",
            (context.moment, url or cast("str | None", held_url), cast(int, category_id)),
        )
    elif url is not None and held_url is None:
        context.archive.execute("update categories set url = ? where id = ?", (url, cast(int, category_id)))
    return cast(int, category_id)


def listing_category(context: SaveContext, chain: str, name: str | None) -> int | None:
    """The category that a listing is of: by the name the page shows, else by its URL; None where neither tells."""
    if name:
        return ensure_category(context, name, chain if context.target.page_no == 1 else None)
    row = context.archive.row(
        "select id from categories where author_id = ? and url = ?", (context.author_id, chain)
    )
    return None if row is None else cast(int, row[0])


def add_posts(context: SaveContext, category_id: int, post_ids: Sequence[int]) -> None:
    """These posts are in that category."""
    if not post_ids:
        return
    places = ", ".join("?" * len(post_ids))
    held = context.archive.rows(
        "select post_id, gone_at from post_categories"  # noqa: S608 - question marks only
        f" where category_id = ? and post_id in ({places})",
        (category_id, *post_ids),
    )
    there = {cast(int, post_id): gone for post_id, gone in held}
    new = [post_id for post_id in post_ids if post_id not in there]
    if new:
        page_id = context.page_id()
        context.archive.execute_many(
            "insert or ignore into post_categories(post_id, category_id, page_id) values (?, ?, ?)",
            [(post_id, category_id, page_id) for post_id in new],
        )
    if not context.is_reparse and any(gone is not None for gone in there.values()):
        context.archive.execute(
            "update post_categories set gone_at = null"  # noqa: S608 - question marks only
            f" where category_id = ? and gone_at < ? and post_id in ({places})",
            (category_id, context.moment, *post_ids),
        )


def _follow_renames(context: SaveContext, rows: Sequence[CategoryRow]) -> None:
    """A URL that is shown under another name now is a category renamed: what was in it is in the new one."""
    names = {row.name for row in rows}
    for row in rows:
        if row.url is None:
            continue
        for old_id, name in context.archive.rows(
            "select id, name from categories where author_id = ? and url = ? and name <> ? and last_seen_at <= ?",
            (context.author_id, row.url, row.name, context.moment),
        ):
            if name not in names:
                _move(context, cast(int, old_id), ensure_category(context, row.name, row.url))


def _move(context: SaveContext, old_id: int, new_id: int) -> None:
    members = context.archive.rows(
        "select post_id from post_categories where category_id = ? and gone_at is null", (old_id,)
    )
    add_posts(context, new_id, [cast(int, post_id) for (post_id,) in members])
    _empty(context, old_id)


def _empty(context: SaveContext, category_id: int) -> None:
    context.archive.execute(
        "update post_categories set gone_at = ? where category_id = ? and gone_at is null",
        (context.moment, category_id),
    )


def _vanished(context: SaveContext) -> list[int]:
    rows = context.archive.rows(
        "select c.id from categories c join authors a on a.id = c.author_id where a.site = ? and a.uid = ?"
        " and c.url = ? and c.last_seen_at < (select max(last_seen_at) from categories where author_id = a.id)",
        (context.blog.site, context.blog.uid, context.target.chain or context.target.url),
    )
    return [cast(int, row[0]) for row in rows]


def mark_proved(context: SaveContext, category_id: int, numbers: Iterable[str], *, since: str) -> None:
    """The category's listing was read to its end: it holds these posts, and the others no longer."""
    shown = set(numbers)
    members = context.archive.rows(
        "select p.id, p.number from post_categories c join posts p on p.id = c.post_id"
        " where c.category_id = ? and c.gone_at is null and p.gone_at is null",
        (category_id,),
    )
    context.archive.execute_many(
        "update post_categories set gone_at = ? where category_id = ? and post_id = ?",
        [
            (context.moment, category_id, cast(int, post_id))
            for post_id, number in members
            if str(number) not in shown
        ],
    )
    context.archive.execute("update categories set proved_at = ? where id = ?", (since, category_id))
