"""The markups: the content of each page, printed as HTML."""
