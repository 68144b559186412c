"""Caches of functions are bounded, so that no archive and no hostile page fills the memory."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import blogarchive
import pipelines
import spiders

# Their arguments are names of this project, of which there is a fixed number.
OURS = {
    "blogarchive.browse.plugin._read_text",  # files of the package
    "blogarchive.messages.catalogue",  # languages
    "blogarchive.messages.details._pattern",  # messages of the project
    "blogarchive.messages.details._without_formats",
    "blogarchive.parsing.charset.char_cost.cost_table",  # scripts
    "blogarchive.parsing.charset.whatwg._find_charset",  # charsets of the Encoding Standard
    "blogarchive.store.readme._template",  # languages
    "blogarchive.store.rows._converters",  # dataclasses of the project
    "blogarchive.store.rows.insert_sql",  # tables and columns of the archive
    "blogarchive.store.rows.update_sql",
}


def remembering() -> Iterator[tuple[str, Any]]:
    """Yield each function of the project with `functools.cache` or `lru_cache`, by its name."""
    for package in (blogarchive, pipelines, spiders):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__"):
                continue
            for name, thing in vars(importlib.import_module(module.name)).items():
                if hasattr(thing, "cache_parameters") and thing.__module__ == module.name:
                    yield f"{module.name}.{name}", thing


def test_every_memory_of_answers_has_a_bound() -> None:
    found = dict(remembering())
    assert len(found) > 3
    unbounded = {
        name
        for name, function in found.items()
        if function.cache_parameters()["maxsize"] is None and inspect.signature(function).parameters
    }
    assert unbounded == OURS
