"""What the statements of a merge share: `main` is the archive, `other` the one that is brought into it."""

from blogarchive.store.database.archive import Archive

# Rows of the two archives that are one and the same thing.
AUTHORS = "main.authors a join other.authors oa on oa.site = a.site and oa.uid = a.uid"
POSTS = f"{AUTHORS} join main.posts p on p.author_id = a.id join other.posts op on op.author_id = oa.id and op.number = p.number"  # noqa: E501
COMMENTS = f"{POSTS} join main.comments c on c.post_id = p.id join other.comments oc on oc.post_id = op.id and oc.fingerprint = c.fingerprint"  # noqa: E501

# The copy of the other's page that a row of the other, `o`, names.
PAGE = "(select g.id from main.pages g join other.pages og on og.url = g.url and og.fetched_at = g.fetched_at and og.sha256 = g.sha256 where og.id = o.page_id)"  # noqa: E501


def run_script(archive: Archive, statements: str) -> None:
    """Run statements that are parted by a semicolon and an empty line."""
    for statement in statements.split(";\n\n"):
        archive.execute(statement)
