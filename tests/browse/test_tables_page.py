"""docs/tables.md has the descriptions that Datasette shows, docs/tables.zh.md their translations."""

from tests.browse.tables_page import CHINESE_PAGE, PAGE, chinese_page, descriptions, page, translations


def test_the_pages_of_tables_are_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page()
    assert CHINESE_PAGE.read_text("utf-8") == chinese_page()


def test_every_description_has_a_chinese_translation() -> None:
    assert descriptions() - set(translations()) == set(), "add them to tests/browse/tables_zh.toml"
    assert set(translations()) - descriptions() == set(), "remove them from tests/browse/tables_zh.toml"
