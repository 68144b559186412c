"""The version of the parsers."""

READER_VERSION = 5
"""Increase by one with every change of a parser; `reparse --stale` finds pages parsed by an older version."""
