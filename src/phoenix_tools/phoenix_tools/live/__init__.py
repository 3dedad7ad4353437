"""The stream of events as it happens, in the terminal."""
