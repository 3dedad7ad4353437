"""Speakers: the entry points of the group phoenix.speakers."""
