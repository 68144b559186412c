"""Store listings (home pages, months, categories) and queue the next page of each chain.

A chain that was crawled to its last page proves its listing. Posts that it no longer shows are recorded as missing.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from blogarchive.items import LIST_KINDS, Link, ListedPost, PageKind, Post, Target
from blogarchive.parsing.urls import is_same_host, is_same_page
from blogarchive.store import schedule
from blogarchive.store.ledger import frontier
from blogarchive.store.ledger.coverage import MONTHS_FIELD
from blogarchive.store.listings import authors, categories, deletions, listed_posts
from blogarchive.store.pages import page_chains
from blogarchive.store.pages.context import SaveContext, date_text_iso, own_posts
from blogarchive.store.pages.page_chains import ChainItem, PageChain
from blogarchive.store.posts import posts
from blogarchive.store.rows import shift_utc


@dataclass(frozen=True, kw_only=True, slots=True)
class _SavedList:
    """A page of a list after its posts are saved. `category_id` is that of a known category, None for other lists."""

    kind: PageKind
    chain_name: str
    rows: Mapping[str, listed_posts.ListedPostRow]
    category_id: int | None


def save_listing(context: SaveContext) -> None:
    """Store the posts of a listing and queue its next page if that can show anything new."""
    posts_shown = own_posts(context, context.parsed.posts)
    listed = _all_listed(context.parsed.listed, posts_shown)
    rows = listed_posts.save_listed(context, listed, in_listing=True)
    _save_shown(context, posts_shown)
    kind = context.target.kind if context.target.kind in LIST_KINDS else context.parsed.kind
    name = context.target.chain or context.target.url
    if kind is PageKind.HOME:  # checked when all pages queued by this one are stored
        context.keep_open.append(("incomplete", MONTHS_FIELD))
    category_id = None
    if kind is PageKind.CATEGORY:
        category_id = categories.listing_category(context, name, context.parsed.listing)
        if category_id is not None:
            categories.add_posts(context, category_id, [post.id for post in rows.values()])
    if not context.is_reparse:
        _follow_chain(context, _SavedList(kind=kind, chain_name=name, rows=rows, category_id=category_id))
        if context.parsed.commented:  # of a feed of comments alone
            listed_posts.requeue_commented(context)


def save_days(context: SaveContext) -> None:
    """Store the days of posts as a listing shows them, by which `--since` leaves posts out; their targets are queued."""
    listed = _all_listed(context.parsed.listed, own_posts(context, context.parsed.posts))
    days = {item.number: day for item in listed if (day := date_text_iso(item.posted))}
    targets = listed_posts.listed_targets(context, listed)
    shown_on = [(target, days[target.number]) for target in targets if target.number in days]
    frontier.set_post_days(context.archive, shown_on)


def is_beyond_end(context: SaveContext, *, has_others: bool = False) -> bool:
    """Return whether a listing's next page is no longer needed: the list is shorter, or the page has another URL.

    `has_others`: the site may have another list of the same posts, whose pages have the same numbers.
    """
    target = context.target
    if target.page_no == 1 or target.kind not in LIST_KINDS or target.chain is None:
        return False
    if not has_others and frontier.has_later_url(context.archive, target):
        return True
    chain = page_chains.find_chain(context, target.chain)
    return chain is None or chain.complete or chain.pages_read < target.page_no - 1


def find_list(context: SaveContext, target: Target) -> Target:
    """Return the target; the site's next list of posts instead if the target was missing within a week."""
    other = context.site.next_index(target)
    if other is None or not frontier.is_missing(context.archive, target, now=context.now):
        return target
    return find_list(context, other)


def _all_listed(listing: Sequence[ListedPost], shown: Sequence[Post]) -> list[ListedPost]:
    """Return the posts that a listing names or shows."""
    numbers = {item.number for item in listing}
    more = (post for post in shown if post.number not in numbers and post.title)
    own = (ListedPost(number=x.number, url=x.url, title=x.title or "", posted=x.posted) for x in more)
    return [*listing, *own]


def _save_shown(context: SaveContext, shown: Sequence[Post]) -> None:
    """Store posts that the listing shows whole.

    Of those that it cuts, and of those whose own page is stored, store the counters.
    """
    for post in shown:
        before = posts.read_post_row(context, post.number)
        if post.whole and post.body_html is not None and not (before and before.is_from_own_page):
            posts.save_from_listing(context, post, before)
        elif before is not None:
            listed_posts.save_counts(context, post, before)


def _follow_chain(context: SaveContext, page: _SavedList) -> None:
    """Queue the next pages of the chain. If this page is the last one, use the chain as proof of its list."""
    following = page_chains.next_page_links(context, LIST_KINDS)
    chain, in_order = _find_or_start_chain(context, page)
    is_unknown_host = context.site.has_any_host  # its lists name the same posts
    doubted: Set[str] = set()
    if is_unknown_host:
        shown = [row.id for row in page.rows.values()]
        # The first page may show a choice of posts. A list follows it: one for machines, or the same page again.
        is_list = in_order and context.target.page_no > 1
        last = _find_last_posts(context, page) if is_list else []
        doubted = deletions.record_passed_over(context, shown, last, chain, is_last=not following)
    is_repeated = _add_posts(context, page, chain) and not is_unknown_host
    if not in_order or _is_unsound(context):
        page_chains.mark_unsound(context, chain)
    if following and not is_repeated:
        _queue_next(context, page, chain, following, doubted)
    elif is_unknown_host and _is_followed(context, page.chain_name):
        return
    elif context.partial:
        # The chain broke off, so its listing is fetched again from the first page.
        context.archive.update_row("_page_chains", chain.id, {"started_at": "", "pages_read": 0})
    elif in_order and chain.sound and not _is_unsound(context):
        if page.kind is PageKind.CATEGORY:
            _prove_category(context, chain, page.category_id)
        else:
            deletions.prove_listing(context, page.kind, chain)


def _find_last_posts(context: SaveContext, page: _SavedList) -> list[int]:
    """Return the last four dated posts of a list from new to old; none of a list in another order."""
    listed = [row for x in context.parsed.listed if (row := page.rows.get(x.number or ""))]
    dated = [(row.posted_at[:10], row.id) for row in listed if row.posted_at]
    # Pinned posts, a third at most, are before newer ones; boxes of a magazine are behind them.
    is_sorted = all(one[0] >= other[0] for one, other in pairwise(dated[len(dated) // 3 :]))
    return [post_id for _, post_id in dated[-4:]] if is_sorted else []


def _find_or_start_chain(context: SaveContext, page: _SavedList) -> tuple[PageChain, bool]:
    """Return the chain of the page, and whether the page is the next of the chain."""
    chain = page_chains.find_chain(context, page.chain_name) if context.target.page_no > 1 else None
    if context.site.is_digest(context.target.url):
        return start_at_digest(context), True
    if chain is not None:
        return chain, chain.pages_read == context.target.page_no - 1
    return page_chains.start_chain(context, page.chain_name, page.kind), context.target.page_no == 1


def start_at_digest(context: SaveContext) -> PageChain:
    """Start the chain of the home page at its second page: a digest that is fetched instead of the first."""
    authors.link_run(context)
    chain = page_chains.start_chain(context, context.target.chain or context.target.url, PageKind.HOME)
    page_chains.add_items(context, chain, ())
    return chain


def _add_posts(context: SaveContext, page: _SavedList, chain: PageChain) -> bool:
    """Add the posts of the page to the chain; return whether earlier pages have shown all of them."""
    is_first = context.target.page_no == 1
    before = set[ChainItem]() if is_first else page_chains.shown_items(context, chain)
    new = [item for number in page.rows if (item := ChainItem(item=number)) not in before]
    page_chains.add_items(context, chain, [(item, "seen") for item in new])
    return not (is_first or new)


def _is_unsound(context: SaveContext) -> bool:
    own, shown = context.target.url, context.page.url
    # WordPress redirects sitemap.xml to its own sitemap. Another list may be redirected to one of other posts.
    is_index = is_same_host(own, shown) and context.site.is_index(shown)
    is_other = not is_index and not is_same_page(own, shown)
    if page_chains.is_at_limit(context) or is_other:
        return True
    has_months = any(link.is_whole for link in context.parsed.links)  # which are not fetched again
    return has_months or any(one.field.startswith("listed") for one in context.parsed.problems)


def _queue_next(
    context: SaveContext, page: _SavedList, chain: PageChain, following: Sequence[Link], doubted: Set[str]
) -> None:
    """Queue the pages that continue the list, unless the home page needs no further one.

    A list of a month that was read is fetched again only if the month is one of `doubted`.
    """
    page_no = context.target.page_no + 1
    first = context.own_target(page.kind, following[0].url, page_no=page_no, chain=page.chain_name)
    if page.kind is PageKind.HOME and not _needs_next_home(context, page, chain, first.url):
        frontier.add_fetched(context.archive, first, now=context.now)
        return
    # Listings run from new to old except for pinned posts: the next page shows nothing newer.
    newest_day = max((post.posted_at[:10] for post in page.rows.values() if post.posted_at), default=None)
    if len(following) > 1 and deletions.posts_with_one_witness(context):
        # All lists of an index together prove that a post is gone: none of them may answer with 304.
        frontier.forget_validators(context.archive, context.blog, "chain = ?", (page.chain_name,))
    for place, link in enumerate(following):
        target = replace(first, url=link.url, page_no=page_no + place)
        is_known = link.is_whole and context.site.month_of(link.url) not in doubted
        before = "" if is_known else chain.started_at
        context.requeue(find_list(context, target), before=before, failed_too=True)
        if newest_day is not None:
            frontier.set_newest_day(context.archive, target, newest_day)


def _is_followed(context: SaveContext, chain_name: str) -> bool:
    """Return whether another page of the chain is queued: an index may name several lists."""
    query = "select 1 from frontier where site = ? and chain = ? and page_no > ? and state = 'todo'"
    return context.archive.exists(query, (context.blog.site, chain_name, context.target.page_no))


def _needs_next_home(context: SaveContext, page: _SavedList, chain: PageChain, url: str) -> bool:
    """Return whether the next home page is needed: without months, it is until a page shows nothing new.

    A chain that was never complete is always followed: otherwise an interruption would leave a gap. So are a list
    that names the times of changes, and the archive of a home page without posts. So is a list that states another
    number of posts than were listed. So is one that may show a post whose own page is gone.
    """
    rows = page.rows
    is_list = (context.target.page_no == 1 or not rows) and context.site.is_index(url)
    if is_list or not (rows or page_chains.count_items(context, chain)):
        return True
    if context.target.page_no == 1 and _has_months(context):
        return False
    proved = context.archive.text("select home_proved_at from authors where id = ?", (context.author_id,))
    is_fresh = proved is not None and shift_utc(proved, schedule.LISTING_DEADLINE) >= chain.started_at
    if not is_fresh or deletions.posts_with_one_witness(context, since=proved or ""):
        return True
    is_other = context.parsed.total not in (None, len(page_chains.prior_items(context, chain) | rows.keys()))
    return is_other or not all(row.has_text for row in rows.values())


def _has_months(context: SaveContext) -> bool:
    stored = "select 1 from archive_months where author_id = ? and url is not null limit 1"
    is_shown = any(row.url for row in context.parsed.months)
    return is_shown or context.archive.exists(stored, (context.author_id,))


def _prove_category(context: SaveContext, chain: PageChain, category_id: int | None) -> None:
    if category_id is not None:
        numbers = {item.item for item in page_chains.shown_items(context, chain)}
        categories.mark_proved(context, category_id, numbers, since=chain.started_second)
    page_chains.mark_complete(context, chain)
