"""Search among 100,000 posts: time and hits against LIKE on the same rows, size against a trigram index.

The text is invented: words of two characters in sentences, with the frequencies of a language. The n-th word is
1/n as frequent as the first. The queries are a hundred of the words, from frequent to rare.
"""

import random
import sqlite3
import statistics
from collections.abc import Iterable
from itertools import accumulate
from time import perf_counter

from bench.figures import Row
from bench.running import folder
from blogarchive.store.database.archive import Archive
from blogarchive.store.search import match_expression, parse_query, search
from blogarchive.store.search_index import fold

POSTS = 100_000
WORDS_A_POST = 150
VOCABULARY = 20_000
ASKED = 100
AGAINST_LIKE = 20


def vocabulary(chance: random.Random) -> list[str]:
    """Return different words of two characters, the most frequent first.

    All are Simplified: LIKE does not find the other script, and would be a wrong reference.
    """
    characters = [
        character for character in map(chr, range(0x4E00, 0x4E00 + 4000)) if fold(character) == character
    ]
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        words["".join(chance.choices(characters, k=2))] = None
    return list(words)


def texts(chance: random.Random, words: list[str], posts: int) -> Iterable[str]:
    weights = list(accumulate(1 / (place + 10) for place in range(len(words))))
    for _ in range(posts):
        drawn = chance.choices(words, cum_weights=weights, k=WORDS_A_POST)
        sentences = ("".join(drawn[start : start + 8]) for start in range(0, len(drawn), 8))
        yield "。".join(sentences)


def fill(archive: Archive, words: list[str], chance: random.Random, posts: int) -> None:
    """Store the posts, without their search index."""
    archive.execute(
        "insert into authors (id, site, uid, url, first_seen_at, last_seen_at) values (1, 'x', '1', '', '', '')"
    )
    with archive.atomic(unindexed=posts):
        archive.connection.executemany(
            "insert into posts (author_id, number, url, title, posted_at, body_text, first_seen_at,"
            " last_seen_at) values (1, ?, '', ?, ?, ?, '', '')",
            (
                (number, text[:8], f"20{10 + number % 15}-{1 + number % 12:02}-{1 + number % 28:02}", text)
                for number, text in enumerate(texts(chance, words, posts))
            ),
        )


def seconds(ask: object) -> float:
    start = perf_counter()
    ask()  # type: ignore[operator]
    return perf_counter() - start


def trigram_size(archive: Archive) -> int:
    """Return the bytes of a trigram index of the posts in `archive`."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table f using fts5(title, t, content='', tokenize='trigram')")
    connection.executemany(
        "insert into f(title, t) values (?, ?)", archive.each("select title, body_text from posts")
    )
    connection.execute("insert into f(f) values ('optimize')")
    return index_size(connection, "f")


def index_size(connection: sqlite3.Connection, index: str) -> int:
    """Return the bytes of a full-text index."""
    (size,) = connection.execute(f"select sum(length(block)) from {index}_data").fetchone()
    return int(size)


def ids_by_like(connection: sqlite3.Connection, word: str) -> list[int]:
    """Return the rows that contain the word, newest first, as the reference."""
    found = connection.execute(
        "select id from posts where title like ?1 or body_text like ?1 order by posted_at desc, id desc",
        (f"%{word}%",),
    )
    return [row[0] for row in found]


def ids_by_index(connection: sqlite3.Connection, word: str) -> list[int]:
    found = connection.execute(
        "select rowid from posts_fts where posts_fts match ?", (match_expression(parse_query(word)),)
    )
    return [row[0] for row in found]


def measure(*, small: bool = False) -> list[tuple[str, str, str]]:
    """Return the rows of time, hits and size."""
    posts = 500 if small else POSTS
    chance = random.Random(1)
    words = vocabulary(chance)
    asked = [words[place] for place in range(0, VOCABULARY, VOCABULARY // ASKED)]
    with folder() as where, Archive.open(where / "archive.db", create=True) as archive:
        fill(archive, words, chance, posts)
        rebuilding = seconds(archive.rebuild_search)
        connection = archive.connection
        ours = {word: min(seconds(lambda w=word: search(archive, w)) for _ in range(3)) for word in asked}
        single = min(seconds(lambda: search(archive, words[0][0])) for _ in range(3))
        theirs, differing = {}, 0
        for word in asked[:: ASKED // AGAINST_LIKE]:
            start = perf_counter()
            liked = ids_by_like(connection, word)
            theirs[word] = perf_counter() - start
            differing += set(liked) != set(ids_by_index(connection, word))
        spaced, trigrams = index_size(connection, "posts_fts"), trigram_size(archive)
    ratios = [theirs[word] / ours[word] for word in theirs]
    scale = f"{posts:,} posts, {posts * (WORDS_A_POST * 2 + WORDS_A_POST // 8) / 1e6:.0f} M characters"
    return [
        Row(f"search: a two-character word among {scale}, 20 newest hits, median of {ASKED}", "at most 4 ms",
            f"{statistics.median(ours.values()) * 1000:.1f} ms"),
        Row("search: a character of the most frequent word", "at most 40 ms", f"{single * 1000:.1f} ms"),
        Row("search: the slowest of them", "", f"{max(ours.values()) * 1000:.1f} ms"),
        Row(f"search: against LIKE on the same rows, median of {AGAINST_LIKE} words", "at least 20 × faster",
            f"{statistics.median(ratios):.0f} ×"),
        Row("search: words whose hits differ from LIKE's", "exactly 0", str(differing)),
        Row("search: index against a trigram index of the same text", "at most 1 ×",
            f"{spaced / trigrams:.2f} × ({spaced / 1e6:.0f} MB, {trigrams / 1e6:.0f} MB)"),
        Row("search: making the index anew", "", f"{rebuilding:.0f} s"),
    ]  # fmt: skip
