"""Rendering shared by `serve` and `export`: stylesheet, macros, sanitized bodies, language of a text."""
