"""Undo the changes that a page made to the comments of a post."""

from hashlib import sha256

from blogarchive.store.changes.classify import ChangeKind
from blogarchive.store.database.archive import Archive
from blogarchive.store.rows import dicts

_REPLACED = """
select c.id, r.id as revision_id, r.body_html, r.body_text, r.text_checksum, r.page_id, r.captured_at as version_at
  from comments c join comment_revisions r on r.id =
       (select id from comment_revisions where comment_id = c.id order by captured_at desc, id desc limit 1)
 where c.post_id = ? and c.version_at = ? and c.first_seen_at < c.version_at
"""


def undo_comments(archive: Archive, post_id: int, kind: ChangeKind, moment: str) -> None:
    """Restore the texts that a page of the UTC text `moment` changed, and gone marks since; delete renamed comments."""
    for row in list(dicts(archive.execute(_REPLACED, (post_id, moment)))):
        comment_id, revision_id = row.pop("id"), row.pop("revision_id")
        digest = sha256(row["body_text"].encode()).hexdigest()
        archive.update_row("comments", comment_id, {**row, "text_digest": digest})
        archive.execute("delete from comment_revisions where id = ?", (revision_id,))
    if kind is ChangeKind.COMMENTS_RENAMED:
        archive.execute(
            "delete from comments where post_id = ?1 and first_seen_at = ?2 and text_digest in"
            " (select text_digest from comments where post_id = ?1 and gone_at >= ?2)",
            (post_id, moment),
        )
    archive.execute(
        "update comments set gone_at = null where post_id = ? and gone_at >= ?", (post_id, moment)
    )
