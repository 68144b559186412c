"""docs/tables.md says what Datasette says."""

from tests.browse.tables_page import PAGE, page


def test_the_page_on_tables_is_what_make_docs_writes() -> None:
    assert PAGE.read_text("utf-8") == page()
