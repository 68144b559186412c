"""The description of a blog engine as data, and which one made a page."""

import functools
import importlib
import pkgutil
import re
from dataclasses import dataclass

from blogarchive.sites.engines.outline import Outline
from blogarchive.sites.markup.parts import CommentParts
from blogarchive.sites.markup.picker import compile_selector


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """A blog engine. `generator` matches the generator tag, `marks` select elements that only its pages have.

    `title`, `posted` and `body` are selectors, tried in order; the first that selects shown content counts. What none
    of them finds is read as on pages of unknown markup.
    """

    name: str
    generator: str | None = None
    marks: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    posted: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    comments: CommentParts | None = None


@functools.cache
def all_engines() -> tuple[Engine, ...]:
    """Return the engines that the modules of `known` describe, by the names of the modules."""
    import blogarchive.sites.engines.known as package

    modules = [
        importlib.import_module(f"{package.__name__}.{one.name}")
        for one in pkgutil.iter_modules(package.__path__)
    ]
    return tuple(module.ENGINE for module in modules)


def find_engine(outline: Outline) -> Engine | None:
    """Return the engine that made the page: by its generator tag, else by its marks."""
    generators = " ".join(
        node.get("content") or ""
        for node in outline.tree.root.iter("meta")
        if (node.get("name") or "").lower() == "generator"
    )
    for engine in all_engines():
        if engine.generator and re.search(engine.generator, generators, re.IGNORECASE):
            return engine
    root = outline.tree.root
    return next(
        (one for one in all_engines() if any(compile_selector(mark)(root) for mark in one.marks)), None
    )
