"""What Datasette is told of an archive: `metadata.toml` (tables and columns) and the questions in
`queries/`.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any

from markupsafe import Markup

_HERE = files("blogarchive.browse")


@cache
def _described() -> dict[str, Any]:
    return loads((_HERE / "metadata.toml").read_text("utf-8"))


def for_databases(homes: Mapping[str, str]) -> dict[str, Any]:
    """Datasette's metadata with our descriptions; `homes` gives for each archive where its reading pages
    begin.
    """
    return {
        "databases": {
            name: {
                **_described(),
                "description_html": Markup('{} <a href="{}">阅读 Read</a>').format(
                    _described()["description"], home
                ),
            }
            for name, home in homes.items()
        }
    }


@cache
def canned_queries() -> dict[str, Any]:
    """The questions, by name; the first comment lines of a file are its title and its description."""
    found = {}
    for file in sorted((_HERE / "queries").iterdir(), key=lambda file: file.name):
        lines = file.read_text("utf-8").splitlines()
        title, description = (line.removeprefix("-- ") for line in lines[:2])
        found[file.name.removesuffix(".sql").replace("-", "_")] = {
            "title": title,
            "description": description,
            "sql": "\n".join(lines[2:]),
        }
    return found
