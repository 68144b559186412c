"""Blogs, runs, failures, and checks of completeness."""
