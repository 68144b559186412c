"""The command `status`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, replace
from gettext import gettext as _
from itertools import chain
from pathlib import Path
from typing import Any

import click

from blogarchive.cli import options
from blogarchive.cli.output import image_count, page_count, print_json, skipped_images_line
from blogarchive.messages.details import explain_detail, label
from blogarchive.store.database.archive import Archive
from blogarchive.store.discovery import SiteTotals
from blogarchive.store.ledger.blogs import Blog, find_blog
from blogarchive.store.ledger.coverage import MonthCoverage, changes_message
from blogarchive.store.media import ImageCounts
from blogarchive.store.read import status as status_query

# Blogs up to which each is shown in full.
_MAX_BLOGS = 20


@click.command(help=_("Posts and comments are compared with the counts on the pages."))
@click.argument("names", metavar="[BLOG]...", nargs=-1)
@click.option(
    "--all",
    "in_full",
    is_flag=True,
    help=_("Show each blog, also of more than {count}.").format(count=_MAX_BLOGS),
)
@options.db_and_json
def status(names: Sequence[str], in_full: bool, db: Path, as_json: bool) -> None:
    """Show how much of each blog is stored."""
    with Archive.open(db, read_only=True) as archive:
        found = status_query.read_status(archive)
        if names:
            wanted = {find_blog(archive, name) for name in names}
            named = (one for one in found.blogs if one.uid and Blog(site=one.site, uid=one.uid) in wanted)
            found = replace(found, blogs=tuple(named))
        # The site of a stored blog may not be installed: both forms are asked for.
        scopes = {scope for one in found.blogs for scope in (one.site, f"{one.site}/{one.uid}")}
        changed = None if as_json else changes_message(archive, scopes)
    if as_json:
        blogs = [
            {**asdict(x), "months_complete": x.months_complete, "complete": x.complete} for x in found.blogs
        ]
        print_json({**asdict(found), "blogs": blogs})
        return
    is_long = len(found.blogs) > _MAX_BLOGS and not (in_full or names)
    of_blogs = _format_sums(found.blogs) if is_long else chain.from_iterable(map(_format_blog, found.blogs))
    for line in chain(of_blogs, [changed] if changed else (), () if names else _format_archive(found)):
        click.echo(line)


def _format_sums(blogs: Sequence[status_query.BlogStatus]) -> Iterator[str]:
    for site in dict.fromkeys(blog.site for blog in blogs):
        of_site = [blog for blog in blogs if blog.site == site]
        yield _("{site}: {complete} of {blogs} complete, {unreached} never reached, {paused} paused").format(
            site=site,
            blogs=len(of_site),
            complete=sum(blog.complete for blog in of_site),
            unreached=sum(not blog.reached for blog in of_site),
            paused=sum(blog.paused_at is not None for blog in of_site),
        )
        yield from _format_counts(of_site)
    # Only blogs that need attention: a whole host may have thousands of complete ones.
    yield from _format_incomplete([blog for blog in blogs if not blog.complete])


def _format_archive(found: status_query.ArchiveStatus) -> Iterator[str]:
    """Yield the lines of the archive: discovered blogs, size, last run, tasks that wait."""
    yield from (_format_coverage(one) for one in found.coverage if one.blogs_discovered)
    text = _("stored: {pages} and {images}; last run: {last_run}")
    pages, images = page_count(found.pages), image_count(found.media)
    yield text.format(pages=pages, images=images, last_run=_format_last_run(found))
    if found.pages_stale:
        text = _("pages parsed by an older version: {count}; `blogarchive reparse --stale` parses them again")
        yield text.format(count=found.pages_stale)
    if found.unfinished_merge:
        text = _("the merge of {name} was interrupted: `blogarchive merge` with the same file continues it")
        yield text.format(name=found.unfinished_merge)


def _format_last_run(found: status_query.ArchiveStatus) -> str:
    if found.last_run_command is None:
        return _("none")
    outcome = label(found.last_run_outcome) if found.last_run_outcome else _("running or killed")
    return _(", ").join((found.last_run_command, outcome, found.last_run_at or ""))


def _format_readers(blog: status_query.BlogStatus) -> str:
    readers = ", ".join(f"{name} {count}" for name, count in blog.readers.items())
    text = _("  read by   {readers}; all posts were listed on {day}")
    if blog.list_proved_at is None:
        text = _("  read by   {readers}; no list names all posts: completeness is unproved")
    return text.format(readers=readers, day=(blog.list_proved_at or "")[:10])


def _format_blog(blog: status_query.BlogStatus) -> Iterator[str]:
    if not blog.reached:
        yield from _format_unreached(blog)
        return
    name = blog.blog_title or blog.nickname or blog.uid
    paused = _(" (paused)") if blog.paused_at else ""
    yield f"{name} ({blog.site}/{blog.uid}) {blog.url}{paused}"
    yield from _format_counts([blog])
    if blog.readers:
        yield _format_readers(blog)
    yield from _format_warnings(blog)
    yield from _format_state(blog)
    yield from _format_months(blog)


def _format_warnings(blog: status_query.BlogStatus) -> Iterator[str]:
    """Yield a line for each warning: no good run, images not fetched, home page not reached, pages overdue."""
    if blog.last_good_run or not blog.complete:
        yield _("  last good run  {time}").format(time=blog.last_good_run or _("none yet"))
    if blog.images_not_fetched:
        yield f"  {skipped_images_line(blog.images_not_fetched)}"
    if blog.unreached_since:
        text = _("  home page not reached since {time}: {error}")
        yield text.format(time=blog.unreached_since, error=explain_detail(blog.last_error or ""))
    # A closed or paused blog is overdue by intention.
    if blog.overdue and not blog.state and not blog.paused_at:
        yield _(
            "  pages due for more than a week: {count}; `blogarchive settings {uid} revisits=N` allows more requests"
            " a run"
        ).format(count=blog.overdue, uid=blog.uid)
    if blog.not_seen_since_agreement:
        text = _("  posts that may still change after --accept-changes, not fetched since: {count}")
        yield text.format(count=blog.not_seen_since_agreement)


def _format_state(blog: status_query.BlogStatus) -> Iterator[str]:
    """Yield the line of a blog that has moved or is closed."""
    day, detail = (blog.state_since or "")[:10], blog.state_detail or ""
    if blog.state == "moved":
        text = _("  moved to {url}, seen on {day}: `blogarchive backup {url} --site {site}` continues there")
        yield text.format(url=detail, day=day, site=blog.site)
    elif blog.state == "closed":
        yield _("  closed since {day}: {notice}").format(day=day, notice=explain_detail(detail, "notice"))


def _format_months(blog: status_query.BlogStatus) -> Iterator[str]:
    """Yield a line for each month that is not complete."""
    text = _("  {month}  {read} of {named} posts read, {stored} stored, {shown} shown")
    for month in (month for month in blog.months if not month.complete):
        stored = _format_days(month.first_held, month.last_held)
        shown = _format_days(month.first_shown, month.last_shown)
        yield text.format(**_values(month), stored=stored, shown=shown)


def _format_counts(blogs: Sequence[status_query.BlogStatus]) -> Sequence[str]:
    """Return the lines of the counts of one blog, or their sums over several."""
    counts = Counter[str]()
    for blog in blogs:
        counts.update({name: value for name, value in _values(blog).items() if isinstance(value, int)})
        counts.update({f"images_{name}": value for name, value in _values(blog.pictures).items()})
        counts.update(months_complete=blog.months_complete, months=len(blog.months))
    lines = (
        _("  posts     {posts_read} of {posts_named} read, {edited} edited, {gone} gone"),
        _comments_line(counts),
        *([_("  months    {months_complete} of {months} complete")] if counts["months"] else ()),
        _(
            "  images    {images_held} of {images_shown} stored, {images_dead} given up, {images_waiting} still to"
            " fetch, {images_skipped} on hosts that are not allowed"
        ),
        _("  failures  {open_failures} open; pages still to fetch: {waiting}"),
    )
    return [line.format_map(counts) for line in lines]


def _values(row: status_query.BlogStatus | MonthCoverage | ImageCounts) -> dict[str, Any]:
    """Return the fields of a row by name, without the copies of values that `asdict` makes."""
    return {field.name: getattr(row, field.name) for field in fields(row)}


def _comments_line(counts: Counter[str]) -> str:
    """Return the words of the line of the comments, by whether the pages show their number, and any is stored."""
    if counts["comments_claimed"]:
        return _(
            "  comments  {comments_held} of {comments_claimed} stored, {comments_edited} edited, {comments_gone} gone"
        )
    if not counts["comments_held"] and not counts["comments_gone"]:
        return _("  comments  none stored, the pages show none")
    return _(
        "  comments  {comments_held} stored, the pages show no number; {comments_edited} edited, {comments_gone} gone"
    )


def _format_incomplete(blogs: Sequence[status_query.BlogStatus]) -> Iterator[str]:
    """Yield a line for each of the first incomplete blogs, and one for the number of all."""
    if not blogs:
        return
    text = _("blogs that are not complete: {count}; `blogarchive status --all` shows each blog")
    yield text.format(count=len(blogs))
    for blog in blogs[:_MAX_BLOGS]:
        if blog.reached:
            yield _(
                "  {site}/{uid}  {posts_read} of {posts_named} posts read;"
                " pages still to fetch: {waiting}; failures: {open_failures}"
            ).format(**_values(blog))
        else:
            yield "  " + " ".join(line.strip() for line in _format_unreached(blog))


def _format_unreached(blog: status_query.BlogStatus) -> Sequence[str]:
    name, paused = f"{blog.site}/{blog.uid or '?'}", _(" (paused)") if blog.paused_at else ""
    if not blog.last_error:
        return [f"{name} {blog.url}{paused}", _("  not tried yet")]
    text = _("  never reached: {error}; `blogarchive forget {url} --delete` removes it")
    return [f"{name} {blog.url}{paused}", text.format(error=explain_detail(blog.last_error), url=blog.url)]


def _format_coverage(coverage: SiteTotals) -> str:
    """Return the known blogs of a site, and how many numbers of its posts are known up to the highest."""
    text = _("{site}: blogs stored: {blogs}; discovered and waiting for `backup --discovered`: {waiting}")
    text = text.format(site=coverage.site, blogs=coverage.blogs, waiting=coverage.blogs_waiting)
    if not coverage.highest_number:
        return text
    known, highest = coverage.numbers_known, coverage.highest_number
    numbers = _("; {known} post numbers known of at most {highest} ({share:.1f} %)")
    return text + numbers.format(known=known, highest=highest, share=100 * known / highest)


def _format_days(first: str | None, last: str | None) -> str:
    return _("none") if first is None else _("{first} to {last}").format(first=first, last=last)
