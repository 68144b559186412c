"""Posts as listings and the sidebar name them: rows for those not read yet, and signs that one has changed."""

from collections.abc import Iterable, Sequence
from typing import cast

from blogarchive.items import ListedPost, Post, Target
from blogarchive.store.listings import deletions
from blogarchive.store.listings.change_detection import Known, ask, compare
from blogarchive.store.pages.context import SaveContext, date_text_iso
from blogarchive.store.pages.ownership import own_posts, post_target
from blogarchive.store.posts import post_row, posts


def note(context: SaveContext, named: Sequence[ListedPost], *, in_listing: bool) -> dict[int | str, Known]:
    """Keep the names of these posts, other blogs' left out; gives each by its number.

    `in_listing`: the page lists them as its content (they are there, today), not in a sidebar that may be old. A
    title never replaces one that is longer or was read on the post's own page.
    """
    own = own_posts(context, named)
    wanted = {item.number: item for item in own if item.number is not None and item.url is not None}
    found = _find(context, wanted)
    for number, item in wanted.items():
        before = found.get(number)
        if before is None:
            found[number] = _insert(context, item)
        else:
            _complete(context, item, before)
    if in_listing and found and not context.is_reparse:
        _see(context, wanted, found)
    return found


def note_counts(context: SaveContext, shown: Iterable[Post]) -> None:
    """Keep what a listing shows of posts beside their titles; a comment count that moved asks for the post."""
    for post in shown:
        before = post_row.held(context, post.number)
        if before is None:
            continue
        row = context.archive.row("select listed_comment_count from posts where id = ?", (before.id,))
        listed_count = None if row is None else row[0]
        if not context.is_reparse and post.comment_count is not None and post.comment_count != listed_count:
            context.archive.execute(
                "update posts set listed_comment_count = ? where id = ?", (post.comment_count, before.id)
            )
            if listed_count is not None and post.comment_count != before.figures[2]:
                ask(context, post.number, post.url)
        posts.save_excerpt(context, post, before)


def ids(context: SaveContext, numbers: Iterable[str]) -> list[int]:
    """The rows of the posts that bear these numbers, given as text."""
    found = (
        context.archive.row(
            "select id from posts where author_id = ? and number = ?", (context.author_id, number)
        )
        for number in numbers
    )
    return [cast(int, row[0]) for row in found if row is not None]


def targets(context: SaveContext, named: Iterable[ListedPost]) -> list[Target]:
    """The pages of these posts, as targets."""
    return [
        post_target(context, item.url, item.number)
        for item in own_posts(context, named)
        if item.url is not None and item.number is not None
    ]


def _find(context: SaveContext, wanted: Iterable[int | str]) -> dict[int | str, Known]:
    numbers = list(wanted)
    found: dict[int | str, Known] = {}
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        places = ", ".join("?" * len(part))
        for row in context.archive.rows(
            "select p.number, p.id, title, title_is_cut, content_hash is not null, posted_at, listed_title,"  # noqa: S608
            " listed_comment_count, comment_count, f.url, f.shown_on,"
            " own_page_gone_at is not null or f.state in ('failed', 'dead')"
            " from posts p left join frontier f on f.key = ? || p.number"
            f" where author_id = ? and p.number in ({places})",
            (f"{context.blog.site}/{context.blog.uid}/", context.author_id, *part),
        ):
            found[cast("int | str", row[0])] = _known(row)
    return found


def _known(row: tuple[object, ...]) -> Known:
    number, post_id, title, cut, read, posted, listed_title, listed_count, count, url, shown_on, astray = row
    return Known(
        id=cast(int, post_id),
        number=cast("int | str", number),
        title=cast("str | None", title),
        title_is_cut=bool(cut),
        read=bool(read),
        posted_at=cast("str | None", posted),
        listed_title=cast("str | None", listed_title),
        listed_comment_count=cast("int | None", listed_count),
        comment_count=cast("int | None", count),
        url=cast("str | None", url),
        shown_on=cast("str | None", shown_on),
        astray=bool(astray),
    )


def _insert(context: SaveContext, item: ListedPost) -> Known:
    number = cast("int | str", item.number)
    posted = date_text_iso(item.posted)
    post_id = context.archive.insert(
        "insert into posts(author_id, number, url, title, title_is_cut, posted_at, posted_at_text, first_seen_at,"
        " last_seen_at, page_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            context.author_id,
            number,
            item.url,
            item.title,
            item.title_cut,
            posted,
            item.posted.text if item.posted else None,
            context.moment,
            context.moment,
            context.page_id(),
        ),
    )
    return Known(
        id=post_id,
        number=number,
        title=item.title,
        title_is_cut=item.title_cut,
        read=False,
        posted_at=posted,
        listed_title=None,
        listed_comment_count=None,
        comment_count=None,
        fresh=True,
    )


def _complete(context: SaveContext, item: ListedPost, before: Known) -> None:
    """A post that was not read yet takes a fuller title, and a time, from wherever they are shown."""
    if before.read:
        return
    fuller = before.title is None or (before.title_is_cut and len(item.title) > len(before.title))
    if fuller or (before.title_is_cut and not item.title_cut):
        context.archive.execute(
            "update posts set title = ?, title_is_cut = ?, page_id = ? where id = ?",
            (item.title, item.title_cut, context.page_id(), before.id),
        )
    posted = date_text_iso(item.posted)
    if posted is not None and before.posted_at is None and item.posted is not None:
        context.archive.execute(
            "update posts set posted_at = ?, posted_at_text = ?, page_id = ? where id = ?",
            (posted, item.posted.text, context.page_id(), before.id),
        )


def _see(context: SaveContext, wanted: dict[int | str, ListedPost], found: dict[int | str, Known]) -> None:
    ids = [known.id for known in found.values()]
    deletions.listed(context, ids)
    for known in found.values():
        compare(context, wanted[known.number], known)
    context.archive.execute_many(
        "update posts set last_seen_at = ? where id = ? and last_seen_at < ?",
        [(context.moment, known, context.moment) for known in ids],
    )
