"""Blogs of a host that are not in the archive yet."""
