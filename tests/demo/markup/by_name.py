"""The markups by name."""

from tests.demo.markup.base import Markup
from tests.demo.markup.definition_lists import ListsMarkup
from tests.demo.markup.html5 import Html5Markup
from tests.demo.markup.line_blocks import LinesMarkup
from tests.demo.markup.tables import TablesMarkup

MARKUPS: dict[str, Markup] = {
    "tables": TablesMarkup(),
    "html5": Html5Markup(),
    "lines": LinesMarkup(),
    "lists": ListsMarkup(),
}


def markup_of(name: str) -> Markup:
    """Return the markup of that name; raises ValueError with the valid names."""
    try:
        return MARKUPS[name]
    except KeyError:
        raise ValueError(f"no markup {name!r}; there are {', '.join(MARKUPS)}") from None
