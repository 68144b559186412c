"""The SQLite file: connection, lock, migrations, tables, views."""
