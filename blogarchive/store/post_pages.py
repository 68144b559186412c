"""Pages of posts: the post, its comments, and the further pages of them."""

from datetime import datetime
from typing import cast

from blogarchive.items import Link, PageKind, Post, Target
from blogarchive.store import (
    asking,
    categories,
    comment_pages,
    frontier,
    held_posts,
    links,
    listed,
    posts,
    schedule,
    settling,
)
from blogarchive.store.comment_pages import Next
from blogarchive.store.judge import post_of
from blogarchive.store.own import post_target
from blogarchive.store.saving import Saving
from blogarchive.store.times import utc_text


def save(saving: Saving) -> None:
    """Keep what a page of a post shows; a page that continues its comments says nothing about its text."""
    post = post_of(saving.visit)
    if post is None:
        return
    before = held_posts.held(saving, post.number)
    if _continues(saving):
        if before is not None:
            _save_further(saving, post, before)
        return
    post_id = posts.save_own_page(saving, post, before)
    if before is not None and before.url not in (post.url, saving.target.url):
        saving.resolved.append(before.url)  # it moved, and may have been asked for there in the meantime
    categories.save_names(saving, post_id, post.categories)
    if not saving.counted.posts_changed:
        saving.pending.append(("incomplete", "title"))  # a listing has to agree first
    further = links.following(saving, (PageKind.COMMENTS,))
    comment_pages.save_first(saving, post_id, post, chain_of(saving, post), further=further is not None)
    if saving.replay:
        return
    if further is not None:
        saving.pending.append(("incomplete", "comments"))
        _follow(saving, post, further)
    else:
        saving.resolved += settling.leave_comments(saving.archive, saving.blog, post.number)
    _settle_number(saving, post)


def stands(saving: Saving) -> None:
    """The site says that the page of the post is as it was."""
    if saving.target.kind is PageKind.POST and saving.target.number is not None:
        saving.archive.execute(
            "update posts set last_seen_at = ?, own_page_seen_at = ?, own_page_gone_at = null,"
            " own_page_gone_reason = null, missing_from_listing_at = null, gone_at = null, gone_reason = null"
            " where author_id = (select id from authors where site = ? and uid = ?) and number = ?",
            (saving.moment, saving.fine, saving.blog.site, saving.blog.uid, saving.target.number),
        )


def due(saving: Saving) -> str | None:
    """When the post of the page is to be looked at again."""
    post = post_of(saving.visit)
    number = post.number if post is not None else saving.target.number
    row = saving.archive.row(
        # A comment counts from when it was written: to a first backup all of them are new.
        "select p.posted_at, p.last_changed_at, (select max(coalesce(c.posted_at, c.first_seen_at))"
        " from comments c where c.post_id = p.id)"
        " from posts p join authors a on a.id = p.author_id where a.site = ? and a.uid = ? and p.number = ?",
        (saving.blog.site, saving.blog.uid, number),
    )
    if row is None:
        return None
    now = saving.page.fetched_at
    if saving.doubted:
        return utc_text(now + schedule.DAILY)
    posted_at, *changes = (_time(cast("str | None", text), now) for text in row)
    changed_at = max((change for change in changes if change is not None), default=None)
    return schedule.post_due(frontier.key(saving.target), now, posted_at, changed_at)


def named_elsewhere(saving: Saving) -> list[Target]:
    """The posts that the page names, as targets, in case that it shows no link of their shape; not those known."""
    reading, known = saving.reading, saving.archive.memo.keys
    named = [*reading.listed, *reading.latest, *(post for row in reading.categories for post in row.posts)]
    blog = f"{saving.blog.site}/{saving.blog.uid}/"
    return listed.targets(saving, [post for post in named if f"{blog}{post.number}" not in known])


def chain_of(saving: Saving, post: Post) -> str:
    """The name of the sweep over a post's comments."""
    return f"{saving.blog.site}/{saving.blog.uid}/{post.number}"


def _continues(saving: Saving) -> bool:
    return saving.reading.kind is PageKind.COMMENTS or saving.target.kind is PageKind.COMMENTS


def _save_further(saving: Saving, post: Post, before: held_posts.HeldPost) -> None:
    further = links.following(saving, (PageKind.COMMENTS,))
    wanted = comment_pages.save_further(
        saving, before.id, post, chain_of(saving, post), further=further is not None
    )
    if post.comment_count is not None and not saving.replay:
        posts.save_figures(saving, before.id, post, before)
    if saving.replay:
        return
    saving.subject = before.url
    if wanted is Next.POST:
        target = post_target(saving, before.url, post.number)
        asking.again(saving.archive, target, before=saving.fine, now=saving.page.fetched_at)
    elif wanted is Next.PAGE and further is not None:
        _follow(saving, post, further)


def _follow(saving: Saving, post: Post, link: Link) -> None:
    target = Target(
        url=link.url,
        site=saving.blog.site,
        kind=PageKind.COMMENTS,
        uid=saving.blog.uid,
        post_number=post.number,
        page_no=saving.target.page_no + 1,
        chain=saving.target.chain or saving.target.url,
    )
    sweep_start = saving.archive.row(
        "select started_at from sweeps where site = ? and chain = ?",
        (saving.blog.site, chain_of(saving, post)),
    )
    before = str(sweep_start[0]) if sweep_start else saving.fine
    asking.again(
        saving.archive,
        target,
        before=before,
        now=saving.page.fetched_at,
        found_on=saving.page.url,
        failed_too=True,
    )


def _settle_number(saving: Saving, post: Post) -> None:
    """A post that was fetched by another URL is not fetched again by its own."""
    target = post_target(saving, post.url, post.number)
    if frontier.key(target) != frontier.key(saving.target):
        frontier.add(saving.archive, [target], now=saving.page.fetched_at)
        settling.settle(saving.archive, target, fetched_at=saving.fine, due_at=due(saving))


def _time(text: str | None, now: datetime) -> datetime | None:
    """The time of a text of the site's clock, cut or not, against an aware `now` for what it lacks of a zone."""
    if text is None:
        return None
    whole = text + "0001-01-01"[len(text) : 10] if len(text) < 10 else text
    found = datetime.fromisoformat(whole)
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)
