"""The frontier table: which URLs to fetch, and what becomes of each."""
