"""The time to parse a page grows with its size, whatever an author or a commenter writes into it.

The steps of Python are counted, not seconds. Steps in C are limited by what the libraries get: few attributes, and no
character reference of an ampersand.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from blogarchive.importing.identify import read_page_urls
from blogarchive.items import Page, Target
from blogarchive.parsing.compared_form import fold_text
from blogarchive.parsing.html import MAX_ATTRIBUTES, parse_html
from blogarchive.sites.base import parse_page
from blogarchive.sites.engines.urls import PATTERNS
from blogarchive.sites.exports import InvalidExport, parse_xml
from blogarchive.sites.markup.picker import select_all
from tests.hostile.kinds import KINDS, UNITS
from tests.hostile.pages import PLACES, any_blog_page, hostile_page, page_with
from tests.hostile.steps import MAX_GROWTH, count_steps, find_growth

SIZE = 4_000


@pytest.fixture(scope="module", autouse=True)
def filled_caches() -> None:
    """Fill the caches of words, which would make the first page costly."""
    for place in ("name", "home"):
        count_steps(*hostile_page("paragraphs", place, 100))
    count_steps(*any_blog_page("<p>甲</p>", 10))


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_content_takes_at_most_two_and_a_quarter_times_the_steps(kind: str) -> None:
    for place in ("name", "home"):
        assert find_growth(partial(hostile_page, kind, place), SIZE) <= MAX_GROWTH, place


ANY_BLOG = {
    "sections of comments": "<div class=comments><b>甲</b> <i>2024-05-03 10:00</i><p>好</p></div>",
    "sections of comments and texts": "<div class=comments></div><div class=content>好</div>",
    "footers, each in the one before": "<footer>甲",
    "texts beside links, each in the one before": "<div>甲<a href=#>乙</a>",
    "titles, each in the one before": "<h1>雨<time>2024-05-03</time>",
    "links that show nothing": "<p><a href=x>",
}


@pytest.mark.parametrize("kind", ANY_BLOG)
def test_a_page_of_any_blog_takes_steps_that_grow_with_its_size(kind: str) -> None:
    assert find_growth(partial(any_blog_page, ANY_BLOG[kind]), 120) <= MAX_GROWTH


@pytest.mark.parametrize("unit", ["<br><br><a href=x>1</a>", "<li>1</li><li><a href=x>2</a></li>"])
def test_the_link_behind_the_number_of_a_page_is_found_in_a_time_that_grows_with_its_size(unit: str) -> None:
    times = []
    for size in (4_000, 16_000):
        root, begun = parse_html(f"<body><ul>{unit * size}</ul></body>"), time.process_time()
        select_all(root, PATTERNS["lists"]["numbered_next"])
        times.append(time.process_time() - begun)
    assert times[1] < max(10 * times[0], 0.5), times


def test_the_element_before_a_number_is_found_in_a_time_that_grows_with_their_number() -> None:
    times = []
    for size in (2_000, 8_000):
        page, begun = parse_html("<b>1</b>" * size), time.process_time()
        for node in page.iter("b"):
            node.xpath(PATTERNS["page"]["selectors"]["classes"])
        times.append(time.process_time() - begun)
    assert times[1] < max(10 * times[0], 0.5), times


def test_a_window_title_of_many_parts_takes_steps_that_grow_with_its_length() -> None:
    def page_of(size: int) -> tuple[Page, Target]:
        page, target = any_blog_page("<p>甲</p>", 10)
        return replace(page, body=page.body.replace(b"<title>", b"<title>" + b"a - " * size)), target

    assert find_growth(page_of, 300) <= MAX_GROWTH


@pytest.mark.parametrize("unit", [" ", "\u3000", " \u3000", "\u3000 ", " \n"])
def test_spaces_of_a_text_are_folded_in_a_time_that_grows_with_their_number(unit: str) -> None:
    times = []
    for size in (10_000, 40_000):
        begun = time.process_time()
        fold_text(f"雨a{unit * size}b")
        times.append(time.process_time() - begun)
    assert times[1] < max(10 * times[0], 0.5), times


@pytest.mark.parametrize("unit", ["9", "９", "1 "])
def test_a_page_of_any_blog_with_a_number_of_200_000_digits_is_read(unit: str) -> None:
    page, target = any_blog_page(unit, 200_000)
    assert [post.title for post in parse_page(page, target).posts] == ["雨"]


def test_dated_links_in_deep_elements_take_no_more_steps_than_in_flat_ones() -> None:
    link = "<a href='/2024/05/p{n}.html'>2024-05-03 甲{n}</a>"
    count_steps(*any_blog_page(link, 10))  # imports and compiles patterns
    flat, deep = (count_steps(*any_blog_page(unit, 1_000)) for unit in (f"<div>{link}</div>", f"<div>{link}"))
    assert deep < 1.5 * flat


def test_an_element_keeps_a_hundred_attributes_wherever_its_tag_ends() -> None:
    for value in ("1", "'>'", '"\'>"', "'" + "x" * 500 + ">'"):
        attributes = "".join(f" a{number}={value}" for number in range(7_000))
        (element,) = parse_html(f"<body><p{attributes}>甲</p></body>").iter("p")
        assert len(element.attrib) == MAX_ATTRIBUTES
        assert element.text == "甲"


SAVED: dict[str, Callable[[int], str]] = {
    "text nodes": lambda size: "甲<br>" * size,
    "links under a long base": lambda size: (
        f"<base href='http://x.example/{'a/' * size}'>" + "<a href=x>y</a>" * size
    ),
    "links": lambda size: "<a href='?p=1'>1</a>" * size,
    "attributes": lambda size: "<a" + "".join(f" data-a{n}=1" for n in range(size)) + " href=x>y</a>",
    "nested links": lambda size: "<a href=x><b>" * size,
    "comments": lambda size: "<!-- x -->甲" * size,
}


@pytest.mark.parametrize("kind", SAVED)
def test_a_saved_page_is_searched_for_its_url_in_a_time_that_grows_with_its_size(kind: str) -> None:
    times = []
    for size in (4_000, 16_000):
        begun = time.process_time()
        read_page_urls(f"<html><body>{SAVED[kind](size)}</body></html>", "https://blog.creaders.net/u/1/")
        times.append(time.process_time() - begun)
    assert times[1] < max(10 * times[0], 0.5), times


@pytest.mark.parametrize(
    "text", [" " * 80_000, "<a>" + "<![CDATA[" * 20_000, "<a>&x;<!-- " + "<![CDATA[" * 20_000]
)
def test_the_xml_of_an_export_is_parsed_in_a_time_that_grows_with_its_size(text: str) -> None:
    begun = time.process_time()
    with suppress(InvalidExport):
        parse_xml(text)
    assert time.process_time() - begun < 1


CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.html"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
FUZZ_SIZE = 3_000
TAGS = "a b i p div span font table tr td ul li br pre h1 img form".split()  # noqa: SIM905

tags = st.builds("<{}{}>".format, st.sampled_from(("", "/")), st.sampled_from(TAGS))
units = st.sampled_from(list(UNITS.values()))
mixtures = st.lists(st.one_of(units, tags, st.text(max_size=6)), min_size=1, max_size=6).map("".join)


def repeat(unit: str, size: int) -> bytes:
    count = max(1, size // max(len(unit.encode(errors="replace")), 1))
    return "".join(unit.replace("{n}", str(100_000 + n)) for n in range(count)).encode(errors="replace")


def find_growth_of(unit: str, place: str) -> float:
    return find_growth(lambda size: page_with(repeat(unit, size), place), FUZZ_SIZE)


@settings(max_examples=EXAMPLES or 40, database=None)
@given(unit=mixtures, place=st.sampled_from(PLACES))
def test_any_mixture_is_parsed_in_steps_that_grow_with_its_size(unit: str, place: str) -> None:
    assert find_growth_of(unit, place) <= MAX_GROWTH


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_a_mixture_that_was_slow_once_is_parsed_in_steps_that_grow_with_its_size(file: Path) -> None:
    for place in PLACES:
        assert find_growth_of(file.read_text("utf-8"), place) <= MAX_GROWTH, place
