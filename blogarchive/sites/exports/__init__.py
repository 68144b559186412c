"""Parts that the sites of export files share: a stored page is a small export with one post and its comments.

A site of export files has no hosts: `blogarchive import` fills it and no command crawls it.
"""
