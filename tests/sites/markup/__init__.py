"""Tests of sites that are described by selectors."""
