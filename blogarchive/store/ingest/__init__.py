"""Save one crawled page in one transaction; parse stored pages again."""
