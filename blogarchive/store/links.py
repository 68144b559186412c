"""The links of a page into the frontier: this blog's own, each once."""

from collections.abc import Iterable

from blogarchive.items import Link, PageKind, Target
from blogarchive.store import frontier
from blogarchive.store.asking import is_yet_another
from blogarchive.store.own import is_own
from blogarchive.store.saving import Saving

_FOLLOWED = {PageKind.HOME, PageKind.MONTH, PageKind.CATEGORY, PageKind.POST}
_REMEMBERED = 300_000


def save(saving: Saving, targets: Iterable[Target]) -> None:
    """Put the page's links, and these further targets, into the frontier, except those that it holds."""
    memo = saving.archive.memo
    if len(memo.keys) > _REMEMBERED:
        memo.keys.clear()
    found = {frontier.key(target): target for target in (*_home(saving), *targets)}
    fresh = _own(saving) | {key: target for key, target in found.items() if key not in memo.keys}
    frontier.add(saving.archive, fresh.values(), now=saving.page.fetched_at, found_on=saving.page.url)
    memo.keys.update(fresh)


def following(saving: Saving, kinds: Iterable[PageKind]) -> Link | None:
    """The link to the next page of this very listing, or of these comments; None on the last page."""
    wanted = set(kinds)
    here = {saving.target.url, saving.page.url}
    return next(
        (
            link
            for link in saving.reading.links
            if link.next_page and link.kind in wanted and link.url not in here
        ),
        None,
    )


def _own(saving: Saving) -> dict[str, Target]:
    """The blog's own links that are not yet known to be in the frontier, by their keys."""
    blog, known = saving.blog, saving.archive.memo.keys
    fresh: dict[str, Target] = {}
    names: dict[str, str] = {}
    for link in saving.reading.links:
        if link.kind not in _FOLLOWED or link.next_page:
            continue
        key = frontier.key_of(blog.site, blog.uid, link)
        if key in known or not is_own(saving, link.uid):
            continue
        names = names or _names(saving)
        name = names.get(link.url)
        if name is not None and is_yet_another(saving.archive, blog, name, link.url):
            continue
        if link.kind is not PageKind.HOME or not has_home(saving):
            fresh[key] = Target(
                url=link.url, site=blog.site, kind=link.kind, uid=blog.uid, number=link.number
            )
    return fresh


def _names(saving: Saving) -> dict[str, str]:
    """The months and categories of the page by their addresses."""
    months = {row.url: row.month for row in saving.reading.months if row.url}
    return months | {row.url: row.name for row in saving.reading.categories if row.url}


def _home(saving: Saving) -> list[Target]:
    """The blog's home page, where a walk began at a post and no link led there yet, or under a uid given since."""
    author = saving.reading.author
    if author is None or (author.uid == saving.blog.uid and has_home(saving)):
        return []
    return [Target(url=author.url, site=saving.blog.site, kind=PageKind.HOME, uid=saving.blog.uid)]


def has_home(saving: Saving) -> bool:
    """Whether a home page of the blog is in the frontier: the same page is often linked by several URLs."""
    row = saving.archive.row(
        "select 1 from frontier where site = ? and uid is ? and kind = 'home' limit 1",
        (saving.blog.site, saving.blog.uid),
    )
    return row is not None
