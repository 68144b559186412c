"""Datasette on an archive: reading pages, search, descriptions; `plugin` is what Datasette loads, `serve` runs it."""
