"""Parse a saved page as a target, and refuse a page that is no page of a blog."""

from gettext import gettext as _
from http import HTTPStatus

from blogarchive.errors import UsageError
from blogarchive.importing.saved_files import SavedPage
from blogarchive.items import CrawledPage, Page, PageKind, Target
from blogarchive.parsing.http import is_truncated
from blogarchive.sites.base import site_by_name, site_for_url
from blogarchive.sites.normalize import normalize_page
from blogarchive.workers.large_pages import parse_guarded


class CannotIdentify(Exception):
    """A saved page is not imported; the message is the reason."""


def find_target(url: str, site: str | None) -> Target | None:
    """Return the target of `url` at the site of that name, else at the site of its host; None if no site has it."""
    try:
        known = site_by_name(site) if site else site_for_url(url)
        parsed = known.parse_url(url)
    except (UsageError, ValueError):
        return None
    return Target(url=parsed.url, site=known.name, kind=parsed.kind, uid=parsed.uid, number=parsed.number)


def parse_as(saved: SavedPage, target: Target) -> CrawledPage:
    """Return the saved page, parsed and normalized as `target`. Raises `CannotIdentify` if it is no page of a blog."""
    if saved.status != HTTPStatus.OK:
        raise CannotIdentify(_("it came with status {status}").format(status=saved.status))
    crawled = to_crawled_page(saved, target)
    if crawled.parsed.kind in (PageKind.UNKNOWN, PageKind.NOTICE):
        notice = crawled.parsed.notice
        raise CannotIdentify(
            _("it shows a notice: {notice}").format(notice=notice.text[:80])
            if notice
            else _("it is no page of a blog")
        )
    if crawled.parsed.author is None and crawled.target.uid is None:
        raise CannotIdentify(_("it does not say which blog it belongs to"))
    return normalize_page(crawled)


def to_crawled_page(saved: SavedPage, target: Target) -> CrawledPage:
    """Return the saved page parsed as `target`, unchecked and not normalized."""
    headers = saved.headers or ((("Content-Type", saved.content_type),) if saved.content_type else ())
    restored = (("X-Imported-Pictures", str(len(saved.restored_images))),) if saved.restored_images else ()
    page = Page(
        url=saved.url if saved.headers and saved.url else target.url,
        fetched_at=saved.saved_at,
        status=saved.status,
        headers=(*headers, ("X-Imported-From", saved.name), *restored),
        body=saved.body,
    )
    return CrawledPage(target=target, page=page, parsed=parse_guarded(page, target))


def require_whole(crawled: CrawledPage) -> None:
    """Raise `CannotIdentify` if the page ends before the counters and comments under the post's text."""
    post = next(iter(crawled.parsed.posts), None)
    if post is not None and post.views is post.comment_count is None and is_truncated(crawled.page.body):
        raise CannotIdentify(_("it ends before the end of the post"))


def require_blog(crawled: CrawledPage) -> None:
    """Raise `CannotIdentify` if the URL and the page name different blogs."""
    asked, author = crawled.target.uid or "", crawled.parsed.author
    if author is not None and asked.isdigit() and author.uid.isdigit() and asked != author.uid:
        raise CannotIdentify(
            _("it is of the blog {uid}, and its URL of the blog {asked}").format(uid=author.uid, asked=asked)
        )
