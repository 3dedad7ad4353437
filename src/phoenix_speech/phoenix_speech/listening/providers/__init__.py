"""The speech recognizers that Phoenix brings, one per module."""
