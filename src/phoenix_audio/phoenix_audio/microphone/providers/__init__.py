"""Microphones: the entry points of the group phoenix.microphones."""
