"""Digests of code, templates and libraries: another one may write other files from the same archive."""

import sys
import zlib
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

_RENDERERS = ("export", "rendering", "parsing/html", "store/search", "messages")
_LIBRARIES = ("jinja2", "lxml", "markdownify", "nh3", "opencc", "pyyaml")


@cache
def rendering_digest() -> bytes:
    """Return a digest of the code, templates and libraries that render a post: 32 bytes."""
    found = blake2b(digest_size=32)
    for name in _RENDERERS:
        _update(found, files("blogarchive").joinpath(name))
    for name in _LIBRARIES:
        found.update(version(name).encode())
    return found.digest()


@cache
def program_digest() -> bytes:
    """Return a digest of this program, of all installed packages and of Python: 32 bytes."""
    found = blake2b(f"{sys.version} {zlib.ZLIB_RUNTIME_VERSION}".encode(), digest_size=32)
    _update(found, files("blogarchive"))
    for folder in map(Path, sys.path):
        if folder.is_dir():
            found.update("\n".join(sorted(path.name for path in folder.glob("*.dist-info"))).encode())
    return found.digest()


def _update(found: Any, folder: Traversable) -> None:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            _update(found, entry)
        elif not entry.name.endswith(".pyc"):
            found.update(entry.read_bytes())
