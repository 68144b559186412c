"""Bytes to text: declared and detected charsets, damaged bytes, mixed charsets."""

# Programs import these names from here by the promise of docs/api.md.
from blogarchive.parsing.charset.decoding import Decoded, decode

__all__ = ["Decoded", "decode"]
