"""docs/tables.md has the descriptions that Datasette shows."""

from tests.browse.tables_page import PAGE, page


def test_the_page_of_tables_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page()
