"""Invented blogs: what they hold, and how they change."""
