"""The targets of a run: those of the URLs that the user names, and those of the archive that are due."""
