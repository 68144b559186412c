"""Rows of posts and comments, their versions, counters and images."""
