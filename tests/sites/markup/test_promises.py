"""Promises of every site of known markup, on the fixtures of that site."""

import json
import random
import re
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from blogarchive.items import Page, PageKind, ParsedPage, Post, Target
from blogarchive.parsing.html import Element, parse_html
from blogarchive.sites.base import Explanation, site_by_name, site_names
from blogarchive.sites.markup import MarkupSite
from blogarchive.sites.markup.parts import CardParts, Form, LinkParts, ListParts, Pick, PostParts, Template
from blogarchive.sites.markup.picker import Picker, parse_tree, select_all
from tests.hostile.patterns import hostile_texts, slow_text
from tests.paths import FIXTURES, ROOT

SITES = [site for name in site_names() if isinstance(site := site_by_name(name), MarkupSite)]
CASES = [case.parent for site in SITES for case in sorted((FIXTURES / site.name).glob("*/*/page.json"))]
HTML_CASES = [case for case in CASES if case.name != "answer"]


def _site(case: Path) -> MarkupSite:
    site = site_by_name(case.parent.parent.name)
    assert isinstance(site, MarkupSite)
    return site


def _page(case: Path, html: str | None = None) -> tuple[Page, Target]:
    about = json.loads((case / "page.json").read_text("utf-8"))
    body = (case / "page.html").read_bytes() if html is None else html.encode()
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    fetched_at = datetime.fromisoformat(about["fetched_at"])
    page = Page(url=about["url"], fetched_at=fetched_at, status=200, headers=headers, body=body)
    target = Target(
        url=page.url,
        site=_site(case).name,
        kind=PageKind(about["kind"]),
        uid=about["uid"],
        post_number=about.get("post_number"),
        page_no=about.get("page_no", 1),
    )
    return page, target


def _parse(case: Path, html: str | None = None) -> ParsedPage:
    return _site(case).parse_page(*_page(case, html))


@cache
def _explained(case: Path) -> Explanation:
    return _site(case).explain_page(*_page(case))


def _template(case: Path) -> Template:
    name = _explained(case).template
    return next(template for template in _site(case).templates if template.name == name)


def _name(case: Path) -> str:
    return "/".join(case.parts[-3:])


def test_every_site_has_fixtures_of_every_template() -> None:
    for site in SITES:
        cases = [case for case in HTML_CASES if case.parent.parent.name == site.name]
        assert {_template(case).name for case in cases} == {template.name for template in site.templates}


def _values(value: Any, kind: type) -> Iterator[Any]:
    """Yield the values of that type in a description of a site."""
    if isinstance(value, kind):
        yield value
    if is_dataclass(value):
        value = tuple(getattr(value, one.name) for one in fields(value))
    if isinstance(value, tuple):
        for one in value:
            yield from _values(one, kind)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_no_text_lets_a_pattern_of_a_site_search_without_end(site: MarkupSite) -> None:
    texts = [pick.match for pick in _values(site, Pick)] + [form.pattern for form in _values(site, Form)]
    texts += [site.host_uid, site.own_url, site.own_number, site.views_answer and site.views_answer.match]
    for text in dict.fromkeys(filter(None, texts)):
        pattern = re.compile(text)
        assert slow_text(pattern, hostile_texts(pattern, random.Random(text), 30)) is None, text


@pytest.mark.parametrize("case", HTML_CASES, ids=_name)
def test_a_label_of_100_kilobytes_is_read_soon(case: Path) -> None:
    root = parse_html((case / "page.html").read_text("utf-8"))
    selectors = {pick.selector for pick in _values(_template(case), Pick) if "::" not in pick.selector}
    labels = [node for selector in selectors for node in select_all(root, selector)]
    for char in "1 ":
        for label in labels:
            label.text = char * (100_000 // max(len(labels), 1))
        begun = time.process_time()
        assert _parse(case, etree.tostring(root, encoding="unicode", method="html"))
        assert time.process_time() - begun < 2


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_declared_field_is_filled_in_some_fixture(site: MarkupSite) -> None:
    cases = [case for case in HTML_CASES if case.parent.parent.name == site.name]
    for template in site.templates:
        filled = {
            source.field
            for case in cases
            if _template(case) is template
            for source in _explained(case).sources
        }
        assert set(_declared(template)) - filled - _UNKNOWN.get((site.name, template.name), set()) == set()


_UNKNOWN: dict[tuple[str, str], set[str]] = {}
"""Fields that no page at hand shows, by site and template."""


def _declared(template: Template) -> Iterator[str]:
    """Yield the names of the fields that the parts of a template select, as an explanation names them."""
    for parts in (template.post, template.whole):
        if parts is not None:
            yield from (
                _FIELDS.get(one.name, one.name) for one in fields(parts) if _is_field(parts, one.name)
            )
            if parts.comments is not None:
                yield from ("comments.author_name", "comments.body", "comments.posted_at")
    if template.card is not None:
        names = [
            one.name
            for one in fields(template.card)
            if one.name != "uid" and _is_field(template.card, one.name)
        ]
        yield from (f"author.{_FIELDS.get(name, name)}" for name in names)


_FIELDS = {"posted": "posted_at"}
_NO_FIELDS = ("each", "link", "more", "drop", "opened", "comments", "next_comments", "categories")


def _is_field(parts: PostParts | CardParts, name: str) -> bool:
    return name not in _NO_FIELDS and getattr(parts, name) is not None


def _selectors(value: Any) -> Iterator[str]:
    if isinstance(value, Pick):
        yield value.selector
    elif isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _selectors(one)


def _pasted(case: Path, into: str) -> str | None:
    """Return the page with copies of its title, time, counters and first comment inside the text or a comment."""
    parts = _template(case).post
    page, _ = _page(case)
    if parts is None or not _parse(case).posts:
        return None
    tree = parse_tree(page.body.decode(), page.url)
    picker = Picker(tree=tree)
    bodies = picker.elements(parts.body)
    comments = picker.elements(parts.comments.each) if parts.comments else []
    if into == "comment":
        bodies = (
            picker.with_closed().elements(parts.comments.body, comments[0])
            if parts.comments and comments
            else []
        )
    if not bodies:
        return None
    named = [parts.title, parts.posted, parts.views, parts.likes, parts.comment_count]
    copied = [
        node for selector in _selectors(tuple(filter(None, named))) for node in picker.elements(selector)
    ]
    for node in [*copied, *comments[:1]]:
        holder = etree.SubElement(bodies[0], "div")
        copy = deepcopy(node)
        copy.tail = None
        holder.append(_change_numbers(copy))
    return etree.tostring(tree.root, method="html", encoding="unicode")


def _change_numbers(copy: Element) -> Element:
    """Change every number of a copy, so that a page that reads it shows another value."""
    for node in copy.iter():
        if isinstance(node.tag, str) and node.text:
            node.text = node.text.translate(str.maketrans("123456789", "234567891"))
    return copy


@pytest.mark.parametrize("into", ["text", "comment"])
@pytest.mark.parametrize("case", HTML_CASES, ids=_name)
def test_parts_of_the_page_pasted_into_the_text_or_a_comment_change_nothing(case: Path, into: str) -> None:
    html = _pasted(case, into)
    if html is None:
        pytest.skip("the page shows no post, or no comment")
    plain, pasted = _parse(case), _parse(case, html)
    assert [_without_bodies(post) for post in pasted.posts] == [_without_bodies(post) for post in plain.posts]
    assert (pasted.author, pasted.problems, pasted.listed) == (plain.author, plain.problems, plain.listed)


def _without_bodies(post: Post) -> Post:
    comments = tuple(replace(one, body_html="", body_text="") for one in post.comments)
    return replace(post, body_html=None, body_text=None, images=(), comments=comments)


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_page_cut_anywhere_does_not_raise(case: Path) -> None:
    html = (case / "page.html").read_text("utf-8")
    for end in range(0, len(html), max(1, len(html) // 12)):
        _parse(case, html[:end])


def _stripped(case: Path, attributes: tuple[str, ...]) -> ParsedPage:
    root = parse_html((case / "page.html").read_text("utf-8"))
    for node in root.iter():
        for name in attributes:
            if isinstance(node.tag, str):
                node.attrib.pop(name, "")
    return _parse(case, etree.tostring(root, method="html", encoding="unicode"))


@pytest.mark.parametrize("case", HTML_CASES, ids=_name)
def test_a_page_without_classes_and_ids_stores_nothing_wrong_silently(case: Path) -> None:
    stripped = _stripped(case, ("class", "id"))
    assert "template" in {problem.field for problem in stripped.problems}
    titles = {post.title for post in _parse(case).posts}
    assert {post.title for post in stripped.posts} <= titles


@pytest.mark.parametrize("attribute", ["class", "id"])
@pytest.mark.parametrize("case", HTML_CASES, ids=_name)
def test_a_page_without_its_classes_or_ids_has_no_other_value_without_a_problem(
    case: Path, attribute: str
) -> None:
    plain = {post.number: post for post in _parse(case).posts}
    stripped = _stripped(case, (attribute,))
    if plain and not stripped.posts:
        assert stripped.problems != ()
    for post in stripped.posts if not stripped.problems else ():
        for name in ("title", "posted", "views", "comment_count"):
            assert getattr(post, name) in (getattr(plain[post.number], name), None)
        assert (plain[post.number].body_text or "") in (post.body_text or "")  # the site's additions may stay


def test_every_selector_of_every_site_is_valid() -> None:
    from blogarchive.sites.markup.picker import compile_selector

    for site in SITES:
        for template in site.templates:
            for selector in _all_selectors(template):
                compile_selector(selector)


def _all_selectors(parts: object) -> Iterator[str]:
    if is_dataclass(parts) and not isinstance(parts, Pick | type):
        for one in fields(parts):
            if one.name not in ("name", "anonymous") or isinstance(parts, LinkParts | ListParts):
                yield from _all_selectors(getattr(parts, one.name))
    else:
        yield from _selectors(parts)


_GUIDE = (ROOT / "docs" / "add-a-site.md").read_text("utf-8")
_BLOCKS = re.findall(r"```(?:python|html)\n(.*?)```", _GUIDE, re.DOTALL)


def test_the_site_of_the_guide_parses_the_page_of_the_guide() -> None:
    html, forms, module = _BLOCKS[:3]
    names: dict[str, object] = {}
    exec(module.replace("SITE =", f"{forms}\nSITE ="), names)
    site = names["SITE"]
    assert isinstance(site, MarkupSite)
    url = "https://blog.example.org/ann/7.html"
    page = Page(
        url=url, fetched_at=datetime(2026, 1, 1, tzinfo=UTC), status=200, headers=(), body=html.encode()
    )
    parsed = site.parse_page(page, Target(url=url, site="example", kind=PageKind.POST))
    (post,) = parsed.posts
    assert (post.number, post.title, post.views, post.comment_count) == ("7", "Plum rain", 1024, 2)
    assert post.posted is not None
    assert post.posted.text == "2020-05-06 06:30"
    (comment,) = post.comments
    assert (comment.author_name, comment.author_url) == ("Bob", "https://blog.example.org/bob/")
    assert [(link.url, link.kind) for link in parsed.links] == [
        ("https://blog.example.org/ann/7.html?cpage=2", PageKind.COMMENTS)
    ]
    assert parsed.problems == ()
    assert parsed.author is not None
    assert (parsed.author.uid, parsed.author.blog_title) == ("ann", "Ann's notes")


_CASES = ("wretch/post/answers", "wretch/comments/second-page", "sina/comments/template-2007")
_TAGS = ("li", "ul", "div", "p", "span", "a", "td", "table")
_LINES = re.compile(r"\s*\n\s*")
_TRIALS = 40


def _pieces(html: str, words: list[str], chance: random.Random) -> Iterator[str]:
    """Yield pieces of the comments' markup with other numbers, cut anywhere, some after end tags."""
    places = [html.index(word) for word in words]
    while True:
        start = chance.choice(places)
        piece = _LINES.sub("", html[start : start + chance.randrange(20, 3000)])
        ends = "".join(f"</{tag}>" for tag in chance.sample(_TAGS, chance.randrange(5)))
        yield ends + re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), piece)


def _names(parsed: ParsedPage) -> set[tuple[str, str | None]]:
    return {
        (one.author_name, one.posted.text) for post in parsed.posts for one in post.comments if one.posted
    }


@pytest.mark.parametrize("case", _CASES)
def test_a_piece_of_the_page_typed_into_a_comment_forges_no_comment(case: str) -> None:
    html = (FIXTURES / case / "page.html").read_text("utf-8")
    plain = _parse(FIXTURES / case)
    texts = [one.body_text[:6] for one in plain.posts[0].comments if one.is_counted]
    words = [text for text in texts if html.count(text) == 1]
    pieces = _pieces(html, words, random.Random(case))
    for place in range(_TRIALS):
        word, piece = words[place % len(words)], next(pieces)
        parsed = _parse(FIXTURES / case, html.replace(word, word + piece, 1))
        assert _names(parsed) <= _names(plain), piece
        for post in parsed.posts if not parsed.problems else ():
            first = plain.posts[0]
            assert (post.title, post.posted, post.views) == (first.title, first.posted, first.views), piece
