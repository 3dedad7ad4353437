"""LED ring and sensors of the Phoenix toy, on the Pi and simulated."""
