"""The row of a post as it was before a save."""

from dataclasses import dataclass
from typing import cast

from blogarchive.store.pages.context import SaveContext
from blogarchive.store.posts.counters import Figures


@dataclass(frozen=True, kw_only=True, slots=True)
class PostRow:
    """The row of a post as it was before this save; `content_hash` None: known by name only, not read yet."""

    id: int
    title: str | None
    body_html: str | None
    body_text: str | None
    content_hash: str | None
    posted_at: str | None
    posted_at_text: str | None
    url: str
    version_at: str | None
    last_seen_at: str
    first_seen_at: str
    figures: Figures
    own_page_seen_at: str | None
    gone_at: str | None
    page_id: int | None
    from_listing: bool


def held(context: SaveContext, number: int | str) -> PostRow | None:
    """The post of that number of the page's author, or None."""
    row = context.archive.row(
        "select id, title, body_html, body_text, content_hash, posted_at, posted_at_text, url, version_at,"
        " last_seen_at, first_seen_at, views, likes, comment_count, own_page_seen_at, gone_at, page_id,"
        " from_listing"
        " from posts where author_id = ? and number = ?",
        (context.author_id, number),
    )
    if row is None:
        return None
    values = cast("tuple[str | None, ...]", row)
    return PostRow(
        id=cast(int, row[0]),
        title=values[1],
        body_html=values[2],
        body_text=values[3],
        content_hash=values[4],
        posted_at=values[5],
        posted_at_text=values[6],
        url=str(row[7]),
        version_at=values[8],
        last_seen_at=str(row[9]),
        first_seen_at=str(row[10]),
        figures=cast(Figures, row[11:14]),
        own_page_seen_at=values[14],
        gone_at=values[15],
        page_id=cast("int | None", row[16]),
        from_listing=bool(row[17]),
    )
