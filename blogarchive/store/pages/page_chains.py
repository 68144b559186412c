"""Readings that go over several pages: a listing to its end, a post's comments to their last page.

A sweep begins with a chain's first page and holds, in the database, what the pages showed so far. Only a sweep
whose pages came one after the other and whose last page was read says anything about what is not there.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from blogarchive.items import PageKind
from blogarchive.store.pages.context import SaveContext


@dataclass(frozen=True, kw_only=True, slots=True)
class PageChain:
    """A sweep under way. `started_at` is UTC text with microseconds, `claimed` the count that its pages claim.

    `sound`: its pages agree so far. `restarts`: how often it was begun anew because they did not.
    """

    id: int
    chain: str
    started_at: str
    pages_read: int
    claimed: int | None
    sound: bool
    restarts: int
    complete: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainItem:
    """Something a page of the sweep showed: a post's number, or a comment's base with the digest of its text."""

    item: str
    digest: str = ""


def find_chain(context: SaveContext, chain: str) -> PageChain | None:
    """The sweep of that chain, finished or not, or None."""
    found = context.archive.all_as(
        PageChain,
        "select id, chain, started_at, pages_read, claimed, sound, restarts, complete_at is not null as complete"
        " from sweeps where site = ? and chain = ?",
        (context.blog.site, chain),
    )
    return found[0] if found else None


def start_chain(context: SaveContext, chain: str, kind: PageKind, *, claimed: int | None = None) -> PageChain:
    """Begin a sweep with the chain's first page; what the last complete one showed stays beside it as `prior`."""
    archive, before = context.archive, find_chain(context, chain)
    if before is None:
        archive.execute(
            "insert into sweeps(site, uid, chain, kind, started_at, claimed) values (?, ?, ?, ?, ?, ?)",
            (context.blog.site, context.blog.uid, chain, kind, context.precise_moment, claimed),
        )
    else:
        _set_aside(context, before)
        archive.execute(
            "update sweeps set started_at = ?, claimed = ?, pages_read = 0, sound = 1, complete_at = null,"
            " restarts = ? where id = ?",
            (context.precise_moment, claimed, 0 if before.complete else before.restarts, before.id),
        )
    begun = find_chain(context, chain)
    assert begun is not None  # noqa: S101 - written just above, in this transaction
    return begun


def count_items(context: SaveContext, sweep: PageChain) -> Counter[str]:
    """How often each item was shown by the sweep's pages so far."""
    rows = context.archive.rows(
        "select item, count(*) from sweep_items where sweep_id = ? and state <> 'prior' group by item",
        (sweep.id,),
    )
    return Counter({str(item): cast(int, number) for item, number in rows})


def shown_items(context: SaveContext, sweep: PageChain) -> set[ChainItem]:
    """What the sweep's pages showed so far."""
    rows = context.archive.rows(
        "select item, digest from sweep_items where sweep_id = ? and state <> 'prior'", (sweep.id,)
    )
    return {ChainItem(item=str(item), digest=str(digest)) for item, digest in rows}


def prior_items(context: SaveContext, sweep: PageChain) -> set[str]:
    """The items that the last complete sweep before this one showed."""
    rows = context.archive.rows(
        "select item from sweep_items where sweep_id = ? and state = 'prior'", (sweep.id,)
    )
    return {str(item) for (item,) in rows}


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubtfulItem:
    """An item that may repeat one of an earlier page; if it is new, it is the last of `copies` of its kind.

    `ordinal` would be its place among those of one author and time.
    """

    item: ChainItem
    ordinal: int
    copies: int


def doubtful_items(context: SaveContext, sweep: PageChain) -> list[DoubtfulItem]:
    """The items that may be ones of an earlier page again, in the order of the pages."""
    rows = context.archive.rows(
        "select i.item, i.digest, count(*) - 1, sum(e.digest = i.digest)"
        " from sweep_items i join sweep_items e on e.sweep_id = i.sweep_id and e.item = i.item"
        " and e.state <> 'prior' and e.id <= i.id"
        " where i.sweep_id = ? and i.state = 'doubtful' group by i.id order by i.id",
        (sweep.id,),
    )
    return [
        DoubtfulItem(
            item=ChainItem(item=str(item), digest=str(digest)),
            ordinal=cast(int, ordinal),
            copies=cast(int, copies),
        )
        for item, digest, ordinal, copies in rows
    ]


def add_items(context: SaveContext, sweep: PageChain, items: Iterable[tuple[ChainItem, bool]]) -> None:
    """Note a further page: each item it showed, and whether it may be one of an earlier page again."""
    context.archive.execute_many(
        "insert into sweep_items(sweep_id, item, digest, state) values (?, ?, ?, ?)",
        [(sweep.id, item.item, item.digest, "doubtful" if doubt else "seen") for item, doubt in items],
    )
    context.archive.execute("update sweeps set pages_read = pages_read + 1 where id = ?", (sweep.id,))


def mark_unsound(context: SaveContext, sweep: PageChain) -> None:
    """The sweep's pages disagree: it says nothing about what is not there."""
    context.archive.execute("update sweeps set sound = 0 where id = ?", (sweep.id,))


def mark_complete(context: SaveContext, sweep: PageChain) -> None:
    """The last page was read."""
    context.archive.execute(
        "update sweeps set complete_at = ?, restarts = 0 where id = ?", (context.moment, sweep.id)
    )
    context.archive.execute("delete from sweep_items where sweep_id = ? and state = 'prior'", (sweep.id,))


def reset_chain(context: SaveContext, sweep: PageChain) -> None:
    """Nothing follows from its last page: the listing is to be walked anew."""
    context.archive.execute("update sweeps set started_at = '', pages_read = 0 where id = ?", (sweep.id,))


def count_restart(context: SaveContext, sweep: PageChain) -> None:
    """The sweep is to be begun anew."""
    context.archive.execute("update sweeps set restarts = restarts + 1 where id = ?", (sweep.id,))


def delete_chain(context: SaveContext, chain: str) -> None:
    """Drop the sweep of a chain that is one page now."""
    context.archive.execute("delete from sweeps where site = ? and chain = ?", (context.blog.site, chain))


def _set_aside(context: SaveContext, sweep: PageChain) -> None:
    if sweep.complete:
        context.archive.execute("delete from sweep_items where sweep_id = ? and state = 'prior'", (sweep.id,))
        context.archive.execute("update sweep_items set state = 'prior' where sweep_id = ?", (sweep.id,))
    else:
        context.archive.execute(
            "delete from sweep_items where sweep_id = ? and state <> 'prior'", (sweep.id,)
        )
