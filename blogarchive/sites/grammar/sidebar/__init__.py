"""The sidebar of a page: author card, months, categories, blog header."""
