"""The chat models that Phoenix brings, one per module."""
