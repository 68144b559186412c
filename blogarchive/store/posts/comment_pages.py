"""Store the comments of a post from one page or a chain, and compare their number with the claimed count."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from blogarchive.items import Link, PageKind, Post
from blogarchive.messages.details import Detail
from blogarchive.store.database.archive import Archive
from blogarchive.store.ledger import failures, frontier
from blogarchive.store.ledger.blogs import Blog
from blogarchive.store.pages import page_chains, pages
from blogarchive.store.pages.context import SaveContext, post_target
from blogarchive.store.pages.page_chains import ChainItem, DoubtfulItem, ItemState, PageChain
from blogarchive.store.posts import comments
from blogarchive.store.rows import format_utc

# Item of a chain for a comment that a page counts and does not show.
_UNSEEN = "unseen"

_SECOND = 2

# Restarts of a chain with differing counts before it is a failure.
_MAX_RESTARTS = 2


def save_first_page(context: SaveContext, post_id: int, post: Post) -> None:
    """Store the comments of the own page of a post, and queue its next page.

    An interface that has all comments is queued instead, unless it refused those of the blog within a week.
    """
    links = page_chains.next_page_links(context, (PageKind.COMMENTS,))
    is_asked = any(link.is_whole for link in links)
    if is_asked and frontier.has_refused_comments(context.archive, context.blog, now=context.now):
        links = [link for link in links if not link.is_whole]
    link = next(iter(links), None)
    if link is not None and link.is_whole:
        context.is_without_comments, post = True, replace(post, comments=())
    identified = comments.identify_comments(post.comments)
    comments.save_comments(context, post_id, identified)
    if context.is_reparse:
        return
    name = context.blog.post_key(post.number)
    if link is not None:
        chain = page_chains.start_chain(context, name, PageKind.COMMENTS, claimed=post.comment_count)
        _add_page(context, chain, post, [(item, False) for item in identified])
        context.keep_open.append(("incomplete", "comments"))
        _queue_next(context, post, link, chain)
    else:
        seen = _count_shown(post)
        _check_count(context, post_id, seen=seen, claimed=post.comment_count, since=context.moment)
        page_chains.delete_chain(context, name)
        context.resolve(*frontier.deactivate_comments(context.archive, context.blog, post.number))


def save_next_page(context: SaveContext, post_id: int, post: Post, post_url: str) -> None:
    """Store the comments of a next page; queue the page after it, or the own page if the chain restarts."""
    # Called for each page, because it records that a chain is at its limit.
    link = next(iter(page_chains.next_page_links(context, (PageKind.COMMENTS,))), None)
    if context.is_reparse:
        _resave(context, post_id, post)
        return
    chain = page_chains.find_chain(context, context.blog.post_key(post.number))
    if chain is not None and chain.pages_read == context.target.page_no - 1:
        is_done = _save_in_order(context, post_id, post, chain, link)
    else:
        _save_out_of_order(context, post_id, post)
        is_done = chain is not None and not _restart(context, chain)
    if not is_done:
        context.requeue(post_target(context, post_url, post.number))


def _save_in_order(
    context: SaveContext, post_id: int, post: Post, chain: PageChain, link: Link | None
) -> bool:
    """Store the next page of a chain; queue the page after it or end the chain. False: restart it."""
    counted, shown = page_chains.count_items(context, chain), page_chains.shown_items(context, chain)
    identified = comments.identify_comments(post.comments, earlier=counted, first_position=counted.total())
    compared = [(item, _chain_item(item) in shown) for item in identified]
    before = sum(count for base, count in counted.items() if comments.is_counted(base))
    # The second page may repeat the first under its own URL, as the last comments of Typecho and WordPress do. Some
    # hosts link to a next page without end and show an earlier page again.
    is_repeat = bool(compared) and all(is_shown for _item, is_shown in compared)
    seen = before + _count_shown(post)
    if is_repeat and context.target.page_no > _SECOND and (chain.claimed is None or seen > chain.claimed):
        return _end_chain(context, post_id, chain, before, sound=chain.sound)
    _store_counted(context, counted, shown, identified, is_repeat=is_repeat)
    new = [item for item, is_shown in compared if not is_shown]
    comments.save_comments(context, post_id, new, since=chain.started_second)
    sound = _add_page(context, chain, post, compared, is_repeat=is_repeat)
    if link is None:
        return _end_chain(context, post_id, chain, before if is_repeat else seen, sound=sound)
    _queue_next(context, post, link, chain)  # a page may equal an earlier one: the claimed count allows it
    return True


def _queue_next(context: SaveContext, post: Post, link: Link, chain: PageChain) -> None:
    first_url, page_no = context.target.chain or context.target.url, context.target.page_no + 1
    more = {"post_number": post.number, "page_no": page_no, "chain": first_url}
    target = context.own_target(PageKind.COMMENTS, link.url, **more)
    context.requeue(target, before=chain.started_at, failed_too=True)


def _save_out_of_order(context: SaveContext, post_id: int, post: Post) -> None:
    """Store the comments of a page with unknown ordinals. Only equal stored texts identify a comment.

    A saved page is never fetched again in order, so its comments of new authors and times are stored too.
    """
    select = comments.filter_certain if context.page.is_imported else comments.filter_stored
    identified = comments.identify_comments(post.comments)
    comments.save_comments(context, post_id, select(context, post_id, identified))


def _add_page(
    context: SaveContext,
    chain: PageChain,
    post: Post,
    compared: Iterable[tuple[comments.ShownComment, bool]],
    *,
    is_repeat: bool = False,
) -> bool:
    """Add the comments of a page to the chain, also those that it counts without showing them.

    `compared`: whether an earlier page shows an equal comment; `is_repeat`: of all. Return whether the chain can prove the
    number of comments: no page had a problem or another number.
    """
    repeated: ItemState = "repeated" if is_repeat else "doubtful"
    items = [(_chain_item(item), repeated if is_shown else "seen") for item, is_shown in compared]
    unseen = (f"{context.target.page_no}/{place}" for place in range(post.unseen_comments))
    items += [(ChainItem(item=_UNSEEN, digest=name), "seen") for name in unseen]
    page_chains.add_items(context, chain, items)
    is_good = not _has_comment_problems(context) and not page_chains.is_at_limit(context)
    is_sound = chain.sound and is_good and post.comment_count in (None, chain.claimed)
    if not is_sound:
        page_chains.mark_unsound(context, chain)
    return is_sound


def _store_counted(
    context: SaveContext,
    counted: Counter[str],
    shown: Counter[ChainItem],
    identified: Sequence[comments.ShownComment],
    *,
    is_repeat: bool,
) -> None:
    """Store the counts of the earlier pages with the page, so that it can be parsed again alone."""
    bases = {item.base: counted[item.base] for item in identified if counted[item.base]}
    copies = {f"{item.digest}|{item.item}": count for item, count in shown.items() if item.item in bases}
    digests = sorted({item.partition("|")[0] for item in copies})
    counts = {"position": counted.total(), "bases": bases, "digests": digests}
    before = {**counts, "copies": copies, "repeat": is_repeat}
    context.counters_before = json.dumps(before, ensure_ascii=False)


def _store_decision(context: SaveContext, post_id: int, chain: PageChain, *, with_repeats: bool) -> None:
    """Store with the pages of a chain that their doubtful comments count; `with_repeats`: with repeated pages too."""
    before = json.loads(context.counters_before or "{}")
    if before and (with_repeats or not before["repeat"]):
        context.counters_before = json.dumps(before | {"own": True}, ensure_ascii=False)
    update = """update pages set counted = json_set(counted, '$.own', json('true'))
            where counted is not null and (? or not coalesce(counted ->> '$.repeat', 0))
            and fetched_at >= ? and url in (select f.url from frontier f
            join posts p on p.number = f.post_number where p.id = ? and f.site = ? and f.uid is ?)"""
    scope = (with_repeats, chain.started_second, post_id, context.blog.site, context.blog.uid)
    context.archive.execute(update, scope)


def _resave(context: SaveContext, post_id: int, post: Post) -> None:
    """Store the comments of a page that is parsed again; earlier pages of its chain decide their ordinals."""
    counted = context.archive.text("select counted from pages where id = ?", (context.page_id(),))
    before = pages.parse_counted(counted)
    bases, position, digests = before.get("bases", {}), before.get("position", 0), before.get("digests")
    identified = comments.identify_comments(post.comments, earlier=bases, first_position=position)
    of_earlier = [item for item in identified if item.base in bases]
    # Whether a comment repeats one of an earlier page was decided at the end of the chain.
    unsure = [item for item in of_earlier if digests is None or item.text_digest in digests]
    known = comments.filter_stored(context, post_id, unsure)
    kept = [item for item in identified if item not in unsure or item in known]
    comments.save_comments(context, post_id, kept)
    copies = Counter[str](before.get("copies", {}))
    for item in unsure if before.get("own") else ():
        name = f"{item.text_digest}|{item.base}"
        copies[name] += 1
        own = DoubtfulItem(item=item.base, digest=item.text_digest, ordinal=item.ordinal, copies=copies[name])
        comments.save_repeated(context, post_id, own)


def _count_shown(post: Post) -> int:
    """Return how many of the comments that a page counts are on it, unseen ones included."""
    return post.unseen_comments + sum(comment.is_counted for comment in post.comments)


def _chain_item(identified: comments.ShownComment) -> ChainItem:
    return ChainItem(item=identified.base, digest=identified.text_digest)


def _has_comment_problems(context: SaveContext) -> bool:
    found = any(problem.field.startswith("comments") for problem in context.parsed.problems)
    return found and not context.is_without_comments


def _end_chain(context: SaveContext, post_id: int, chain: PageChain, seen: int, *, sound: bool) -> bool:
    """Compare the comments of all pages with the claimed count; return False if the chain is to restart.

    `seen` counts them without pages that repeat others, but with single comments that equal one of an earlier page.
    """
    ends_here = _has_comment_problems(context) or page_chains.is_at_limit(context)
    if not sound and not ends_here and _restart(context, chain):
        return False
    if sound:
        seen = _store_doubtful(context, post_id, chain, seen)
    # If the clock was set back, comments seen now must not be older than the start of the chain.
    started = min(chain.started_second, context.moment)
    _check_count(context, post_id, seen=seen if sound else -1, claimed=chain.claimed, since=started)
    page_chains.delete_chain(context, chain.chain)
    return True


def _store_doubtful(context: SaveContext, post_id: int, chain: PageChain, seen: int) -> int:
    """Store the comments of a chain that equal one of an earlier page and count. Return how many were seen then.

    The author wrote such a comment twice, or the pages overlap. The claimed count decides: those of repeated pages count
    too, or none of them does, else all but those.
    """
    single = page_chains.doubtful_items(context, chain, with_repeats=False)
    every = page_chains.doubtful_items(context, chain, with_repeats=True)
    seen_without, seen_with = seen - _count(single), seen - _count(single) + _count(every)
    own, own_seen = single, seen
    if chain.claimed == seen_with:
        own, own_seen = every, seen_with
    elif chain.claimed == seen_without:
        own, own_seen = (), seen_without
    if own:
        _store_decision(context, post_id, chain, with_repeats=chain.claimed == seen_with)
    for item in own:
        comments.save_repeated(context, post_id, item)
    return own_seen


def _count(items: Iterable[DoubtfulItem]) -> int:
    return sum(comments.is_counted(item.item) for item in items)


def _restart(context: SaveContext, chain: PageChain) -> bool:
    """Count one more restart of the chain; return False if there were too many."""
    if chain.restarts >= _MAX_RESTARTS:
        return False
    context.archive.update_row("_page_chains", chain.id, {"restarts": chain.restarts + 1})
    return True


def _check_count(context: SaveContext, post_id: int, *, seen: int, claimed: int | None, since: str) -> None:
    """Mark unseen comments as gone if as many were seen as claimed; else record how the two numbers differ."""
    if claimed is None or _has_comment_problems(context):
        return
    if claimed == seen == 0 and (reason := _doubt_reason(context, post_id)):
        context.problems.append(failures.Failure(kind="incomplete", field="comments", detail=reason))
        context.needs_confirmation = True
        return
    if seen == claimed:
        if context.post_url is not None:
            failures.resolve_field(context.archive, context.post_url, "comments", now=context.now)
        comments.mark_unseen_gone(context, post_id, since=since)
        context.archive.update_row("posts", post_id, {"comments_complete_at": context.moment})
        return
    message = Detail.COMMENTS_DIFFER if seen < 0 else Detail.COMMENTS_PARSED
    detail = message.format(claimed=claimed, count=seen)
    context.problems.append(failures.Failure(kind="incomplete", field="comments", detail=detail))


# A page that claims no comments, of a post that has some

# Time between two claims of no comments that confirm each other: an error of a host seldom lasts so long.
_ANOTHER_DAY = timedelta(hours=12)
_DETAIL = Detail.COMMENTS_DOUBTED.partition("{")[0]
_DOUBTED = f"from failures where run_id = ? and field = 'comments' and resolved_at is null and detail like '{_DETAIL}%'"


def _doubt_reason(context: SaveContext, post_id: int) -> str | None:
    """Return why the claim of no comments is doubted; None if it is confirmed or no comments are stored."""
    query = "select count(*) from comments where post_id = ? and gone_at is null"
    stored = context.archive.scalar(query, (post_id,))
    if not stored or _claimed_another_day(context, post_id) or _claimed_in_confirmed_run(context):
        return None
    return Detail.COMMENTS_DOUBTED.format(stored=stored)


def _claimed_another_day(context: SaveContext, post_id: int) -> bool:
    query = """select 1 from post_stats where post_id = ?1 and comment_count = 0 and captured_at <= ?2 and captured_at >
            coalesce((select max(captured_at) from post_stats where post_id = ?1 and comment_count is not 0), '')"""
    return context.archive.exists(query, (post_id, format_utc(context.now - _ANOTHER_DAY)))


def _claimed_in_confirmed_run(context: SaveContext) -> bool:
    archive, run_id = context.archive, context.run_id
    if run_id is None or not archive.exists(f"select 1 {_DOUBTED} and url = ?", (run_id, context.target.url)):
        return False
    return _is_confirmed(archive, run_id)


def _is_confirmed(archive: Archive, run_id: int) -> bool:
    """Return whether at least as many posts of the run show comments as are doubted."""
    doubted = archive.scalar(f"select count(*) {_DOUBTED}", (run_id,))
    query = "select sum(filled) from field_counts where run_id = ? and kind = 'post' and field = 'comments'"
    return 0 < doubted <= archive.scalar(query, (run_id,))


def requeue_doubted(archive: Archive, blog: Blog, run_id: int, *, now: datetime) -> int:
    """Requeue the doubted posts if the run confirms them now, at its end; return how many."""
    if not _is_confirmed(archive, run_id):
        return 0
    doubted = f"kind = 'post' and url in (select url {_DOUBTED})"
    return frontier.requeue_where(archive, blog, doubted, (run_id,), now=now)


def doubted_blogs(archive: Archive, run_id: int) -> tuple[Blog, ...]:
    """Return the blogs with doubted posts of the run."""
    return archive.all_as(Blog, f"select distinct site, uid {_DOUBTED}", (run_id,))
