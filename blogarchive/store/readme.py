"""The table `readme`: it explains the file, in Chinese and in English, to a person who has no blogarchive.

`Archive.checkpoint` refreshes it at the end of each run, after the totals.
"""

from functools import cache
from pathlib import Path

from blogarchive.store.statements import Statements

_LANGUAGES = ("zh", "en")
_MAX_BLOGS = 100
_BLOGS = """
select coalesce(a.blog_title, a.nickname, a.uid), coalesce(a.nickname, a.uid), a.url,
       coalesce(t.posts - t.missing, 0), coalesce(t.comments, 0)
  from authors a left join _blog_totals t on t.author_id = a.id order by a.site, a.uid limit ?"""
_LINES = {
    "zh": "- {title}（{name}）：{posts} 篇文章，{comments} 条评论，{url}",
    "en": "- {title} ({name}): {posts} posts, {comments} comments, {url}",
}
_MORE = {
    "zh": "- 还有 {count} 个博客：select * from authors",
    "en": "- and {count} more blogs: select * from authors",
}
_NO_BLOG = {"zh": "- 还没有博客", "en": "- none yet"}


def is_outdated(archive: Statements) -> bool:
    """Return whether the stored texts differ from the texts that describe the current rows."""
    return dict(archive.rows("select language, text from readme")) != _compose(archive)


def refresh_readme(archive: Statements) -> None:
    """Store the texts that describe the current rows, inside the caller's transaction."""
    archive.execute_many("replace into readme(language, text) values (?, ?)", list(_compose(archive).items()))


def _compose(archive: Statements) -> dict[str, str]:
    query = "select min(first_seen_at), max(last_seen_at), count(*) from authors"
    ((first_seen, last_seen, count),) = archive.rows(query)
    blogs = archive.rows(_BLOGS, (_MAX_BLOGS,))
    times = {"first_seen": _format_minute(first_seen), "last_seen": _format_minute(last_seen)}
    shown = {language: _format_blogs(blogs, count - len(blogs), language) for language in _LANGUAGES}
    return {language: _template(language).format(blogs=lines, **times) for language, lines in shown.items()}


def _format_blogs(blogs: list[tuple[str, str, str, int, int]], more: int, language: str) -> str:
    lines = [
        _LINES[language].format(title=title, name=name, url=url, posts=posts, comments=comments)
        for title, name, url, posts, comments in blogs
    ]
    if more:
        lines.append(_MORE[language].format(count=more))
    return "\n".join(lines) or _NO_BLOG[language]


def _format_minute(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else "—"


@cache
def _template(language: str) -> str:
    return Path(__file__).with_name("texts").joinpath(f"readme.{language}.txt").read_text("utf-8")
