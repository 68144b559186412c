"""`make messages`: extract messages into the Chinese catalogue, compile it, and list those without a translation.

Messages of click (its usage errors and the headings of help) are translated in the same catalogue.
"""

import sys
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from blogarchive.messages import CATALOGUES, DOMAIN
from tests.paths import ROOT

FOLDER = CATALOGUES / "zh" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
PACKAGES = (ROOT / "blogarchive", ROOT / "spiders")
_SOURCES = (*PACKAGES, Path(click.__file__).parent)


def read_catalogue() -> Catalog:
    """Return the Chinese catalogue as it is stored."""
    with (FOLDER / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale="zh")


def extract(folder: Path) -> set[str | tuple[str, ...]]:
    """Return the messages that the modules and templates below `folder` mark."""
    return {
        found if isinstance(found, str) else tuple(found)
        for _, _, found, _, _ in extract_from_dir(folder, METHODS)
    }


def is_translated(message: Message) -> bool:
    """Return whether a message has a translation, in each of its plural forms."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms) and not message.fuzzy


def main() -> int:
    """Rewrite the catalogue and its compiled form; return 1 if a message has no translation."""
    template = Catalog(project="blogarchive", charset="utf-8")
    for source in _SOURCES:
        for message in sorted(extract(source), key=str):
            template.add(message)
    stored = read_catalogue()
    template.creation_date = stored.creation_date
    stored.update(template, no_fuzzy_matching=True)
    stored.obsolete.clear()
    with (FOLDER / f"{DOMAIN}.po").open("wb") as file:
        write_po(file, stored, width=110, sort_output=True, omit_header=False, include_lineno=False)
    with (FOLDER / f"{DOMAIN}.mo").open("wb") as file:
        write_mo(file, read_catalogue())
    missing = [message.id for message in stored if message.id and not is_translated(message)]
    sys.stderr.writelines(f"no translation: {found!r}\n" for found in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
