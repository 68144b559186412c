"""Joins shared by the statements of a merge: `main` is the archive, `other` the archive to merge."""

from blogarchive.store.database.archive import Archive

# Rows of both archives with the same natural key.
AUTHORS = "main.authors a join other.authors oa on oa.site = a.site and oa.uid = a.uid"
POSTS = f"{AUTHORS} join main.posts p on p.author_id = a.id join other.posts op on op.author_id = oa.id and op.number = p.number"  # noqa: E501
COMMENTS = f"{POSTS} join main.comments c on c.post_id = p.id join other.comments oc on oc.post_id = op.id and oc.fingerprint = c.fingerprint"  # noqa: E501

# The id in `main` of the page of a row `o` of `other`.
PAGE = "(select g.id from main.pages g join other.pages og on og.url = g.url and og.fetched_at = g.fetched_at and og.sha256 = g.sha256 where og.id = o.page_id)"  # noqa: E501


def run_script(archive: Archive, statements: str) -> None:
    """Run statements that are separated by a semicolon and an empty line, inside the transaction."""
    for statement in statements.split(";\n\n"):
        archive.execute(statement)
