"""The `phoenix run` command: the toy in a terminal."""
