"""Limit the number of attributes of an element: libxml2 compares each attribute with all before it."""

import re

MAX_ATTRIBUTES = 100
"""Further attributes of an element are dropped; no element of HTML has as many."""

_MIN_PAGE = 16_384  # bytes: the attributes of a shorter page take no time
_ATTRIBUTE = rb"""(?:[\s/]++|(?<=["']))[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']++)?+)?+"""
# Consumes every tag as a whole, so that each byte is searched once.
_TAG = re.compile(rb"(<[A-Za-z][^\s/>]*+(?:%s){0,%d}+)(?:%s)*+" % (_ATTRIBUTE, MAX_ATTRIBUTES, _ATTRIBUTE))
# `_TAG` takes a third of the parsing time. Most pages have neither a long tag nor a `>` in an attribute.
_LONG_TAG = re.compile(rb"""<[A-Za-z][^>]{400}|=\s*+["'][^"'>]{0,400}+>""")


def drop_excess_attributes(page: bytes) -> bytes:
    """Return `page` without the attributes of each element after the first `MAX_ATTRIBUTES`."""
    if len(page) < _MIN_PAGE or _LONG_TAG.search(page) is None:
        return page
    return _TAG.sub(rb"\1", page)
