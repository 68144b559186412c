import re

from hypothesis import given, settings
from hypothesis import strategies as st

from blogarchive.export.folder import UniqueNames, safe_name

FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|[. ]$|^\.')
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


@settings(max_examples=300)
@given(
    st.text()
    | st.sampled_from(["CON", "nul.md", "Com1 .x", "..", "...", "lpt9", "a.", "aux. ", "\u202ecod.exe"])
)
def test_any_title_makes_a_name_valid_on_every_system(title: str) -> None:
    name = safe_name(title)
    assert name
    assert len(name.encode()) <= 120
    assert not FORBIDDEN.search(name)
    assert not RESERVED.fullmatch(name)
    assert safe_name(name) == name


def test_a_long_title_is_cut_between_characters_and_marks() -> None:
    assert safe_name("长" * 300) == "长" * 39
    assert safe_name("a" * 118 + "e\u0301\u0327") == "a" * 118


def test_forbidden_characters_become_look_alikes() -> None:
    assert safe_name('问：a<b>c:"d"/e|g?h*') == "问：a＜b＞c：＂d＂／e｜g？h＊"


@given(
    st.lists(st.sampled_from(["Case", "CASE", "case", "é", "e\u0301", "É", "a", "a-1", "a-1-1"]), max_size=12)
)
def test_names_differ_without_case_and_normalization_form(titles: list[str]) -> None:
    names = UniqueNames()
    taken = [names.claim(safe_name(title), "1") for title in titles]
    assert len({safe_name(name).casefold() for name in taken}) == len(titles)
