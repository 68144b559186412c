"""Store authors: the current card and blog header, every name of the past, and the counters as a series."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from blogarchive.items import Author, ListedPost, PageKind
from blogarchive.store.ledger import coverage
from blogarchive.store.listings import categories, deletions, listed_posts, months
from blogarchive.store.pages.context import SaveContext, date_text_iso
from blogarchive.store.rows import Value, shift_utc
from blogarchive.store.statements import columns_of

# More posts at once mean that the list is made in another way now.
_MAX_REQUEUED = 20

HOME, LATEST = "home", "latest"
"""Places in `_sidebar_titles`: the titles on the home page itself, and the newest titles beside it.

The other places are the names of categories.
"""


def save_sidebar(context: SaveContext) -> None:
    """Store the sidebar and the list of a home page. Of an unchanged sidebar, only months may be stored."""
    parsed = context.parsed
    is_home = context.target.is_home and not context.is_reparse
    shown = (parsed.latest, parsed.categories, parsed.months)
    cache = context.archive.cache.sidebars
    key = (context.blog.site, context.blog.uid, context.is_reparse)
    if not any(shown):
        return
    before, is_newest = cache.get(key, (None, False))
    is_same = before == shown and not is_home
    # `reparse` parses the oldest pages first: if a page is the newest with all months, each later one is.
    if not is_same or not (is_newest or months.are_newer(context)):
        is_newest = months.save_month_rows(context, parsed.months) or not context.is_reparse
    cache[key] = shown, is_newest  # the next page shares these objects, so that comparing them is fast
    if is_same:
        return
    categories.save_category_rows(context, parsed.categories)
    listed_posts.save_listed(context, parsed.latest, in_listing=False)
    lists = {row.name: row.posts for row in parsed.categories} | {LATEST: parsed.latest}
    if is_home:
        lists[HOME] = parsed.listed
        _requeue_changes(context, lists)
    for place, listed in lists.items():
        _save_titles(context, place, listed)


def _requeue_changes(context: SaveContext, lists: Mapping[str, Sequence[ListedPost]]) -> None:
    """Compare each list with its last content and requeue the differences; `lists` are by place in `_sidebar_titles`."""
    missing: set[str] = set()
    returned: set[str] = set()
    for place, posts in lists.items():
        shown = {post.number for post in posts if post.number is not None}
        query = """select number from _sidebar_titles where author_id = ?1 and place = ?2 and number is not null
                and last_seen_at = (select max(last_seen_at) from _sidebar_titles where author_id = ?1 and place = ?2)"""
        before = set(context.archive.column(query, (context.author_id, place)))
        if shown and before:
            missing |= deletions.select_newer(before - shown, shown)
            returned |= shown - before
    for numbers, condition in ((missing, "gone_at is null"), (returned, "gone_at is not null")):
        query = f"""select id from posts where author_id = ?
                and number in (select value from json_each(?)) and {condition}"""  # noqa: S608 - one of two constants
        found = context.archive.column(query, (context.author_id, json.dumps(sorted(numbers))))
        deletions.requeue_own_pages(context, found if len(found) <= _MAX_REQUEUED else [])


def _save_titles(context: SaveContext, place: str, listed: Iterable[ListedPost]) -> None:
    """Store titles as shown, also those without a link: a title may be the only trace of a post."""
    titles = {item.title: item.number for item in listed}
    if not titles:
        return
    named = "author_id = ? and place = ? and title in (select value from json_each(?))"
    selection = (context.author_id, place, json.dumps(list(titles)))
    stored = set(context.archive.column(f"select title from _sidebar_titles where {named}", selection))  # noqa: S608
    key: dict[str, Value] = {"author_id": context.author_id, "place": place}
    for title in [title for title in titles if title not in stored]:
        row = {**key, "title": title, "number": titles[title], **context.seen_columns()}
        context.archive.insert_row("_sidebar_titles", row)
    if stored and not context.is_reparse:
        context.archive.execute(
            f"update _sidebar_titles set last_seen_at = max(last_seen_at, ?) where {named}",  # noqa: S608
            (context.moment, *selection),
        )


# Every page shows the visits of the blog, and every fetch of a page is a visit. One row an hour is a useful series;
# the counters of the home page are always stored.
_STATS_INTERVAL = timedelta(hours=1)

_NAMES = ("nickname", "blog_title", "tagline")
_SHOWN = (*_NAMES, "registered_on", "registered_on_text")


@dataclass(frozen=True, kw_only=True, slots=True)
class _AuthorRow:
    id: int
    last_seen_at: str
    page_id: int | None
    nickname: str | None
    blog_title: str | None
    tagline: str | None
    registered_on: str | None
    registered_on_text: str | None
    url: str


def save_author(context: SaveContext) -> None:
    """Store the author that the page shows."""
    shown, archive = context.parsed.author, context.archive
    query = f"select {columns_of(_AuthorRow)} from authors where id = ?"  # noqa: S608 - constants
    row = archive.one_as(_AuthorRow, query, (context.author_id,))
    stored = {name: getattr(row, name, None) for name in _SHOWN}
    columns, is_newest = _shown_columns(shown), row is None or _is_newest(context, row)
    # A page without a field changes nothing, and an older page only fills empty fields.
    first, second = (columns, stored) if is_newest else (stored, columns)
    fresh = {name: first[name] if first[name] is not None else second[name] for name in _SHOWN}
    changed = {**fresh, "url": _blog_url(context, row)}
    if row is None:
        key = {"site": context.blog.site, "uid": context.blog.uid}
        context.author_id = archive.insert_row("authors", {**key, **changed, **context.seen_columns()})
    elif changed != {**stored, "url": row.url}:
        archive.update_row("authors", row.id, {**changed, "page_id": context.page_id()})
    if row is not None and row.last_seen_at < context.moment:
        archive.update_row("authors", row.id, {"last_seen_at": context.moment})
    if shown is not None:
        if row is None or any(fresh[name] != stored[name] for name in _NAMES):
            _save_names(context, context.author_id, fresh)
        _save_aliases(context, context.author_id, shown)
        _save_stats(context, context.author_id, shown)


def link_run(context: SaveContext) -> None:
    """Store that the run crawled the blog of this author."""
    if context.run_id is not None and context.author_id:
        query = "insert or ignore into run_blogs(run_id, author_id) values (?, ?)"
        context.archive.execute(query, (context.run_id, context.author_id))


def _is_newest(context: SaveContext, row: _AuthorRow) -> bool:
    if coverage.open_changes(context.archive, [coverage.scope_of(context.blog)]):
        return False  # the site seems to have changed: the names may be as wrong as its texts
    is_own = context.is_reparse and context.counter_page_id() == row.page_id
    return is_own or context.moment >= row.last_seen_at


def _blog_url(context: SaveContext, row: _AuthorRow | None) -> str:
    """Return the blog's URL: of the home page as fetched, else as stored, else as the page shows it."""
    if context.parsed.kind is PageKind.HOME and context.target.page_no == 1:
        return context.page.url
    shown = context.parsed.author
    return (row.url if row is not None else "") or (shown.url if shown is not None else "")


def _shown_columns(shown: Author | None) -> dict[str, str | None]:
    """Return the columns of a row that a page shows; None for those that it does not show."""
    columns = {name: getattr(shown, name, None) for name in _NAMES}
    registered = shown.registered if shown is not None else None
    text = registered.text if registered else None
    return {**columns, "registered_on": date_text_iso(registered), "registered_on_text": text}


def _save_names(context: SaveContext, author_id: int, columns: dict[str, str | None]) -> None:
    query = "select 1 from author_names where author_id = ? and captured_at = ?"
    if context.archive.exists(query, (author_id, context.moment)):
        return
    names: dict[str, Value] = {name: columns[name] for name in _NAMES}
    row = {"author_id": author_id, **names, "captured_at": context.moment, "page_id": context.page_id()}
    context.archive.insert_row("author_names", row)


def _save_aliases(context: SaveContext, author_id: int, shown: Author) -> None:
    """Store the uids of the page and of the home page's URL as aliases, unless they are other authors."""
    requested = context.target.uid if context.parsed.kind is PageKind.HOME else None
    for uid in {shown.uid, requested} - {context.blog.uid, None}:
        insert = """insert or ignore into author_aliases(author_id, alias, first_seen_at) select ?, ?, ?
                where not exists (select 1 from authors where site = ? and uid = ?)"""
        context.archive.execute(insert, (author_id, uid, context.moment, context.blog.site, uid))


def _save_stats(context: SaveContext, author_id: int, shown: Author) -> None:
    """Store the counters of a blog if they changed; those of other pages than the home page once per interval."""
    values = (shown.total_visits, shown.account_age)
    if values == (None, None):
        return
    query = """select captured_at, total_visits, account_age from author_stats
            where author_id = ? and captured_at <= ? order by captured_at desc limit 1"""
    before = context.archive.row(query, (author_id, context.moment))
    if before is not None:
        captured_at, *stored = before
        is_recent = shift_utc(captured_at, _STATS_INTERVAL) > context.moment
        if values == tuple(stored) or (is_recent and context.parsed.kind is not PageKind.HOME):
            return
    insert = """insert into author_stats(author_id, captured_at, total_visits, account_age, page_id)
            values (?, ?, ?, ?, ?) on conflict(author_id, captured_at) do update set
            total_visits = excluded.total_visits, account_age = excluded.account_age"""
    context.archive.execute(insert, (author_id, context.moment, *values, context.counter_page_id()))
