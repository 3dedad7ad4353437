"""Supervision: brings nodes up in order, notices what dies or hangs, and brings it back."""
