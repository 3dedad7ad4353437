"""The activities, one module each."""
