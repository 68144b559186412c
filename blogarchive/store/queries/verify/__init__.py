"""Queries of `verify`: integrity, types and forms of values."""
