"""Foxglove: what happens in the toy, live."""
