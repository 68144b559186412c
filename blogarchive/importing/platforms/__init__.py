"""Split the export file of a platform into stored pages, one for each post, in bounded memory.

The sites of the same names parse these pages.
"""
