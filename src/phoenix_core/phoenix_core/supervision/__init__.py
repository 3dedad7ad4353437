"""Supervision: starts nodes in order, detects those that die or hang, and restarts them."""
