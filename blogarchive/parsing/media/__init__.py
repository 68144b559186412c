"""Check images, purely: their bytes, and the hosts they may be fetched from."""
