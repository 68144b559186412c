"""Pictures, purely: what bytes are a picture, and from where one may be fetched."""
