"""The voice node: speaks texts."""
