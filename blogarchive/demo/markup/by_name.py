"""The markups by name."""

from blogarchive.demo.markup.base import Markup
from blogarchive.demo.markup.definition_lists import ListsMarkup
from blogarchive.demo.markup.html5 import Html5Markup
from blogarchive.demo.markup.line_blocks import LinesMarkup
from blogarchive.demo.markup.tables import TablesMarkup

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
