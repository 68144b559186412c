"""Hostile pages: what an author or a commenter can write to slow down the parser of a page."""
