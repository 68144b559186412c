"""The full-text index: pairs of Chinese characters, runs of letters, numbers; kept equal to the rows after every write.

SQLite's tokenizers take a whole Chinese sentence for one word (unicode61), or find nothing below three characters
(trigram). So the index stores overlapping pairs, 国会议 as 国会 会议 议. A word of two characters is a token that any
SQL client finds. A longer word is a phrase of pairs; a single character begins a token. A text is indexed as written,
then again in the form that texts and queries share: Traditional to Simplified. Both forms have full width made half
width, lower case, and no accents. A folded text has the length of the text: a position in one is the same
position in the other.

Triggers in `schema.sql` note each changed text in `_search_pending`; `refresh` indexes them. Queries: `search.py`.
"""

import json
import re
import sys
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from operator import add
from typing import Final, NamedTuple

from blogarchive.parsing.unicode_form import normalize_nfc
from blogarchive.store.rows import Value
from blogarchive.store.statements import UNREADABLE, Statements, insert_sql

INDEXED = {"posts": ("title", "body_text"), "comments": ("body_text",)}
"""The indexed columns of each table, the title first."""

_BATCH = 500
_FOLDING = "select folding from _search_state"
_PARTS = ("data", "idx", "docsize", "config")  # tables of FTS5 without `content`

BREAK = "‖"
"""Replaces punctuation and line ends in the index, so that no phrase matches across them."""

# Han with radicals and every extension, kana, bopomofo, hangul, private use (characters that GBK once lacked) and
# emoji. Each character begins a token.
_SINGLE = (
    "\u2600-\u2767\u2776-\u27bf\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3100-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\ue000-\ufaff"
    "\U0001f000-\U0001faff\U00020000-\U0003ffff\U000f0000-\U0010fffd"
)
_INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff"
# Texts, which `re` compiles at their first use: that takes 8 ms, and few commands index or search.
_RUN = rf"(?P<single>[{_SINGLE}]+)|(?P<letters>[^\W\d_{_SINGLE}]+)|(?P<digits>\d+)"
_UNSEEN = f"[{_INVISIBLE}]"
_UNSEEN_IN_RUN = f"(?<=[{_SINGLE}])[{_INVISIBLE}]+(?=[{_SINGLE}])"
_BLANK_GAP = rf"[ \t\u00a0\u3000{_INVISIBLE}]*"

# Characters that OpenCC converts only inside a phrase (瞭解, 憑藉, 看著), or not at all. A query may be too short for
# the phrase, so texts and queries are both folded here.
_MORE_VARIANTS = dict(
    zip("著瞭藉甚妳尅覆徧祕彷嬝凖囘暱韮珮榦搾幺", "着了借什你克复遍秘仿袅准回昵韭佩干榨么", strict=True)
)


def refresh(archive: Statements, waiting: int = 1) -> None:
    """Update the index inside the caller's transaction, unless fewer than `waiting` rows have changed."""
    if waiting > 1 and count_pending(archive) < waiting:
        return
    is_outdated = archive.text(_FOLDING) != folding_version()
    if is_outdated or any(_has_replaced_rows(archive, table) for table in INDEXED):
        rebuild(archive)
        return
    for table in INDEXED:
        _refresh_table(archive, table)


def count_pending(archive: Statements) -> int:
    """Return the number of changed rows that are not indexed yet."""
    return archive.scalar("select count(*) from _search_pending")


def is_whole(archive: Statements) -> bool:
    """Return whether every text is indexed, by the folding of this version."""
    return archive.text(_FOLDING) == folding_version() and not count_pending(archive)


def find_damaged(archive: Statements) -> list[str]:
    """Return the tables whose index is damaged. The caller rolls back what the check writes."""
    return [table for table in INDEXED if _is_damaged(archive, table)]


def remove_damaged(archive: Statements, damaged: Collection[str]) -> None:
    """Remove the index of each of these tables inside the caller's transaction; `schema.create_missing` must follow.

    SQLite can neither empty nor drop a damaged index. Its pages stay in the file until `vacuum`. SQLite refuses to
    change the schema in a transaction in which a damaged index was found.
    """
    parts = [f"{table}_fts{part}" for table in damaged for part in ("", *(f"_{part}" for part in _PARTS))]
    archive.execute("pragma writable_schema = on")
    archive.execute_many("delete from sqlite_master where name = ?", [(name,) for name in parts])
    archive.execute("pragma writable_schema = reset")  # SQLite reads the schema again


def rebuild(archive: Statements) -> int:
    """Rebuild the index inside the caller's transaction and return the number of rows indexed."""
    count = 0
    for table in INDEXED:
        archive.execute(f"insert into {table}_fts({table}_fts) values ('delete-all')")  # noqa: S608
        ids = archive.column(f"select id from {table} order by id")  # noqa: S608
        _insert(archive, table, ids)
        # A single b-tree is the smallest and fastest form of the index.
        archive.execute(f"insert into {table}_fts({table}_fts) values ('optimize')")  # noqa: S608
        count += len(ids)
    archive.execute("delete from _search_pending")
    archive.execute("delete from _search_state")
    archive.execute("insert into _search_state (folding) values (?)", (folding_version(),))
    return count


def _is_damaged(archive: Statements, table: str) -> bool:
    try:
        archive.execute(f"insert into {table}_fts({table}_fts) values ('delete-all')")  # noqa: S608
        for part in _PARTS:
            archive.rows(f"select count(*) from {table}_fts_{part}")  # noqa: S608
    except UNREADABLE:
        return True
    return False


def _has_replaced_rows(archive: Statements, table: str) -> bool:
    """Return whether a row that was noted as new is indexed already."""
    statement = f"""select 1 from _search_pending p join {table}_fts_docsize d on d.id = p.row_id
            where p.kind = ? and not p.was_indexed limit 1"""  # noqa: S608
    return archive.exists(statement, (table,))


def _refresh_table(archive: Statements, table: str) -> None:
    query = "select row_id, was_indexed, title, body_text from _search_pending where kind = ?"
    changed = archive.rows(query, (table,))
    if not changed:
        return
    _remove(archive, table, [(row_id, title, text) for row_id, was, title, text in changed if was])
    _insert(archive, table, [row[0] for row in changed])
    archive.execute("delete from _search_pending where kind = ?", (table,))


def _remove(archive: Statements, table: str, old: Iterable[tuple[int, str | None, str | None]]) -> None:
    columns = (f"{table}_fts", "rowid", *INDEXED[table])
    rows: list[tuple[Value, ...]] = [
        ("delete", row_id, *map(index_text, texts[-len(INDEXED[table]) :])) for row_id, *texts in old
    ]
    archive.execute_many(insert_sql(f"{table}_fts", columns), rows)


def _insert(archive: Statements, table: str, ids: list[int]) -> None:
    """Index the rows of these ids, except deleted ones."""
    columns = ", ".join(INDEXED[table])
    wanted = f"select id, {columns} from {table} where id in (select value from json_each(?))"  # noqa: S608
    for start in range(0, len(ids), _BATCH):
        found = archive.rows(wanted, (json.dumps(ids[start : start + _BATCH]),))
        rows = [(row_id, *map(index_text, texts)) for row_id, *texts in found]
        archive.execute_many(insert_sql(f"{table}_fts", ("rowid", *INDEXED[table])), rows)


class Token(NamedTuple):
    """A folded token. `single`: one Chinese character, kana or emoji. `after_break`: a break precedes it."""

    text: str
    single: bool
    after_break: bool


class _Lowering(dict[int, int | str]):
    """A cache from code point to the character in half width and lower case, without accents."""

    def __missing__(self, code: int) -> int | str:
        character = chr(code)
        for form in ("NFKC", "NFD"):
            changed = unicodedata.normalize(form, character)
            # NFD splits é into the letter e and an accent.
            if len(changed) == 1 or (form == "NFD" and all(map(unicodedata.combining, changed[1:]))):
                character = changed[0]
        lower = character.lower()
        self[code] = lower if len(lower) == 1 else character
        return self[code]


class _Folding(dict[int, int | str]):
    """A cache from code point to folded character."""

    def __init__(self) -> None:
        from opencc import OpenCC  # only commands that index or search need it

        super().__init__()
        self._scripts = [OpenCC(name) for name in ("hk2t", "tw2t", "t2s")]

    def __missing__(self, code: int) -> int | str:
        character = chr(code).translate(_LOWERING)
        while (changed := self._convert(character)) != character:  # 薴 becomes 苧, which becomes 苎
            character = changed
        self[code] = character
        return character

    def _convert(self, character: str) -> str:
        for script in self._scripts:
            changed = script.convert(character) if character.isalpha() else character
            character = changed if len(changed) == 1 else character
        return _MORE_VARIANTS.get(character, character).translate(_LOWERING)


_LOWERING: Final = _Lowering()


@cache
def _folding() -> _Folding:
    return _Folding()


@cache
def folding_version() -> str:
    """Return the version of the folding; an index of another version must be rebuilt."""
    from importlib.metadata import version  # a tenth of the start of a command

    package = "opencc" if sys.version_info < (3, 15) else "opencc-python-reimplemented"  # as pyproject.toml
    return f"2 opencc-{version(package)} unicode-{unicodedata.unidata_version}"


def fold(text: str) -> str:
    """Return the folded text, which is as long as `text`; `text` should be in NFC."""
    return text.translate(_folding())


def tokenize(text: str) -> Iterator[Token]:
    """Return the folded tokens of `text` in order."""
    for run, single, parted in _runs(fold(normalize_nfc(text))):
        if not single:
            yield Token(run, False, parted)
            continue
        for index, character in enumerate(run):
            yield Token(character, True, parted and index == 0)


def index_text(text: str | None) -> str:
    """Return the text for the index: tokens separated by spaces, with `BREAK` for breaks and at the beginning.

    The first break is in every text, so that a query with only unwanted terms has a term to match. The parts between
    breaks that differ when folded follow at the end. In plain SQL, a word in Traditional characters finds texts
    written so; one in Simplified characters finds both. No phrase matches across the two forms. `search` folds its
    words: either form finds both.
    """
    if not text:
        return BREAK
    written = normalize_nfc(text).translate(_LOWERING)
    parts = list(_join_runs(written))
    folded = written.translate(_folding())
    if folded != written:
        parts += [other for part, other in zip(parts, list(_join_runs(folded)), strict=True) if part != other]
    return f"{BREAK} {f' {BREAK} '.join(parts)}"


def _join_runs(text: str) -> Iterator[str]:
    """Return the tokens between two breaks, as one text for each such part of a lowered or folded text."""
    words: list[str] = []
    for run, single, parted in _runs(text):
        if parted:
            yield " ".join(words)
            words = []
        words.append(" ".join(map(add, run, f"{run[1:]} ")).rstrip() if single else run)
    yield " ".join(words)


def _runs(text: str) -> Iterator[tuple[str, bool, bool]]:
    """Return runs of single characters, letters or digits: the run, whether single, and whether a break precedes it."""
    if re.search(_UNSEEN, text):
        text = re.sub(_UNSEEN_IN_RUN, "", text)
    end, before_single = 0, None
    for found in re.finditer(_RUN, text):
        single = found["single"] is not None
        parted = before_single is not None and _is_break(text[end : found.start()], before_single, single)
        yield found[0], single, parted
        end, before_single = found.end(), single


def _is_break(gap: str, before_single: bool, after_single: bool) -> bool:
    """Return whether the text between two tokens is a break.

    Between Chinese characters anything visible is a break. Beside a Latin word, spaces are optional (用iPhone拍, 用 iPhone
    拍) and no break. Between Latin words nothing is a break: state-of-the-art equals state of the art.
    """
    if before_single and after_single:
        return True
    return (before_single or after_single) and re.fullmatch(_BLANK_GAP, gap) is None
