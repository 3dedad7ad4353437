"""What a parent decides, from the terminal."""
