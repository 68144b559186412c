"""The words of a page: which lines can be labels is told by their first character before they are read."""

from hypothesis import given
from hypothesis.strategies import from_regex

from blogarchive.sites.grammar.page.vocabulary import BEGIN, SECTION_BEGINS, SECTION_LABEL


@given(label=from_regex(SECTION_LABEL, fullmatch=True))
def test_every_label_of_the_sidebar_is_found_by_how_it_begins(label: str) -> None:
    for line in (label, f"【{label}】", f"· {label}"):
        assert SECTION_BEGINS.match(BEGIN + line)
