"""The frontier table: which URLs to fetch, and their states."""
