"""The words of a page: the first character of a line decides whether it can be a label."""

from hypothesis import given
from hypothesis.strategies import from_regex

from blogarchive.sites.grammar.words import LINE_START, SECTION_LABEL, SECTION_START


@given(label=from_regex(SECTION_LABEL, fullmatch=True))
def test_every_label_of_the_sidebar_is_found_by_its_first_character(label: str) -> None:
    for line in (label, f"【{label}】", f"· {label}"):
        assert SECTION_START.match(LINE_START + line)
