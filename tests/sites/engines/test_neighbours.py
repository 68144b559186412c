"""Posts that no list names are found by the links of other posts, and a list of the newest ones is not called complete."""

import re
from pathlib import Path

import pytest

from tests.sites.engines.test_wordpress import TEXT, rows
from tests.sites.markup.served import serve
from tests.tool import Ran, run_command

_FEED = """<link rel="alternate" type="application/atom+xml" href="/blog/atom.xml">"""
_NEXT = """<link rel="next" title="About" href="/about/">"""
_LAST = 9


def _page(title: str, body: str, head: str = "") -> str:
    return (
        f"<html><head><title>{title} - Salt Road</title>{head}</head><body><main>{body}</main></body></html>"
    )


def _post(number: int) -> str:
    near = {"prev": number - 1, "next": number + 1}
    links = (
        f'<span class="ablog__{name}"><a href="../day-{other}/">Day {other}</a></span>'
        for name, other in near.items()
        if 1 <= other <= _LAST
    )
    # A link with a parameter is another URL of a known post.
    links = (
        *links,
        '<a class="next" href="../day-9/?from=day">On</a><a class="prev" href="/notes/">Notes</a>',
    )
    time = f'<time datetime="20{number + 10}-03-04T08:30:00+08:00">20{number + 10}-03-04</time>'
    body = f'<div class="entry-content">{f"<p>{TEXT} {number}</p>" * 3}</div>'
    return _page(f"Day {number}", f"<article><h1>Day {number}</h1>{time}{body}{''.join(links)}</article>")


def _blog(head: str) -> dict[str, str]:
    """Return the pages of a blog of nine posts: the home page and the feed name the newest three."""
    newest = range(_LAST, _LAST - 3, -1)
    items = (f'<li><a href="posts/day-{n}/">Day {n}</a> (20{n + 10}-03-04)</li>' for n in newest)
    entries = (
        f'<entry><title>Day {n}</title><link href="/posts/day-{n}/"/><updated>20{n + 10}-03-04T08:30:00Z</updated></entry>'
        for n in newest
    )
    pages = {f"/posts/day-{n}/": _post(n) for n in range(1, _LAST + 1)}
    pages["/"] = _page("Home", f"<h1>Salt Road</h1><ul>{''.join(items)}</ul>", head)
    pages["/about/"] = _page("About", f"<h1>About</h1><p>{TEXT}</p>")
    pages["/blog/atom.xml"] = f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(entries)}</feed>'
    return pages


def _run(folder: Path, *words: str) -> Ran:
    return run_command(*words, "--db", "a.db", "--delay", "0.001", "--no-media", folder=folder)


@pytest.mark.parametrize("head", [_NEXT, _NEXT + _FEED], ids=["no feed", "a feed of the newest posts"])
def test_older_posts_are_found_by_the_links_of_newer_ones_and_the_list_is_unproved(
    tmp_path: Path, head: str
) -> None:
    with serve(_blog(head)) as url:
        assert _run(tmp_path, "backup", f"{url}/").code == 0
        second = _run(tmp_path, "update")
    stored = rows(tmp_path, "select number from posts where body_text is not null order by 1")
    assert stored == [(f"posts/day-{n}",) for n in range(1, _LAST + 1)]
    (found,) = rows(tmp_path, "select kind, detail from failures where resolved_at is null")
    assert found == (
        "incomplete",
        "the blog publishes no list of all its posts; whether all were found is unproved",
    )
    assert rows(tmp_path, "select count(*) from frontier where url like '%/blog/atom.xml'") == [
        (int(_FEED in head),)
    ]
    assert int((re.search(r"(\d+) requests", second.err) or [0, 99])[1]) <= 3


def test_posts_before_a_day_are_not_fetched_by_the_links_of_others(tmp_path: Path) -> None:
    with serve(_blog(_NEXT)) as url:
        assert _run(tmp_path, "backup", f"{url}/", "--since", "2015-01-01").code == 0
    # The link says no day: the first post before that day is fetched.
    stored = rows(tmp_path, "select min(substr(posted_at, 1, 4)) from posts where body_text is not null")
    assert stored == [("2014",)]
