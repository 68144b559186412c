"""Datasette metadata of an archive: `metadata.toml` (tables and columns) and the canned queries in `queries/`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any

from markupsafe import Markup

_PACKAGE = files("blogarchive.browse")


@cache
def _load_metadata() -> dict[str, Any]:
    return loads((_PACKAGE / "metadata.toml").read_text("utf-8"))


def build_metadata(homes: Mapping[str, str]) -> dict[str, Any]:
    """Return the metadata for Datasette; `homes` has the URL of the reading pages for each archive."""
    return {
        "databases": {
            name: {
                **_load_metadata(),
                "description_html": Markup('{} <a href="{}">阅读 Read</a>').format(
                    _load_metadata()["description"], home
                ),
            }
            for name, home in homes.items()
        }
    }


@cache
def canned_queries() -> dict[str, Any]:
    """Return the canned queries by name; the first two comment lines of a file are its title and its description."""
    found = {}
    for file in sorted((_PACKAGE / "queries").iterdir(), key=lambda file: file.name):
        lines = file.read_text("utf-8").splitlines()
        title, description = (line.removeprefix("-- ") for line in lines[:2])
        found[file.name.removesuffix(".sql").replace("-", "_")] = {
            "title": title,
            "description": description,
            "sql": "\n".join(lines[2:]),
        }
    return found
