"""Bags: recorded sessions, replayed and compared."""
