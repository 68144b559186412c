"""The progress of a merge. It is stored until the merge is finished, so that the same command continues it.

It is one row, written in the transaction of each slice. Rows of this archive from before
the merge have at most the stored ids.
"""

from pathlib import Path

from blogarchive.store.database.archive import Archive
from blogarchive.store.database.archive_state import read_state
from blogarchive.store.timestamps import format_utc, utc_now

_START = """
insert into merge_progress(id, source, source_state, started_at, pages_before, posts_before, members_before)
select 1, ?, '', ?, (select coalesce(max(id), 0) from main.pages), (select coalesce(max(id), 0) from main.posts),
       (select coalesce(max(rowid), 0) from main.post_categories)
 where not exists (select 1 from merge_progress)
"""


def start(archive: Archive, other: Path) -> None:
    """Begin a merge, or continue the interrupted one. Call it inside a transaction.

    Rows of another archive, or of one that has changed, are merged from the first on.
    """
    archive.execute(_START, (other.name, format_utc(utc_now())))
    state = read_state(other) or ""
    archive.execute(
        "update merge_progress set source = ?1, source_state = ?2, merged_post_id = 0 where source_state <> ?2",
        (other.name, state),
    )


def restart_parsing(archive: Archive) -> None:
    """Parse all pages of the merge again, because further pages were copied."""
    archive.execute("update merge_progress set parsed_page_id = null")


def mark_parsed(archive: Archive, page_id: int) -> None:
    """Store that the page and all before it are parsed."""
    archive.execute("update merge_progress set parsed_page_id = ?", (page_id,))


def mark_merged(archive: Archive, other_post_id: int) -> None:
    """Store that the rows of the other archive's posts up to this id are merged."""
    archive.execute("update merge_progress set merged_post_id = ?", (other_post_id,))


def merged_post_id(archive: Archive) -> int:
    """Return the highest id of the other archive's posts whose rows are merged, 0 if there is none."""
    return archive.scalar("select merged_post_id from merge_progress")


def finish(archive: Archive) -> None:
    """Delete the progress. Call it inside the transaction of the last slice."""
    archive.execute("delete from merge_progress")
