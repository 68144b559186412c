"""Invented blogs in random markups are parsed exactly as written."""

from dataclasses import replace
from random import Random

import pytest

from tests.demo.blogs.generated import make_blog
from tests.demo.blogs.truth import DemoBlog, Excerpts, Habits
from tests.sites.printed.check import differences
from tests.sites.printed.odd import odd_blog, with_guests
from tests.sites.printed.style import Style, drawn_style

NAMED = {
    "nested tables": Style(),
    "HTML5": Style(
        frame="html5",
        header="h1",
        piece="section",
        heading="header",
        body="article",
        paragraph="p",
        counters="spans",
        comment="article",
        comment_lines="p",
        pager="arrow",
        row="li",
        label="h3",
        entry="article",
        card="spans",
    ),
    "fonts and line breaks of 1998": Style(
        frame="center",
        header="one_block",
        piece="br",
        heading="one_line",
        paragraph="font_br",
        comment="bold_hr",
        row="br",
        label="font",
        entry="br",
        card="one_line_br",
        messes=("upper", "unclosed", "no_doctype"),
    ),
    "divs without classes": Style(
        frame="divs",
        piece="div",
        heading="bare_title",
        paragraph="div",
        counters="split_lines",
        comment="divs",
        row="div",
        label="plain",
        entry="div",
        width="half",
    ),
    "definition lists": Style(
        frame="dl",
        header="dl",
        piece="dd",
        heading="dts",
        comment="dl",
        row="dd",
        entry="dl",
        card="dl",
        script="hant",
    ),
    "lists of spans": Style(
        piece="li", heading="h1_time", counters="items", comment="ul_spans", foot="span", row="li", entry="li"
    ),
    "rows of one table": Style(
        piece="tr",
        heading="next_row",
        counters="cells",
        comment="sibling_rows",
        row="tr",
        entry="rows",
        card="cells",
    ),
    "header over two cells": Style(comment="cells", counters="cells", width="half", side="before"),
    "names and times apart": Style(
        comment="two_line_header", piece="div", label="strong_colon", pager="full"
    ),
    "faces beside comments": Style(comment="avatar_div", foot="picture", between="both", form="after"),
    "flat": Style(piece="p", body="own", paragraph="p", comment="flat_p", comment_lines="p", foot="link"),
    "relative links under a base": Style(links="base", months="counted", category="counted", urls="path"),
    "links by script": Style(links="onclick", messes=("scripts", "iframes", "trap"), form="first"),
    "spelt with entities": Style(messes=("entities", "wbr", "zero_width", "cdata"), label="brackets"),
    "deep XHTML": Style(messes=("deep", "xhtml", "spaces", "comments", "forms"), body="deep"),
}


def a_blog(style: Style, seed: int, **how: object) -> DemoBlog:
    comments, excerpts = (2, 3, 5)[seed % 3], list(Excerpts)[seed % 3]
    habits = Habits(comments_per_page=comments, posts_per_home=4, posts_per_month=3, excerpts=excerpts)
    return make_blog(
        "31182",
        posts=7,
        seed=seed,
        comments=4,
        months=3,
        traditional=style.script == "hant",
        habits=habits,
        **how,
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMED)
def test_a_named_markup_is_parsed_as_written(name: str) -> None:
    style = NAMED[name]
    assert differences(style, a_blog(style, len(name), awkward=False)) == []


@pytest.mark.parametrize("name", sorted(NAMED.keys() - {"flat"}))
def test_quoted_pages_and_typed_comments_change_nothing(name: str) -> None:
    style = NAMED[name]
    assert differences(style, a_blog(style, len(name))) == []


@pytest.mark.parametrize("seed", range(24))
def test_a_random_markup_is_parsed_as_written(seed: int) -> None:
    style = drawn_style(Random(seed))
    style = replace(style, foot="link" if style.comment.startswith("flat") else style.foot)
    assert differences(style, a_blog(style, seed, awkward=False)) == []


@pytest.mark.parametrize("seed", range(100, 112))
def test_odd_titles_bodies_and_names_are_parsed_as_written(seed: int) -> None:
    style = drawn_style(Random(seed))
    shows = tuple({*style.shows, "name_links"})
    messes = tuple(set(style.messes) - {"titles"})  # a title like a time is known by the window's title alone
    style = replace(style, shows=shows, messes=messes)
    assert differences(style, odd_blog(a_blog(style, seed, awkward=False))) == []


@pytest.mark.parametrize("name", sorted(NAMED.keys() - {"flat"}))
def test_commenters_may_have_names_without_links(name: str) -> None:
    style = NAMED[name]
    blog = a_blog(style, len(name), awkward=False)
    blog = replace(blog, posts=tuple(with_guests(post) for post in blog.posts))
    assert differences(style, blog) == []


@pytest.mark.parametrize("missing", Style().shows)
def test_a_part_that_a_page_does_not_show_is_null(missing: str) -> None:
    style = replace(Style(), shows=tuple(what for what in Style().shows if what != missing))
    assert differences(style, a_blog(style, 1, awkward=False)) == []
