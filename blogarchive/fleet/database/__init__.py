"""The only package that contains SQL of PostgreSQL, and the only one that imports psycopg."""
