"""The pages of `export html`: where each lies, how it is rendered, and the search that works without a server."""
