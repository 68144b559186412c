"""The lines that end a run, for people and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from blogarchive.crawl.options import CrawlOptions
from blogarchive.errors import BlogArchiveError, Unreachable

if TYPE_CHECKING:  # Scrapy is imported when a crawl begins
    from collections.abc import Mapping

    from blogarchive.crawl.result import CrawlResult

_HOSTS_SHOWN = 5


def result_json(crawl_options: CrawlOptions, result: "CrawlResult") -> str:
    """Return the result of a run as one line of JSON."""
    return json.dumps(
        {
            "command": crawl_options.command,
            "db": str(crawl_options.db),
            "outcome": result.outcome,
            "exit_code": result.exit_code,
            "message": result.message,
            **asdict(result.counts),
            "images_not_fetched": dict(result.skipped_images),
            "known_failures": list(result.notes),
        },
        ensure_ascii=False,
    )


def error_json(crawl_options: CrawlOptions, error: BlogArchiveError) -> str:
    """Return the error that prevented a run, as one line of JSON with the keys of `result_json` that it has."""
    return json.dumps(
        {
            "command": crawl_options.command,
            "db": str(crawl_options.db),
            "outcome": "error",
            "exit_code": error.exit_code,
            "message": str(error),
        },
        ensure_ascii=False,
    )


def has_news(result: "CrawlResult") -> bool:
    """Return True if the run stored something new, or marked something as gone."""
    counts = result.counts
    changed = (counts.posts_new, counts.posts_changed, counts.posts_gone)
    return any((*changed, counts.comments_new, counts.comments_changed, counts.media))


def summary_lines(result: "CrawlResult") -> Iterator[str]:
    """Yield the lines about a run and the images that it left out; no line if no page was reached."""
    if result.exit_code == Unreachable.exit_code and not result.counts.pages:
        return
    counts = result.counts
    parts = (
        ngettext("{count} request", "{count} requests", counts.requests).format(count=counts.requests),
        ngettext("{count} new post", "{count} new posts", counts.posts_new).format(count=counts.posts_new),
        _("{count} changed").format(count=counts.posts_changed),
        _("{count} gone").format(count=counts.posts_gone),
        ngettext("{count} new comment", "{count} new comments", counts.comments_new).format(
            count=counts.comments_new
        ),
        ngettext("{count} image", "{count} images", counts.media).format(count=counts.media),
    )
    text = _(", ").join(parts)
    yield _("done: {counts}").format(counts=text) if result.outcome == "done" else text
    if result.skipped_images:
        yield skipped_images_line(result.skipped_images)
    yield from result.notes


def skipped_images_line(hosts: "Mapping[str, int]") -> str:
    """Return how many images on which hosts were not fetched, and the option that fetches them."""
    images = sum(hosts.values())
    shown = [f"{host} ({count})" for host, count in list(hosts.items())[:_HOSTS_SHOWN]]
    if len(hosts) > _HOSTS_SHOWN:
        shown.append(_("{count} more").format(count=len(hosts) - _HOSTS_SHOWN))
    return ngettext(
        "{images} image on {hosts} was not fetched: {list}; --media-hosts '*' fetches it",
        "{images} images on {hosts} were not fetched: {list}; --media-hosts '*' fetches them",
        images,
    ).format(
        images=images,
        hosts=ngettext("{count} other host", "{count} other hosts", len(hosts)).format(count=len(hosts)),
        list=", ".join(shown),
    )
