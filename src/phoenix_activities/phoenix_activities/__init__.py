"""What the Phoenix toy does: activities and the state machine between them."""
