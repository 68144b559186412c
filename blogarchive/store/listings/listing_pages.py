"""Listings: home pages, months, categories, each read along its chain of pages to the end.

A chain that was read to its end proves its listing: watermarks move, and what it no longer shows is a witness.
"""

from collections.abc import Sequence

from blogarchive.items import Link, ListedPost, PageKind, Post, Target
from blogarchive.store import schedule
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue
from blogarchive.store.ledger.month_check import FIELD
from blogarchive.store.listings import categories, deletion_hints, deletions, listed_posts, months
from blogarchive.store.listings.change_detection import ListedPostRow
from blogarchive.store.pages import links, page_chains
from blogarchive.store.pages.context import SaveContext, date_text_iso
from blogarchive.store.pages.ownership import own_posts
from blogarchive.store.pages.page_chains import ChainItem, PageChain
from blogarchive.store.posts import post_row, posts
from blogarchive.store.timestamps import format_utc, parse_utc, shift_utc

_KINDS = (PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY)


def save_listing(context: SaveContext) -> None:
    """Keep what a page of a listing lists, and follow its chain as far as it tells something."""
    posts_shown = own_posts(context, context.parsed.posts)
    named = _named(context.parsed.listed, posts_shown)
    known = listed_posts.save_listed(context, named, in_listing=True)
    _save_shown(context, posts_shown)
    kind, chain = _kind(context), context.target.chain or context.target.url
    if kind is PageKind.HOME:
        context.keep_open.append(("incomplete", FIELD))  # checked when all that this page asks for was read
    category_id = None
    if kind is PageKind.CATEGORY:
        category_id = categories.listing_category(context, chain, context.parsed.listing)
        if category_id is not None:
            categories.add_posts(context, category_id, [post.id for post in known.values()])
    if not context.is_reparse:
        _follow(context, kind, chain, known, category_id)
        days = [(item, day) for item in named if (day := date_text_iso(item.posted))]
        frontier_queue.set_post_days(
            context.archive,
            [(target, day) for item, day in days for target in listed_posts.listed_targets(context, [item])],
        )


def is_beyond_end(context: SaveContext) -> bool:
    """Whether the target is a further page of a listing that is shorter today: nothing waits for it any more."""
    target = context.target
    if target.page_no == 1 or target.kind not in _KINDS or target.chain is None:
        return False
    sweep = page_chains.find_chain(context, target.chain)
    return sweep is None or sweep.complete or sweep.pages_read < target.page_no - 1


def _named(listing: Sequence[ListedPost], shown: Sequence[Post]) -> list[ListedPost]:
    """The posts of a listing, whether it names them or shows them."""
    there = {item.number for item in listing}
    return [
        *listing,
        *(
            ListedPost(number=post.number, url=post.url, title=post.title or "", posted=post.posted)
            for post in shown
            if post.number not in there and post.title
        ),
    ]


def _save_shown(context: SaveContext, shown: Sequence[Post]) -> None:
    """Posts that the listing shows whole fill those not read yet; an excerpt tells counters only."""
    for post in shown:
        before = post_row.read_post_row(context, post.number)
        if post.whole and post.body_html is not None:
            posts.save_from_listing(context, post, before)
    listed_posts.save_listed_counts(context, [post for post in shown if not post.whole])


def _kind(context: SaveContext) -> PageKind:
    """What the listing is: as its link promised; as it reads, where the link promised none of these."""
    promised = context.target.kind
    return promised if promised in _KINDS else context.parsed.kind


def _follow(
    context: SaveContext,
    kind: PageKind,
    chain: str,
    known: dict[int | str, ListedPostRow],
    category_id: int | None,
) -> None:
    link = links.next_page_link(context, _KINDS)
    sweep, in_order = _sweep(context, kind, chain)
    items = [ChainItem(item=str(number)) for number in known]
    before = page_chains.shown_items(context, sweep) if context.target.page_no > 1 else set()
    cache = context.target.page_no > 1 and all(item in before for item in items)
    page_chains.add_items(context, sweep, ((item, False) for item in items if item not in before))
    if not in_order or _unsound(context):
        page_chains.mark_unsound(context, sweep)
    if link is not None and not cache:
        if kind is PageKind.HOME and not _home_goes_on(context, sweep, known):
            frontier_queue.add_fetched(
                context.archive, _next(context, link, chain, kind), now=context.page.fetched_at
            )
        else:
            _go_on(context, _next(context, link, chain, kind), sweep, known)
        return
    if context.partial:
        page_chains.reset_chain(context, sweep)
    elif in_order and sweep.sound and not _unsound(context):
        _prove(context, kind, sweep, category_id)


def _sweep(context: SaveContext, kind: PageKind, chain: str) -> tuple[PageChain, bool]:
    """The sweep that the page belongs to, and whether it comes next in it."""
    if context.target.page_no > 1:
        sweep = page_chains.find_chain(context, chain)
        if sweep is not None:
            return sweep, sweep.pages_read == context.target.page_no - 1
    return page_chains.start_chain(context, chain, kind), context.target.page_no == 1


def _unsound(context: SaveContext) -> bool:
    if context.page.url != context.target.url:
        return True  # sent elsewhere: who knows whose listing this is
    return any((problem.field or "").startswith("listed") for problem in context.parsed.problems)


def _next(context: SaveContext, link: Link, chain: str, kind: PageKind) -> Target:
    return Target(
        url=link.url,
        site=context.blog.site,
        kind=kind,
        uid=context.blog.uid,
        page_no=context.target.page_no + 1,
        chain=chain,
    )


def _go_on(
    context: SaveContext, target: Target, sweep: PageChain, known: dict[int | str, ListedPostRow]
) -> None:
    now = context.page.fetched_at
    requeue.requeue_target(
        context.archive,
        target,
        before=sweep.started_at,
        now=now,
        found_on=context.page.url,
        failed_too=True,
    )
    days = [post.posted_at[:10] for post in known.values() if post.posted_at]
    if days:
        # Lists run from new to old, pinned posts aside: the next page shows nothing newer than this one.
        frontier_queue.set_newest_day(context.archive, target, max(days))


def _home_goes_on(context: SaveContext, sweep: PageChain, known: dict[int | str, ListedPostRow]) -> bool:
    """Whether further home pages tell something: not where months do; else until a page shows nothing new.

    A chain that was never read to its end is read on whatever it shows, or an interruption would leave a hole.
    """
    if context.target.page_no == 1 and _has_months(context):
        return False
    row = context.archive.row("select home_proved_at from authors where id = ?", (context.author_id,))
    proved = None if row is None or row[0] is None else str(row[0])
    if proved is None or shift_utc(proved, schedule.LISTING_DEADLINE) < sweep.started_at:
        return True
    return any(post.is_new or not post.has_text for post in known.values())


def _has_months(context: SaveContext) -> bool:
    return any(row.url for row in context.parsed.months) or (
        context.archive.row(
            "select 1 from archive_months where author_id = ? and url is not null limit 1",
            (context.author_id,),
        )
        is not None
    )


def _prove(context: SaveContext, kind: PageKind, sweep: PageChain, category_id: int | None) -> None:
    numbers = {item.item for item in page_chains.shown_items(context, sweep)}
    before, begun = page_chains.prior_items(context, sweep), sweep.started_at
    since = format_utc(parse_utc(begun))
    if kind is PageKind.CATEGORY:
        if category_id is not None:
            categories.mark_proved(context, category_id, numbers, since=since)
    elif kind is PageKind.MONTH:
        month = months.listing_month(context, sweep.chain, context.parsed.listing)
        if month is not None:
            months.mark_proved(context, month, numbers, begun=begun)
        deletions.record_missing(context, _ids(context, before - numbers), since=begun)
    else:
        context.archive.execute(
            "update authors set home_proved_at = ? where id = ?", (since, context.author_id)
        )
        deletions.record_missing(
            context, _ids(context, deletion_hints.select_newer(before - numbers, numbers)), since=begun
        )
    page_chains.mark_complete(context, sweep)


def _ids(context: SaveContext, numbers: set[str]) -> list[int]:
    return sorted(listed_posts.find_post_ids(context, numbers))
