"""Narrow `text like '%…%'` by the search index, so that SQLite reads the texts of possible hits alone.

Each text that contains a run of Chinese characters has the run as a phrase in the index. Other characters are not
used: the index has whole words of them, and `like` finds parts of words.
"""

import re
from typing import Final

from blogarchive.store.search.tokenizer import tokenize

_INDEXED: Final = {
    ("posts", "title"): "posts",
    ("posts", "body_text"): "posts",
    ("posts_view", "title"): "posts",
    ("posts_view", "body_text"): "posts",
    ("comments", "body_text"): "comments",
}
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_MAX_RUNS: Final = 20
_MAX_LENGTH: Final = 100


def contains_condition(table: str, column: str, text: str, parameter: str) -> tuple[str, str] | None:
    """Return a condition that holds for every row whose column contains `text`, and the value of its parameter.

    None if the column has no index, or if `text` has no Chinese character. Rows that wait for the index pass.
    """
    index = _INDEXED.get((table, column))
    runs = [run[:_MAX_LENGTH] for run in _HAN.findall(text)[:_MAX_RUNS]]
    if index is None or not runs:
        return None
    phrases = " AND ".join('"' + " ".join(token.text for token in tokenize(run)) + '"' for run in runs)
    condition = (
        f"id in (select rowid from {index}_fts where {index}_fts match :{parameter}"  # noqa: S608 - constants
        f" union all select row_id from search_pending where kind = '{index}')"
    )
    return condition, f"{column} : ({phrases})"
