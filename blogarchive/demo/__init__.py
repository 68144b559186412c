"""Recorded pages of invented blogs, for `blogarchive demo`."""
