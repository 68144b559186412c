"""Chains of pages: the next pages of listings and comments, what they showed, and the links of a saved page."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from blogarchive.items import Link, PageKind, Target
from blogarchive.messages.details import Detail
from blogarchive.store.ledger import frontier
from blogarchive.store.ledger.failures import Failure
from blogarchive.store.pages.context import SaveContext, is_own_uid
from blogarchive.store.rows import Value, format_utc, parse_utc
from blogarchive.store.statements import columns_of, excluded, insert_sql

_SHOWN = "from _page_chain_items where chain_id = ? and state <> 'prior'"
_COUNTED = f"{_SHOWN} and state <> 'repeated'"
_PRIOR = "from _page_chain_items where chain_id = ? and state = 'prior'"
ItemState = Literal["seen", "doubtful", "repeated"]
"""Whether an item may repeat one of an earlier page: alone, or with all of its page."""

MAX_PAGES = 2_000
"""Pages of one chain that are fetched: a host can link to a next page without end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageChain:
    """A chain in progress or complete. `chain` is its name, `started_at` UTC text with microseconds.

    `claimed` is the count of items that its pages claim. `sound`: its pages agree so far. `restarts` counts how often
    it was started again because they did not.
    """

    id: int
    chain: str
    started_at: str
    pages_read: int
    claimed: int | None
    sound: bool
    restarts: int
    complete: bool

    @property
    def started_second(self) -> str:
        """Return the start as UTC text with seconds, as rows of the archive have their times."""
        return format_utc(parse_utc(self.started_at))


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainItem:
    """An item that a page of the chain showed: a post's number, or a comment's base with its text's digest."""

    item: str
    digest: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubtfulItem(ChainItem):
    """An item that may repeat one of an earlier page. If it is new, it is the last of `copies` equal items.

    `ordinal` is the position that it would have among the items of its author and time.
    """

    ordinal: int
    copies: int


def is_at_limit(context: SaveContext) -> bool:
    """Return whether the page is the last of its chain that is fetched, whatever it links to."""
    return context.target.page_no >= MAX_PAGES


def find_chain(context: SaveContext, name: str) -> PageChain | None:
    """Return the chain of that name, complete or not, or None."""
    columns = columns_of(PageChain, complete="complete_at is not null")
    query = f"select {columns} from _page_chains where site = ? and chain = ?"  # noqa: S608 - constants
    return context.archive.one_as(PageChain, query, (context.blog.site, name))


def start_chain(context: SaveContext, name: str, kind: PageKind, *, claimed: int | None = None) -> PageChain:
    """Start a chain with its first page; the items of the last complete pass remain as `prior`."""
    archive, before = context.archive, find_chain(context, name)
    if before is not None:
        archive.execute(f"delete {_PRIOR if before.complete else _SHOWN}", (before.id,))
        if before.complete:
            archive.execute("update _page_chain_items set state = 'prior' where chain_id = ?", (before.id,))
    key = {"site": context.blog.site, "uid": context.blog.uid, "chain": name, "kind": kind}
    fresh: dict[str, Value] = {
        "started_at": context.precise_moment,
        "claimed": claimed,
        "pages_read": 0,
        "sound": True,
        "complete_at": None,
        "restarts": 0 if before is None or before.complete else before.restarts,
    }
    update = f"on conflict(site, chain) do update set {excluded(tuple(fresh))}"
    archive.insert_rows("_page_chains", [{**key, **fresh}], on_conflict=update)
    chain = find_chain(context, name)
    assert chain is not None  # noqa: S101 - written above, in this transaction
    return chain


def count_items(context: SaveContext, chain: PageChain) -> Counter[str]:
    """Return how often the chain's pages showed each item so far, without pages that repeat others."""
    return Counter(context.archive.column(f"select item {_COUNTED}", (chain.id,)))


def shown_items(context: SaveContext, chain: PageChain) -> Counter[ChainItem]:
    """Return how often the chain's pages showed each item with its digest so far, without pages that repeat others."""
    return Counter(context.archive.all_as(ChainItem, f"select item, digest {_COUNTED}", (chain.id,)))


def prior_items(context: SaveContext, chain: PageChain) -> set[str]:
    """Return the items that the last complete pass before this one showed."""
    return set(context.archive.column(f"select item {_PRIOR}", (chain.id,)))


def doubtful_items(context: SaveContext, chain: PageChain, *, with_repeats: bool) -> tuple[DoubtfulItem, ...]:
    """Return the items that may repeat ones of an earlier page, in the order of the pages.

    Unless `with_repeats`, pages that repeat others are left out.
    """
    query = """select i.item, i.digest, count(*) - 1 as ordinal, sum(e.digest = i.digest) as copies
            from _page_chain_items i join _page_chain_items e on e.chain_id = i.chain_id and e.item = i.item
            and e.state <> 'prior' and e.id <= i.id and (?2 or e.state <> 'repeated')
            where i.chain_id = ?1 and (i.state = 'doubtful' or ?2 and i.state = 'repeated') group by i.id order by i.id"""
    return context.archive.all_as(DoubtfulItem, query, (chain.id, with_repeats))


def add_items(context: SaveContext, chain: PageChain, items: Iterable[tuple[ChainItem, ItemState]]) -> None:
    """Add a page to the chain: each item that it shows, and whether it may repeat an earlier page's."""
    insert = insert_sql("_page_chain_items", ("chain_id", "item", "digest", "state"))
    rows = [(chain.id, item.item, item.digest, state) for item, state in items]
    context.archive.execute_many(insert, rows)
    context.archive.execute("update _page_chains set pages_read = pages_read + 1 where id = ?", (chain.id,))


def mark_unsound(context: SaveContext, chain: PageChain) -> None:
    """Mark that the chain's pages disagree, so that it proves no item missing."""
    context.archive.update_row("_page_chains", chain.id, {"sound": False})


def mark_complete(context: SaveContext, chain: PageChain) -> None:
    """Mark that the chain's last page was saved, and delete the items of the pass before."""
    context.archive.update_row("_page_chains", chain.id, {"complete_at": context.moment, "restarts": 0})
    context.archive.execute(f"delete {_PRIOR}", (chain.id,))


def delete_chain(context: SaveContext, name: str) -> None:
    """Delete a chain that is a single page now."""
    delete = "delete from _page_chains where site = ? and chain = ?"
    context.archive.execute(delete, (context.blog.site, name))


# The hash of an enum member is slow; a page of many links has months and posts.
_FOLLOWED_KINDS = (PageKind.MONTH, PageKind.POST, PageKind.CATEGORY, PageKind.HOME)
_MAX_CACHED_KEYS = 300_000  # some 50 MB; a run over thousands of blogs has more, and looks those up again


def save_links(context: SaveContext, targets: Iterable[Target]) -> None:
    """Queue the page's links and these further targets, unless the frontier contains them."""
    cache = context.archive.cache
    if len(cache.target_keys) > _MAX_CACHED_KEYS:
        cache.target_keys.clear()
        cache.done.clear()
    # Pages often link to a home page by several URLs.
    query = "select 1 from frontier where site = ? and uid is ? and kind = 'home' limit 1"
    has_home = context.archive.exists(query, (context.blog.site, context.blog.uid))
    home = _missing_home(context, has_home=has_home)
    found = {frontier.target_key(target): target for target in (*home, *targets)}
    unknown = {key: target for key, target in found.items() if key not in cache.target_keys}
    new = _own_links(context, has_home=has_home) | unknown
    frontier.add_targets(context.archive, new.values(), now=context.now, found_on=context.page.url)
    cache.target_keys.update(new)


def next_page_links(context: SaveContext, kinds: Iterable[PageKind]) -> list[Link]:
    """Return the links to the pages that continue this one: more than one if it is an index of lists.

    None on the last page of the chain, and at the limit of the chain, which is a failure.
    """
    wanted = set(kinds)
    own_urls = {context.target.url, context.page.url}
    following = (link for link in context.parsed.links if link.next_page and link.kind in wanted)
    found = [link for link in following if link.url not in own_urls]
    if not found or not is_at_limit(context):
        return found
    detail = Detail.TOO_MANY_PAGES.format(limit=MAX_PAGES)
    context.problems.append(Failure(kind="incomplete", field="pages", detail=detail))
    return []


def _own_links(context: SaveContext, *, has_home: bool) -> dict[str, Target]:
    """Return targets of the blog's own links by key, except those known to be in the frontier."""
    blog, links, cache = context.blog, context.parsed.links, context.archive.cache
    if cache.done.get("links") == (blog, links):  # the same objects: this takes no time
        return {}
    known, new, refused = cache.target_keys, dict[str, Target](), False
    names: dict[str, str] = {}
    for link in links:
        if link.kind not in _FOLLOWED_KINDS or link.next_page:
            continue
        key = frontier.link_key(blog.site, blog.uid, link)
        if key in known:
            continue
        names = names or _listing_names(context)
        if not _may_follow(context, link, names.get(link.url)) or (link.kind is PageKind.HOME and has_home):
            refused = True
        else:
            new[key] = context.own_target(link.kind, link.url, number=link.number)
    if not refused:
        cache.done["links"] = blog, links
    return new


def _may_follow(context: SaveContext, link: Link, name: str | None) -> bool:
    """Return whether a link is of the blog; a month or category `name` also needs URLs within the limit."""
    if not is_own_uid(context, link.uid):
        return False
    return name is None or not frontier.exceeds_url_limit(context.archive, context.blog, name, link.url)


def _listing_names(context: SaveContext) -> dict[str, str]:
    """Return the names of the page's months and categories by URL."""
    months = {row.url: row.month for row in context.parsed.months if row.url}
    return months | {row.url: row.name for row in context.parsed.categories if row.url}


def _missing_home(context: SaveContext, *, has_home: bool) -> list[Target]:
    """Return the home page if the frontier lacks it: the crawl began at a post, or the uid is new."""
    author = context.parsed.author
    if author is None or (has_home and (context.site.has_any_host or author.uid == context.blog.uid)):
        return []
    return [context.own_target(PageKind.HOME, author.url)]
