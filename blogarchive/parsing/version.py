"""The version of everything that reads pages."""

READER_VERSION = 1
"""Raised by one with every change that reads any page differently: `reparse --stale` finds pages read before."""
