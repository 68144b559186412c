"""Save a crawled page in one transaction: its bytes, all parsed from it and its links, or its rejection.

A rejected page becomes a failure, a sign of a deletion, or a state of its blog.
"""

import json
import re
from contextlib import AbstractContextManager
from datetime import datetime

from blogarchive import items
from blogarchive.items import CrawledPage, Page, PageKind, ParsedPage, Target
from blogarchive.messages.details import Detail
from blogarchive.sites.base import site_by_name
from blogarchive.store import discovery, schedule
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import plan, post_pages, redirects, validate
from blogarchive.store.ingest.changes import check_change
from blogarchive.store.ledger import blogs, coverage, failures, frontier
from blogarchive.store.ledger.blogs import Blog, canonical_uid, clear_state, home_target, is_stored, set_state
from blogarchive.store.listings import authors, categories, deletions, listing_pages, months
from blogarchive.store.pages import page_chains, pages
from blogarchive.store.pages.context import Outcome, SaveContext, SaveResult, date_text_iso
from blogarchive.store.rows import format_utc


def record_problems(context: SaveContext) -> None:
    """Record the problems of the page and of its save, and resolve its other open failures."""
    archive, url, now = context.archive, context.target.url, context.now
    if context.is_reparse and not context.is_newest:
        return
    witnessed = [Detail.TITLE_UNCONFIRMED, Detail.TITLE_ALONE] if context.is_title_listed else []
    witnessed += [Detail.NO_TIME_OF_POST] if context.is_time_listed else []
    shown = [one for one in context.parsed.problems if one.detail not in witnessed]
    if context.is_without_comments:
        shown = [one for one in shown if not one.field.startswith("comments")]
    problems = [(url, problem) for problem in map(_failure, shown)]
    problems += [(context.post_url or url, problem) for problem in context.problems]
    for failed_url, problem in problems:
        if context.is_reparse and failures.is_open(archive, failed_url, problem):
            continue
        failures.record_failure(archive, context.blog, failed_url, problem, run_id=context.run_id, now=now)
        context.failure = problem
    keep = [(problem.kind, problem.field) for _, problem in problems] + context.keep_open
    failures.resolve(archive, url, now=now, keep=keep)


def _failure(problem: items.Problem) -> failures.Failure:
    """Return a permanent failure: a retry does not help until the page or its parser changes."""
    return failures.Failure(kind=problem.kind, field=problem.field, detail=problem.detail, permanent=True)


def resolve_blog(archive: Archive, crawled: CrawledPage) -> Blog:
    """Return the blog that the page names, under its stored uid; else the blog that it was fetched for."""
    author, site, uid = crawled.parsed.author, crawled.target.site, crawled.uid
    named = Blog(site=site, uid=uid)
    if uid is None or is_stored(archive, named):
        return named
    blog = Blog(site=site, uid=canonical_uid(archive, site, uid))
    if blog == named and crawled.target.is_home and site_by_name(site).has_any_host:
        # The owner of a host may lead readers of a deleted blog to a portal or to another blog. It is the same blog if
        # it lists three known posts, and most of its posts are known.
        old = Blog(site=site, uid=crawled.target.uid)
        is_same = redirects.count_known(archive, old, crawled) > max(2, len(crawled.parsed.listed) / 2)
        return old if is_same else blog
    if blog != named or author is None or not uid.isdigit():
        return blog
    return _find_renamed(archive, site, crawled.parsed, author) or blog


def _find_renamed(archive: Archive, site: str, parsed: ParsedPage, author: items.Author) -> Blog | None:
    """Return the blog that is stored under a name, if its author has since got the number on the page.

    It is the only blog with stored posts of the numbers that the page shows as the author's own. A post keeps its
    number, and numbers are unique in a site. The date of registration, which no author can choose, must not differ.
    """
    shown: list[items.Post | items.ListedPost] = [*parsed.posts, *parsed.listed, *parsed.sidebar_posts]
    parse_url = site_by_name(site).parse_url
    own = {x.number for x in shown if x.number and x.url and parse_url(x.url).uid == author.uid}
    numbers = json.dumps(sorted(own))
    query = """select distinct a.site, a.uid from authors a join posts p on p.author_id = a.id where a.site = ?1
            and a.uid glob '*[^0-9]*' and (a.registered_on is null or ?2 is null or a.registered_on = ?2)
            and p.number in (select value from json_each(?3)) and p.content_hash is not null"""
    found = archive.all_as(Blog, query, (site, date_text_iso(author.registered), numbers))
    return found[0] if len(found) == 1 else None


# Texts that may be missing from the search index: it costs nearly as much to index one page as thirty.
_UNINDEXED_TEXTS = 300


def page_transaction(archive: Archive) -> AbstractContextManager[None]:
    """Return the transaction of one page; use it to write further rows with the page.

    The new state of the target is part of it. After SIGKILL the target is still `todo`, and the next run fetches it.
    """
    return archive.atomic(unindexed=_UNINDEXED_TEXTS)


def save_page(
    archive: Archive, crawled: CrawledPage, run_id: int | None, partial: bool = False, accepted: bool = False
) -> SaveResult:
    """Save a crawled page of any status and return what changed; all times are `crawled.page.fetched_at`.

    A rejected page replaces nothing and is recorded as a failure. It is a refusal, a notice, an error, or a parse worse
    than the stored one. Raises `CannotWrite` if the disk is full or the file is read-only, and `ArchiveDamaged`; then
    nothing is saved. `partial`: the run is limited. `accepted`: a person agrees with the changes of the site.
    """
    with page_transaction(archive):
        blog = resolve_blog(archive, crawled)
        frontier.add_targets(archive, [crawled.target], now=crawled.page.fetched_at)
        rejected = find_rejection(archive, crawled, blog, run_id, accepted=accepted)
        if rejected is not None:
            return save_rejection(archive, crawled, blog, rejected, run_id)
        if crawled.target.is_home:
            redirects.move_blog(archive, blog, crawled)
            clear_state(archive, blog)
        crawled = redirects.use_one_origin(archive, redirects.follow_redirect(archive, crawled), blog)
        context = SaveContext(archive, crawled, blog, run_id=run_id, partial=partial)
        _save(context)
        coverage.count_fields(archive, run_id, crawled.target, crawled.parsed)
        return context.result(Outcome.STORED if context.is_stored else Outcome.SAME)


def save_not_modified(archive: Archive, target: Target, page: Page, run_id: int | None) -> SaveResult:
    """Save a 304 response: the stored page was seen again at `page.fetched_at`."""
    parsed = ParsedPage(kind=target.kind, encoding="")
    crawled = CrawledPage(target=target, page=page, parsed=parsed)
    with archive.atomic():
        blog = resolve_blog(archive, crawled)
        frontier.add_targets(archive, [target], now=page.fetched_at)
        context = SaveContext(archive, crawled, blog, run_id=run_id)
        failures.retry_unreadable(archive, blog, target.url, run_id, now=page.fetched_at)
        if target.is_home:
            authors.link_run(context)
            clear_state(archive, blog)
        number = context.site.parse_url(page.url).number
        has_moved = page.url != target.url and number not in (None, target.number)
        if not has_moved:
            post_pages.mark_unchanged(context)
        else:  # the next request returns the whole page, which shows whether it is the post
            frontier.forget_validators(archive, blog, "url = ?", (target.url,))
        _queue_behind_digest(context)
        due_at = context.moment if has_moved else _reschedule(context)
        frontier.mark_fetched(archive, target, fetched_at=context.precise_moment, due_at=due_at)
        if target.kind is PageKind.POST:  # its page is the same: a field that was unreadable still is
            failures.resolve_field(archive, target.url, None, now=page.fetched_at)
        else:
            context.resolve(target.url)
        return context.result(Outcome.SAME)


def _queue_behind_digest(context: SaveContext) -> None:
    """Queue the list behind an unchanged digest, which names no deleted post; its chain begins at the digest."""
    target = context.target
    other = context.site.next_index(target) if context.site.is_digest(target.url) else None
    if other is not None:
        listing_pages.start_at_digest(context)
        if not frontier.is_missing(context.archive, other, now=context.now):
            context.requeue(other, failed_too=True)


def save_fetch_failure(
    archive: Archive, target: Target, failure: failures.Failure, run_id: int | None, *, now: datetime
) -> None:
    """Record that no page was fetched: network, cut body, robots.txt."""
    blog = Blog(site=target.site, uid=target.uid)
    with archive.atomic():
        _queue_unread_home(archive, target, now=now)
        if target.is_home and save_state(archive, blog, target.url, failure, now=now):
            frontier.mark_failed(archive, target, now=now)
            failures.resolve(archive, target.url, now=now)
            return
        due_at, url = frontier.mark_failed(archive, target, permanent=failure.permanent, now=now), target.url
        failures.record_failure(archive, blog, url, failure, run_id=run_id, now=now, next_try_at=due_at)


def resave_page(archive: Archive, page_id: int, crawled: CrawledPage) -> SaveResult:
    """Replace what was saved from a stored page by what the current parser parses from it.

    The outcome is SAME if nothing changed, and FAILED if the page is rejected or held. Frontier, gone marks and bytes never
    change.
    """
    with page_transaction(archive):
        blog = resolve_blog(archive, crawled)
        context = SaveContext(archive, crawled, blog, run_id=None, reparsed_id=page_id)
        outcome, stored = Outcome.FAILED, pages.read_parser(archive, page_id)
        if stored is None:
            return context.result(outcome)
        rejected = validate.validate_page(crawled, load_stored_state(archive, crawled, blog))
        rejected = rejected or _reject_by_author(archive, crawled, blog)
        if rejected is not None:
            context.failure = rejected.failure
        else:
            before = archive.changes
            _save_parsed(context)
            record_problems(context)
            outcome = Outcome.SAME if archive.changes == before else Outcome.STORED
        pages.mark_reparsed(archive, page_id, crawled.parsed.kind, crawled.parsed.encoding, before=stored)
        return context.result(outcome)


def _save(context: SaveContext) -> None:
    """Save a page that was just fetched: all that is parsed from it, its links, its target, its problems."""
    _save_parsed(context)
    page_chains.save_links(context, post_pages.unlinked_post_targets(context))
    if context.parsed.kind in items.LIST_KINDS:
        listing_pages.save_days(context)
    if context.is_stored and context.counters_before is not None:
        context.archive.update_row("pages", context.page_id(), {"counted": context.counters_before})
    _mark_fetched(context)
    if context.target.is_home:
        authors.link_run(context)
    url = context.target.url
    failures.retry_unreadable(context.archive, context.blog, url, context.run_id, now=context.now)
    record_problems(context)


def _save_parsed(context: SaveContext) -> None:
    """Save everything parsed from the page, whether it was fetched or is parsed again."""
    if context.is_first:
        context.page_id()
    authors.save_author(context)
    authors.save_sidebar(context)
    discovery.save_blogs(context)
    if context.parsed.kind in items.LIST_KINDS:
        listing_pages.save_listing(context)
    else:
        post_pages.save_post_page(context)


def _mark_fetched(context: SaveContext) -> None:
    """Mark the target as fetched and due again; keep the validators of those that may be answered with a 304."""
    target = frontier.assign_uid(context.archive, context.target, context.blog.uid or "")
    # Only single pages are requested conditionally: a 304 would prove no page chain. The home page of a blog with a list
    # for machines leads to that list.
    site = context.site
    is_whole = not any(link.next_page for link in context.parsed.links)
    is_index = site.is_digest(target.url) or (site.is_index(target.url) and is_whole)
    is_list = (is_index and not context.partial) or (target.is_home and not site.has_any_host)
    is_single = target.kind is PageKind.POST or is_list
    shown = {"etag": context.page.header("ETag"), "last_modified": context.page.last_modified}
    marks = {"due_at": _reschedule(context), **(shown if is_single else dict.fromkeys(shown))}
    frontier.mark_fetched(context.archive, target, fetched_at=context.precise_moment, **marks)


def _reschedule(context: SaveContext) -> str | None:
    """Return when the target is due again (UTC text), or None; store the new interval of a post."""
    target = context.target
    if context.parsed.kind in items.LIST_KINDS:
        key = frontier.target_key(target)
        return schedule.listing_due_at(key, context.now) if target.page_no == 1 else None
    return None if target.kind is PageKind.COMMENTS else plan.reschedule_post(context)


# Rejected pages

# One row, also for a blog or a post that is not stored. `twin`: see `StoredState`; a later form of a moved post is none.
_STORED_STATE = f"""
select coalesce(p.content_hash is not null and not p.from_listing, 0) as whole, coalesce(p.body_text, '') as body,
       coalesce(p.body_text = '' and p.body_html like '%<img%', 0) as is_picture,
       case when not p.title_is_cut then p.title end as title, p.posted_at is not null as posted, p.read_by, p.comment_count,
       coalesce((select closed from pages where id = p.page_id),
                (select closed from pages where url = :page order by id desc limit 1), 0) as has_end_tag,
       exists (select 1 from _page_chains c join _page_chain_items i on i.chain_id = c.id
                where c.site = :site and c.chain = :chain) as listed,
       (select json_group_array(substr(field, 6)) from site_changes
         where accepted and site in (:site, :site || '/' || :uid) and field like 'post.%') as accepted,
       case when :text <> '' and (:timeless or (p.title <> :title and not p.title_is_cut)) then
         (select o.url from posts o where o.author_id = a.id and o.gone_at is null and o.number <> :number
             and not (o.number is :shown and {redirects.IS_LATER_FORM})
             and (o.number = :shown or (o.title = :title and o.body_text = :text and (o.posted_at is null or not :timeless)))
           limit 1) end as twin
  from json_each('[0]') left join authors a on a.site = :site and a.uid = :uid
  left join posts p on p.number = :number and p.author_id = a.id
"""  # noqa: S608 - a constant


def load_stored_state(archive: Archive, crawled: CrawledPage, blog: Blog) -> validate.StoredState:
    """Return the stored state of the page's target: its post, its last page and its listing."""
    target, post = crawled.target, validate.find_post(crawled)
    has_chain = target.kind in (PageKind.MONTH, PageKind.CATEGORY)
    names = {
        "page": crawled.page.url,
        "title": post.title if post else None,
        "text": post.body_text if post and post.read_by else None,
        "timeless": post is not None and validate.is_timeless(post),
        "shown": site_by_name(target.site).parse_url(crawled.page.url).number,
        "site": blog.site,
        "uid": target.uid or blog.uid,
        "number": target.number if target.kind is PageKind.POST else None,
        "chain": (target.chain or target.url) if has_chain else None,
    }
    return archive.one_as(validate.StoredState, _STORED_STATE, names) or validate.StoredState()


def find_rejection(
    archive: Archive, crawled: CrawledPage, blog: Blog, run_id: int | None, *, accepted: bool
) -> validate.Rejection | None:
    """Return why the page is rejected, or None. `accepted`: a person agrees with the changes of the site."""
    return (
        validate.validate_page(crawled, load_stored_state(archive, crawled, blog))
        or _reject_by_author(archive, crawled, blog)
        or _reject_unproven(archive, crawled, blog)
        or (None if accepted else _reject_other_home(archive, crawled, blog))
        or check_change(archive, crawled, blog, run_id, accepted=accepted)
    )


_NO_BLOG = validate.Rejection(failure=failures.Failure(kind="unreadable", field="uid", detail=Detail.NO_BLOG))


def _reject_by_author(archive: Archive, crawled: CrawledPage, blog: Blog) -> validate.Rejection | None:
    """Return a rejection if the page has no author, or another one than its target; else None."""
    wanted = crawled.target.uid
    if blog.uid is None:
        return _NO_BLOG
    if wanted is None or wanted == blog.uid or canonical_uid(archive, blog.site, wanted) == blog.uid:
        return None
    author = crawled.parsed.author
    if author is not None and wanted == author.uid:
        return None  # the author of the target, stored under another name
    shows_home = crawled.parsed.kind is PageKind.HOME and crawled.target.page_no == 1
    if shows_home and not wanted.isdigit() and not is_stored(archive, Blog(site=blog.site, uid=wanted)):
        return None  # the user named the blog by an older uid
    detail = Detail.OTHER_BLOG.format(uid=blog.uid)
    if shows_home and crawled.parsed.listed and site_by_name(blog.site).has_any_host:  # a person may know it
        detail = Detail.REDIRECT_OTHER_SITE.format(url=crawled.page.url)
    return _reject(detail)


def _reject(detail: str, *, of_blog: bool = True, is_held: bool = False) -> validate.Rejection:
    """Return the rejection of a page that shows another blog: no retry makes it the wanted one."""
    failure = failures.Failure(kind="notice", detail=detail, permanent=True)
    return validate.Rejection(failure=failure, of_blog=of_blog, is_held=is_held)


def _reject_unproven(archive: Archive, crawled: CrawledPage, blog: Blog) -> validate.Rejection | None:
    """Return a rejection of an unknown post below a stored blog, or of another query, that a user named.

    It may be another person's, unless it names a deeper blog: the host alone does not name the owner. The page is held,
    because `reparse` does not ask this again.
    """
    target = crawled.target
    if target.uid or not target.is_home:
        return None
    if crawled.parsed.kind is not PageKind.POST:
        home = blogs.stored_url(archive, blog) or ""
        is_other = "?" in home and "?" in target.url and home != target.url  # `?user=ann`, `?user=bob`
        other = Detail.OTHER_BLOG.format(uid=blog.uid)
        return _reject(other, of_blog=False, is_held=True) if is_other else None
    query = """select uid from authors where site = ? and instr(?, uid || '/') = 1 and length(uid) >= ?
            order by length(uid) desc limit 1"""
    place = f"{blogs.address_of(crawled.page.url)}/"
    around = archive.text(query, (blog.site, place, len(blog.uid or "")))
    return _reject(Detail.NEW_POST.format(uid=around), of_blog=False, is_held=True) if around else None


_IS_OTHER_HOME = """
select 1 from authors a where a.site = ? and a.uid = ? and a.blog_title <> ? and a.last_seen_at <= ?
   and exists (select 1 from posts where author_id = a.id and content_hash is not null)
"""


def _reject_other_home(archive: Archive, crawled: CrawledPage, blog: Blog) -> validate.Rejection | None:
    """Return a rejection if a home page has another title and lists no stored post: it has a new owner."""
    parsed, uid = crawled.parsed, blog.uid
    if uid is None or not (crawled.target.is_home and site_by_name(blog.site).has_any_host):
        return None
    title = (parsed.author and parsed.author.blog_title) or ""
    is_other = archive.exists(_IS_OTHER_HOME, (blog.site, uid, title, format_utc(crawled.page.fetched_at)))
    if not is_other or redirects.count_known(archive, blog, crawled):
        return None
    return _reject(Detail.OTHER_HOME.format(title=title), is_held=True)


def save_rejection(
    archive: Archive, crawled: CrawledPage, blog: Blog, rejection: validate.Rejection, run_id: int | None
) -> SaveResult:
    """Record the failure and the new state of the target; stored content does not change."""
    target, failure, now = crawled.target, rejection.failure, crawled.page.fetched_at
    blog = Blog(site=target.site, uid=target.uid or blog.uid)
    context = SaveContext(archive, crawled, blog, run_id=run_id)
    context.changes = rejection.undone
    if not rejection.blocked:
        pages.store_page_once(archive, crawled, uid=blog.uid, run_id=run_id, is_held=rejection.is_held)
    coverage.count_rejected(archive, run_id, target, crawled.parsed, failure)
    settled = _settle(context, rejection)
    if settled is not None:
        context.resolve(target.url)
        return context.result(settled)
    due_at = _schedule_retry(context, rejection)
    is_gone_post = rejection.gone_reason is not None and target.kind is PageKind.POST
    if is_gone_post and deletions.is_unread(context, target.number):
        return context.result(Outcome.GONE)
    context.failure = failure
    failures.record_failure(archive, blog, target.url, failure, run_id=run_id, now=now, next_try_at=due_at)
    outcome = Outcome.GONE if rejection.gone_reason else Outcome.FAILED
    return context.result(Outcome.BLOCKED if rejection.blocked else outcome)


def _settle(context: SaveContext, rejection: validate.Rejection) -> Outcome | None:
    """Return the outcome of a rejected page that needs no failure: a gone post, an unlinked page, a home page."""
    archive, target = context.archive, context.target
    if rejection.gone_reason is not None and deletions.record_gone_page(context, rejection.gone_reason):
        return Outcome.GONE
    if not rejection.blocked and (_queue_other_index(context) or _is_unlinked(context, rejection)):
        frontier.deactivate(archive, target)
        return Outcome.GONE
    failure, now = rejection.failure, context.now
    is_of_blog = target.is_home and rejection.of_blog
    if is_of_blog and save_state(archive, context.blog, target.url, failure, now=now):
        frontier.mark_failed(archive, target, now=now)
        context.failure = failure
        return Outcome.FAILED
    return None


def _schedule_retry(context: SaveContext, rejection: validate.Rejection) -> str | None:
    """Mark the target as failed, or as one that waits for other pages; return when it is due (UTC text)."""
    archive, target = context.archive, context.target
    failure, now = rejection.failure, context.now
    if rejection.waits or failures.is_one_of_many(archive, context.blog, target.url, failure):
        return frontier.mark_waiting(archive, target, now=now)
    wait, permanent = rejection.retry_after, failure.permanent
    due_at = frontier.mark_failed(archive, target, permanent=permanent, wait=wait, now=now)
    is_notice = failure.kind == "notice" and failure.field != validate.MAINTENANCE
    is_mistyped = target.is_home and (is_notice or failure.detail in _GONE_STATUSES)
    # Updates leave out a blog that was never there: only its URL, named again, asks for it.
    return None if is_mistyped and not is_stored(archive, Blog(site=target.site, uid=target.uid)) else due_at


# The failure of an earlier home page does not change the state that the present one gave the blog.
_IS_EARLIER_HOME = """
select 1 from authors where site = ? and uid = ? and url <> ? and state in ('moved', 'closed')
"""
_REDIRECTED = re.compile(re.escape(Detail.REDIRECT_OTHER_SITE).replace(re.escape("{url}"), r"(\S+)"))
_GONE_STATUSES = tuple(Detail.STATUS.format(status=status) for status in (404, 410))


def save_state(archive: Archive, blog: Blog, url: str, failure: failures.Failure, *, now: datetime) -> bool:
    """Store the state of a blog after the failure of its home page; return whether it is moved or closed."""
    if not is_stored(archive, blog):
        return False
    if archive.exists(_IS_EARLIER_HOME, (blog.site, blog.uid, url)):
        return True
    if moved := _REDIRECTED.fullmatch(failure.detail):
        set_state(archive, blog, "moved", moved[1], now=now)
        return True
    is_notice = failure.kind == "notice" and failure.field != validate.MAINTENANCE and not failure.permanent
    if is_notice or failure.detail in _GONE_STATUSES:
        set_state(archive, blog, "closed", failure.detail, now=now)
        return True
    if failure.kind in ("network", "http", "blocked", "notice"):
        set_state(archive, blog, "unreachable", failure.detail, now=now)
    return False


def _queue_other_index(context: SaveContext) -> bool:
    """Queue the list of posts that the site has instead of the rejected one; return whether there is one.

    The rejected one is not fetched again for a week.
    """
    archive, target = context.archive, context.target
    other = context.site.next_index(target)
    if other is None:
        return False
    is_home_queued = _queue_unread_home(archive, target, now=context.now)
    frontier.mark_missing(archive, target, now=context.now)
    if not is_home_queued and not listing_pages.is_beyond_end(context, has_others=True):
        chain = page_chains.find_chain(context, target.chain or "")
        before = chain.started_at if chain and target.kind is PageKind.HOME else None
        context.requeue(listing_pages.find_list(context, other), before=before, failed_too=True)
    return True


def _queue_unread_home(archive: Archive, target: Target, *, now: datetime) -> int:
    """Queue the home page if the digest fetched in its place failed; return the number of queued targets."""
    home = home_target(archive, Blog(site=target.site, uid=target.uid))
    fetched_at = archive.text("select fetched_at from frontier where key = ?", (target.url,))
    if home is None or fetched_at is None or not site_by_name(target.site).is_digest(target.url):
        return 0
    return frontier.requeue_target(archive, home, before=fetched_at, now=now)


def _is_unlinked(context: SaveContext, rejection: validate.Rejection) -> bool:
    """Return whether the blog no longer links to the target.

    Such are deleted months and categories, pages past the end of a listing, and comments of gone posts.
    """
    is_gone = rejection.gone_reason is not None
    if is_gone and listing_pages.is_beyond_end(context):
        return True
    if is_gone and context.target.kind is PageKind.CATEGORY and categories.is_listing_gone(context):
        categories.empty_gone_categories(context)
        return True
    if context.target.kind is PageKind.MONTH:
        return months.is_listing_gone(context)
    post_number = context.target.post_number
    return context.target.kind is PageKind.COMMENTS and deletions.is_gone(context, post_number)
