"""A blog that changes while it is backed up night after night."""
