"""Supervision: brings nodes up in order, detects those that die or hang, brings them back."""
