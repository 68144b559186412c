"""The time to parse a page grows with its size, whatever an author or a commenter writes into it.

The steps of Python are counted, not seconds. Steps in C are limited by what the libraries get: few attributes, and no
character reference of an ampersand.
"""

from functools import partial

import pytest

from blogarchive.parsing.html import MAX_ATTRIBUTES, parse_html
from tests.hostile.kinds import KINDS
from tests.hostile.pages import hostile_page
from tests.hostile.steps import MAX_GROWTH, count_steps, find_growth

SIZE = 4_000


@pytest.fixture(scope="module", autouse=True)
def filled_caches() -> None:
    """Fill the caches of words, which would make the first page costly."""
    for place in ("name", "home"):
        count_steps(*hostile_page("paragraphs", place, 100))


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_content_takes_at_most_two_and_a_quarter_times_the_steps(kind: str) -> None:
    for place in ("name", "home"):
        assert find_growth(partial(hostile_page, kind, place), SIZE) <= MAX_GROWTH, place


def test_an_element_keeps_a_hundred_attributes_wherever_its_tag_ends() -> None:
    for value in ("1", "'>'", "'" + "x" * 500 + ">'"):
        attributes = "".join(f" a{number}={value}" for number in range(5_000))
        (element,) = parse_html(f"<body><p{attributes}>甲</p></body>").iter("p")
        assert len(element.attrib) == MAX_ATTRIBUTES
        assert element.text == "甲"
