"""Brings in what was kept elsewhere: saved pages, WARC files, other archives."""
