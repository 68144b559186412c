"""Merge another archive into this one."""
