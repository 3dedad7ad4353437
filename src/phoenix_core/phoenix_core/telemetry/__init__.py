"""What the toy tells about itself as a whole: its newest interactions, metrics, spans."""
