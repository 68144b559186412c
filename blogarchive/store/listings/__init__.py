"""Rows that listings and the sidebar fill: listed posts, months, categories, authors, deletions."""
