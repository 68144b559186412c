"""The grammar that hosts of this family share: parts of a page, found over visible lines.

Words propose a part. Structure decides whether the template wrote it, or a person typed it into a post or a
comment. Order and counts confirm it. Class names are hints; no part needs them.
"""
