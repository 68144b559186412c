"""Test material: invented blogs printed in very many markups, walked and compared with what was printed.

A `Style` says for each part of a page how it is printed; parts combine freely, so that a markup nobody thought of is
one draw away. `check.differences` reads every page of a blog in a style as a walk would and names all that differs.
"""
