"""Random mixtures of hostile content: the parser never raises, and its steps grow with the size of the page.

`FUZZ_EXAMPLES=5000 pytest tests/hostile/test_fuzz.py` tries new mixtures; write what fails to `tests/hostile/corpus/`,
whose files are tried in each run.
"""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile.kinds import UNITS
from tests.hostile.pages import PLACES, page_with
from tests.hostile.steps import MAX_GROWTH, find_growth

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.html"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
SIZE = 3_000
TAGS = "a b i p div span font table tr td ul li br pre h1 img form".split()  # noqa: SIM905

tags = st.builds("<{}{}>".format, st.sampled_from(("", "/")), st.sampled_from(TAGS))
units = st.sampled_from(list(UNITS.values()))
mixtures = st.lists(st.one_of(units, tags, st.text(max_size=6)), min_size=1, max_size=6).map("".join)


def repeat(unit: str, size: int) -> bytes:
    count = max(1, size // max(len(unit.encode(errors="replace")), 1))
    return "".join(unit.replace("{n}", str(100_000 + n)) for n in range(count)).encode(errors="replace")


def find_growth_of(unit: str, place: str) -> float:
    return find_growth(lambda size: page_with(repeat(unit, size), place), SIZE)


@settings(max_examples=EXAMPLES or 40, database=None)
@given(unit=mixtures, place=st.sampled_from(PLACES))
def test_any_mixture_is_parsed_in_steps_that_grow_with_its_size(unit: str, place: str) -> None:
    assert find_growth_of(unit, place) <= MAX_GROWTH


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_a_mixture_that_was_slow_once_is_parsed_in_steps_that_grow_with_its_size(file: Path) -> None:
    for place in PLACES:
        assert find_growth_of(file.read_text("utf-8"), place) <= MAX_GROWTH, place
