"""Rows of pages, and the parts of a save: context, result, links, ownership and page chains."""
