"""URLs of targets that earlier runs have stored in the frontier."""

import json
from collections.abc import Sequence
from dataclasses import replace

from blogarchive.items import Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.frontier import queue as frontier_queue


def with_stored_scheme(archive: Archive, target: Target) -> Target:
    """Return the target with the scheme that the frontier uses for its URL, http or https, if that URL has no failure."""
    scheme, _, rest = target.url.partition("://")
    other = f"{'http' if scheme == 'https' else 'https'}://{rest}"
    is_usable = archive.exists(
        "select 1 from frontier f where key = ? and url = ? and not exists"
        " (select 1 from failures x where x.url = f.url and x.resolved_at is null)",
        (frontier_queue.target_key(replace(target, url=other)), other),
    )
    return replace(target, url=other) if is_usable else target


def stored_next_pages(archive: Archive, targets: Sequence[Target]) -> list[str]:
    """Return the URLs of the next pages of `targets` that earlier runs found, of comments and listings.

    Excludes next pages of a home page, which only `queue_more` queues, and of targets with validators: a 304 response
    has no links.
    """
    first_urls = [target.url for target in targets if not (target.etag or target.last_modified)]
    return archive.column(
        "select url from frontier where state = 'done' and page_no > 1 and kind <> 'home'"
        " and chain in (select value from json_each(?)) order by chain, page_no, id",
        (json.dumps(first_urls),),
    )
