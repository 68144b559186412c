"""Look up blogs of a host by requests: directory pages, samples of post numbers, ranges of uids."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from blogarchive.items import BlogLink, CrawledPage, Page, PageKind, ParsedPage, Target
from blogarchive.messages.details import Detail, explain_detail
from blogarchive.parsing.charset.decoding import decode
from blogarchive.parsing.urls import host_of, port_of, service_of
from blogarchive.sites.base import Site, parse_page
from blogarchive.sites.grammar.listing import find_next_page
from blogarchive.sites.grammar.page import build_page_view
from blogarchive.sites.links import blog_of_url
from blogarchive.store import discovery
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest.validate import ResponseClassifier, ResponseKind, StoredState, validate_page
from blogarchive.store.ledger.blogs import stored_blogs, unclosed_hosts
from blogarchive.store.rows import Progress, no_progress, utc_now

REPEAT_AFTER = timedelta(days=7)
"""A sample or a uid is not requested again within this time: an interrupted `discover` continues."""

_FIRST_ERROR = 400  # status
_LIMITS = ("page", "blogs")  # fields of problems that name a limit


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """A page to fetch. `pages_left` counts further pages of a directory; `number` and `uid` are the ids looked up."""

    url: str
    source: discovery.Source
    number: str | None = None
    uid: str | None = None
    page_no: int = 1
    pages_left: int = 0


def sample_lookups(archive: Archive, site: Site, base_url: str, step: int) -> Iterator[Lookup]:
    """Yield lookups of every `step`-th post number, from the highest in the archive down.

    All blogs of a host share one series of numbers, so the samples name most authors with many posts.
    """
    for number in map(str, range(discovery.highest_number(archive, site.name), 0, -step)):
        url = site.build_post_url(base_url, number)
        if url is not None and not discovery.is_number_stored(archive, site.name, number):
            yield Lookup(url=url, source="ids", number=number)


def uid_lookups(archive: Archive, site: Site, base_url: str, first: int, last: int) -> Iterator[Lookup]:
    """Yield lookups of the home pages of uids that are not known."""
    for uid in map(str, range(first, last + 1)):
        url = site.build_home_url(base_url, uid)
        if url is not None and not discovery.is_uid_known(archive, site.name, uid):
            yield Lookup(url=url, source="uids", uid=uid)


@dataclass(eq=False)
class DiscoverySession:
    """The lookups of one `discover`; stores the blogs that their pages name. `progress` is called after each page."""

    archive: Archive
    site: Site
    base_url: str
    wanted: Iterator[Lookup]
    progress: Progress = no_progress
    max_requests: int | None = None
    fetched: int = 0
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._further: deque[Lookup] = deque()
        blogs = [blog for blog in stored_blogs(self.archive, left_out=True) if blog.site == self.site.name]
        self._classifier = ResponseClassifier(unclosed_hosts(self.archive, blogs))

    def homes(self) -> frozenset[tuple[str, int]]:
        """Return host and port of the site, whose address may be private."""
        return frozenset(((host_of(self.base_url), port_of(self.base_url)),))

    def next(self) -> Lookup | None:
        """Return the next lookup; None if none is left."""
        if self._further:
            return self._further.popleft()
        for lookup in self.wanted:
            is_repeated = lookup.source != "page" and discovery.was_requested(
                self.archive, lookup.url, since=utc_now() - REPEAT_AFTER
            )
            if not is_repeated:
                return lookup
        return None

    def record_page(self, lookup: Lookup, page: Page) -> ResponseKind:
        """Store the blogs that a page names, and queue the next page of a directory. Return the kind of response.

        A refusal, an error and a page without its end are failures.
        """
        self.fetched += 1
        target = self._target(lookup)
        crawled = CrawledPage(target=target, page=page, parsed=parse_page(page, target))
        for problem in crawled.parsed.problems:
            if problem.field in _LIMITS:
                self.record_failure(lookup, problem.detail)
        kind = self._classifier.classify(crawled, service_of(page.url), None)
        if kind is ResponseKind.PAGE:
            self._store(lookup, crawled)
            self._queue_next_page(lookup, page)
        else:
            rejection = None if kind is ResponseKind.CUT else validate_page(crawled, StoredState())
            self.record_failure(lookup, rejection.failure.detail if rejection else Detail.PAGE_STOPS)
        self.progress(self.fetched, 0)
        return kind

    def record_failure(self, lookup: Lookup, detail: str) -> None:
        """Record that no page came; the next `discover` requests it again."""
        self.failed.append(f"{lookup.url}: {explain_detail(detail)}")

    def _store(self, lookup: Lookup, crawled: CrawledPage) -> None:
        """Store the blogs that a page shows or names, and that the lookup was requested."""
        page, parsed = crawled.page, crawled.parsed
        shown = self._shown_blogs(lookup, page, parsed)
        with self.archive.atomic():
            if lookup.source == "page":
                self._add(self._without_names((*shown, *parsed.blogs)), "page", page.url)
            else:
                self._add(shown, lookup.source, page.url)
                self._add(parsed.blogs, "links", page.url)
            discovery.record_request(self.archive, lookup.url, now=utc_now())

    def _add(self, blogs: Iterable[BlogLink], source: discovery.Source, found_on: str) -> None:
        discovery.add_blogs(self.archive, blogs, source=source, found_on=found_on, now=utc_now())

    def _without_names(self, blogs: Iterable[BlogLink]) -> list[BlogLink]:
        """Return the blogs with a number, and those with a name if the archive has such blogs.

        Each short path of a host, such as `/about/`, may be the home page of a blog with that name.
        """
        has_names = discovery.has_names(self.archive, self.site.name)
        return [blog for blog in blogs if has_names or blog.uid.isdigit()]

    def _target(self, lookup: Lookup) -> Target:
        kind = PageKind.POST if lookup.source == "ids" else PageKind.HOME
        return Target(url=lookup.url, site=self.site.name, kind=kind, uid=lookup.uid, number=lookup.number)

    def _shown_blogs(self, lookup: Lookup, page: Page, parsed: ParsedPage) -> list[BlogLink]:
        """Return the blog that a served page belongs to, by its author or by its URL after redirects."""
        if page.status >= _FIRST_ERROR:
            return []
        if parsed.author is not None:
            return [BlogLink(site=self.site.name, uid=parsed.author.uid, url=parsed.author.url)]
        served = blog_of_url(self.site, page.url) if lookup.source == "ids" else None
        return [served] if served else []

    def _queue_next_page(self, lookup: Lookup, page: Page) -> None:
        """Queue the page of a directory that this one links to as its next, if pages are left."""
        if lookup.pages_left <= 0:
            return
        text = decode(page.body, page.header("content-type")).text
        now = page.fetched_at.astimezone(self.site.zone)
        view = build_page_view(text, page.url, now, self.site.parse_url)
        found = find_next_page(view, range(len(view.lines)), lookup.page_no)
        if found is not None:
            page_no, left = lookup.page_no + 1, lookup.pages_left - 1
            self._further.append(replace(lookup, url=found[0], page_no=page_no, pages_left=left))
