"""The conversation node: replies to what no activity understands."""
