"""Format search hits: as lines for a terminal, and as JSON."""

import json
from collections.abc import Sequence
from gettext import gettext as _

import click

from blogarchive.browse.pages.post_choices import format_day
from blogarchive.store.search.search import Fragment, Hit


def format_hit(hit: Hit, *, colour: bool = False) -> str:
    """Return three lines: day, author and title; the excerpt; the URL. `colour` highlights the words found."""
    author = _("{author} (comment)").format(author=hit.author) if hit.kind == "comment" else hit.author
    gone = _("  (gone from the site)") if hit.gone_at else ""
    title = _join(hit.title, colour=colour) or _("(untitled)")
    return (
        f"{format_day(hit.posted_at) or '----------'}  {author}  {title}{gone}\n"
        f"    {_join(hit.excerpt, colour=colour)}\n"
        f"    {hit.url}"
    )


def hit_json(hit: Hit) -> str:
    """Return one line of JSON; `excerpt` is plain text, `marks` are the words found in it."""
    return json.dumps(
        {
            "kind": hit.kind,
            "id": hit.id,
            "post_id": hit.post_id,
            "author": hit.author,
            "title": _join(hit.title, colour=False),
            "posted_at": hit.posted_at,
            "url": hit.url,
            "gone_at": hit.gone_at,
            "excerpt": _join(hit.excerpt, colour=False),
            "marks": [piece.text for piece in hit.excerpt if piece.hit],
        },
        ensure_ascii=False,
    )


def _join(pieces: Sequence[Fragment], *, colour: bool) -> str:
    return "".join(
        click.style(piece.text, fg="yellow", bold=True) if colour and piece.hit else piece.text
        for piece in pieces
    ).strip()
