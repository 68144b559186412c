"""Additions to Datasette's own table pages: facets, CSV, links."""
