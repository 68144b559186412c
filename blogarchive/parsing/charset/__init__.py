"""Bytes to text: declared and detected charsets, damaged bytes, mixed charsets."""

from blogarchive.parsing.charset.decoding import Decoded, decode

__all__ = ["Decoded", "decode"]
