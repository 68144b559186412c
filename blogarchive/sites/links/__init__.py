"""What the sites share about links: to posts, to blogs, ids of posts, and keys of equal identities."""
