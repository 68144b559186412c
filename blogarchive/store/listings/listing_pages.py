"""Store listings (home pages, months, categories) and queue the next page of each chain.

A chain that was crawled to its last page proves its listing: posts that it no longer shows are recorded as missing.
"""

from collections.abc import Sequence
from dataclasses import replace

from blogarchive.items import LIST_KINDS, Link, ListedPost, PageKind, Post, Target
from blogarchive.parsing.http import is_same_page
from blogarchive.sites.base import site_by_name
from blogarchive.store import schedule
from blogarchive.store.ledger import frontier
from blogarchive.store.ledger.coverage import FIELD
from blogarchive.store.listings import categories, deletions, listed_posts
from blogarchive.store.listings.listed_posts import ListedPostRow
from blogarchive.store.pages import page_chains
from blogarchive.store.pages.context import SaveContext, date_text_iso, own_posts
from blogarchive.store.pages.page_chains import ChainItem, PageChain
from blogarchive.store.posts import posts
from blogarchive.store.rows import shift_utc


def save_listing(context: SaveContext) -> None:
    """Store the posts of a listing and queue its next page if that can show anything new."""
    posts_shown = own_posts(context, context.parsed.posts)
    listed = _all_listed(context.parsed.listed, posts_shown)
    rows = listed_posts.save_listed(context, listed, in_listing=True)
    _save_shown(context, posts_shown)
    kind = context.target.kind if context.target.kind in LIST_KINDS else context.parsed.kind
    chain_name = context.target.chain or context.target.url
    if kind is PageKind.HOME:  # checked when all pages queued by this one are stored
        context.keep_open.append(("incomplete", FIELD))
    category_id = None
    if kind is PageKind.CATEGORY:
        category_id = categories.listing_category(context, chain_name, context.parsed.listing)
        if category_id is not None:
            categories.add_posts(context, category_id, [post.id for post in rows.values()])
    if not context.is_reparse:
        _follow_chain(context, kind, chain_name, rows, category_id)
        days = {item.number: day for item in listed if (day := date_text_iso(item.posted))}
        targets = listed_posts.listed_targets(context, listed)
        shown_on = [(target, days[target.number]) for target in targets if target.number in days]
        frontier.set_post_days(context.archive, shown_on)
        listed_posts.requeue_commented(context)


def is_beyond_end(context: SaveContext) -> bool:
    """Return whether the target is a next page of a listing that has become shorter, so that nothing needs it."""
    target = context.target
    if target.page_no == 1 or target.kind not in LIST_KINDS or target.chain is None:
        return False
    chain = page_chains.find_chain(context, target.chain)
    return chain is None or chain.complete or chain.pages_read < target.page_no - 1


def find_list(context: SaveContext, target: Target) -> Target:
    """Return the target, or the next list of posts that the site may have if the blog lacked this one within a week."""
    other = site_by_name(target.site).next_index(target)
    if other is None or not frontier.is_missing(context.archive, target, now=context.page.fetched_at):
        return target
    return find_list(context, other)


def _all_listed(listing: Sequence[ListedPost], shown: Sequence[Post]) -> list[ListedPost]:
    """Return the posts that a listing names or shows."""
    numbers = {item.number for item in listing}
    return [
        *listing,
        *(
            ListedPost(number=post.number, url=post.url, title=post.title or "", posted=post.posted)
            for post in shown
            if post.number not in numbers and post.title
        ),
    ]


def _save_shown(context: SaveContext, shown: Sequence[Post]) -> None:
    """Store posts that the listing shows whole.

    Of those that it cuts, and of those whose own page is stored, store the counters.
    """
    for post in shown:
        before = posts.read_post_row(context, post.number)
        if post.whole and post.body_html is not None and not posts.is_from_own_page(before):
            posts.save_from_listing(context, post, before)
        elif before is not None:
            listed_posts.save_counts(context, post, before)


def _follow_chain(
    context: SaveContext,
    kind: PageKind,
    chain_name: str,
    rows: dict[str, ListedPostRow],
    category_id: int | None,
) -> None:
    following = page_chains.next_page_links(context, LIST_KINDS)
    chain, in_order = _find_or_start_chain(context, kind, chain_name)
    items = [ChainItem(item=number) for number in rows]
    before = page_chains.shown_items(context, chain) if context.target.page_no > 1 else set()
    is_unknown_host = site_by_name(context.blog.site).has_any_host  # its lists name the same posts
    is_repeated = context.target.page_no > 1 and not is_unknown_host and all(item in before for item in items)
    page_chains.add_items(context, chain, ((item, False) for item in items if item not in before))
    if not in_order or _is_unsound(context):
        page_chains.mark_unsound(context, chain)
    if following and not is_repeated:
        page_no = context.target.page_no + 1
        target = context.own_target(kind, following[0].url, page_no=page_no, chain=chain_name)
        if kind is PageKind.HOME and not _needs_next_home(context, following[0], chain, rows):
            frontier.add_fetched(context.archive, target, now=context.page.fetched_at)
            return
        for place, link in enumerate(following):
            further = replace(target, url=link.url, page_no=target.page_no + place)
            _queue_next(context, further, chain, rows)
        return
    if is_unknown_host and _is_followed(context, chain_name):
        return
    if context.partial:
        # The chain broke off, so its listing is fetched again from the first page.
        context.archive.update_row("_page_chains", chain.id, {"started_at": "", "pages_read": 0})
    elif in_order and chain.sound and not _is_unsound(context):
        if kind is PageKind.CATEGORY:
            _prove_category(context, chain, category_id)
        else:
            deletions.prove_listing(context, kind, chain)


def _find_or_start_chain(context: SaveContext, kind: PageKind, chain_name: str) -> tuple[PageChain, bool]:
    """Return the chain of the page, and whether the page is the next of the chain."""
    chain = page_chains.find_chain(context, chain_name) if context.target.page_no > 1 else None
    if chain is not None:
        return chain, chain.pages_read == context.target.page_no - 1
    return page_chains.start_chain(context, chain_name, kind), context.target.page_no == 1


def _is_unsound(context: SaveContext) -> bool:
    if page_chains.is_at_limit(context):
        return True
    if not is_same_page(context.page.url, context.target.url):
        return True  # redirected, perhaps to another listing
    return any((problem.field or "").startswith("listed") for problem in context.parsed.problems)


def _queue_next(
    context: SaveContext, target: Target, chain: PageChain, rows: dict[str, ListedPostRow]
) -> None:
    context.requeue(find_list(context, target), before=chain.started_at, failed_too=True)
    days = [post.posted_at[:10] for post in rows.values() if post.posted_at]
    if days:
        # Listings run from new to old except for pinned posts: the next page shows nothing newer.
        frontier.set_newest_day(context.archive, target, max(days))


def _is_followed(context: SaveContext, chain_name: str) -> bool:
    """Return whether another page of the chain is queued: an index may name several lists."""
    return context.archive.exists(
        "select 1 from frontier where site = ? and chain = ? and page_no > ? and state = 'todo'",
        (context.blog.site, chain_name, context.target.page_no),
    )


def _needs_next_home(
    context: SaveContext, link: Link, chain: PageChain, rows: dict[str, ListedPostRow]
) -> bool:
    """Return whether the next home page is needed: not if the blog has months, else until a page shows nothing new.

    A chain that was never complete goes on whatever it shows. Otherwise an interruption would leave a gap. A list that
    names the times of changes is always needed, also if a page that lists no posts names it. So is the rest of a list
    that states another number of posts than were listed: one is deleted.
    """
    is_first = context.target.page_no == 1 or not rows
    if is_first and site_by_name(context.blog.site).is_index(link.url):
        return True
    if context.target.page_no == 1 and _has_months(context):
        return False
    proved = context.archive.text("select home_proved_at from authors where id = ?", (context.author_id,))
    if proved is None or shift_utc(proved, schedule.LISTING_DEADLINE) < chain.started_at:
        return True
    is_other = context.parsed.total not in (None, len(page_chains.prior_items(context, chain) | rows.keys()))
    return is_other or not all(row.has_text for row in rows.values())


def _has_months(context: SaveContext) -> bool:
    return any(row.url for row in context.parsed.months) or context.archive.exists(
        "select 1 from archive_months where author_id = ? and url is not null limit 1", (context.author_id,)
    )


def _prove_category(context: SaveContext, chain: PageChain, category_id: int | None) -> None:
    if category_id is not None:
        numbers = {item.item for item in page_chains.shown_items(context, chain)}
        categories.mark_proved(context, category_id, numbers, since=chain.started_second)
    page_chains.mark_complete(context, chain)
