"""Links that all sites have: to posts, to blogs, ids of posts, and keys of equal identities."""
