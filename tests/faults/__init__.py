"""Damaged copies of an archive, and the commands that must report the damage."""
