"""What a parent has decided: the limits of the toy, their PIN, and what the toy stores."""
