"""The voices that Phoenix brings, one per module."""
