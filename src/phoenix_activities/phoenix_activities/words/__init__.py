"""What the toy says in its activities, as data."""
