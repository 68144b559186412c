"""The schema of the archive: tables, views, indexes, and rewrites of rows that a migration needs."""
