"""A post: title and time, body, counters, notices in place of it."""
