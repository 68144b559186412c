"""Rows of pages, and what saving one page shares: context, result, links, ownership, page chains."""
