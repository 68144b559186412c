"""The posts that have other numbers of comments than their pages count."""

ANSWER = "answer|"
"""Begins the identity of an answer of the blog's owner that the count of the page leaves out."""

IS_COUNTED = f"instr(c.fingerprint, '|{ANSWER}') = 0"
"""Condition on a comment `c`: pages count it. Some sites leave out the answers of the blog's owner."""

LACKS_COMMENTS = (
    "p.gone_at is null and p.content_hash is not null and p.comment_count <>"  # noqa: S608 - a constant
    f" (select count(*) from comments c where c.post_id = p.id and c.gone_at is null and {IS_COUNTED})"
    # Some counts include comments that nobody sees; the save of the page compared them.
    " and (p.comments_complete_at is null or p.comments_complete_at <"
    " (select max(s.captured_at) from post_stats s where s.post_id = p.id))"
)
"""Condition on a post `p`: more or fewer comments are stored than counted, and no save since then agreed."""
