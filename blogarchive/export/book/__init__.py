"""The pages of `export epub`."""
