"""The grammar that hosts of this family share: page parts found over visible lines, by words and structure.

Words find a part, structure decides whether it is the page's own or typed by somebody into a post or a comment,
order and counts are the last witnesses. No class name is needed anywhere.
"""
