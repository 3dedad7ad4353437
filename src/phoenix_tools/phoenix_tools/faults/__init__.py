"""Parts of a toy are made to fail, and it is seen to recover: what tests and the studio share."""
