"""Invented blogs printed in very many markups, parsed and compared with their data.

A `Style` selects a form for each part of a page; parts combine freely, so that random styles are markups that
nobody planned. `check.differences` parses each page of a blog in a style, in the order of a crawl, and returns
all differences.
"""
