"""The pages of `export html`: their paths, templates, and a search that needs no server."""
