"""Search posts and comments: parse a query, find its hits by the index, and mark them in their sentences."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from itertools import zip_longest
from typing import Final, Literal, NamedTuple, TypedDict, Unpack

from blogarchive.errors import ArchiveDamaged, UsageError
from blogarchive.parsing.unicode_form import normalize_nfc
from blogarchive.store.search_index import BREAK, INDEXED, Token, fold, tokenize
from blogarchive.store.statements import Statements

_MAX_TERMS: Final = 60  # FTS5 refuses expressions deeper than 256
_QUOTES = str.maketrans("“”„＂「」『』｜", '""""""""|')
_PIECE = re.compile(r'(?P<minus>(?<!\S)[-－−–])?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase: its tokens in order, and the text as typed. `prefix`: the last token may be longer."""

    tokens: tuple[Token, ...]
    typed: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A hit has at least one term of each group of `wanted`, and no term of `unwanted`."""

    wanted: tuple[tuple[Term, ...], ...] = ()
    unwanted: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    @property
    def marked_terms(self) -> tuple[Term, ...]:
        """Return the terms to mark in a hit."""
        return tuple(term for group in self.wanted for term in group)


def parse_query(words: str) -> Query:
    """Return the query of `words`; an empty `Query` if they contain no token."""
    wanted: list[tuple[Term, ...]] = []
    unwanted: list[Term] = []
    either = without = False
    for piece in _PIECE.finditer(words.translate(_QUOTES)):
        if not piece["minus"] and piece["bare"] in ("OR", "|", "AND", "NOT"):
            either = bool(wanted) and piece["bare"] in ("OR", "|")
            without = piece["bare"] == "NOT"
            continue
        groups = [(term,) for term in _terms(piece)]
        if piece["minus"] or without:
            unwanted += [term for (term,) in groups]
        else:
            if either and groups:
                wanted[-1] += groups.pop(0)
            wanted += groups
        either = without = False
    return Query(tuple(wanted[:_MAX_TERMS]), tuple(unwanted[:_MAX_TERMS]))


def _terms(piece: re.Match[str]) -> list[Term]:
    """Return the terms of a word or a quotation of a query; punctuation divides a word into several."""
    if piece["quoted"] is not None:
        found = tuple(tokenize(piece["quoted"]))
        return [Term(found, piece["quoted"])] if found else []
    parts: list[list[Token]] = []
    for token in tokenize(piece["bare"]):
        if token.after_break or not parts:  # 川普，新政 in a search box is two words
            parts.append([])
        parts[-1].append(token._replace(after_break=False))
    if len(parts) == 1:
        prefix = piece["bare"].endswith(("*", "＊")) and not parts[0][-1].single
        return [Term(tuple(parts[0]), piece["bare"].rstrip("*＊"), prefix)]
    return [Term(tuple(part), "".join(token.text for token in part)) for part in parts]


def match_expression(query: Query) -> str:
    """Return the FTS5 expression of a query for the index that `index_text` fills; an empty query matches nothing."""
    return _expression(query, _phrase)


def escape_fts(words: str | None) -> str:
    """Return the FTS5 expression for Datasette's search box, for our index and for one with whole words.

    Datasette calls one function for every full-text table of a database. The expression is the phrase of pairs or the
    word as typed. Our index contains that only if it is a pair.
    """
    return _expression(parse_query(words or ""), _phrase_or_typed)


def _expression(query: Query, written: Callable[[Term], str]) -> str:
    if not query:
        return '""'
    groups = ["(" + " OR ".join(map(written, group[:_MAX_TERMS])) + ")" for group in query.wanted]
    expression = " AND ".join(groups) or f'"{BREAK}"'
    if not query.unwanted:
        return expression
    return f"({expression}) NOT ({' OR '.join(map(written, query.unwanted))})"


def _phrase(term: Term) -> str:
    """Return the FTS5 phrase: 国会 is "国会", 国会议 is "国会 会议", 国 is "国" *, for each pair that it begins."""
    words: list[str] = []
    for token, following in zip_longest(term.tokens, term.tokens[1:]):
        if token.after_break:
            words.append(BREAK)
        if not token.single:
            words.append(token.text)
        elif following and following.single and not following.after_break:
            words.append(token.text + following.text)
        elif following or len(term.tokens) == 1 or not term.tokens[-2].single or token.after_break:
            words.append(token.text)
    is_prefix = term.prefix or (words[-1] == term.tokens[-1].text and term.tokens[-1].single)
    return f'"{" ".join(words)}"' + (" *" if is_prefix else "")


def _phrase_or_typed(term: Term) -> str:
    if not any(token.single for token in term.tokens):
        return _phrase(term)
    typed = "".join(character for character in term.typed if character.isprintable())
    return f'({_phrase(term)} OR "{typed}")'


_SENTENCE_END = re.compile(r"[。！？!?…\n]+[”’」』）)]*")
_SEPARATOR = r"[\W_]*"
_MAX_CONTEXT = 60
_MAX_SENTENCES = 3
_MAX_SEARCHED = 8


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a text; `hit` is True if it matches a term of the query."""

    text: str
    hit: bool = False


def mark_hits(text: str, terms: Sequence[Term]) -> tuple[Fragment, ...]:
    """Return all of `text` with every match marked."""
    text = normalize_nfc(text)
    return _fragments(text, _find_spans(text, terms), 0, len(text))


def extract_sentence(text: str, terms: Sequence[Term]) -> tuple[Fragment, ...]:
    """Return the sentence of the first match, and those of terms not in it; without a match the beginning.

    There are at most three sentences, in the order of the text, each shortened if it is long.
    """
    text = normalize_nfc(text)
    spans = _find_spans(text, terms)
    parts: list[_Part] = []
    for first, last in [*(spans[:1] or [(0, 0)]), *_first_spans(text, terms)]:
        if len(parts) < _MAX_SENTENCES and not any(part.start <= first < part.end for part in parts):
            parts.append(_sentence_around(text, first, last, spans))
    return tuple(_join(text, spans, sorted(parts)))


class _Part(NamedTuple):
    """A part of a text to show; `cut_before` and `cut_after`: its sentence begins earlier, ends later."""

    start: int
    end: int
    cut_before: bool
    cut_after: bool


def _sentence_around(text: str, first: int, last: int, spans: Sequence[tuple[int, int]]) -> _Part:
    begins = max((end.end() for end in _SENTENCE_END.finditer(text, 0, first)), default=0)
    following = _SENTENCE_END.search(text, last)
    ends = following.end() if following else len(text)
    start, end = max(begins, first - _MAX_CONTEXT), min(ends, last + _MAX_CONTEXT)
    # A match is shown whole.
    start = min([start, *(before for before, after in spans if before < start < after)])
    end = max([end, *(after for before, after in spans if before < end < after)])
    return _Part(start, end, start > begins, end < ends)


def _join(text: str, spans: Sequence[tuple[int, int]], parts: Sequence[_Part]) -> Iterator[Fragment]:
    """Yield the fragments of the parts of a text, and the fragment … for each gap between two parts."""
    shown = None
    for part in parts:
        is_apart = part.cut_before if shown is None else part.start > shown
        if is_apart:
            yield Fragment("…")
        start = part.start if shown is None else max(part.start, shown)
        yield from _fragments(text, spans, start, part.end)
        shown = max(part.end, start)
    if parts[-1].cut_after:
        yield Fragment("…")


def _first_spans(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    folded = fold(text) if len(terms) > 1 else ""
    found = (re.search(_pattern(term), folded) for term in terms[:_MAX_SEARCHED])
    return [match.span() for match in found if match and match[0]] if folded else []


def _find_spans(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Return the spans of the terms in `text` (NFC) in order, without overlaps."""
    if not terms:
        return []
    pattern = "|".join(sorted(map(_pattern, terms), key=len, reverse=True))
    return [found.span() for found in re.finditer(pattern, fold(text)) if found[0]]


def _pattern(term: Term) -> str:
    """Return the regular expression that finds a term in folded text, as the index does."""
    parts: list[str] = []
    for index, token in enumerate(term.tokens):
        escaped = re.escape(token.text)
        if index and not (token.single and term.tokens[index - 1].single and not token.after_break):
            parts.append(_SEPARATOR)
        parts.append(escaped)
    first, last = term.tokens[0], term.tokens[-1]
    before = "" if first.single else _boundary(first.text, behind=True)
    after = "" if last.single else r"[^\W_]*" if term.prefix else _boundary(last.text, behind=False)
    return before + "".join(parts) + after


def _boundary(text: str, *, behind: bool) -> str:
    """Return a pattern that keeps a word from matching inside letters, and a number inside digits."""
    kind = r"\d" if text[0].isdigit() else r"[a-zÀ-ʯ]"
    return rf"(?<!{kind})" if behind else rf"(?!{kind})"


def _fragments(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[Fragment, ...]:
    """Return a part of a text as fragments, the spans in it as hits."""
    fragments: list[Fragment] = []
    for first, last in spans:
        if first < start or last > end:
            continue
        if first > start:
            fragments.append(Fragment(_collapse_whitespace(text[start:first])))
        fragments.append(Fragment(_collapse_whitespace(text[first:last]), hit=True))
        start = last
    if start < end:
        fragments.append(Fragment(_collapse_whitespace(text[start:end])))
    return tuple(fragments)


def _collapse_whitespace(text: str) -> str:
    return re.sub(r"\s+", " ", text)


Order = Literal["newest", "best"]

# The indexes below cover filters and order, so that rows with long texts are not read.
_POSTS = "posts_fts f join posts r indexed by posts_newest on r.id = f.rowid"
_COMMENTS = "comments_fts f join comments r indexed by comments_newest on r.id = f.rowid"
# Takes the name of a blog twice.
_BLOGS = """select id from authors where ? in (nickname, uid, blog_title, site || '/' || uid)
        union all select author_id from author_aliases where alias = ?"""
_BY_DATE = "r.posted_at desc, r.id desc"
_BEST_POSTS = f"bm25(posts_fts, 4.0, 1.0), {_BY_DATE}"
_BEST_COMMENTS = f"bm25(comments_fts), {_BY_DATE}"

# The fields of a hit; title and URL of a comment are those of its post.
_POST = """select p.id, p.id as post_id, p.title, p.body_text, p.posted_at, p.url, p.gone_at, a.id as author_id,
                  coalesce(a.nickname, a.uid) as author
             from posts p join authors a on a.id = p.author_id where p.id = ?"""
_COMMENT = """select c.id, c.post_id, p.title, c.body_text, c.posted_at, p.url, c.gone_at, p.author_id,
                     c.author_name as author
                from comments c join posts p on p.id = c.post_id where c.id = ?"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A post or a comment that matches a query.

    `post_id` and `title` of a comment are those of its post, `author` is the author of the comment. `title` and
    `excerpt` are fragments, with the matched words marked. `posted_at` is ISO 8601 text as stored.
    """

    kind: Literal["post", "comment"]
    id: int
    post_id: int
    author_id: int
    author: str
    title: tuple[Fragment, ...]
    excerpt: tuple[Fragment, ...]
    posted_at: str | None
    url: str
    gone_at: str | None


class Scope(TypedDict, total=False):
    """Which posts, or `comments`, are searched.

    `author` is a nickname, a uid, site/uid or the title of a blog; for comments their author's name. `since` and
    `until` are dates (`2024`, `2024-05`, `2024-05-01`) in the site's time zone, both included.
    """

    author: str | None
    since: str | None
    until: str | None
    comments: bool


def search(
    archive: Statements,
    words: str,
    *,
    order: Order = "newest",
    limit: int = 20,
    offset: int = 0,
    **scope: Unpack[Scope],
) -> list[Hit]:
    """Return posts with `words` in title or text, or comments with them; no hits if `words` contain no token.

    Texts that wait for the index are missing: at most a few hundred while a run stores pages, else none.
    """
    query, comments = parse_query(words), scope.get("comments", False)
    tables, where, parameters = _sql_parts(query, scope)
    best = _BEST_COMMENTS if comments else _BEST_POSTS
    ids = archive.column(
        f"select f.rowid from {tables} where {where} "  # noqa: S608
        f"order by {best if order == 'best' else _BY_DATE} limit ? offset ?",
        [*parameters, limit, offset],
    )
    return [_read_hit(archive, row_id, query, comments=comments) for row_id in ids]


def count_hits(archive: Statements, words: str, **scope: Unpack[Scope]) -> int:
    """Return the number of hits of `search` without a limit."""
    tables, where, parameters = _sql_parts(parse_query(words), scope)
    if len(parameters) == 1:  # the index alone
        tables = tables.partition(" ")[0]
    return archive.scalar(f"select count(*) from {tables} where {where}", parameters)  # noqa: S608


HitGroups = list[tuple[int | None, str, int]]
"""Author, year and number of hits; "" is the year of hits without a date, comments have no author here."""


def count_groups(archive: Statements, words: str, **scope: Unpack[Scope]) -> HitGroups:
    """Return the number of hits of `search` by blog and year; comments are counted by year alone."""
    tables, where, parameters = _sql_parts(parse_query(words), scope)
    blog = "null" if scope.get("comments") else "r.author_id"
    query = f"""select {blog}, iif(typeof(r.posted_at) = 'text', substr(r.posted_at, 1, 4), ''), count(*)
            from {tables} where {where} group by 1, 2"""  # noqa: S608
    return archive.rows(query, parameters)


def known_blogs(archive: Statements) -> str:
    """Return the first ten blogs as `site/uid (nickname)`, for the message that an author is not stored."""
    query = "select site || '/' || uid || coalesce(' (' || nickname || ')', '') from authors order by site, uid limit 10"
    return ", ".join(archive.column(query)) or _("none")


def require_blog(archive: Statements, author: str) -> None:
    """Raise `UsageError` if `author` names no blog."""
    if not archive.exists(_BLOGS, (author, author)):
        text = _("no blog in the archive is called {author!r}; it holds {names}")
        raise UsageError(text, author=author, names=known_blogs(archive))


def _sql_parts(query: Query, scope: Scope) -> tuple[str, str, list[str]]:
    """Return tables, condition and parameters of the SQL query."""
    comments, author = scope.get("comments"), scope.get("author")
    since, until = scope.get("since"), scope.get("until")
    table = "comments_fts" if comments else "posts_fts"
    conditions, parameters = [f"{table} match ?"], [match_expression(query)]
    if author is not None and comments:
        conditions.append("r.author_name = ?")
        parameters.append(author)
    elif author is not None:
        conditions.append(f"r.author_id in ({_BLOGS})")
        parameters += [author, author]
    if since is not None:
        # A time cut to its month (2014-07) is not before a day in that month.
        conditions.append("(r.posted_at >= ? or substr(?, 1, length(r.posted_at)) = r.posted_at)")
        parameters += [since, since]
    if until is not None:
        conditions.append("r.posted_at < ? || '~'")
        parameters.append(until)
    return (_COMMENTS if comments else _POSTS), " and ".join(conditions), parameters


def _read_hit(archive: Statements, row_id: int, query: Query, *, comments: bool) -> Hit:
    row = next(iter(archive.dicts(_COMMENT if comments else _POST, (row_id,))), None)
    if row is None:
        text = _("the index names row {row}, which is not there; restore a copy of the archive")
        raise ArchiveDamaged(text, row=row_id)
    title, text = row.pop("title") or "", row.pop("body_text") or ""
    terms = query.marked_terms
    row |= {"title": mark_hits(title, () if comments else terms), "excerpt": extract_sentence(text, terms)}
    return Hit(kind="comment" if comments else "post", **row)


_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_MAX_RUNS: Final = 20
_MAX_LENGTH: Final = 100


def contains_condition(table: str, column: str, text: str, parameter: str) -> tuple[str, str] | None:
    """Return a condition that holds for every row whose column contains `text`, and the value of its parameter.

    None if the column has no index, or if `text` has no Chinese character. Rows that wait for the index pass.
    """
    index = table.removesuffix("_view")
    runs = [run[:_MAX_LENGTH] for run in _HAN.findall(text)[:_MAX_RUNS]]
    if column not in INDEXED.get(index, ()) or not runs:
        return None
    phrases = " AND ".join(_phrase(Term(tuple(tokenize(run)), run)) for run in runs)
    condition = f"""id in (select rowid from {index}_fts where {index}_fts match :{parameter}
            union all select row_id from _search_pending where kind = '{index}')"""  # noqa: S608 - constants
    return condition, f"{column} : ({phrases})"
