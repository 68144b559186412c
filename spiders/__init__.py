"""Spiders: navigation only. They decide what to fetch next, never what a page says."""
