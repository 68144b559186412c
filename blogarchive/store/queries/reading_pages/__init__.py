"""Queries of the reading pages and the app."""
