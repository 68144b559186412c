"""Pages of posts: the post, its comments, and the further pages of them."""

from datetime import datetime
from typing import cast

from blogarchive.items import Link, PageKind, Post, Target
from blogarchive.store import schedule
from blogarchive.store.frontier import queue as frontier_queue
from blogarchive.store.frontier import requeue, transitions
from blogarchive.store.ingest.page_validation import find_post
from blogarchive.store.listings import categories, listed_posts
from blogarchive.store.pages import links
from blogarchive.store.pages.context import SaveContext
from blogarchive.store.pages.ownership import post_target
from blogarchive.store.posts import comment_pages, post_row, posts
from blogarchive.store.posts.comment_pages import NextStep
from blogarchive.store.timestamps import format_utc


def save_post_page(context: SaveContext) -> None:
    """Keep what a page of a post shows; a page that continues its comments says nothing about its text."""
    post = find_post(context.crawled)
    if post is None:
        return
    before = post_row.read_post_row(context, post.number)
    if _continues(context):
        if before is not None:
            _save_further(context, post, before)
        return
    post_id = posts.save_own_page(context, post, before)
    if before is not None and before.url not in (post.url, context.target.url):
        context.resolved_urls.append(
            before.url
        )  # it moved, and may have been asked for there in the meantime
    categories.save_category_names(context, post_id, post.categories)
    if not context.changes.posts_changed:
        context.keep_open.append(("incomplete", "title"))  # a listing has to agree first
    further = links.next_page_link(context, (PageKind.COMMENTS,))
    comment_pages.save_first_page(
        context, post_id, post, comment_chain_name(context, post), further=further is not None
    )
    if context.is_reparse:
        return
    if further is not None:
        context.keep_open.append(("incomplete", "comments"))
        _follow(context, post, further)
    else:
        context.resolved_urls += transitions.deactivate_comments(context.archive, context.blog, post.number)
    _settle_number(context, post)


def mark_unchanged(context: SaveContext) -> None:
    """The site says that the page of the post is as it was."""
    if context.target.kind is PageKind.POST and context.target.number is not None:
        context.archive.execute(
            "update posts set last_seen_at = ?, own_page_seen_at = ?, own_page_gone_at = null,"
            " own_page_gone_reason = null, missing_from_listing_at = null, gone_at = null, gone_reason = null"
            " where author_id = (select id from authors where site = ? and uid = ?) and number = ?",
            (
                context.moment,
                context.precise_moment,
                context.blog.site,
                context.blog.uid,
                context.target.number,
            ),
        )


def post_due_at(context: SaveContext) -> str | None:
    """When the post of the page is to be looked at again."""
    post = find_post(context.crawled)
    number = post.number if post is not None else context.target.number
    row = context.archive.row(
        # A comment counts from when it was written: to a first backup all of them are new.
        "select p.posted_at, p.last_changed_at, (select max(coalesce(c.posted_at, c.first_seen_at))"
        " from comments c where c.post_id = p.id)"
        " from posts p join authors a on a.id = p.author_id where a.site = ? and a.uid = ? and p.number = ?",
        (context.blog.site, context.blog.uid, number),
    )
    if row is None:
        return None
    now = context.page.fetched_at
    if context.needs_confirmation:
        return format_utc(now + schedule.MIN_INTERVAL)
    posted_at, *changes = (_time(cast("str | None", text), now) for text in row)
    changed_at = max((change for change in changes if change is not None), default=None)
    return schedule.post_due_at(frontier_queue.target_key(context.target), now, posted_at, changed_at)


def unlinked_post_targets(context: SaveContext) -> list[Target]:
    """The posts that the page names, as targets, in case that it shows no link of their shape; not those known."""
    parsed, known = context.parsed, context.archive.cache.target_keys
    named = [*parsed.listed, *parsed.latest, *(post for row in parsed.categories for post in row.posts)]
    blog = f"{context.blog.site}/{context.blog.uid}/"
    return listed_posts.listed_targets(
        context, [post for post in named if f"{blog}{post.number}" not in known]
    )


def comment_chain_name(context: SaveContext, post: Post) -> str:
    """The name of the sweep over a post's comments."""
    return f"{context.blog.site}/{context.blog.uid}/{post.number}"


def _continues(context: SaveContext) -> bool:
    return context.parsed.kind is PageKind.COMMENTS or context.target.kind is PageKind.COMMENTS


def _save_further(context: SaveContext, post: Post, before: post_row.PostRow) -> None:
    further = links.next_page_link(context, (PageKind.COMMENTS,))
    wanted = comment_pages.save_next_page(
        context, before.id, post, comment_chain_name(context, post), further=further is not None
    )
    if post.comment_count is not None and not context.is_reparse:
        posts.save_post_counters(context, before.id, post, before)
    if context.is_reparse:
        return
    context.post_url = before.url
    if wanted is NextStep.POST:
        target = post_target(context, before.url, post.number)
        requeue.requeue_target(
            context.archive, target, before=context.precise_moment, now=context.page.fetched_at
        )
    elif wanted is NextStep.PAGE and further is not None:
        _follow(context, post, further)


def _follow(context: SaveContext, post: Post, link: Link) -> None:
    target = Target(
        url=link.url,
        site=context.blog.site,
        kind=PageKind.COMMENTS,
        uid=context.blog.uid,
        post_number=post.number,
        page_no=context.target.page_no + 1,
        chain=context.target.chain or context.target.url,
    )
    sweep_start = context.archive.row(
        "select started_at from sweeps where site = ? and chain = ?",
        (context.blog.site, comment_chain_name(context, post)),
    )
    before = str(sweep_start[0]) if sweep_start else context.precise_moment
    requeue.requeue_target(
        context.archive,
        target,
        before=before,
        now=context.page.fetched_at,
        found_on=context.page.url,
        failed_too=True,
    )


def _settle_number(context: SaveContext, post: Post) -> None:
    """A post that was fetched by another URL is not fetched again by its own."""
    target = post_target(context, post.url, post.number)
    if frontier_queue.target_key(target) != frontier_queue.target_key(context.target):
        frontier_queue.add_targets(context.archive, [target], now=context.page.fetched_at)
        transitions.mark_fetched(
            context.archive, target, fetched_at=context.precise_moment, due_at=post_due_at(context)
        )


def _time(text: str | None, now: datetime) -> datetime | None:
    """The time of a text of the site's clock, cut or not, against an aware `now` for what it lacks of a zone."""
    if text is None:
        return None
    whole = text + "0001-01-01"[len(text) : 10] if len(text) < 10 else text
    found = datetime.fromisoformat(whole)
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)
