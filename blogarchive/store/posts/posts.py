"""Store posts from their own pages and from listings, with a revision for each text that an edit replaced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from blogarchive.items import Post as ParsedPost
from blogarchive.parsing.compared_form import content_hash
from blogarchive.parsing.urls import host_of
from blogarchive.post_facts import FACTS, Post
from blogarchive.store.database.archive import Archive
from blogarchive.store.database.schema import MOMENT
from blogarchive.store.pages.context import SaveContext, is_relative, time_columns
from blogarchive.store.posts import comments
from blogarchive.store.posts.revisions import POSTS, save_text
from blogarchive.store.rows import HAS_TEXT, TEXT_SINCE, Value, text_checksum
from blogarchive.store.statements import columns_of, excluded


def posts_seen_since(archive: Archive, moment: str) -> set[int]:
    """Return the ids of the posts whose own page was seen at `moment` (UTC text) or later."""
    return set(archive.column("select id from posts where own_page_seen_at >= ?", (moment,)))


def save_images(context: SaveContext, post_id: int, post: ParsedPost) -> None:
    """Store the URLs and positions of the images of a post."""
    write_images(context.archive, post_id, [(image.position, image.url) for image in post.images])


def write_images(archive: Archive, post_id: int, shown: Sequence[tuple[int, str]]) -> None:
    """Replace the positions and URLs of the images of a post, unless they are stored."""
    query = "select position, url from post_media where post_id = ? order by position"
    stored = archive.rows(query, (post_id,))
    if stored == sorted(shown):
        return
    archive.execute("delete from post_media where post_id = ?", (post_id,))
    insert = """insert into post_media(post_id, position, url, media_id)
            values (?, ?, ?, (select id from media where url = ?))"""
    archive.execute_many(insert, [(post_id, position, url, url) for position, url in shown])


def copy_images(context: SaveContext, post_id: int, post: ParsedPost) -> None:
    """Store the files of the images also under the URLs of `post` at the same positions, if those lack files."""
    copied = [name for name in context.archive.columns("media") if name not in ("id", "url", "host")]
    insert = f"""insert into media(url, host, {", ".join(copied)})
            select ?, ?, {", ".join(f"m.{name}" for name in copied)} from post_media pm join media m on m.id = pm.media_id
            where pm.post_id = ? and pm.position = ? and m.sha256 is not null on conflict(url) do update
            set {excluded(copied)} where media.sha256 is null"""  # noqa: S608 - constants
    rows = [(image.url, host_of(image.url), post_id, image.position) for image in post.images]
    context.archive.execute_many(insert, rows)


CounterValues = tuple[int | None, int | None, int | None]
"""Views, likes and comment count; None if no page showed the counter."""

COLUMNS = ("views", "likes", "comment_count")
NO_COUNTERS: CounterValues = (None, None, None)


def save_post_counters(context: SaveContext, post: ParsedPost, before: "PostRow") -> None:
    """Store the counters that a page of the post shows in their series, and the newest ones in its row."""
    if columns := _save_series(context, post, before):
        context.archive.update_row("posts", before.id, columns)


def _save_series(context: SaveContext, post: ParsedPost, before: "PostRow") -> dict[str, Value]:
    """Store the counters that a page shows in their series. Return the columns that change in the row of the post."""
    post_id, stored = before.id, before.counters
    shown: CounterValues = (post.views, post.likes, post.comment_count)
    if context.is_reparse or context.moment < before.last_seen_at:
        newest = _insert_counters(context, post_id, shown) or stored
    else:
        newest = _fill_counters(shown, stored)
        if newest != stored:
            _store_counters(context, post_id, newest)
    return {} if newest == stored else dict(zip(COLUMNS, newest, strict=True))


def _insert_counters(context: SaveContext, post_id: int, shown: CounterValues) -> CounterValues | None:
    """Store the counters of an older page in the series, and return the newest values."""
    exact = _read_counters(context, post_id, "captured_at = ?")
    before = _read_counters(context, post_id, "captured_at < ?") if exact is None or None in shown else None
    values = _fill_counters(shown, before or NO_COUNTERS)
    if values != (exact or before or NO_COUNTERS):
        _store_counters(context, post_id, values)
        if exact is not None:
            _correct_following(context, post_id, exact, values)
    return _read_counters(context, post_id, "captured_at >= ?")


def _fill_counters(shown: CounterValues, stored: CounterValues) -> CounterValues:
    """Return the values shown; the stored value replaces one that is not shown."""
    views, likes, comments = (old if new is None else new for new, old in zip(shown, stored, strict=True))
    return views, likes, comments


def save_listed_views(context: SaveContext, post_id: int, values: CounterValues) -> None:
    """Store the views that a listing shows, with the other counters as stored."""
    _store_counters(context, post_id, values)
    context.archive.update_row("posts", post_id, {"views": values[0]})


def _correct_following(context: SaveContext, post_id: int, old: CounterValues, new: CounterValues) -> None:
    """Correct a wrong value in the following rows up to its next change: their pages were not stored."""
    for name, wrong, right in zip(COLUMNS, old, new, strict=True):
        if wrong == right:
            continue
        update = f"""update post_stats set {name} = ?1 where post_id = ?2 and captured_at > ?3 and {name} is ?4
                and captured_at < coalesce((select min(captured_at) from post_stats where post_id = ?2
                and captured_at > ?3 and {name} is not ?4), '~')"""  # noqa: S608
        context.archive.execute(update, (right, post_id, context.moment, wrong))


def _read_counters(context: SaveContext, post_id: int, condition: str) -> CounterValues | None:
    query = f"""select views, likes, comment_count from post_stats
            where post_id = ? and {condition} order by captured_at desc limit 1"""  # noqa: S608 - one of three constants
    return cast(CounterValues | None, context.archive.row(query, (post_id, context.moment)))


def _store_counters(context: SaveContext, post_id: int, values: CounterValues) -> None:
    insert = f"""insert into post_stats(post_id, captured_at, views, likes, comment_count, page_id)
            values (?, ?, ?, ?, ?, ?) on conflict(post_id, {MOMENT}) do update set {excluded(COLUMNS)}"""  # noqa: S608 - a constant
    context.archive.execute(insert, (post_id, context.moment, *values, context.counter_page_id()))


_TEXT = ("title", "body_html", "body_text", "content_hash", "text_checksum")


@dataclass(frozen=True, kw_only=True, slots=True)
class PostRow(Post):
    """The whole row of a post before a save; `text_since` is when its current text was first seen (UTC text)."""

    title_is_cut: bool
    body_html: str | None
    body_text: str | None
    content_hash: str | None
    text_checksum: int | None
    text_since: str
    listed_title: str | None
    listed_comment_count: int | None
    page_id: int | None
    from_listing: bool
    own_page_seen_at: str | None

    @property
    def counters(self) -> CounterValues:
        """Return the newest counters."""
        return self.views, self.likes, self.comment_count

    @property
    def is_from_own_page(self) -> bool:
        """Return whether the text is that of the post's own page, which takes precedence over listings."""
        return self.has_text and not self.from_listing


_COLUMNS = columns_of(PostRow, has_text=HAS_TEXT, text_since=TEXT_SINCE)
_ROW = f"select {_COLUMNS} from posts p where author_id = ? and number = ?"  # noqa: S608 - constants


def is_title_listed(title: str, listed: str | None, *, is_cut: bool) -> bool:
    """Return whether the last listed title is this title, or its beginning if lists cut it: a second witness."""
    return bool(listed) and (title == listed or (is_cut and title.startswith(listed or title)))


def read_post_row(context: SaveContext, number: str) -> PostRow | None:
    """Return the post of that number of the page's author, or None."""
    return read_row(context.archive, context.author_id, number)


def read_row(archive: Archive, author_id: int, number: str) -> PostRow | None:
    """Return the post of that number of the author, or None."""
    return archive.one_as(PostRow, _ROW, (author_id, number))


def fact_columns(post: ParsedPost) -> dict[str, Value]:
    """Return the columns for facts that a page shows beside text and counters, those that it shows."""
    shown = {name: getattr(post, name) for name in FACTS}
    facts = {name: value for name, value in shown.items() if value is not None}
    return facts | (time_columns(post.posted) if post.posted else {})


def text_columns(post: ParsedPost, title: str | None) -> dict[str, Value]:
    """Return the columns of a version: the text of a page under the title that is stored."""
    html, text = post.body_html, post.body_text
    values = (title, html, text, content_hash(title, html), text_checksum(html, text))
    return dict(zip(_TEXT, values, strict=True))


def save_own_page(context: SaveContext, post: ParsedPost, before: PostRow | None) -> int:
    """Store the post of its own page and return its id."""
    if before is None or not before.from_listing or context.is_reparse:
        return save_post(context, post, before)
    # A listing may show the same text in other HTML, so the text of the own page is no edit.
    _fill(context, post, before)
    return before.id


def save_post(context: SaveContext, post: ParsedPost, before: PostRow | None) -> int:
    """Store a post with its text and return its id."""
    row = before or _insert(context, post)
    if row.has_text:
        _revise(context, post, row)
        save_post_counters(context, post, row)
    else:
        context.count(posts_new=1)
        _fill(context, post, row)
    return row.id


def save_from_listing(context: SaveContext, post: ParsedPost, before: PostRow | None) -> None:
    """Store a post that a listing shows whole, with its comments there, which may be the newest only."""
    post_id = save_post(context, post, before)
    shown = {"from_listing": True, "own_page_seen_at": None, "listed_comment_count": post.comment_count}
    context.archive.update_row("posts", post_id, shown)
    comments.save_comments(context, post_id, comments.identify_comments(post.comments))


def _insert(context: SaveContext, post: ParsedPost) -> PostRow:
    """Insert a post without a text, and return its row."""
    key: dict[str, Value] = {"author_id": context.author_id, "number": post.number, "url": post.url}
    seen = {"own_page_seen_at": context.precise_moment, **context.seen_columns()}
    context.archive.insert_row("posts", {**key, **seen})
    return cast(PostRow, read_post_row(context, post.number))


def _fill(context: SaveContext, post: ParsedPost, before: PostRow) -> None:
    """Store the counters and the first whole text of a post that only a listing has shown so far.

    One statement: each writes the whole text again, and updates the totals.
    """
    title = post.title if post.title is not None else before.title
    columns = {
        "url": post.url,
        **text_columns(post, title),
        **fact_columns(post),
        "title_is_cut": before.title_is_cut and post.title is None,
        "version_at": context.moment,
        "page_id": context.page_id(),
        "from_listing": False,
        **_save_series(context, post, before),  # names the page, which is stored now
        **_seen_columns(context, before),
    }
    context.archive.update_row("posts", before.id, columns)
    save_images(context, before.id, post)


def _revise(context: SaveContext, post: ParsedPost, before: PostRow) -> None:
    """Store the text of a page as a version of a stored post, then its images and facts."""
    text = text_columns(post, post.title if post.title is not None else before.title)
    changes = save_text(context, POSTS, before, text)
    if any(change.kind not in ("update_current", "update_revision") for change in changes):
        date = "case when id in (select post_id from post_revisions) then version_at end"
        context.archive.execute(f"update posts set last_changed_at = {date} where id = ?", (before.id,))  # noqa: S608
    for change in changes:
        if change.kind == "update_current" and not change.is_edit:
            copy_images(context, before.id, post)
        if change.kind in ("update_current", "replace_current"):
            save_images(context, before.id, post)
    if any(change.is_edit for change in changes):
        context.count(posts_changed=1)
    mark_seen(context, before)
    _save_facts(context, post, before)


_NOT_GONE: Mapping[str, Value] = dict.fromkeys(
    ("own_page_gone_at", "own_page_gone_reason", "missing_from_listing_at", "gone_at", "gone_reason")
)


def mark_seen(context: SaveContext, before: PostRow) -> None:
    """Store that the own page of the post was seen, and delete every sign that the post is gone."""
    if seen := _seen_columns(context, before):
        context.archive.update_row("posts", before.id, seen)


def _seen_columns(context: SaveContext, before: PostRow) -> Mapping[str, Value]:
    if context.is_reparse or context.moment < before.last_seen_at:
        return {"first_seen_at": context.moment} if before.first_seen_at > context.moment else {}
    return {"last_seen_at": context.moment, "own_page_seen_at": context.precise_moment, **_NOT_GONE}


def _save_facts(context: SaveContext, post: ParsedPost, before: PostRow) -> None:
    """Correct the facts and the URL of the post; they belong to no version."""
    if context.moment < before.last_seen_at and not (context.is_reparse and context.is_newest):
        return
    is_known = before.posted_at is not None and is_relative(post.posted)
    facts = fact_columns(replace(post, posted=None) if is_known else post)
    if any(getattr(before, column) != value for column, value in facts.items()):
        context.page_id()
        context.archive.update_row("posts", before.id, facts)
    if post.url != before.url and not context.is_reparse:
        context.archive.update_row("posts", before.id, {"url": post.url})
