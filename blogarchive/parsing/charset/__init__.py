"""Bytes to text: declared and detected charsets, damaged bytes, mixed charsets."""
