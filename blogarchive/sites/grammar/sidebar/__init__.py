"""The sidebar of a page: author card, latest posts, categories, months; and the blog header."""
