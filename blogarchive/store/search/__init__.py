"""Full-text search: tables, index, query syntax, snippets."""
