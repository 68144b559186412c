"""What every page of a blog shows beside its content: the newest titles, the categories, the monthly archive."""

from collections.abc import Iterable

from blogarchive.items import ListedPost, PageKind
from blogarchive.store.listings import categories, deletion_hints, listed_posts, months
from blogarchive.store.pages.context import SaveContext

HOME, LATEST = "home", "latest"
"""The places in `sidebar_titles` of the titles on the home page itself, and of the newest ones beside it.

The other places are the names of categories.
"""


def save_sidebar(context: SaveContext) -> None:
    """Keep the sidebar, unless this process has just kept the very same one of the blog; a home page's own list too."""
    parsed = context.parsed
    is_home = context.target.kind is PageKind.HOME and context.target.page_no == 1 and not context.is_reparse
    shown = (parsed.latest, parsed.categories, parsed.months)
    memo, place = context.archive.cache.sidebars, (context.blog.site, context.blog.uid, context.is_reparse)
    if not any(shown):
        return
    if memo.get(place) == shown and not is_home:
        memo[place] = shown  # the next page's are these very objects, which compare at once
        return
    newest = months.save_month_rows(context, parsed.months)
    categories.save_category_rows(context, parsed.categories)
    listed_posts.save_listed(context, parsed.latest, in_listing=False)
    lists = {row.name: row.posts for row in parsed.categories} | {LATEST: parsed.latest}
    if is_home:
        lists[HOME] = parsed.listed
        deletion_hints.requeue_hinted(context, lists)
    for where, named in lists.items():
        _save_titles(context, where, named)
    # Read again, oldest first: once a page is the newest to show every month, those after it are too.
    if newest or not context.is_reparse:
        memo[place] = shown
    else:
        memo.pop(place, None)


def _save_titles(context: SaveContext, place: str, named: Iterable[ListedPost]) -> None:
    """The titles as shown, those without a link too: sometimes the only trace of a post."""
    titles = {item.title: item.number for item in named}
    if not titles:
        return
    marks = ", ".join("?" * len(titles))
    there = {
        title
        for (title,) in context.archive.rows(
            "select title from sidebar_titles"  # noqa: S608 - question marks only
            f" where author_id = ? and place = ? and title in ({marks})",
            (context.author_id, place, *titles),
        )
    }
    fresh = [(title, number) for title, number in titles.items() if title not in there]
    if fresh:
        page_id = context.page_id()
        context.archive.execute_many(
            "insert into sidebar_titles(author_id, place, title, number, first_seen_at, last_seen_at, page_id)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            [
                (context.author_id, place, title, number, context.moment, context.moment, page_id)
                for title, number in fresh
            ],
        )
    if there and not context.is_reparse:
        context.archive.execute(
            "update sidebar_titles set last_seen_at = max(last_seen_at, ?)"  # noqa: S608 - question marks only
            f" where author_id = ? and place = ? and title in ({marks})",
            (context.moment, context.author_id, place, *titles),
        )
