"""Follow the URLs of a blog: retire targets that redirect to others, and move all of them with the blog."""

import json
from dataclasses import replace
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import urlsplit

from blogarchive.items import CategoryRow, CrawledPage, Link, ListedPost, MonthRow, PageKind, Post, Target
from blogarchive.parsing.urls import other_scheme
from blogarchive.sites.base import site_by_name
from blogarchive.sites.engines.urls import post_number
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures, frontier
from blogarchive.store.ledger.blogs import OF_POSTS, Blog, author_id, home_urls, post_id, root_of, stored_url
from blogarchive.store.pages.context import date_text_iso
from blogarchive.store.rows import Value

# ruff: noqa: S608 - statements are put together from the names of our own tables

Linked = TypeVar("Linked", Link, ListedPost, MonthRow, CategoryRow, Post)


def follow_redirect(archive: Archive, crawled: CrawledPage) -> CrawledPage:
    """Return the page under the target that its URL names, if another URL redirected to it.

    The other target is retired: it is never fetched again, and what it listed is not counted twice.
    """
    target, url = crawled.target, site_by_name(crawled.target.site).parse_url(crawled.page.url).url
    if target.url in (url, crawled.page.url) or target.kind is PageKind.HOME:
        return crawled
    if target.kind is PageKind.POST:
        return _follow_post(archive, crawled, url)
    query = f"select {frontier.TARGET_COLUMNS} from frontier where key = ? and kind = ?"
    known = archive.one_as(type(target), query, (url, target.kind))
    if known is None:
        _rename(archive, target.url, url)
        return replace(crawled, target=replace(target, url=url))
    frontier.deactivate(archive, target)
    failures.resolve(archive, target.url, now=crawled.page.fetched_at)
    return replace(crawled, target=known)


def _follow_post(archive: Archive, crawled: CrawledPage, url: str) -> CrawledPage:
    """Return the page of a post under the URL that another one redirected to, with the number of that URL."""
    target, moved = crawled.target, _merge_moved(archive, crawled, url)
    is_own = site_by_name(target.site).parse_url(url).number in (None, moved.number)
    if is_own:
        frontier.change_url(archive, moved)
    if moved.number is None or moved.number == target.number:
        # If the blog of a post is not known yet, its target's key is the URL, which must not change.
        is_same_key = frontier.target_key(target) == frontier.target_key(moved)
        return replace(crawled, target=moved) if is_own and is_same_key else crawled
    # The page was parsed as that of the earlier number.
    posts = tuple(replace(post, number=moved.number) for post in crawled.parsed.posts)
    return replace(crawled, target=moved, parsed=replace(crawled.parsed, posts=posts))


# The SQL condition that `o` has the time of `p`. It has the text of `p` too, or a run found it after one had seen `p`.
IS_LATER_FORM = """o.posted_at = p.posted_at and (o.title = p.title and o.body_text = p.body_text or exists
             (select 1 from runs where started_at > p.own_page_seen_at and started_at <= o.first_seen_at))"""

_IS_MOVED = f"""
select p.id from posts p join (select max(started_at) as began from runs)
 where author_id = ?1 and number = ?2 and content_hash is not null and (missing_from_listing_at is not null
       or posted_at = ?4 and (length(?4) > 10 or title = ?5 and body_text = ?6)
          and not exists (select 1 from posts where author_id = ?1 and number = ?3)
       or exists (select 1 from posts o where author_id = ?1 and number = ?3
                   and (p.last_seen_at < began and last_seen_at >= began or {IS_LATER_FORM})))
"""


def _merge_moved(archive: Archive, crawled: CrawledPage, url: str) -> Target:
    """Return the target of a post at the URL that it was redirected to.

    The post gets the number of the URL if one of these holds:
    - No list shows its old number.
    - This run saw only the new one.
    - The post of that number is its later form.
    - No post has that number, and the page shows the post's time, or its day and its text.
    Rows stored under the new number are then added to the earlier post. Otherwise the target gets the URL alone, and the
    next redirect is compared again.
    """
    target = crawled.target
    site, blog = site_by_name(target.site), Blog(site=target.site, uid=target.uid)
    number, author = site.parse_url(url).number, author_id(archive, blog)
    shown = next(((date_text_iso(x.posted), x.title, x.body_text) for x in crawled.parsed.posts), (None,) * 3)
    old = archive.scalar(_IS_MOVED, (author, target.number, number, *shown)) if site.has_any_host else 0
    if number is None or number == target.number or not old:
        return replace(target, url=url)
    _renumber(archive, blog, old, target.number or "", number, url)
    return replace(target, url=url, number=number)


def _renumber(archive: Archive, blog: Blog, old: int, before: str, number: str, url: str) -> None:
    """Give the post of the id `old` the number that it has at another URL. Add rows stored under that number to it."""
    names: dict[str, Value] = {"site": blog.site, "uid": blog.uid, "old": old, "before": before}
    names |= {"new": post_id(archive, blog, number), "number": number, "url": url}
    names |= {"key": blog.post_key(before), "new_key": blog.post_key(number)}
    archive.execute_all(_MERGE, names)


# Posts `o` that are gone and have another URL now, as `n`, in a blog of an unknown host. `n` was found after the page
# of `o` was last seen. Title and text are equal. Or only these two have that time of day, and the run that found `n`
# did not see `o`.
# `cross join` and `+` make SQLite use the index of gone posts, which are few.
_REAPPEARED = """
select a.site, a.uid, o.id as old, o.number as before, n.id as new, n.number, n.url, '' as key, (select key
  from frontier where site = a.site and uid = a.uid and kind = 'post' and number = o.number) as new_key,
  n.title is not o.title or n.body_text is not o.body_text as changed
  from posts o cross join authors a on a.id = o.author_id and a.site = 'web' join posts n on n.author_id = o.author_id
   and n.posted_at = o.posted_at and (n.title = o.title and n.body_text = o.body_text or length(o.posted_at) > 10
       and (select count(*) from posts where author_id = a.id and posted_at = o.posted_at) = 2
       and exists (select 1 from runs where started_at > o.last_seen_at and started_at <= n.first_seen_at))
 where o.gone_reason is not null and o.body_text <> '' and n.gone_at is null and n.first_seen_at >= o.own_page_seen_at
 group by +o.id having count(*) = 1
"""


# Posts `n` without a text that lists from before a move show. The page at their URL is that of another post, `o`.
_LISTED_BEFORE = """
select o.id as old, n.id as new,
  (select key from frontier where site = a.site and uid = a.uid and kind = 'post' and number = n.number) as new_key
  from posts n cross join authors a on a.id = n.author_id and a.site = 'web' cross join pages g on g.url = n.url
 cross join posts o on o.author_id = a.id and o.number = g.target ->> '$.number' and o.id <> n.id
 where n.content_hash is null and n.gone_at is null and o.content_hash is not null and o.gone_at is null
   and g.held_at is null and instr(coalesce(o.title, ''), coalesce(n.title, '')) = 1
"""


def merge_listed_before(archive: Archive) -> None:
    """Add posts without a text that only lists from before a move show to the stored posts of their pages."""
    with archive.atomic():
        for found in {row["new"]: row for row in archive.dicts(_LISTED_BEFORE)}.values():
            archive.execute_all((*_MOVE_ROWS, "delete from frontier where key = :new_key"), found)


def merge_reappeared(archive: Archive) -> None:
    """Merge gone posts that are shown at another URL without a redirect, with their time and text, or time alone.

    The next run fetches another text again, which is then a version of the post.
    """
    with archive.atomic():
        for found in {row["new"]: row for row in archive.dicts(_REAPPEARED)}.values():
            archive.execute_all(_MERGE, found)
            if found["changed"]:
                blog = Blog(site=found["site"], uid=found["uid"])
                for change in (frontier.forget_validators, frontier.queue_at_start):
                    change(archive, blog, "kind = 'post' and number = ?", (found["number"],))


# The pages of the post, which are parsed again under its new number.
_OF_OLD = """
url in (select url from posts where id = :old union select url from frontier where site = :site and uid is :uid
        and post_number = :before union select g.url from pages g where g.id in
        (select page_id from posts where id = :old union select page_id from post_revisions where post_id = :old
         union select page_id from comments where post_id = :old))
"""
_RENUMBER = (
    "update pages set target = json_set(target, '$.{0}', :number) where target ->> '$.{0}' = :before and {1}"
)
# What is stored of the post `new` becomes that of the post `old`.
_MOVE_ROWS = (
    "delete from _page_chains where post_id in (:old, :new)",
    "delete from post_media where post_id = :new",
    # A comment of both stays the earlier one: another theme may show its time as 3天前.
    "update or ignore comments set post_id = :old where post_id = :new and not exists (select 1 from comments c"
    " where c.post_id = :old and c.author_name = comments.author_name and c.text_digest = comments.text_digest)",
    *(f"update or ignore {table} set post_id = :old where post_id = :new" for table in OF_POSTS[1:]),
    "delete from comment_revisions where comment_id in (select id from comments where post_id = :new)",
    *(f"delete from {table} where post_id = :new" for table in OF_POSTS),
    "delete from posts where id = :new",
)
# Merge the post `new`, stored under a later URL, into the earlier post `old`, which gets its `number` and `url`.
# `before` is the earlier number. The frontier keeps one row: that of `key`, renamed to `new_key`. If `key` is empty,
# the row of the later URL is stored already: `new_key` is that of the earlier one.
_MERGE = (
    *(_RENUMBER.format(name, _OF_OLD) for name in ("number", "post_number")),
    *_MOVE_ROWS,
    "update posts set number = :number, url = :url, missing_from_listing_at = null, gone_at = null, gone_reason = null,"
    " own_page_gone_at = null, own_page_gone_reason = null where id = :old",
    "delete from frontier where key = :new_key"
    " or (site = :site and uid is :uid and post_number in (:number, :before))",
    "update frontier set key = :new_key, number = :number, url = :url, etag = null, last_modified = null where key = :key",
)


def use_one_origin(archive: Archive, crawled: CrawledPage, blog: Blog) -> CrawledPage:
    """Return the page with its own URLs at the scheme and host that it came from.

    Pages link to the blog by http and https, and by its old host long after a move. Each form would be a target.
    """
    current = None if crawled.target.kind is PageKind.HOME else stored_url(archive, blog)
    origin, parsed = _origin(current or crawled.page.url), crawled.parsed
    others = {_origin(url) for url in home_urls(archive, blog)} | {other_scheme(origin)}
    prefixes = tuple(f"{other}/" for other in others - {origin})
    # The pages of a blog mostly share these objects: they are searched once.
    shared = prefixes, parsed.links, parsed.months, parsed.latest, parsed.categories
    rows: list[Any] = [*parsed.listed, *parsed.posts]
    if archive.cache.done.get("origin") != shared:
        rows += chain(*shared[1:], *(row.posts for row in parsed.categories))
    text = "\n".join([row.url or "" for row in rows])
    if not any(prefix in text for prefix in prefixes):
        archive.cache.done["origin"] = shared
        return crawled  # nearly all pages

    def moved(row: Linked) -> Linked:
        url = row.url or ""
        return replace(row, url=origin + url[len(_origin(url)) :]) if url.startswith(prefixes) else row

    names = ("links", "months", "latest", "listed", "posts")
    lists: Any = {name: tuple(map(moved, getattr(parsed, name))) for name in names}
    categories = (replace(row, posts=tuple(map(moved, row.posts))) for row in map(moved, parsed.categories))
    return replace(crawled, parsed=replace(parsed, **lists, categories=tuple(categories)))


def move_blog(archive: Archive, blog: Blog, crawled: CrawledPage) -> None:
    """Move a blog's targets to scheme and host of the home page, and its posts to below its path."""
    stored, home = stored_url(archive, blog), crawled.page.url
    if stored is None or stored == home:
        return
    _move_posts(archive, blog, crawled)
    if _origin(stored) == _origin(home):
        return
    names: dict[str, Value] = {"site": blog.site, "uid": blog.uid, "author": author_id(archive, blog)}
    names |= {"old": f"{_origin(stored)}/", "new": f"{_origin(home)}/"}
    archive.execute_all(_MOVE, names)


def count_known(archive: Archive, blog: Blog, crawled: CrawledPage, *, at_own_urls: bool = True) -> int:
    """Return how many posts of a blog the home page lists: with their titles, at their places below its path.

    If `at_own_urls` is true, posts at their own URLs count too: the home page alone may have moved.
    """
    old, new = root_of(stored_url(archive, blog) or crawled.page.url), root_of(crawled.page.url)
    rows = list[tuple[str | None, ...]]()
    for url, own, title in ((x.url or "", x.number, x.title) for x in crawled.parsed.listed):
        number = post_number(old + url.removeprefix(new)) if url.startswith(new) else own
        rows.append((title, number, own if at_own_urls else number))
    query = """select count(*) from json_each(?2) v where exists (select 1 from posts where author_id = ?1 and
            content_hash is not null and number in (v.value ->> 1, v.value ->> 2)
            and instr(coalesce(title, ''), v.value ->> 0) = 1)"""
    return archive.scalar(query, (author_id(archive, blog), json.dumps(rows)))


def _move_posts(archive: Archive, blog: Blog, crawled: CrawledPage) -> None:
    """Move the posts below the path of the new home page, if most posts that it lists are found there."""
    old, new = root_of(stored_url(archive, blog) or crawled.page.url), root_of(crawled.page.url)
    below = sum((post.url or "").startswith(new) for post in crawled.parsed.listed)
    if 2 * min(below, count_known(archive, blog, crawled, at_own_urls=False)) <= len(crawled.parsed.listed):
        return
    query = """select id, number, url from posts
            where author_id = ?1 and gone_at is null and substr(url, 1, length(?2)) = ?2"""
    for post, before, url in archive.rows(query, (author_id(archive, blog), old)):
        moved = new + url.removeprefix(old)
        failures.change_url(archive, url, moved)
        if (number := post_number(moved)) != before:
            _renumber(archive, blog, post, before, number, moved)


_OF_BLOG = "site = :site and uid is :uid"
_OF_AUTHOR = "author_id = :author"
_LISTED = "(kind <> 'home' or page_no > 1)"  # homes stay: they are the hosts at which the blog was


def _moved_url(column: str) -> str:
    return f"case when {_has_old(column)} then :new || substr({column}, length(:old) + 1) else {column} end"


def _has_old(column: str) -> str:
    return f"substr({column}, 1, length(:old)) = :old"


_MOVE = (
    "update or ignore frontier set etag = null, last_modified = null,"
    f" {', '.join(f'{column} = {_moved_url(column)}' for column in ('key', 'url', 'chain'))}"
    f" where {_OF_BLOG} and {_LISTED} and {_has_old('url')}",
    f"delete from frontier where {_OF_BLOG} and {_LISTED} and {_has_old('url')}",
    f"update frontier set state = 'done', due_at = null where {_OF_BLOG} and not {_LISTED} and {_has_old('url')}",
    *(
        f"update or ignore {table} set {column} = {_moved_url(column)} where {owner} and {_has_old(column)}"
        for table, column, owner in (
            ("_page_chains", "chain", _OF_BLOG),
            ("failures", "url", f"{_OF_BLOG} and resolved_at is null"),
            ("posts", "url", _OF_AUTHOR),
            ("categories", "url", _OF_AUTHOR),
            ("archive_months", "url", _OF_AUTHOR),
        )
    ),
)


def _rename(archive: Archive, old: str, new: str) -> None:
    """Change the URL of a listing or of a page of comments."""
    update = "update frontier set key = ?1, url = ?1, etag = null, last_modified = null where key = ?2"
    archive.execute(update, (new, old))
    named = {"frontier": "chain", "_page_chains": "chain", "categories": "url", "archive_months": "url"}
    for table, column in named.items():
        archive.execute(f"update or ignore {table} set {column} = ?1 where {column} = ?2", (new, old))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
