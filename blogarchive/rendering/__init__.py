"""The one look of pages for people: stylesheet, macros and bodies that serve and export share."""
