"""Authors: the card and the blog's header as they are now, each name they had, and the counters as a series."""

from datetime import timedelta
from typing import cast

from blogarchive.items import Author, PageKind
from blogarchive.store.pages.context import SaveContext, date_text_iso
from blogarchive.store.timestamps import shift_utc

# Every page shows the visits of the blog, and every page fetched is one: a row an hour is a series, a row a
# page is noise. The home page's figure is always kept.
_STATS_APART = timedelta(hours=1)


def save_author(context: SaveContext) -> int:
    """The id of the page's author, his row brought up to date from what the page shows of him."""
    blog, shown = context.blog, context.parsed.author
    row = context.archive.row(
        "select id, last_seen_at, page_id, nickname, blog_title, tagline, registered_on_text, url from authors"
        " where site = ? and uid = ?",
        (blog.site, blog.uid),
    )
    if row is None:
        author_id = _insert(context, shown)
    else:
        author_id = int(cast(int, row[0]))
        _update(context, author_id, shown, row)
    if shown is not None:
        _save_aliases(context, author_id, shown)
        _save_stats(context, author_id, shown)
    return author_id


def link_run(context: SaveContext) -> None:
    """The run of the visit is one over this author's blog."""
    if context.run_id is not None:
        context.archive.execute(
            "insert or ignore into run_blogs(run_id, author_id) select ?, id from authors where site = ? and uid = ?",
            (context.run_id, context.blog.site, context.blog.uid),
        )


def _url(context: SaveContext, shown: Author | None) -> str:
    """The blog's URL as fetched, where this is its home page; else what the page says."""
    if context.parsed.kind is PageKind.HOME and context.target.page_no == 1:
        return context.page.url
    return shown.url if shown is not None else ""


def _insert(context: SaveContext, shown: Author | None) -> int:
    page_id = context.page_id()
    author_id = context.archive.insert(
        "insert into authors(site, uid, nickname, blog_title, tagline, url, registered_on, registered_on_text,"
        " first_seen_at, last_seen_at, page_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            context.blog.site,
            context.blog.uid,
            shown.nickname if shown else None,
            shown.blog_title if shown else None,
            shown.tagline if shown else None,
            _url(context, shown),
            date_text_iso(shown.registered) if shown else None,
            shown.registered.text if shown and shown.registered else None,
            context.moment,
            context.moment,
            page_id,
        ),
    )
    if shown is not None:
        _note_names(context, author_id, (shown.nickname, shown.blog_title, shown.tagline))
    return author_id


def _update(context: SaveContext, author_id: int, shown: Author | None, row: tuple[object, ...]) -> None:
    _, last_seen, page_id, *names, registered_text, url = row
    at_home = context.parsed.kind is PageKind.HOME and context.target.page_no == 1
    new_url = _url(context, shown) if at_home or not url else str(url)
    held = (*names, registered_text)
    fresh = held
    if shown is not None:
        told = (shown.nickname, shown.blog_title, shown.tagline, shown.registered and shown.registered.text)
        newest = context.moment >= str(last_seen) or (
            context.is_reparse and context.counter_page_id() == page_id
        )
        # A page that does not show a field says nothing about it; an older page only fills what is empty.
        pairs = zip(told, held, strict=True) if newest else zip(held, told, strict=True)
        fresh = tuple(first if first is not None else second for first, second in pairs)
    if fresh == held and new_url == url:
        if str(last_seen) < context.moment:
            context.archive.execute(
                "update authors set last_seen_at = ? where id = ?", (context.moment, author_id)
            )
        return
    nickname, title, tagline, registered = (None if value is None else str(value) for value in fresh)
    context.archive.execute(
        "update authors set nickname = ?, blog_title = ?, tagline = ?, registered_on_text = ?,"
        " registered_on = coalesce(?, registered_on), url = ?, last_seen_at = max(last_seen_at, ?), page_id = ?"
        " where id = ?",
        (
            nickname,
            title,
            tagline,
            registered,
            date_text_iso(shown.registered) if shown else None,
            new_url,
            context.moment,
            context.page_id(),
            author_id,
        ),
    )
    if tuple(fresh[:3]) != tuple(names):
        _note_names(context, author_id, (nickname, title, tagline))


def _note_names(
    context: SaveContext, author_id: int, names: tuple[str | None, str | None, str | None]
) -> None:
    context.archive.execute(
        "insert into author_names(author_id, nickname, blog_title, tagline, captured_at, page_id)"
        " select ?, ?, ?, ?, ?, ? where not exists"
        " (select 1 from author_names where author_id = ? and captured_at = ?)",
        (author_id, *names, context.moment, context.page_id(), author_id, context.moment),
    )


def _save_aliases(context: SaveContext, author_id: int, shown: Author) -> None:
    """The uids that the page tells, and under which a home page was asked for, are other names of its author."""
    asked = context.target.uid if context.parsed.kind is PageKind.HOME else None
    for uid in {shown.uid, asked} - {context.blog.uid, None}:
        context.archive.execute(
            "insert or ignore into author_aliases(author_id, alias, first_seen_at) select ?, ?, ?"
            " where not exists (select 1 from authors where site = ? and uid = ?)",
            (author_id, uid, context.moment, context.blog.site, uid),
        )


def _save_stats(context: SaveContext, author_id: int, shown: Author) -> None:
    if shown.total_visits is None and shown.account_age is None:
        return
    before = context.archive.row(
        "select captured_at, total_visits, account_age from author_stats"
        " where author_id = ? and captured_at <= ? order by captured_at desc limit 1",
        (author_id, context.moment),
    )
    at_home = context.parsed.kind is PageKind.HOME
    if before is not None:
        recent = shift_utc(str(before[0]), _STATS_APART) > context.moment
        if before[1:] == (shown.total_visits, shown.account_age) or (recent and not at_home):
            return
    context.archive.execute(
        "insert into author_stats(author_id, captured_at, total_visits, account_age, page_id)"
        " values (?, ?, ?, ?, ?) on conflict(author_id, captured_at) do update set"
        " total_visits = excluded.total_visits, account_age = excluded.account_age",
        (author_id, context.moment, shown.total_visits, shown.account_age, context.counter_page_id()),
    )
