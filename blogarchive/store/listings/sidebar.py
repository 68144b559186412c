"""Store the parts that every page of a blog shows beside its content: newest titles, categories, monthly archive."""

import json
from collections.abc import Iterable

from blogarchive.items import ListedPost, PageKind
from blogarchive.store.listings import categories, deletion_hints, listed_posts, months
from blogarchive.store.pages.context import SaveContext

HOME, LATEST = "home", "latest"
"""Places in `sidebar_titles`: the titles on the home page itself, and the newest titles beside it.

The other places are the names of categories.
"""


def save_sidebar(context: SaveContext) -> None:
    """Store the sidebar and the list of a home page. An unchanged sidebar of the blog is skipped by the cache."""
    parsed = context.parsed
    is_home = context.target.kind is PageKind.HOME and context.target.page_no == 1 and not context.is_reparse
    shown = (parsed.latest, parsed.categories, parsed.months)
    cache = context.archive.cache.sidebars
    key = (context.blog.site, context.blog.uid, context.is_reparse)
    if not any(shown):
        return
    if cache.get(key) == shown and not is_home:
        cache[key] = shown  # the next page shares these objects, so that comparing them is fast
        return
    is_newest = months.save_month_rows(context, parsed.months)
    categories.save_category_rows(context, parsed.categories)
    listed_posts.save_listed(context, parsed.latest, in_listing=False)
    lists = {row.name: row.posts for row in parsed.categories} | {LATEST: parsed.latest}
    if is_home:
        lists[HOME] = parsed.listed
        deletion_hints.requeue_hinted(context, lists)
    for place, listed in lists.items():
        _save_titles(context, place, listed)
    # Pages are parsed again oldest first: after a page that is the newest to show all months, so are its followers.
    if is_newest or not context.is_reparse:
        cache[key] = shown
    else:
        cache.pop(key, None)


def _save_titles(context: SaveContext, place: str, listed: Iterable[ListedPost]) -> None:
    """Store titles as shown, also those without a link: a title may be the only trace of a post."""
    titles = {item.title: item.number for item in listed}
    if not titles:
        return
    selection = (context.author_id, place, json.dumps(list(titles)))
    stored = set(
        context.archive.column(
            "select title from sidebar_titles where author_id = ? and place = ?"
            " and title in (select value from json_each(?))",
            selection,
        )
    )
    for title, number in titles.items():
        if title not in stored:
            context.archive.insert_row(
                "sidebar_titles",
                {
                    "author_id": context.author_id,
                    "place": place,
                    "title": title,
                    "number": number,
                    "first_seen_at": context.moment,
                    "last_seen_at": context.moment,
                    "page_id": context.page_id(),
                },
            )
    if stored and not context.is_reparse:
        context.archive.execute(
            "update sidebar_titles set last_seen_at = max(last_seen_at, ?) where author_id = ? and place = ?"
            " and title in (select value from json_each(?))",
            (context.moment, *selection),
        )
