"""What every page of a blog shows beside its content: the newest titles, the categories, the monthly archive."""

from collections.abc import Iterable

from blogarchive.items import ListedPost, PageKind
from blogarchive.store import categories, listed, months, signs
from blogarchive.store.saving import Saving

HOME, LATEST = "home", "latest"
"""The places in `sidebar_titles` of the titles on the home page itself, and of the newest ones beside it.

The other places are the names of categories.
"""


def save(saving: Saving) -> None:
    """Keep the sidebar, unless this process has just kept the very same one of the blog; a home page's own list too."""
    reading = saving.reading
    is_home = saving.target.kind is PageKind.HOME and saving.target.page_no == 1 and not saving.replay
    shown = (reading.latest, reading.categories, reading.months)
    memo, place = saving.archive.memo.sidebars, (saving.blog.site, saving.blog.uid, saving.replay)
    if not any(shown):
        return
    if memo.get(place) == shown and not is_home:
        memo[place] = shown  # the next page's are these very objects, which compare at once
        return
    newest = months.save_rows(saving, reading.months)
    categories.save_rows(saving, reading.categories)
    listed.note(saving, reading.latest, in_listing=False)
    lists = {row.name: row.posts for row in reading.categories} | {LATEST: reading.latest}
    if is_home:
        lists[HOME] = reading.listed
        signs.look(saving, lists)
    for where, named in lists.items():
        _save_titles(saving, where, named)
    # Read again, oldest first: once a page is the newest to show every month, those after it are too.
    if newest or not saving.replay:
        memo[place] = shown
    else:
        memo.pop(place, None)


def _save_titles(saving: Saving, place: str, named: Iterable[ListedPost]) -> None:
    """The titles as shown, those without a link too: sometimes the only trace of a post."""
    titles = {item.title: item.number for item in named}
    if not titles:
        return
    marks = ", ".join("?" * len(titles))
    there = {
        title
        for (title,) in saving.archive.rows(
            "select title from sidebar_titles"  # noqa: S608 - question marks only
            f" where author_id = ? and place = ? and title in ({marks})",
            (saving.author_id, place, *titles),
        )
    }
    fresh = [(title, number) for title, number in titles.items() if title not in there]
    if fresh:
        page_id = saving.page_id()
        saving.archive.execute_many(
            "insert into sidebar_titles(author_id, place, title, number, first_seen_at, last_seen_at, page_id)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            [
                (saving.author_id, place, title, number, saving.moment, saving.moment, page_id)
                for title, number in fresh
            ],
        )
    if there and not saving.replay:
        saving.archive.execute(
            "update sidebar_titles set last_seen_at = max(last_seen_at, ?)"  # noqa: S608 - question marks only
            f" where author_id = ? and place = ? and title in ({marks})",
            (saving.moment, saving.author_id, place, *titles),
        )
