"""A fleet: several machines that share hosts through PostgreSQL, one archive a shard.

See docs/decisions/0069-fleet.md. A plain `backup` or `update` imports none of this package.
"""
