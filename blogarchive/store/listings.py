"""Listings: home pages, months, categories, each read along its chain of pages to the end.

A chain that was read to its end proves its listing: watermarks move, and what it no longer shows is a witness.
"""

from collections.abc import Sequence

from blogarchive.items import Link, ListedPost, PageKind, Post, Target
from blogarchive.store import (
    asking,
    categories,
    frontier,
    gone,
    held_posts,
    links,
    listed,
    months,
    posts,
    schedule,
    signs,
    sweeps,
)
from blogarchive.store.adding_up import FIELD
from blogarchive.store.listed_changes import Known
from blogarchive.store.own import own_posts
from blogarchive.store.saving import Saving, shown_text
from blogarchive.store.sweeps import Item, Sweep
from blogarchive.store.times import from_utc_text, later, utc_text

_KINDS = (PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY)


def save(saving: Saving) -> None:
    """Keep what a page of a listing lists, and follow its chain as far as it tells something."""
    posts_shown = own_posts(saving, saving.reading.posts)
    named = _named(saving.reading.listed, posts_shown)
    known = listed.note(saving, named, in_listing=True)
    _save_shown(saving, posts_shown)
    kind, chain = _kind(saving), saving.target.chain or saving.target.url
    if kind is PageKind.HOME:
        saving.pending.append(("incomplete", FIELD))  # checked when all that this page asks for was read
    category_id = None
    if kind is PageKind.CATEGORY:
        category_id = categories.of_listing(saving, chain, saving.reading.listing)
        if category_id is not None:
            categories.link(saving, category_id, [post.id for post in known.values()])
    if not saving.replay:
        _follow(saving, kind, chain, known, category_id)
        days = [(item, day) for item in named if (day := shown_text(item.posted))]
        frontier.date_posts(
            saving.archive,
            [(target, day) for item, day in days for target in listed.targets(saving, [item])],
        )


def is_beyond_end(saving: Saving) -> bool:
    """Whether the target is a further page of a listing that is shorter today: nothing waits for it any more."""
    target = saving.target
    if target.page_no == 1 or target.kind not in _KINDS or target.chain is None:
        return False
    sweep = sweeps.find(saving, target.chain)
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


def _save_shown(saving: Saving, shown: Sequence[Post]) -> None:
    """Posts that the listing shows whole fill those not read yet; an excerpt tells counters only."""
    for post in shown:
        before = held_posts.held(saving, post.number)
        if post.whole and post.body_html is not None:
            posts.save_from_listing(saving, post, before)
    listed.note_counts(saving, [post for post in shown if not post.whole])


def _kind(saving: Saving) -> PageKind:
    """What the listing is: as its link promised; as it reads, where the link promised none of these."""
    promised = saving.target.kind
    return promised if promised in _KINDS else saving.reading.kind


def _follow(
    saving: Saving, kind: PageKind, chain: str, known: dict[int | str, Known], category_id: int | None
) -> None:
    link = links.following(saving, _KINDS)
    sweep, in_order = _sweep(saving, kind, chain)
    items = [Item(item=str(number)) for number in known]
    before = sweeps.shown(saving, sweep) if saving.target.page_no > 1 else set()
    repeats = saving.target.page_no > 1 and all(item in before for item in items)
    sweeps.add(saving, sweep, ((item, False) for item in items if item not in before))
    if not in_order or _unsound(saving):
        sweeps.distrust(saving, sweep)
    if link is not None and not repeats:
        if kind is PageKind.HOME and not _home_goes_on(saving, sweep, known):
            frontier.park(saving.archive, _next(saving, link, chain, kind), now=saving.page.fetched_at)
        else:
            _go_on(saving, _next(saving, link, chain, kind), sweep, known)
        return
    if saving.partial:
        sweeps.leave(saving, sweep)
    elif in_order and sweep.sound and not _unsound(saving):
        _prove(saving, kind, sweep, category_id)


def _sweep(saving: Saving, kind: PageKind, chain: str) -> tuple[Sweep, bool]:
    """The sweep that the page belongs to, and whether it comes next in it."""
    if saving.target.page_no > 1:
        sweep = sweeps.find(saving, chain)
        if sweep is not None:
            return sweep, sweep.pages_read == saving.target.page_no - 1
    return sweeps.begin(saving, chain, kind), saving.target.page_no == 1


def _unsound(saving: Saving) -> bool:
    if saving.page.url != saving.target.url:
        return True  # sent elsewhere: who knows whose listing this is
    return any((problem.field or "").startswith("listed") for problem in saving.reading.problems)


def _next(saving: Saving, link: Link, chain: str, kind: PageKind) -> Target:
    return Target(
        url=link.url,
        site=saving.blog.site,
        kind=kind,
        uid=saving.blog.uid,
        page_no=saving.target.page_no + 1,
        chain=chain,
    )


def _go_on(saving: Saving, target: Target, sweep: Sweep, known: dict[int | str, Known]) -> None:
    now = saving.page.fetched_at
    asking.again(
        saving.archive,
        target,
        before=sweep.started_at,
        now=now,
        found_on=saving.page.url,
        failed_too=True,
    )
    days = [post.posted_at[:10] for post in known.values() if post.posted_at]
    if days:
        # Lists run from new to old, pinned posts aside: the next page shows nothing newer than this one.
        frontier.note_day(saving.archive, target, max(days))


def _home_goes_on(saving: Saving, sweep: Sweep, known: dict[int | str, Known]) -> bool:
    """Whether further home pages tell something: not where months do; else until a page shows nothing new.

    A chain that was never read to its end is read on whatever it shows, or an interruption would leave a hole.
    """
    if saving.target.page_no == 1 and _has_months(saving):
        return False
    row = saving.archive.row("select home_proved_at from authors where id = ?", (saving.author_id,))
    proved = None if row is None or row[0] is None else str(row[0])
    if proved is None or later(proved, schedule.LISTINGS_BY) < sweep.started_at:
        return True
    return any(post.fresh or not post.read for post in known.values())


def _has_months(saving: Saving) -> bool:
    return any(row.url for row in saving.reading.months) or (
        saving.archive.row(
            "select 1 from archive_months where author_id = ? and url is not null limit 1",
            (saving.author_id,),
        )
        is not None
    )


def _prove(saving: Saving, kind: PageKind, sweep: Sweep, category_id: int | None) -> None:
    numbers = {item.item for item in sweeps.shown(saving, sweep)}
    before, begun = sweeps.prior(saving, sweep), sweep.started_at
    since = utc_text(from_utc_text(begun))
    if kind is PageKind.CATEGORY:
        if category_id is not None:
            categories.proved(saving, category_id, numbers, since=since)
    elif kind is PageKind.MONTH:
        month = months.of_listing(saving, sweep.chain, saving.reading.listing)
        if month is not None:
            months.proved(saving, month, numbers, begun=begun)
        gone.missing(saving, _ids(saving, before - numbers), since=begun)
    else:
        saving.archive.execute(
            "update authors set home_proved_at = ? where id = ?", (since, saving.author_id)
        )
        gone.missing(saving, _ids(saving, signs.younger(before - numbers, numbers)), since=begun)
    sweeps.complete(saving, sweep)


def _ids(saving: Saving, numbers: set[str]) -> list[int]:
    return sorted(listed.ids(saving, numbers))
