"""Datasette on an archive: `plugin` adds reading pages, search and metadata; `serve` runs it."""
