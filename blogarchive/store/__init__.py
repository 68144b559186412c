"""The archive: the only package that contains SQL of SQLite."""
