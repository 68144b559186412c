"""Decide whether the change of a post is an edit of its author or a change of the site."""
