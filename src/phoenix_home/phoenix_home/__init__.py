"""The neighbors of the toy: each is optional, off by default, and has an explicit address."""
