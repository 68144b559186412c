"""The markups by name."""

from blogarchive.demo.markup import Markup
from blogarchive.demo.markup_tables import TablesMarkup

MARKUPS: dict[str, Markup] = {"tables": TablesMarkup()}


def markup_of(name: str) -> Markup:
    """The markup of that name; raises `KeyError`."""
    return MARKUPS[name]
